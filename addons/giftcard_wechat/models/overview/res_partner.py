from odoo import api, fields, models

AUDITORS = "giftcard_points.group_auditor"


class ResPartner(models.Model):
    """All of a member at a glance. What else there is of members adds its counter here and its button to the view."""

    _inherit = "res.partner"

    giftcard_redemption_ids = fields.One2many("giftcard.redemption", "member_id", string="Redemptions", groups=AUDITORS)
    giftcard_feedback_ids = fields.One2many("giftcard.feedback", "member_id", string="Feedback", groups=AUDITORS)
    giftcard_redemption_count = fields.Integer(
        string="Number of Redemptions", compute="_compute_giftcard_counts", groups=AUDITORS
    )
    giftcard_gift_count = fields.Integer(
        string="Gifts", compute="_compute_giftcard_counts", groups=AUDITORS, help="Given and received."
    )
    giftcard_unread_count = fields.Integer(
        string="Unread Messages", compute="_compute_giftcard_counts", groups=AUDITORS
    )
    giftcard_device_count = fields.Integer(
        string="Devices", compute="_compute_giftcard_counts", groups=AUDITORS, help="Logged in now."
    )
    giftcard_feedback_count = fields.Integer(
        string="Open Feedback", compute="_compute_giftcard_counts", groups=AUDITORS
    )

    def _compute_giftcard_counts(self):
        for name, domain in self._giftcard_counted().items():
            counts = dict.fromkeys(self.ids, 0)
            for model_name, member_field, condition in domain:
                for member, count in self.env[model_name]._read_group(
                    [(member_field, "in", self.ids), *condition], [member_field], ["__count"]
                ):
                    counts[member.id] += count
            for member in self:
                member[name] = counts.get(member.id, 0)

    @api.model
    def _giftcard_counted(self):
        """:return: dict of counter -> list of (model, field of the member, condition)"""
        return {
            "giftcard_redemption_count": [("giftcard.redemption", "member_id", [("state", "!=", "draft")])],
            "giftcard_gift_count": [("giftcard.gift", "giver_id", []), ("giftcard.gift", "recipient_id", [])],
            "giftcard_unread_count": [("giftcard.message", "partner_id", [("read_at", "=", False)])],
            "giftcard_device_count": [
                (
                    "giftcard.api.token",
                    "member_id",
                    [("revoked_at", "=", False), ("expires_at", ">", fields.Datetime.now())],
                )
            ],
            "giftcard_feedback_count": [("giftcard.feedback", "member_id", [("state", "!=", "closed")])],
        }

    def action_open_giftcard_redemptions(self):
        return self._giftcard_list("giftcard_pickup.giftcard_redemption_action", [("member_id", "=", self.id)])

    def action_open_giftcard_gifts(self):
        domain = ["|", ("giver_id", "=", self.id), ("recipient_id", "=", self.id)]
        return self._giftcard_list("giftcard_points.giftcard_gift_action", domain)

    def action_open_giftcard_messages(self):
        return self._giftcard_list("giftcard_points.giftcard_message_action", [("partner_id", "=", self.id)])

    def action_open_giftcard_devices(self):
        return self._giftcard_list("giftcard_wechat.giftcard_api_token_action", [("member_id", "=", self.id)])

    def action_open_giftcard_feedback(self):
        return self._giftcard_list("giftcard_wechat.giftcard_feedback_action", [("member_id", "=", self.id)])

    def action_open_giftcard_audit(self):
        return self._giftcard_list("giftcard_wechat.giftcard_audit_action", [("member_id", "=", self.id)])

    def _giftcard_list(self, xml_id, domain):
        """:return: the action on the member's records, without the filters that it begins with"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return action | {"domain": domain, "context": {}}
