from odoo import fields, models

from ..ledger.immutable import protect


class GiftcardTierChange(models.Model):
    """A change of a member's tier: from, to, why, when. Never changed or deleted afterwards."""

    _name = "giftcard.tier.change"
    _description = "Change of Tier"
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Member", required=True, readonly=True, index=True, ondelete="restrict"
    )
    from_tier_id = fields.Many2one("giftcard.tier", string="From", readonly=True, ondelete="restrict")
    to_tier_id = fields.Many2one("giftcard.tier", string="To", readonly=True, ondelete="restrict")
    reason = fields.Selection(
        [
            ("rise", "Growth reached"),
            ("fall", "Growth too low"),
            ("grant", "Given for a time"),
            ("end", "Time over"),
            ("merge", "Members merged"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    growth = fields.Float(digits="Gift Card Value", readonly=True, aggregator=None)
    date = fields.Datetime(required=True, readonly=True)
    create_uid = fields.Many2one("res.users", string="Actor", readonly=True, ondelete="restrict")

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change the history may see.
        protect(self.env.cr, self._table, but="partner_id")
