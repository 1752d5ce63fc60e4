import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { scalePoints } from "@giftcard_points/app/earning/points";

patch(PosOrderline.prototype, {
    /** Refunded lines earn nothing; what they have earned is taken back by the server. */
    ignoreLoyaltyPoints({ program }) {
        return (
            super.ignoreLoyaltyPoints(...arguments) ||
            Boolean(program.program_type === "loyalty" && this.refunded_orderline_id)
        );
    },
});

patch(PosOrder.prototype, {
    /**
     * @param {Object} program
     * @returns {Object} what the server told about the customer: multiplier and room
     */
    earningTerms(program) {
        const terms = this.uiState.earningTerms;
        const known = terms && terms.partnerId === this.getPartner()?.id && terms.programs[program.id];
        return known || { multiplier: "1", room: null, pending: false };
    },
    isLineValidForLoyaltyPoints(line) {
        return super.isLineValidForLoyaltyPoints(...arguments) && !line.refunded_orderline_id;
    },
    pointsForPrograms(programs) {
        const result = super.pointsForPrograms(...arguments);
        const buys = this._get_regular_order_lines().length > 0;
        for (const program of programs.filter(({ program_type }) => program_type === "loyalty")) {
            const { multiplier, room } = this.earningTerms(program);
            for (const change of result[program.id]) {
                const points = buys ? scalePoints(change.points, multiplier) : 0;
                change.points = room === null ? points : Math.min(points, room);
            }
        }
        return result;
    },
    _getPointsCorrection(program) {
        const correction = super._getPointsCorrection(...arguments);
        if (program.program_type !== "loyalty") {
            return correction;
        }
        return scalePoints(correction, this.earningTerms(program).multiplier);
    },
    /** Points that wait for the end of the returns window do not pay for rewards. */
    _getRealCouponPoints(couponId) {
        let points = super._getRealCouponPoints(...arguments);
        for (const change of Object.values(this.uiState.couponPointChanges)) {
            const program = this.models["loyalty.program"].get(change.program_id);
            if (
                change.coupon_id === couponId &&
                program.program_type === "loyalty" &&
                this.earningTerms(program).pending
            ) {
                points -= change.points;
            }
        }
        return points;
    },
    /** Once the server has booked the points, these are the points; also those that a refund took back. */
    getLoyaltyPoints() {
        const stats = super.getLoyaltyPoints(...arguments);
        if (!this.isSynced || !this.finalized || !this.giftcard_earned) {
            return stats;
        }
        for (const { points, program } of stats) {
            points.won = this.giftcard_earned[program.id] || 0;
        }
        const shown = new Set(stats.map(({ program }) => program.id));
        for (const [id, won] of Object.entries(this.giftcard_earned)) {
            const program = this.models["loyalty.program"].get(Number(id));
            if (program && !shown.has(program.id)) {
                const card = this.models["loyalty.card"].find(
                    (one) => one.program_id?.id === program.id && one.partner_id?.id === this.getPartner()?.id
                );
                const name = program.portal_visible ? program.portal_point_name : _t("Points");
                const points = { won, spent: 0, total: 0, balance: card?.points || 0, name, program };
                stats.push({ couponId: card?.id, points, program });
            }
        }
        return stats;
    },
});
