from odoo import fields, models

from ...exceptions import MemberClosed, MemberFrozen, NoMember


class ResPartner(models.Model):
    _inherit = "res.partner"

    gift_sent_ids = fields.One2many("giftcard.gift", "giver_id", string="Gifts Sent", readonly=True)
    gift_received_ids = fields.One2many("giftcard.gift", "recipient_id", string="Gifts Received", readonly=True)
    gift_count = fields.Integer(compute="_compute_gift_count", groups="giftcard_points.group_auditor")

    def _compute_gift_count(self):
        Gift = self.env["giftcard.gift"]
        counts = dict.fromkeys(self.ids, 0)
        for side in ("giver_id", "recipient_id"):
            for partner, count in Gift._read_group([(side, "in", self.ids)], [side], ["__count"]):
                counts[partner.id] += count
        for partner in self:
            partner.gift_count = counts.get(partner.id, 0)

    def action_open_gifts(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Gifts"),
            "res_model": "giftcard.gift",
            "view_mode": "list,kanban,form",
            "domain": ["|", ("giver_id", "=", self.id), ("recipient_id", "=", self.id)],
        }

    def _refuse_inactive_member(self):
        """:raise MemberClosed, MemberFrozen, NoMember: unless the partner is a member in good standing"""
        self.ensure_one()
        # Cashiers and portal users need not see the membership of others; only the refusal is told.
        match self.sudo().member_state:
            case "active":
                return
            case "closed":
                raise MemberClosed(self.env._("The membership is closed."))
            case "frozen":
                raise MemberFrozen(self.env._("The membership is frozen."))
        raise NoMember(self.env._("Only members can do this."))
