from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Copied with the line, so that a reversed or duplicated entry shows in the close check.
    giftcard_posting_line_id = fields.Many2one(
        "giftcard.posting.line", string="Gift Card Posting", readonly=True, index="btree_not_null", ondelete="restrict"
    )
