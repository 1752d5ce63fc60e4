from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.giftcard_points.exceptions import CodeNotAccepted, TooManyAttempts


class GiftcardPaymentCode(models.Model):
    """Codes that are scanned without a till: taken, and used up, in the transaction that takes the value."""

    _inherit = "giftcard.payment.code"

    @api.model
    def _take_for(self, text, store):
        """The guarded statement that lets one of several scans win.

        :param text: as scanned
        :param store: ``giftcard.store``
        :return: the code; it is to be used up by :meth:`_used_by` before the transaction ends
        :raise CodeNotAccepted: when it is none, too old or used
        :raise TooManyAttempts: when the store has to wait
        """
        digest = self._digest(text)
        known = self.env.execute_query(SQL("SELECT FROM giftcard_payment_code WHERE digest = %s", digest))
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE giftcard_payment_code SET state = 'bound', order_uuid = %s
                 WHERE digest = %s AND state = 'issued' AND expires_at >= %s
                   AND EXISTS (SELECT FROM res_partner
                                WHERE res_partner.id = partner_id AND member_state = 'active')
             RETURNING id
                """,
                str(uuid4()),
                digest,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)
        result, pause = self.env["giftcard.code.attempt"]._record(
            "accepted" if rows else "unusable" if known else "wrong",
            store_id=store.id,
            hint=None if rows or known else str(text or "")[-2:],
        )
        if pause:
            raise TooManyAttempts(self.env._("Too many wrong codes. Try again in %s minutes.", -(-pause // 60)), pause)
        if result != "accepted":
            raise CodeNotAccepted(self.env._("This payment code is not accepted. Ask for a new one."))
        return self.browse(rows[0])

    def _used_by(self, operation):
        """:param operation: that took the value"""
        self.env.execute_query(
            SQL(
                "UPDATE giftcard_payment_code SET state = 'used', operation_id = %s WHERE id = %s RETURNING id",
                operation.id,
                self.id,
            )
        )
        self.invalidate_recordset(flush=False)
