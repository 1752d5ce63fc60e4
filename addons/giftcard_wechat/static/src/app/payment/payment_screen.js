import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { patch } from "@web/core/utils/patch";

patch(PaymentScreen.prototype, {
    /** What WeChat Pay may have charged is given up first, also after an error; the line stays if that fails. */
    async deletePaymentLine(uuid) {
        const line = this.paymentLines.find((each) => each.uuid === uuid);
        const method = line.payment_method_id;
        if (method.use_payment_terminal !== "wechatpay" || !line.transaction_id || line.isDone()) {
            return super.deletePaymentLine(...arguments);
        }
        if (line.getPaymentStatus() === "waitingCancel") {
            return;
        }
        line.setPaymentStatus("waitingCancel");
        const isGivenUp = await method.payment_terminal.sendPaymentCancel(this.currentOrder, uuid);
        line.setPaymentStatus("retry");
        if (isGivenUp) {
            super.deletePaymentLine(...arguments);
        }
    },
});
