from odoo import fields, models


class GiftcardHoldLot(models.Model):
    """From which lots a hold takes. Binding the hold to lots is what keeps held value from expiring."""

    _name = "giftcard.hold.lot"
    _description = "Held Part of a Lot"
    _log_access = False

    hold_id = fields.Many2one("giftcard.hold", required=True, readonly=True, index=True, ondelete="restrict")
    lot_id = fields.Many2one("giftcard.lot", required=True, readonly=True, index=True, ondelete="restrict")
    amount = fields.Float(digits="Gift Card Value", required=True, readonly=True)
    company_id = fields.Many2one(related="hold_id.company_id")

    _amount_check = models.Constraint("CHECK(amount > 0)", "A hold takes more than nothing from a lot.")
