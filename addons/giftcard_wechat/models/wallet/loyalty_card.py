from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    # Members list their orders with the cards that these have issued.
    order_id = fields.Many2one(index="btree_not_null")
