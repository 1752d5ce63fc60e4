from odoo import fields, models

from ...schemas.payment_code import PaymentCode, PaymentCodeState


class GiftcardApiPaymentCode(models.AbstractModel):
    _name = "giftcard.api.payment.code"
    _inherit = "giftcard.api.service"
    _description = "API: Payment Codes"

    def _issue(self):
        """:return: :class:`~...schemas.payment_code.PaymentCode`
        :raise TooManyAttempts: when there were too many within a minute
        """
        return PaymentCode(**self._member()._payment_code())

    def _last(self):
        """:return: :class:`~...schemas.payment_code.PaymentCodeState`"""
        domain = [("partner_id", "=", self._member().id), ("state", "!=", "void")]
        code = self.env["giftcard.payment.code"].search(domain, order="issued_at desc, id desc", limit=1)
        return PaymentCodeState.from_record(code, fields.Datetime.now())
