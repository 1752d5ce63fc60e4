import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import { registry } from "@web/core/registry";

// The only method of the tills asks at once, and the scanner types the customer's code.
const sell = () =>
    [
        Chrome.startPoS(),
        Dialog.confirm("Open Register"),
        ProductScreen.addOrderline("Wechat Tea", "1", "88", "88"),
        ProductScreen.clickPayButton(),
        {
            content: "scan the customer's payment code",
            trigger: ".modal textarea",
            run: "edit 134567890123456789",
        },
        {
            content: "the scanner ends with Enter",
            trigger: ".modal textarea",
            run: "press Enter",
        },
    ].flat();

// The order is paid and validated.
registry.category("web_tour.tours").add("giftcard_wechat_till", {
    steps: () => [sell(), ReceiptScreen.isShown()].flat(),
});

// The customer is to type a password and the query is refused: deleting the line gives the payment up.
registry.category("web_tour.tours").add("giftcard_wechat_till_give_up", {
    steps: () =>
        [
            sell(),
            {
                content: "the refusal is told",
                trigger: ".modal:contains('NO_AUTH') .modal-footer .btn-primary",
                run: "click",
            },
            PaymentScreen.clickPaymentlineDelButton("WeChat", "88"),
            PaymentScreen.emptyPaymentlines("88"),
        ].flat(),
});
