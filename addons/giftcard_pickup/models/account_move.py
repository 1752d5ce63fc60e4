from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    giftcard_redemption_id = fields.Many2one(
        "giftcard.redemption",
        string="Redemption",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
