from odoo import fields, models


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    wechat_code = fields.Char(
        string="Code at WeChat",
        help="WeChat's name of the carrier, e.g. SF, ZTO, YTO, JD. Without one, parcels count as brought by yourself.",
    )
