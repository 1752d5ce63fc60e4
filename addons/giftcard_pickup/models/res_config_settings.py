from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_delivery_warehouse_id = fields.Many2one(
        related="company_id.giftcard_delivery_warehouse_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    giftcard_payment_minutes = fields.Integer(related="company_id.giftcard_payment_minutes", readonly=False)
