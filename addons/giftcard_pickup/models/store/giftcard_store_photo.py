from odoo import fields, models


class GiftcardStorePhoto(models.Model):
    _name = "giftcard.store.photo"
    _description = "Photo of a Store"
    _inherit = "image.mixin"
    _order = "sequence, id"

    store_id = fields.Many2one("giftcard.store", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="store_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Caption", translate=True)
    image_1920 = fields.Image(required=True)
