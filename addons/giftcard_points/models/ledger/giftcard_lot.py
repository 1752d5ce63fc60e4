from odoo import api, fields, models
from odoo.tools import format_date


class GiftcardLot(models.Model):
    """Value that was granted at once: its own origin, its own expiry.

    A debit takes from the lots of a card in the order of their expiry; ``giftcard.lot.use`` records from which, so that
    a refund gives back to the same lots with the same dates.
    """

    _name = "giftcard.lot"
    _description = "Value Lot"
    _order = "expires_on, id"
    _log_access = False

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    entry_id = fields.Many2one(
        "giftcard.entry", string="Granted By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    origin = fields.Selection(
        [("paid", "Paid"), ("bonus", "Bonus"), ("earned", "Earned")], required=True, readonly=True
    )
    granted = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    remaining = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    held = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    expires_on = fields.Date(readonly=True, help="The last day on which the value can be used; empty: never expires.")
    use_ids = fields.One2many("giftcard.lot.use", "lot_id", readonly=True)

    date = fields.Datetime(related="entry_id.date")
    company_id = fields.Many2one(related="entry_id.company_id")
    program_id = fields.Many2one(related="card_id.program_id")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member")

    _remaining_check = models.Constraint(
        "CHECK(0 <= held AND held <= remaining AND remaining <= granted)",
        "A lot cannot give more than it was granted, nor hold more than it has.",
    )
    # The order in which a debit reads a card's lots.
    _usable_index = models.Index("(card_id, expires_on, id) WHERE remaining > 0")

    @api.depends("origin", "expires_on")
    def _compute_display_name(self):
        origins = dict(self._fields["origin"]._description_selection(self.env))
        for lot in self:
            until = format_date(self.env, lot.expires_on) if lot.expires_on else self.env._("no expiry")
            lot.display_name = self.env._("%(origin)s, %(until)s", origin=origins[lot.origin], until=until)
