from odoo import models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _payment_code(self):
        """A new code by which this member pays at a till; the one before dies.

        :return: ``{"code": str of 18 digits, "expires_in": seconds}``
        :raise UserError: when the membership is not active
        :raise TooManyAttempts: when there were too many within a minute
        """
        self.ensure_one()
        if self.member_state != "active":
            raise UserError(self.env._("The membership is not active."))
        return self.env["giftcard.payment.code"]._issue(self)
