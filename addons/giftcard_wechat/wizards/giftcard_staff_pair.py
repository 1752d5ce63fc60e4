import base64

from odoo import api, fields, models


class GiftcardStaffPair(models.TransientModel):
    """Shows a clerk the code that the phone is paired with. The code is stored nowhere."""

    _name = "giftcard.staff.pair"
    _inherit = ["giftcard.unstored"]
    _description = "Pair a Clerk's Phone"

    user_id = fields.Many2one(
        "res.users",
        string="Clerk",
        required=True,
        default=lambda self: self.env.user,
        domain=lambda self: [("all_group_ids", "in", self.env.ref("giftcard_pickup.group_clerk").ids)],
    )
    may_choose = fields.Boolean(compute="_compute_may_choose")
    code = fields.Char(store=False, readonly=True)
    qr = fields.Binary(string="QR Code", compute="_compute_qr")

    @api.depends_context("uid")
    def _compute_may_choose(self):
        self.may_choose = self.env.user.has_group("giftcard_pickup.group_manager")

    @api.depends("code")
    def _compute_qr(self):
        Report = self.env["ir.actions.report"]
        for wizard in self:
            wizard.qr = wizard.code and base64.b64encode(Report.barcode("QR", wizard.code, width=300, height=300))

    def action_make(self):
        """:return: action that shows the code, this once"""
        self.ensure_one()
        code = self.env["giftcard.staff.session"]._pair(self.user_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pair a Phone"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_user_id": self.user_id.id, "default_code": code},
        }
