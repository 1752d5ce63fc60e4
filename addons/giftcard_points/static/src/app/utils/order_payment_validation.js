import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const MONEY = ["gift_card", "ewallet"];

patch(OrderPaymentValidation.prototype, {
    async validateOrder() {
        if (!(await this.holdCards())) {
            return false;
        }
        return await super.validateOrder(...arguments);
    },

    /**
     * Set aside on the server what gift cards and eWallets pay of the order. Without the server's word there is no such
     * payment: a card could be spent twice.
     *
     * @returns {Promise<Boolean>} whether the order may go on
     */
    async holdCards() {
        const amounts = {};
        for (const line of this.order._get_reward_lines()) {
            const card = line.coupon_id;
            if (card?.id > 0 && MONEY.includes(card.program_id?.program_type)) {
                amounts[card.id] = (amounts[card.id] || 0) + line.points_cost;
            }
        }
        if (!Object.values(amounts).some((amount) => amount > 0)) {
            return true;
        }
        let answer;
        try {
            answer = await this.pos.data.call("pos.order", "giftcard_hold", [this.order.uuid, amounts]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.refuseCards(
                _t("Gift cards and eWallets need the server, which does not answer. Take another payment.")
            );
            return false;
        }
        for (const [id, points] of Object.entries(answer.points)) {
            const card = this.pos.models["loyalty.card"].get(Number(id));
            if (card) {
                card.points = points;
            }
        }
        if (!answer.successful) {
            this.refuseCards(answer.message);
        }
        return answer.successful;
    },

    refuseCards(message) {
        this.pos.dialog.add(AlertDialog, { title: _t("The card cannot pay"), body: message });
    },
});
