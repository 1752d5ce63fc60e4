from odoo import api, fields, models


class GiftcardIdentity(models.Model):
    _inherit = "giftcard.identity"

    qq_app_id = fields.Many2one(
        "giftcard.qq.app", string="QQ App", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    _qq_uniq = models.Constraint("UNIQUE(qq_app_id, openid)", "This identity belongs to a member already.")

    @api.model
    def _app_fields(self):
        return [*super()._app_fields(), "qq_app_id"]
