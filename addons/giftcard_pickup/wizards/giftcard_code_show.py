from odoo import fields, models
from odoo.exceptions import UserError


class GiftcardCodeShow(models.TransientModel):
    """Shows a member's code to a manager who says why; recorded. The code is stored nowhere."""

    _name = "giftcard.code.show"
    _inherit = ["giftcard.unstored"]
    _description = "Show the Code of a Member"

    fulfilment_id = fields.Many2one("giftcard.fulfilment", required=True, readonly=True, ondelete="cascade")
    reason = fields.Char()
    code = fields.Char(store=False, readonly=True)

    def action_show(self):
        """:return: action that shows the code, this once"""
        self.ensure_one()
        self.fulfilment_id._require_revealer()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why you need to see the code."))
        code = self.fulfilment_id.code_id._reveal(self.reason) if self.fulfilment_id.code_id else None
        if not code:
            raise UserError(self.env._("No code was given."))
        return {
            "type": "ir.actions.act_window",
            "name": self.fulfilment_id.display_name,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_fulfilment_id": self.fulfilment_id.id, "default_code": code},
        }
