from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.ledger.act import Act


class GiftcardRedeem(models.TransientModel):
    """A clerk takes a paper card or voucher: its value is used, or moved to a member's stored value.

    The secret comes with the button's context and is stored nowhere.
    """

    _name = "giftcard.redeem"
    _inherit = ["giftcard.unstored"]
    _description = "Use a Paper Card"

    store_id = fields.Many2one("giftcard.store", default=lambda self: self._default_store())
    purpose = fields.Selection(
        [("spend", "Use its value"), ("transfer", "Move its value to a member")], default="spend", required=True
    )
    secret = fields.Char(string="Secret or QR Code", store=False)
    number = fields.Char(string="Card Number")
    amount = fields.Float(digits="Gift Card Value", help="0: all that is on the card. Vouchers are taken as a whole.")
    member_id = fields.Many2one("res.partner", domain="[('member_state', '=', 'active')]")
    program_id = fields.Many2one("loyalty.program", string="Stored Value", domain="[('program_type', '=', 'ewallet')]")
    reason = fields.Char(string="For")

    @api.model
    def _default_store(self):
        return self.env["giftcard.store"].search([("user_ids", "in", self.env.uid)], limit=1)

    @api.model
    def action_open(self):
        """:return: action that opens a new wizard"""
        return self.create({})._open(self.env._("Use a Paper Card"))

    def action_redeem(self):
        """:return: notification of what was taken"""
        self.ensure_one()
        if not self.env.user.has_group("giftcard_points.group_officer"):
            raise AccessError(self.env._("Only officers take paper cards."))
        if self.amount < 0:
            raise UserError(self.env._("The amount cannot be negative."))
        # One wizard, one use: a repeated click finds it booked.
        act = Act(
            self.purpose,
            key=f"giftcard.redeem/{self.id}",
            store_id=self.store_id.id or None,
            reason=self.reason,
        )
        codes, secret = self.env["giftcard.code"], self.env.context.get("secret")
        if self.purpose == "spend":
            operation = codes._redeem_secret(secret, act, self.amount or None, self.number)
        else:
            if not self.member_id or not self.program_id:
                raise UserError(self.env._("Choose the member and the kind of stored value."))
            operation = codes._top_up(secret, act, self.member_id._member_card(self.program_id), self.number)
        entry = operation.entry_ids.filtered(lambda entry: entry.amount < 0)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Accepted"),
                "message": self.env._(
                    "%(amount)s taken from card %(code)s, %(left)s left.",
                    amount=entry.card_id._format_points(-entry.amount),
                    code=entry.card_id.code,
                    left=entry.card_id._format_points(entry.balance),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
