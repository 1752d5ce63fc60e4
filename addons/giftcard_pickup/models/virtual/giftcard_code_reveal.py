from odoo import fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect


class GiftcardCodeReveal(models.Model):
    """Who has seen a code of a pool: the staff each time, its member the first time. Never changed afterwards."""

    _name = "giftcard.code.reveal"
    _description = "Code Seen"
    _order = "id desc"
    _log_access = False
    _rec_name = "code_id"

    code_id = fields.Many2one("giftcard.pool.code", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    redemption_id = fields.Many2one(related="code_id.redemption_id")
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="restrict")
    member_id = fields.Many2one(
        "res.partner", readonly=True, index="btree_not_null", ondelete="restrict", help="Empty when it was the user."
    )
    date = fields.Datetime(required=True, readonly=True)
    reason = fields.Char(readonly=True)

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change a record may see.
        protect(self.env.cr, self._table, but="member_id")
