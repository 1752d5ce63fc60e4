from odoo import fields, models

from odoo.addons.giftcard_points.models.ledger.immutable import protect

KINDS = [
    ("issued", "Issued"),
    ("extended", "Extended"),
    ("part", "Part handed over"),
    ("used", "Used"),
    ("void", "Made void"),
    ("expired", "Expired"),
]


class GiftcardPickupEvent(models.Model):
    """What happened to a pickup code: when, by whom and why. Never changed afterwards."""

    _name = "giftcard.pickup.event"
    _description = "Event of a Pickup Code"
    _order = "id"
    _log_access = False
    _rec_name = "kind"

    code_id = fields.Many2one("giftcard.pickup.code", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(KINDS, string="Event", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True, ondelete="restrict")
    member_id = fields.Many2one(
        "res.partner",
        string="Acting Member",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The member who did it; empty when it was the user or the system.",
    )
    reason = fields.Char(readonly=True)
    valid_until = fields.Datetime(readonly=True)

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change an event may see.
        protect(self.env.cr, self._table, but="member_id")
