import { PosStore } from "@point_of_sale/app/services/pos_store";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

// Milliseconds after which the till asks again what a customer's points are multiplied by.
const FRESH = 60000;

patch(PosStore.prototype, {
    async _updatePrograms() {
        await this.loadEarningTerms(this.getOrder());
        return await super._updatePrograms(...arguments);
    },
    /** Without the server the till shows points as they are without privileges; the server books the true ones. */
    async loadEarningTerms(order) {
        const partnerId = order?.getPartner()?.id;
        const known = order?.uiState.earningTerms;
        if (!partnerId || !this.models["loyalty.program"].some((p) => p.program_type === "loyalty")) {
            return;
        }
        if (known?.partnerId === partnerId && Date.now() - known.at < FRESH) {
            return;
        }
        try {
            const programs = await this.data.call("pos.config", "giftcard_earning_terms", [
                [this.config.id],
                partnerId,
            ]);
            order.uiState.earningTerms = { partnerId, programs, at: Date.now() };
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
});
