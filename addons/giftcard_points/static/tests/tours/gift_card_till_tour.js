import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import { registry } from "@web/core/registry";

const CODE = "0441234567890ABCDEFK";

// A gift card of 50 is sold for cash; then it pays all of a first order and what is left of it a part of a second,
// whose rest is paid in cash.
registry.category("web_tour.tours").add("GiftCardSoldAndSpent", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.addOrderline("Gift Card", "1", "50", "50"),
            PosLoyalty.createManualGiftCard(CODE, 50),
            PosLoyalty.orderTotalIs("50.00"),
            PosLoyalty.finalizeOrder("Cash", "50"),

            ProductScreen.addOrderline("Headphones", "1", "30", "30"),
            PosLoyalty.enterCode(CODE),
            PosLoyalty.orderTotalIs("0.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickValidate(),
            ReceiptScreen.clickNextOrder(),

            ProductScreen.addOrderline("Headphones", "1", "30", "30"),
            PosLoyalty.enterCode(CODE),
            PosLoyalty.orderTotalIs("10.00"),
            PosLoyalty.finalizeOrder("Cash", "10"),
        ].flat(),
});
