from odoo import fields, models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    # Looked for by each order that a terminal pays, and by the reconciliation.
    transaction_id = fields.Char(index="btree_not_null")
