from odoo import fields, models


class GiftcardPickupCode(models.Model):
    """Whom a code is for, and what happened to it."""

    _inherit = "giftcard.pickup.code"

    proxy_name = fields.Char(readonly=True)
    proxy_phone = fields.Char(string="Proxy's Phone Ends With", readonly=True)
    event_ids = fields.One2many("giftcard.pickup.event", "code_id", string="History", readonly=True)

    _proxy_check = models.Constraint(
        "CHECK((role = 'proxy') = (proxy_name IS NOT NULL) AND (role = 'proxy') = (proxy_phone IS NOT NULL))",
        "A proxy has a name and a phone.",
    )

    def _told_proxy(self):
        return self.role == "proxy" and {"name": self.proxy_name, "phone": self.proxy_phone}

    def _log(self, kind, reason=None, member=None):
        """Record what has just happened to these codes."""
        # Nobody may write events; who acts is taken from the environment.
        self.env["giftcard.pickup.event"].sudo().create(
            [
                {
                    "code_id": code.id,
                    "kind": kind,
                    "date": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "member_id": member.id if member else False,
                    "reason": reason,
                    "valid_until": code.sudo().valid_until,
                }
                for code in self
            ]
        )
