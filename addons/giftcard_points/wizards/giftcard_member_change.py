from odoo import fields, models
from odoo.exceptions import UserError


class GiftcardMemberChange(models.TransientModel):
    """A change of a membership's status, with its reason."""

    _name = "giftcard.member.change"
    _description = "Change a Membership"

    partner_ids = fields.Many2many("res.partner", string="Members", required=True, readonly=True)
    kind = fields.Selection(
        [("freeze", "Freeze"), ("unfreeze", "Unfreeze"), ("close", "Close for good")], string="Change", required=True
    )
    reason = fields.Char(required=True)

    def action_apply(self):
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why."))
        getattr(self.partner_ids, f"_{self.kind}_member")(self.reason)
