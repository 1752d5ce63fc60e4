import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";
import { PickupTill } from "./pickup_till";

patch(PosStore.prototype, {
    async afterProcessServerData() {
        await super.afterProcessServerData(...arguments);
        if (this.config.giftcard_pickup_store) {
            this.pickupTill = new PickupTill(this);
            this.pickupTill.start();
        }
    },
});
