import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

const MONEY = ["gift_card", "ewallet"];

patch(PosOrder.prototype, {
    /**
     * What the order does to gift cards and eWallets.
     *
     * @returns {{amounts: Object, refunds: Object, sells: Boolean}} amounts that cards pay by card id; what is refunded
     *      by id of the refunded line; whether a card is sold or loaded
     */
    getGiftcardMoves() {
        const amounts = {};
        const refunds = {};
        let sells = false;
        for (const line of this.lines) {
            const refunded = line.refunded_orderline_id;
            if (refunded) {
                if (refunded.isMoneyReward() || refunded.sellsMoney()) {
                    refunds[refunded.id] = (refunds[refunded.id] || 0) + Math.abs(line.prices.total_included);
                }
            } else if (line.isMoneyReward()) {
                if (line.coupon_id?.id > 0) {
                    amounts[line.coupon_id.id] = (amounts[line.coupon_id.id] || 0) + line.points_cost;
                }
            } else if (line._e_wallet_program_id || line.giftcard_card_id) {
                sells = true;
            }
        }
        return { amounts, refunds, sells };
    },

    /**
     * A paper card is told by its number, also when its secret was scanned. Another number that is given to a card is
     * told to the server, which makes the card when it stores the order.
     */
    processGiftCard(code, points, expirationDate) {
        const line = this.getSelectedOrderline();
        const card = line.giftcard_card_id;
        if (!card) {
            line.giftcard_code = code;
            line.giftcard_expires_on = expirationDate || false;
        }
        return super.processGiftCard(card ? card.code : code, points, expirationDate);
    },

    get giftcardBalances() {
        return Array.isArray(this.giftcard_balances) ? this.giftcard_balances : [];
    },

    isMoneyProgram(program) {
        return MONEY.includes(program?.program_type);
    },
});
