from datetime import datetime, timedelta, timezone

from odoo import fields, models

from .giftcard_wechat_sending import LATER

# WeChat Pay tells the platform of a payment some seconds after it tells us.
_NOT_THERE_YET = 10060001
# Shipped, or shipped with the same words, already.
_DONE = (10060002, 10060023, 268440065)
# Seconds after which it is looked again whether the goods have left, should nothing have told so.
LOOK_AGAIN = 6 * 3600
_TYPES = {"express": 1, "local": 2, "virtual": 3, "pickup": 4}
_BEIJING = timezone(timedelta(hours=8))


class GiftcardWechatShipping(models.Model):
    """That what was paid for in the mini program has been handed over: WeChat wants to know it within 48 hours.

    Interface ``upload_shipping_info``. Money that WeChat is not told of stays frozen.
    """

    _name = "giftcard.wechat.shipping"
    _inherit = "giftcard.wechat.sending"
    _description = "Shipping Information for WeChat"
    _order = "id desc"
    _rec_name = "transaction_id"
    _log_access = False

    _path = "wxa/sec/order/upload_shipping_info"
    _cron = "giftcard_wechat.cron_wechat_shipping"
    _delays = (10, 60, 600, 3600, 10800, 21600, 43200)

    transaction_id = fields.Many2one(
        "payment.transaction", required=True, readonly=True, index=True, ondelete="cascade"
    )
    app_id = fields.Many2one("giftcard.wechat.app", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    way = fields.Selection(
        [("express", "Express"), ("local", "Own Courier"), ("virtual", "Virtual"), ("pickup", "Pickup")], readonly=True
    )
    paid_at = fields.Datetime(readonly=True)
    due_until = fields.Datetime(string="WeChat Waits Until", compute="_compute_due_until")

    _transaction_uniq = models.UniqueIndex("(transaction_id)")
    _due_index = models.Index("(due_at) WHERE state = 'waiting'")

    def _compute_due_until(self):
        for shipping in self:
            shipping.due_until = shipping.paid_at and shipping.paid_at + timedelta(hours=48)

    def _look_now(self):
        """The goods have left, or are ready: do not wait until it is looked again."""
        waiting = self.filtered(lambda shipping: shipping.state == "waiting")
        if waiting:
            waiting.write({"due_at": fields.Datetime.now(), "tries": 0})
            waiting._trigger()

    def _app(self):
        return self.app_id

    def _prepare(self):
        transaction = self.transaction_id
        if transaction._wechat_handed_back():
            self._die(self.env._("Nothing is handed over: it was cancelled or paid back."))
            return None
        found = transaction._wechat_handover()
        if not found:
            # Waiting for the goods is no failure.
            self.tries = 0
            self._later(LOOK_AGAIN, self.env._("The goods are still here."))
            return None
        self.way, parcels = found
        return {
            "order_key": {"order_number_type": 2, "transaction_id": transaction.provider_reference},
            "logistics_type": _TYPES[self.way],
            "delivery_mode": 1 if len(parcels) == 1 else 2,
            "is_all_delivered": True,
            "shipping_list": parcels,
            "upload_time": datetime.now(_BEIJING).isoformat(timespec="milliseconds"),
            "payer": {"openid": transaction.wechat_openid},
        }

    def _refused(self, refusal):
        if refusal.errcode in _DONE:
            self._delivered({})
        elif refusal.errcode in (_NOT_THERE_YET, *LATER):
            self._again(str(refusal))
        else:
            self._die(str(refusal))
