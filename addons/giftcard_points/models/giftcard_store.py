from odoo import fields, models


class GiftcardStore(models.Model):
    """A shop: where value is issued, earned and spent."""

    _name = "giftcard.store"
    _description = "Store"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one("res.partner", string="Address", check_company=True, index="btree_not_null")
    pos_config_ids = fields.One2many("pos.config", "giftcard_store_id", string="Points of Sale")
    user_ids = fields.Many2many("res.users", string="Staff")

    _code_uniq = models.Constraint("UNIQUE(company_id, code)", "Two stores cannot have the same code.")
