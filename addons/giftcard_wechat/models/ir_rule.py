from odoo import api, models
from odoo.fields import Domain

# How the records of a model lead to the member who owns them.
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
    "giftcard.consent": "member_id",
    "giftcard.redemption": "member_id",
    "giftcard.redemption.line": "redemption_id.member_id",
    "giftcard.redemption.transition": "redemption_id.member_id",
    "giftcard.pickup.code": "redemption_id.member_id",
}


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
        path = MEMBER_PATHS.get(model_name)
        if not path:
            return domain
        member_id = self.env.context.get("giftcard_member_id")
        return domain & (Domain(path, "in", [member_id]) if member_id else Domain.FALSE)

    @api.model
    def _giftcard_api_uid(self):
        return self.env["ir.model.data"]._xmlid_to_res_id("giftcard_wechat.user_api")
