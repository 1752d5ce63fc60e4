from odoo import api, models
from odoo.fields import Domain

# How the records of a model lead to the member who owns them; to the members, where there are several.
MEMBER_PATHS = {
    "res.partner": "id",
    "loyalty.card": "partner_id",
    "giftcard.entry": "card_id.partner_id",
    "giftcard.lot": "card_id.partner_id",
    "giftcard.lot.use": "lot_id.card_id.partner_id",
    "giftcard.hold": "card_id.partner_id",
    "giftcard.hold.lot": "hold_id.card_id.partner_id",
    "giftcard.operation": "entry_ids.card_id.partner_id",
    "giftcard.api.token": "member_id",
    "giftcard.api.request": "member_id",
    "giftcard.identity": "member_id",
    "giftcard.text.check": "member_id",
    "giftcard.scene": "member_id",
    "giftcard.wechat.subscription": "identity_id.member_id",
    "giftcard.wechat.outbox": "message_id.partner_id",
    "giftcard.consent": "member_id",
    "giftcard.redemption": "member_id",
    "giftcard.redemption.line": "redemption_id.member_id",
    "giftcard.redemption.transition": "redemption_id.member_id",
    "giftcard.pickup.code": "redemption_id.member_id",
    "giftcard.gift": ("giver_id", "recipient_id"),
    "giftcard.payment.code": "partner_id",
    "payment.transaction": "partner_id",
    "sale.order": "giftcard_buyer_id",
    "giftcard.store.payment": "member_id",
    "giftcard.store.payment.part": "payment_id.member_id",
    "giftcard.store.refund": "member_id",
    "giftcard.tier.change": "partner_id",
    "giftcard.favourite": "member_id",
    "giftcard.faq.vote": "member_id",
    "giftcard.feedback": "member_id",
    "giftcard.message": "partner_id",
}


def member_domain(model_name, member_id):
    """:return: domain of the records of a model that belong to a member"""
    paths = MEMBER_PATHS[model_name]
    return Domain.OR(Domain(path, "in", [member_id]) for path in ([paths] if isinstance(paths, str) else paths))


class IrRule(models.Model):
    """The API's user sees records of the member it acts for, and of nobody when it acts for nobody.

    This holds for every query of every endpoint, also of one that forgets to ask for the member's own. The native rules
    are cached per user; the member's part is added outside of that cache.
    """

    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        if self.env.su or self.env.uid != self._giftcard_api_uid():
            return super()._compute_domain(model_name, mode)
        if MEMBER_PATHS.keys() & self.env[model_name]._inherits.keys():
            # Its cached domain would contain the parent's, and with it a member. The API has no business there.
            return Domain.FALSE
        domain = super()._compute_domain(model_name, mode)
        if model_name not in MEMBER_PATHS:
            return domain
        member_id = self.env.context.get("giftcard_member_id")
        return domain & (member_domain(model_name, member_id) if member_id else Domain.FALSE)

    @api.model
    def _giftcard_api_uid(self):
        return self.env["ir.model.data"]._xmlid_to_res_id("giftcard_wechat.user_api")
