import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { TextInputPopup } from "@point_of_sale/app/components/popups/text_input_popup/text_input_popup";

// WeChat Pay's pace: ask every five seconds while the customer types a password, give up after 45.
const ASK_EVERY = 5000;
const ASK_TIMES = 9;

export class PaymentWechatpay extends PaymentInterface {
    setup() {
        super.setup(...arguments);
        // The attempt that each line waits for; what an older one, or one given up, brings is not taken.
        this.attempts = new Map();
    }

    async sendPaymentRequest(uuid) {
        const line = this.pos.getOrder().getPaymentlineByUuid(uuid);
        try {
            return line.amount < 0 ? await this.refund(line) : await this.charge(line);
        } catch (error) {
            return this.explain(error);
        }
    }

    /**
     * The server takes back what was charged and finds out what was not told.
     *
     * @returns {Promise<boolean>} whether the line may go
     */
    async sendPaymentCancel(order, uuid) {
        const line = order.getPaymentlineByUuid(uuid);
        this.attempts.delete(uuid);
        try {
            if (line.transaction_id) {
                await this.call("wechatpay_cancel", line.transaction_id);
            }
            return true;
        } catch (error) {
            return this.explain(error);
        }
    }

    async charge(line) {
        const { uuid } = line;
        const attempt = Symbol(uuid);
        this.attempts.set(uuid, attempt);
        const isGivenUp = () => this.attempts.get(uuid) !== attempt;
        if (line.transaction_id) {
            // An attempt before this one may have been paid after all.
            const before = await this.call("wechatpay_ask", line.transaction_id);
            if (isGivenUp()) {
                return false;
            }
            if (before.state === "done" && before.amount === line.amount) {
                return this.succeed(line, before);
            }
            if (["done", "pending"].includes(before.state)) {
                await this.call("wechatpay_cancel", line.transaction_id);
            }
        }
        const code = await makeAwaitable(this.env.services.dialog, TextInputPopup, {
            title: _t("Scan the customer's WeChat payment code"),
            placeholder: _t("18 digits"),
        });
        if (!code || isGivenUp()) {
            return false;
        }
        const order = line.pos_order_id;
        // Each attempt is a payment of its own: WeChat Pay takes a number once.
        const number = await this.call(
            "wechatpay_begin",
            line.amount,
            this.pos.config.id,
            order.partner_id?.id || false
        );
        if (isGivenUp()) {
            return false;
        }
        line.transaction_id = number;
        let answer = await this.call("wechatpay_charge", number, code.trim());
        for (let times = 0; answer.state === "pending" && times < ASK_TIMES && !isGivenUp(); times++) {
            await new Promise((resolve) => browser.setTimeout(resolve, ASK_EVERY));
            if (!isGivenUp()) {
                answer = await this.call("wechatpay_ask", number);
            }
        }
        if (isGivenUp()) {
            return false;
        }
        if (answer.state === "done") {
            return this.succeed(line, answer);
        }
        if (answer.state === "pending") {
            await this.call("wechatpay_cancel", line.transaction_id);
        }
        return this.refuse(answer.message || _t("The customer has not paid in time."));
    }

    async refund(line) {
        const refunded = line.pos_order_id.lines.find((each) => each.refunded_orderline_id);
        const order = refunded?.refunded_orderline_id.order_id;
        const paid = order?.payment_ids.find(
            (each) => each.payment_method_id.use_payment_terminal === "wechatpay" && each.amount >= -line.amount
        );
        if (!paid?.transaction_id) {
            return this.refuse(_t("Only what was paid by WeChat Pay goes back by WeChat Pay."));
        }
        line.transaction_id = await this.call("wechatpay_refund", paid.transaction_id, -line.amount, line.uuid);
        return true;
    }

    succeed(line, answer) {
        line.card_type = "WeChat Pay";
        line.setReceiptInfo(answer.number);
        return true;
    }

    explain(error) {
        if (error instanceof RPCError) {
            return this.refuse(error.data.message);
        }
        if (error instanceof ConnectionLostError) {
            return this.refuse(_t("No connection: try again. What was charged is found, or goes back."));
        }
        throw error;
    }

    refuse(message) {
        this.env.services.dialog.add(AlertDialog, { title: _t("WeChat Pay"), body: message });
        return false;
    }

    call(method, ...args) {
        return this.pos.data.call("pos.payment.method", method, [[this.payment_method_id.id], ...args]);
    }
}

register_payment_method("wechatpay", PaymentWechatpay);
