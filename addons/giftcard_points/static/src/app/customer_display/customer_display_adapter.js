import { CustomerDisplayPosAdapter } from "@point_of_sale/app/customer_display/customer_display_adapter";
import { formatCurrency } from "@point_of_sale/app/models/utils/currency";
import { patch } from "@web/core/utils/patch";

patch(CustomerDisplayPosAdapter.prototype, {
    formatOrderData(order) {
        super.formatOrderData(...arguments);
        this.data.giftcardBalances = order.giftcardBalances.map((card) => ({
            id: card.id,
            name: card.name,
            code: card.code,
            amount: formatCurrency(card.amount, order.currency),
            balance: formatCurrency(card.balance, order.currency),
        }));
    },

    getOrderlineData(line) {
        return {
            ...super.getOrderlineData(...arguments),
            giftcardBalance: line.isMoneyReward() && line.coupon_id ? line.getGiftCardOrEWalletBalance() : false,
        };
    },
});
