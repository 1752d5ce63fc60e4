from odoo import fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    giftcard_store_id = fields.Many2one(
        "giftcard.store", string="Store", index="btree_not_null", check_company=True, ondelete="restrict"
    )
