from odoo import fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect

from .states import STATES


class GiftcardRedemptionTransition(models.Model):
    """One step of a redemption: from where to where, by whom, when and why. Never changed afterwards."""

    _name = "giftcard.redemption.transition"
    _description = "Redemption Step"
    _order = "id"
    _rec_name = "to_state"
    _log_access = False

    redemption_id = fields.Many2one(
        "giftcard.redemption", required=True, readonly=True, index=True, ondelete="restrict"
    )
    from_state = fields.Selection(STATES, string="From", readonly=True)
    to_state = fields.Selection(STATES, string="To", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="restrict")
    member_id = fields.Many2one(
        "res.partner",
        string="Acting Member",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The member who took this step; empty when it was the user or the system.",
    )
    date = fields.Datetime(required=True, readonly=True)
    reason = fields.Char(readonly=True)

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change a step may see.
        protect(self.env.cr, self._table, but="member_id")
