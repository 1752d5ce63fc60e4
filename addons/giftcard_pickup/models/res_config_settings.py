from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    giftcard_delivery_warehouse_id = fields.Many2one(
        related="company_id.giftcard_delivery_warehouse_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    giftcard_payment_minutes = fields.Integer(related="company_id.giftcard_payment_minutes", readonly=False)
    giftcard_approve_virtual = fields.Boolean(related="company_id.giftcard_approve_virtual", readonly=False)
    giftcard_approve_pickup = fields.Boolean(related="company_id.giftcard_approve_pickup", readonly=False)
    giftcard_approve_points = fields.Float(related="company_id.giftcard_approve_points", readonly=False)
    giftcard_approve_cash = fields.Monetary(
        related="company_id.giftcard_approve_cash", currency_field="giftcard_currency_id", readonly=False
    )
    giftcard_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of the Points Mall")
