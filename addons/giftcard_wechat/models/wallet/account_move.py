from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    giftcard_store_payment_id = fields.Many2one(
        "giftcard.store.payment", string="Payment in a Store", readonly=True, copy=False, index="btree_not_null"
    )
