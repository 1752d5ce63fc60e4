from odoo import fields, models


class GiftcardTheme(models.Model):
    """What a gift card looks like: the cover that is chosen when it is bought or given."""

    _name = "giftcard.theme"
    _description = "Gift Card Theme"
    _inherit = ["image.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: shared by all companies.")
    image_1920 = fields.Image(string="Cover")
