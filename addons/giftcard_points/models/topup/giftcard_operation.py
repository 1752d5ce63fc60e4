from odoo import fields, models


class GiftcardOperation(models.Model):
    _inherit = "giftcard.operation"

    kind = fields.Selection(
        selection_add=[("payout", "Paid Back"), ("clawback", "Bonus Taken Back"), ("adjust",)],
        ondelete={"payout": "cascade", "clawback": "cascade"},
    )
