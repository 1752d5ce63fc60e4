import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    setOptions(options) {
        // The server loads the eWallet or makes the gift card when it stores the order, and has to know which.
        if (options.eWalletGiftCardProgram) {
            this.giftcard_program_id = options.eWalletGiftCardProgram;
        }
        return super.setOptions(...arguments);
    },

    /** Whether a gift card or eWallet pays by this line. */
    isMoneyReward() {
        return Boolean(this.is_reward_line && this.order_id.isMoneyProgram(this.reward_id?.program_id));
    },

    /** Whether this line has sold a gift card or loaded an eWallet. */
    sellsMoney() {
        const programs = this.models["loyalty.program"].getBy("trigger_product_ids", this.product_id.id) || [];
        return !this.is_reward_line && programs.some((program) => this.order_id.isMoneyProgram(program));
    },

    /** Giving a card its money back is no purchase that earns points. */
    ignoreLoyaltyPoints() {
        return Boolean(this.refunded_orderline_id?.isMoneyReward?.()) || super.ignoreLoyaltyPoints(...arguments);
    },
});
