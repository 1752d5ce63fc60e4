from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment.logging import get_payment_logger

from ...exceptions import PaymentRefused
from ...wechatpay import protocol

_logger = get_payment_logger(__name__)

_REFERENCE = {"TRANSACTION": "out_trade_no", "REFUND": "out_refund_no"}


class GiftcardWechatpayNotification(models.Model):
    """A notification that WeChat Pay has signed: each one acts once, however often and in whatever order it comes.

    What it said is in the transaction; here is that it came, and why it was refused.
    """

    _name = "giftcard.wechatpay.notification"
    _description = "Notification of WeChat Pay"
    _order = "id desc"
    _rec_name = "number"
    _log_access = False

    provider_id = fields.Many2one("payment.provider", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    number = fields.Char(string="Notification ID", required=True, readonly=True)
    event_type = fields.Char(string="Event", required=True, readonly=True)
    transaction_id = fields.Many2one("payment.transaction", readonly=True, index="btree_not_null", ondelete="set null")
    received_at = fields.Datetime(required=True, readonly=True)
    times = fields.Integer(string="Times Received", required=True, readonly=True)
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("ignored", "Ignored"), ("refused", "Refused")],
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)

    _number_uniq = models.UniqueIndex("(provider_id, number)")

    @api.model
    def _receive(self, provider_id, headers, body):
        """Act on a notification.

        The order of the checks is that of the protocol: headers, time, serial, signature and encryption; then merchant,
        app, number, amount and currency; then the row is locked, and only what is new changes it.

        :param body: bytes
        :return: reason of a refusal, None where the notification was taken, now or before
        :raise NotAuthentic: nothing was changed
        """
        provider = self.env["payment.provider"].browse(provider_id).exists()
        if provider.code != "wechatpay" or provider.state == "disabled":
            raise protocol.NotAuthentic("unknown merchant")
        protocol.authenticate(headers, body, provider._wechatpay_trusted())
        number, event_type, content = protocol.notification(body, provider.wechatpay_apiv3_key or "")
        notification = self._remember(provider, number, event_type)
        # A refused one may come again after its cause was mended.
        if notification.state in ("done", "ignored"):
            return None
        return notification._act(content)

    def _remember(self, provider, number, event_type):
        """:return: the record; of two that come at once one waits here for the other"""
        [[record_id]] = self.env.execute_query(
            SQL(
                """
                INSERT INTO giftcard_wechatpay_notification AS known
                            (provider_id, company_id, number, event_type, received_at, times, state)
                VALUES (%(provider)s, %(company)s, %(number)s, %(event)s, now() AT TIME ZONE 'UTC', 1, 'new')
                    ON CONFLICT (provider_id, number) DO UPDATE SET times = known.times + 1
             RETURNING id
                """,
                provider=provider.id,
                company=provider.company_id.id,
                number=number,
                event=event_type,
            )
        )
        notification = self.browse(record_id)
        notification.invalidate_recordset()
        return notification

    def _act(self, content):
        """:return: reason of a refusal, or None"""
        name = _REFERENCE.get(self.event_type.partition(".")[0])
        if not name:
            self.state = "ignored"
            return None
        domain = [("provider_id", "=", self.provider_id.id), ("reference", "=", content.get(name) or "")]
        self.transaction_id = self.env["payment.transaction"].search(domain)
        try:
            if not self.transaction_id:
                raise PaymentRefused(self.env._("No payment has this number: %s", content.get(name)))
            self.transaction_id._wechatpay_take(content)
        except PaymentRefused as refusal:
            _logger.error("Notification %s of provider %s: %s", self.number, self.provider_id.id, refusal)
            self.write({"state": "refused", "reason": str(refusal)})
            return str(refusal)
        self.write({"state": "done", "reason": False})
        return None

    @api.autovacuum
    def _gc_done(self):
        # WeChat Pay repeats for a day; staff look at those that were refused.
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM giftcard_wechatpay_notification
                 WHERE state IN ('done', 'ignored') AND received_at < now() AT TIME ZONE 'UTC' - interval '90 days'
             RETURNING id
                """
            )
        )
        self.invalidate_model(flush=False)
        return len(rows), 0
