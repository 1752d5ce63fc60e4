import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { registry } from "@web/core/registry";

const receiptSays = (points) => ({
    content: `the receipt says ${points}`,
    trigger: `.pos-receipt .loyalty:contains("${points}")`,
});

// A member of a tier with 1.5 times the points buys for 33.30 at 0.1 points each: 3.33 by the rule, 5.00 by the tier.
registry.category("web_tour.tours").add("PointsEarnedAndTakenBack", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            ProductScreen.clickPartnerButton(),
            ProductScreen.clickCustomer("Mei", true),
            ProductScreen.addOrderline("Headphones", "1", "33.30", "33.30"),
            PosLoyalty.pointsAwardedAre("5"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            receiptSays("5"),
            ReceiptScreen.clickNextOrder(),

            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("1"),
            TicketScreen.confirmRefund(),
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.receiptIsThere(),
            receiptSays("-5"),
            ReceiptScreen.clickNextOrder(),
        ].flat(),
});
