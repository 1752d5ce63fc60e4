import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    async validateOrder() {
        if (!(await this.checkCards())) {
            return false;
        }
        return await super.validateOrder(...arguments);
    },

    /**
     * Have the server set aside what gift cards and eWallets pay of the order, and tell whether it may give back what
     * is refunded. Without the server's word no value moves: a card could be spent twice.
     *
     * @returns {Promise<Boolean>} whether the order may go on
     */
    async checkCards() {
        const { amounts, refunds, sells } = this.order.getGiftcardMoves();
        const paid = Object.values(amounts).some((amount) => amount > 0);
        const refunded = Object.keys(refunds).length > 0;
        if (!paid && !refunded && !sells) {
            return true;
        }
        try {
            const answer = await this.pos.data.call("pos.order", "giftcard_hold", [this.order.uuid, amounts]);
            for (const [id, points] of Object.entries(answer.points)) {
                const card = this.pos.models["loyalty.card"].get(Number(id));
                if (card) {
                    card.points = points;
                }
            }
            if (!answer.successful) {
                return this.refuseCards(_t("The card cannot pay"), answer.message);
            }
            if (refunded) {
                const refund = await this.pos.data.call("pos.order", "giftcard_check_refund", [refunds]);
                if (!refund.successful) {
                    return this.refuseCards(_t("The card cannot be refunded"), refund.message);
                }
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return this.refuseCards(
                _t("No connection"),
                _t(
                    "Gift cards and eWallets need the server, which does not answer. Take them out of this order, or wait."
                )
            );
        }
        return true;
    },

    refuseCards(title, body) {
        this.pos.dialog.add(AlertDialog, { title, body });
        return false;
    },
});
