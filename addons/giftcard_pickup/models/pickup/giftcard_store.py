from odoo import fields, models


class GiftcardStore(models.Model):
    _inherit = "giftcard.store"

    pickup_reminder_days = fields.Integer(
        string="Remind Before (Days)",
        default=3,
        required=True,
        help="Members are reminded so many days before the time to pick up is over; 0: never.",
    )
    unclaimed_points_back = fields.Float(
        string="Points Back for Unclaimed Goods (%)",
        default=100,
        required=True,
        help="What members get back of the points for goods that they did not pick up in time.",
    )

    member_extra_days = fields.Integer(
        string="More Time for Members (Days)",
        default=7,
        required=True,
        help="A member may ask once for so many days more to pick up; 0: not without the store.",
    )

    _member_extra_check = models.Constraint("CHECK(member_extra_days >= 0)", "An extension is not negative.")
    _pickup_reminder_check = models.Constraint("CHECK(pickup_reminder_days >= 0)", "Reminders come before, not after.")
    _unclaimed_points_check = models.Constraint(
        "CHECK(unclaimed_points_back BETWEEN 0 AND 100)", "Between 0 and 100 percent of the points go back."
    )
