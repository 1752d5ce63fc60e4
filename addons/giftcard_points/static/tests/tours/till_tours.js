import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Offline from "@point_of_sale/../tests/generic_helpers/offline_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import { refresh, run, scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import { registry } from "@web/core/registry";

const CARD = "0441234567890ABCDEFK";
const VOUCHER = "0447QH2M4ZX00000000J";
const PAPER = "GC260000001K";
const PAYMENT_CODE = "881234567890123456";

const add = (name, ...steps) =>
    registry.category("web_tour.tours").add(name, {
        steps: () => [Chrome.startPoS(), Dialog.confirm("Open Register"), ...steps].flat(),
    });
const see = (content, trigger) => ({ content, trigger });
const receiptBalanceIs = (amount) =>
    see(`the receipt says ${amount} is left`, `.pos-receipt .o_giftcard_balance_after:contains("${amount}")`);
const type = (dialog, code) => [
    { trigger: `.${dialog} input`, run: `edit ${code}` },
    { trigger: `.${dialog} input`, run: "press Enter" },
];

/** The server does what it is asked for, and its next reply to a method does not arrive. */
const loseReply = (method) =>
    run(() => {
        const { send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.send = function (body) {
            if (typeof body === "string" && body.includes(`"method":"${method}"`)) {
                XMLHttpRequest.prototype.send = send;
                Object.defineProperty(this, "response", { get: () => "<lost>" });
            }
            return send.apply(this, arguments);
        };
        const { error } = console;
        console.error = (...args) => {
            const message = args[0] instanceof Error ? args[0].message : args[0];
            if (!/connection .*lost|ConnectionLost/i.test(String(message))) {
                error.apply(console, args);
            }
        };
    }, `the reply to ${method} will be lost`);

/** What the customer sees is what the receipt says. */
const displayShowsTheReceipt = (...balances) => ({
    content: "the customer display shows the balances of the receipt",
    trigger: ".pos-receipt .o_giftcard_balance_after",
    run() {
        // The file is part of the back office's tests too, where there is no till to import from.
        const { CustomerDisplayPosAdapter } = odoo.loader.modules.get(
            "@point_of_sale/app/customer_display/customer_display_adapter"
        );
        const adapter = new CustomerDisplayPosAdapter();
        adapter.formatOrderData(window.posmodel.getOrder());
        const display = adapter.data.giftcardBalances.map(({ balance }) => balance);
        const receipt = [...document.querySelectorAll(".pos-receipt .o_giftcard_balance_after")];
        const texts = receipt.map((element) => element.textContent.trim());
        if (String(display) !== String(texts) || !balances.every((one, i) => texts[i].includes(one))) {
            throw new Error(`Customer display: ${display}; receipt: ${texts}`);
        }
    },
});

const everythingIsStored = run(async () => {
    for (let tries = 0; tries < 100; tries++) {
        const orders = window.posmodel?.models?.["pos.order"]?.filter(({ state }) => state === "paid");
        if (orders && orders.every(({ isSynced }) => isSynced)) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("The paid order is not stored");
}, "the till has stored its orders");

// A gift card pays 20 of 30. The page is loaded anew before the order is paid, and again after the reply of the server,
// which has stored it, was lost.
add(
    "giftcard_till_reload",
    ProductScreen.addOrderline("Headphones", "1", "30", "30"),
    PosLoyalty.enterCode(CARD),
    PosLoyalty.orderTotalIs("10.00"),
    refresh(),
    ProductScreen.isShown(),
    PosLoyalty.orderTotalIs("10.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    loseReply("sync_from_ui"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    refresh(),
    see("the till is there", ".pos .pos-topheader, .pos .pos-rightheader"),
    everythingIsStored
);

// A wallet of 20 pays, by the member's payment code, its part of 30; the rest is paid in cash.
add(
    "giftcard_till_payment_code",
    ProductScreen.addOrderline("Headphones", "1", "30", "30"),
    scan_barcode(PAYMENT_CODE),
    Dialog.bodyIs("20.00"),
    Dialog.confirm("Pay"),
    PosLoyalty.customerIs("Alice"),
    PosLoyalty.orderTotalIs("10.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    receiptBalanceIs("0.00"),
    ReceiptScreen.clickNextOrder(),
    // The code is used up.
    ProductScreen.addOrderline("Headphones", "1", "30", "30"),
    scan_barcode(PAYMENT_CODE),
    see("the code is refused", `.o_notification:contains("not accepted")`)
);

// A gift card pays 20 of 30, and gets them back when all is returned.
add(
    "giftcard_till_refund",
    ProductScreen.addOrderline("Headphones", "1", "30", "30"),
    PosLoyalty.enterCode(CARD),
    PosLoyalty.orderTotalIs("10.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    receiptBalanceIs("0.00"),
    displayShowsTheReceipt("0.00"),
    ReceiptScreen.clickNextOrder(),
    ProductScreen.clickRefund(),
    TicketScreen.selectOrder("001"),
    Order.hasLine({ withClass: ".selected", productName: "Headphones" }),
    ProductScreen.clickNumpad("1"),
    TicketScreen.toRefundTextContains("To Refund: 1"),
    ProductScreen.clickLine("Gift Card"),
    ProductScreen.clickNumpad("1"),
    TicketScreen.confirmRefund(),
    PaymentScreen.isShown(),
    PaymentScreen.totalIs("-10.00"),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    receiptBalanceIs("20.00"),
    displayShowsTheReceipt("20.00"),
    ReceiptScreen.clickNextOrder()
);

// Alice's wallet of 20 is topped up by 100.
add(
    "giftcard_till_top_up",
    ProductScreen.clickPartnerButton(),
    ProductScreen.clickCustomer("Alice"),
    ProductScreen.clickControlButton("Top Up"),
    see("her balance", `.o_giftcard_top_up_dialog:contains("20.00")`),
    { trigger: `.o_giftcard_top_up_dialog button:contains("100.00")`, run: "click" },
    Dialog.confirm("Add to Order"),
    PosLoyalty.orderTotalIs("100.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    receiptBalanceIs("120.00"),
    displayShowsTheReceipt("120.00"),
    ReceiptScreen.clickNextOrder()
);

add(
    "giftcard_till_enquiry",
    ProductScreen.clickControlButton("Card Balance"),
    type("o_giftcard_enquiry_dialog", CARD),
    see("its balance", `.o_giftcard_panel .o_giftcard_balance:contains("20.00")`),
    see("its code is masked", `.o_giftcard_panel:not(:contains("${CARD}")):contains("DEFK")`),
    {
        content: "the code is not left on the screen",
        trigger: ".o_giftcard_enquiry_dialog input",
        run({ anchor }) {
            if (anchor.value) {
                throw new Error(`The code is still there: ${anchor.value}`);
            }
        },
    },
    see("its last movement", `.o_giftcard_panel table:contains("20.00")`),
    type("o_giftcard_enquiry_dialog", "nonsense"),
    see("a refusal", `.o_giftcard_enquiry_dialog .alert:contains("not accepted")`),
    Dialog.confirm("Close", ".btn-secondary"),
    // By the member of the order
    ProductScreen.clickPartnerButton(),
    ProductScreen.clickCustomer("Alice"),
    ProductScreen.clickControlButton("Card Balance"),
    see("her name", `.o_giftcard_enquiry_dialog h4:contains("Alice")`),
    see("her wallet", `.o_giftcard_panel:contains("eWallet")`),
    Dialog.confirm("Close", ".btn-secondary")
);

add(
    "giftcard_till_voucher",
    ProductScreen.clickControlButton("Voucher"),
    scan_barcode(VOUCHER),
    see("its value", `.o_giftcard_voucher_dialog .o_giftcard_balance:contains("50.00")`),
    Dialog.confirm("Take the Voucher"),
    see("it is taken", `.o_giftcard_voucher_dialog .alert-success:contains("50.00")`),
    type("o_giftcard_voucher_dialog", VOUCHER),
    see("it is used up", `.o_giftcard_voucher_dialog .alert-danger:contains("not accepted")`),
    Dialog.confirm("Close", ".btn-secondary")
);

// A paper card of 50 that lies at the till is sold by its number.
add(
    "giftcard_till_paper_card",
    ProductScreen.addOrderline("Gift Card", "1", "50", "50"),
    { trigger: `a:contains("Sell physical gift card?")`, run: "click" },
    { trigger: "input#code", run: `edit ${PAPER}` },
    { trigger: `.btn-primary:contains("Add existing Gift Card")`, run: "click" },
    see("its number", `.orderline:contains("${PAPER}")`),
    PosLoyalty.orderTotalIs("50.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    receiptBalanceIs("50.00"),
    ReceiptScreen.clickNextOrder()
);

// Without a connection cards are refused and other sales go on.
add(
    "giftcard_till_offline",
    ProductScreen.addOrderline("Headphones", "1", "30", "30"),
    PosLoyalty.enterCode(CARD),
    PosLoyalty.orderTotalIs("10.00"),
    Offline.setOfflineMode(),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    Dialog.is({ title: "No connection" }),
    Dialog.confirm("Ok"),
    PaymentScreen.clickBack(),
    ProductScreen.clickControlButton("Card Balance"),
    type("o_giftcard_enquiry_dialog", CARD),
    see("a refusal", `.o_giftcard_enquiry_dialog .alert:contains("does not answer")`),
    Dialog.confirm("Close", ".btn-secondary"),
    // The card is taken out of the order, which is then paid in cash.
    ProductScreen.clickLine("Gift Card"),
    ProductScreen.clickNumpad("⌫"),
    Dialog.confirm("Yes"),
    PosLoyalty.orderTotalIs("30.00"),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickNumpad("+50"),
    PaymentScreen.changeIs("20.00"),
    PaymentScreen.validateButtonIsHighlighted(true),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    Dialog.confirm("Continue with limited functionality"),
    Offline.setOnlineMode(),
    ReceiptScreen.clickNextOrder()
);
