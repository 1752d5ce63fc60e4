import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** A paper card that is sold is named to the server, which activates it with the order. */
    async _updateGiftCardOrderline(code, points) {
        const found = await this.pos.data.call("loyalty.card", "giftcard_paper_card", [code]);
        if (!found) {
            return await super._updateGiftCardOrderline(code, points);
        }
        const [id, number] = found;
        await this.pos.data.read("loyalty.card", [id]);
        await super._updateGiftCardOrderline(number, points);
        const line = this.currentOrder.getSelectedOrderline();
        line.giftcard_card_id = this.pos.models["loyalty.card"].get(id);
    },
});
