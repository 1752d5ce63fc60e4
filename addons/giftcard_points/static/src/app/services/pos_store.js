import { ConnectionLostError } from "@web/core/network/rpc";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { patch } from "@web/core/utils/patch";

const MEMBER_PREFIX = "GCM.";
const PAYMENT_LENGTH = 18;

const offline = () => _t("Gift cards and eWallets need the server, which does not answer.");

patch(PosStore.prototype, {
    /**
     * Ask the server about cards.
     *
     * @param {string} method of `giftcard.till`
     * @param {Array} args after the session
     * @returns {Promise<Object>} `{successful, message, ...}`, also when there is no connection
     */
    async giftcardCall(method, args) {
        try {
            return await this.data.call("giftcard.till", method, [this.session.id, ...args]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return { successful: false, message: offline() };
            }
            throw error;
        }
    },

    /** Whether a text is what a member shows: a payment code or the member's QR code. */
    isMemberCode(text) {
        const prefix = this.config.giftcard_payment_prefix;
        return (
            text.startsWith(MEMBER_PREFIX) ||
            (text.length === PAYMENT_LENGTH && /^\d+$/.test(text) && text.startsWith(prefix))
        );
    },

    /** The till scans a code that a member shows: it sets the member, and a payment code lets the eWallet pay. */
    async giftcardScan(text) {
        const order = this.getOrder();
        const answer = await this.giftcardCall("scan", [order.uuid, text]);
        if (!answer.successful) {
            this.notification.add(answer.message, { type: "danger" });
            return;
        }
        let partner = this.models["res.partner"].get(answer.partner_id);
        if (!partner) {
            await this.data.read("res.partner", [answer.partner_id]);
            partner = this.models["res.partner"].get(answer.partner_id);
        }
        order.setPartner(partner);
        for (const { program_id, points } of answer.wallets) {
            const card = await this.fetchLoyaltyCard(program_id, partner.id);
            card.points = points;
        }
        await this.orderUpdateLoyaltyPrograms();
        if (answer.payment) {
            await this.offerWallets(order, partner);
        } else {
            this.notification.add(_t("Member: %s", partner.name), { type: "success" });
        }
    },

    async offerWallets(order, partner) {
        const money = (amount) => this.env.utils.formatCurrency(amount);
        const offers = order.getClaimableRewards().filter(({ reward, coupon_id }) => {
            const card = this.models["loyalty.card"].get(coupon_id);
            return reward.program_id.program_type === "ewallet" && card?.points > 0;
        });
        if (!offers.length) {
            const message = order.lines.length
                ? _t("%s has no stored value that could pay.", partner.name)
                : _t("Scan a new payment code once the goods are in the order.");
            this.notification.add(message, { type: "warning" });
        }
        for (const { reward, coupon_id } of offers) {
            const free = order._getRealCouponPoints(coupon_id);
            const due = Math.min(free, order.priceIncl);
            if (due <= 0) {
                break;
            }
            const confirmed = await ask(this.dialog, {
                title: _t("Stored value of %s", partner.name),
                body: _t("Balance %(balance)s. Pay %(due)s with it?", {
                    balance: money(free),
                    due: money(due),
                }),
                confirmLabel: _t("Pay %s", money(due)),
                cancelLabel: _t("Not now"),
            });
            if (confirmed) {
                order._applyReward(reward, coupon_id, {});
                this.updateRewards();
            }
        }
    },

    async activateCode(code) {
        if (this.isMemberCode(code)) {
            await this.giftcardScan(code);
            return true;
        }
        try {
            return await super.activateCode(...arguments);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return offline();
            }
            throw error;
        }
    },
});
