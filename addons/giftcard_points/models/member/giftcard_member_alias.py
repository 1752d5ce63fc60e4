from odoo import fields, models


class GiftcardMemberAlias(models.Model):
    """A member number that was given up when two members were merged; it still finds the member."""

    _name = "giftcard.member.alias"
    _description = "Former Member Number"
    _rec_name = "number"

    partner_id = fields.Many2one(
        "res.partner", string="Member", required=True, readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Char(required=True, readonly=True)

    _number_uniq = models.UniqueIndex("(number)", "Two members cannot have the same number.")
