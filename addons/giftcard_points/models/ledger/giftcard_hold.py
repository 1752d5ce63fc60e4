from odoo import api, fields, models


class GiftcardHold(models.Model):
    """Value set aside for a document: captured, all or part, or released, exactly once."""

    _name = "giftcard.hold"
    _description = "Hold on Value"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    card_id = fields.Many2one("loyalty.card", required=True, readonly=True, index=True, ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True)
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("captured", "Captured"), ("released", "Released"), ("lapsed", "Lapsed")],
        required=True,
        readonly=True,
    )
    expires_at = fields.Datetime(readonly=True, help="When an open hold lapses; empty: it waits for its document.")
    resolved_at = fields.Datetime(readonly=True)
    operation_id = fields.Many2one(
        "giftcard.operation", string="Captured By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)
    store_id = fields.Many2one("giftcard.store", readonly=True, ondelete="restrict", index="btree_not_null")
    member_id = fields.Many2one(
        "res.partner", string="Acting Member", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    reference = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="What it is for before there is a document: an order's uuid at the till.",
    )
    pending = fields.Boolean(
        readonly=True, help="Value that is there but cannot be used before this hold lapses: the returns window."
    )
    lot_ids = fields.One2many("giftcard.hold.lot", "hold_id", readonly=True)
    partner_id = fields.Many2one(related="card_id.partner_id", string="Member")
    program_id = fields.Many2one(related="card_id.program_id")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE(company_id, idempotency_key)", "This hold has been placed already."
    )
    _amount_check = models.Constraint("CHECK(amount > 0)", "A hold is for more than nothing.")
    _lapse_index = models.Index("(expires_at) WHERE state = 'open'")

    @api.depends("card_id", "amount")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = f"{hold.card_id.code}: {hold.amount:g}"
