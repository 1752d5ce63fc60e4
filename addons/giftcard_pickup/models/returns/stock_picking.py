from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    giftcard_return_request_id = fields.Many2one(
        "giftcard.return.request",
        string="Requested Return",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
