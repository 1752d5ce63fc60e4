from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    giftcard_identity_ids = fields.One2many(
        "giftcard.identity", "member_id", string="Identities", groups="giftcard_points.group_auditor"
    )
    giftcard_token_ids = fields.One2many(
        "giftcard.api.token", "member_id", string="Sessions", groups="giftcard_points.group_auditor"
    )
