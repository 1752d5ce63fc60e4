from odoo import models


class ResUsers(models.Model):
    """Who may do what, and the logins of staff."""

    _name = "res.users"
    _inherit = ["res.users", "giftcard.audited.mixin"]

    def _audited_names(self, names):
        return [
            name for name in super()._audited_names(names) if name in ("login", "active", "group_ids", "company_ids")
        ]

    def _update_last_login(self):
        result = super()._update_last_login()
        if self._is_internal():
            self.env["giftcard.audit.event"].with_user(self)._record("login", self)
        return result
