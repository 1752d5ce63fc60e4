from odoo import fields, models


class GiftcardLotUse(models.Model):
    """How much of a lot an entry took, and how much of that has been given back since."""

    _name = "giftcard.lot.use"
    _description = "Use of a Value Lot"
    _log_access = False

    entry_id = fields.Many2one("giftcard.entry", required=True, readonly=True, index=True, ondelete="restrict")
    lot_id = fields.Many2one("giftcard.lot", required=True, readonly=True, index=True, ondelete="restrict")
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    returned = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    company_id = fields.Many2one(related="entry_id.company_id")

    _returned_check = models.Constraint(
        "CHECK(amount > 0 AND 0 <= returned AND returned <= amount)",
        "No more can be given back than was taken.",
    )
