from odoo import api, fields, models

from .immutable import protect


class GiftcardEntry(models.Model):
    """A movement of one card: the statement's line.

    ``amount`` is signed, in the card's unit (currency for gift cards and stored value, points otherwise). Member and
    programme are read through the card, not stored, since a row is never updated.
    """

    _name = "giftcard.entry"
    _description = "Statement Entry"
    _order = "id desc"
    _log_access = False

    operation_id = fields.Many2one("giftcard.operation", required=True, readonly=True, index=True, ondelete="restrict")
    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, ondelete="restrict", index=True)
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    balance = fields.Float(
        string="Balance After", digits="Gift Card Value", required=True, readonly=True, aggregator=None
    )
    version = fields.Integer(
        required=True, readonly=True, aggregator=None, help="Number of the movement on its card, without gaps."
    )
    date = fields.Datetime(required=True, readonly=True, index=True)
    lot_use_ids = fields.One2many("giftcard.lot.use", "entry_id", readonly=True)

    kind = fields.Selection(related="operation_id.kind")
    company_id = fields.Many2one(related="operation_id.company_id")
    store_id = fields.Many2one(related="operation_id.store_id")
    actor_id = fields.Many2one(related="operation_id.create_uid", string="Actor")
    reason = fields.Char(related="operation_id.reason")
    document_name = fields.Char(related="operation_id.document_name")
    program_id = fields.Many2one(related="card_id.program_id")
    program_type = fields.Selection(related="card_id.program_id.program_type")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member")
    point_name = fields.Char(related="card_id.point_name")

    _version_uniq = models.Constraint(
        "UNIQUE(card_id, version)", "Two movements of a card cannot have the same number."
    )
    _amount_check = models.Constraint("CHECK(amount <> 0)", "A movement of nothing is not booked.")

    @api.depends("card_id", "version")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = f"{entry.card_id.code} / {entry.version}"

    def init(self):
        protect(self.env.cr, self._table)

    def action_open_operation(self):
        self.ensure_one()
        return self.operation_id.get_formview_action()
