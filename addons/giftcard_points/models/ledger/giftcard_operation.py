from odoo import api, fields, models

from .immutable import protect


class GiftcardOperation(models.Model):
    """One business act on value: who did what, when, where, for which document.

    Written only by ``giftcard.ledger``, never changed or deleted afterwards; a database trigger refuses.
    """

    _name = "giftcard.operation"
    _description = "Ledger Operation"
    _order = "id desc"
    _log_access = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("opening", "Opening balance"),
            ("issue", "Issue"),
            ("load", "Load"),
            ("earn", "Earn"),
            ("spend", "Spend"),
            ("refund", "Refund"),
            ("reverse", "Reversal"),
            ("transfer", "Transfer"),
            ("gift", "Gift"),
            ("adjust", "Adjustment"),
            ("expire", "Expiry"),
            ("freeze", "Freeze"),
            ("unfreeze", "Unfreeze"),
            ("replace", "Replacement"),
            ("merge", "Merge"),
            ("extend", "Extension"),
        ],
        required=True,
        readonly=True,
    )
    idempotency_key = fields.Char(required=True, readonly=True)
    request_hash = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(string="Document", model_field="res_model", readonly=True)
    document_name = fields.Char(string="Document Reference", compute="_compute_document_name")
    store_id = fields.Many2one("giftcard.store", readonly=True, ondelete="restrict", index="btree_not_null")
    member_id = fields.Many2one(
        "res.partner", string="Acting Member", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    create_uid = fields.Many2one("res.users", string="Actor", readonly=True, ondelete="restrict")
    reason = fields.Char(readonly=True)
    reversal_of_id = fields.Many2one(
        "giftcard.operation", string="Reverses", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    refund_of_id = fields.Many2one(
        "giftcard.operation", string="Refunds", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    entry_ids = fields.One2many("giftcard.entry", "operation_id", readonly=True)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE(company_id, kind, idempotency_key)", "This operation has been booked already."
    )
    _reversal_uniq = models.UniqueIndex(
        "(reversal_of_id) WHERE reversal_of_id IS NOT NULL", "This operation has been reversed already."
    )
    _document_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for operation in self:
            operation.display_name = f"{labels.get(operation.kind, '')} #{operation.id}"

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for operation in self:
            document = operation._document()
            operation.document_name = document.display_name if document else False

    def init(self):
        # Merging two partners rewrites every reference to them; that is the one change a booked operation may see.
        protect(self.env.cr, self._table, but="member_id")

    def action_open_document(self):
        self.ensure_one()
        return self._document().get_formview_action()

    def _document(self):
        """The document as a record the user may read, or None."""
        self.ensure_one()
        if not self.res_id or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()._filtered_access("read")
