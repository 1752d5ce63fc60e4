from datetime import timedelta, timezone

from odoo import fields, models

from ...exceptions import PaymentRefused, PaymentUnavailable
from ...wechatpay import protocol
from .payment_transaction import PAID

# Seconds: when a payment that nobody told of is first asked for, and how long a handle may be used.
FIRST_QUERY = 30
HANDLE_SECONDS = 2 * 3600 - 300
# At the till: how often to ask, when to give up, and from when on WeChat Pay lets an order be reversed.
TILL_QUERY = 5
TILL_SECONDS = 45
# The customer types a password.
CONFIRMING = ("USERPAYING", "ACCEPT")
_BEIJING = timezone(timedelta(hours=8))
# The customer was not charged, and this order will not be.
_TILL_REFUSALS = {
    "AUTH_CODE_EXPIRED",
    "AUTH_CODE_ERROR",
    "AUTH_CODE_INVALID",
    "APPID_MCHID_NOT_MATCH",
    "BUYER_MISMATCH",
    "INVALID_REQUEST",
    "MCH_NOT_EXISTS",
    "NOTENOUGH",
    "NOTSUPORTCARD",
    "NO_AUTH",
    "PARAM_ERROR",
    "RULELIMIT",
    "SIGN_ERROR",
    "TRADE_ERROR",
}


class PaymentTransaction(models.Model):
    """Orders at WeChat Pay. Each method calls outside first and writes afterwards; none is called with locks held."""

    _inherit = "payment.transaction"

    def _get_specific_rendering_values(self, processing_values):
        """The website leads to a page of ours that shows the QR code: nothing is asked of WeChat Pay before."""
        values = super()._get_specific_rendering_values(processing_values)
        if self.provider_code != "wechatpay":
            return values
        return {"api_url": "/payment/wechatpay/pay", "reference": self.reference}

    def _wechatpay_pay_parameters(self, openid, appid=None):
        """Order a payment in the mini program or an official account's page.

        :param openid: of the payer in that app
        :param appid: by default the provider's; it has to be bound to the merchant number
        :return: dict that ``wx.requestPayment`` takes; asking again gives the same order
        :raise PaymentRefused: or :class:`PaymentUnavailable`
        """
        appid = appid or self.provider_id.sudo().wechatpay_appid
        prepay_id = self._wechatpay_order("jsapi", appid, {self._wechatpay_openid_name(): openid})
        return protocol.pay_parameters(appid, prepay_id, self.provider_id.sudo()._wechatpay_signing_key())

    def _wechatpay_code_url(self):
        """:return: what the QR code says that the customer scans
        :raise PaymentRefused: or :class:`PaymentUnavailable`
        """
        return self._wechatpay_order("native", self.provider_id.sudo().wechatpay_appid)

    def _wechatpay_cancel(self):
        """Let nobody pay any more: closed at WeChat Pay by the cron, which settles what was paid meanwhile.

        For documents whose time is over, and tills that gave up, where what was charged goes back. Nothing is called
        outside now.
        """
        for tx in self:
            if tx.state == "draft" and not tx.wechatpay_sent_at:
                tx._set_canceled()
            elif tx.state in ("draft", "pending"):
                tx.write({"wechatpay_expires_at": fields.Datetime.now(), "wechatpay_given_up": True})
                tx._wechatpay_schedule(0)

    def _wechatpay_order(self, trade_type, appid, payer=None):
        """:return: ``prepay_id`` or ``code_url``, of the same order where one was made already"""
        self.ensure_one()
        self._ensure_provider_is_not_disabled()
        now = fields.Datetime.now()
        if self.state not in ("draft", "pending") or self.operation == "refund":
            raise PaymentRefused(self.env._("%s is not to be paid.", self.reference))
        if self.wechatpay_sent_at and (self.wechatpay_trade_type, self.wechatpay_appid) != (trade_type, appid):
            raise PaymentRefused(self.env._("%s is being paid in another way.", self.reference))
        expires_at = self.wechatpay_expires_at or now + timedelta(minutes=self.provider_id.sudo().wechatpay_minutes)
        if expires_at <= now:
            raise PaymentRefused(self.env._("The time to pay %s is over.", self.reference))
        if self.wechatpay_handle and self.wechatpay_sent_at > now - timedelta(seconds=HANDLE_SECONDS):
            return self.wechatpay_handle
        content = self._wechatpay_content(appid)
        content["notify_url"] = self.provider_id.sudo().wechatpay_notify_url
        content["time_expire"] = (
            fields.Datetime.context_timestamp(self.with_context(tz="UTC"), expires_at)
            .astimezone(_BEIJING)
            .isoformat(timespec="seconds")
        )
        if payer:
            content["payer"] = payer
        answer = self._wechatpay_call("POST", f"/{trade_type}", content)
        handle = answer.get("prepay_id") or answer.get("code_url")
        if not handle:
            raise PaymentUnavailable(self.env._("WeChat Pay's answer cannot be read."))
        self.write(
            {
                "wechatpay_trade_type": trade_type,
                "wechatpay_appid": appid,
                "wechatpay_handle": handle,
                "wechatpay_sent_at": now,
                "wechatpay_expires_at": expires_at,
            }
        )
        self._set_pending()
        self._wechatpay_schedule(FIRST_QUERY)
        return handle

    # === AT THE TILL === #

    def _wechatpay_till_begin(self):
        """Prepare a payment at the till. To be committed before :meth:`_wechatpay_till_charge`, which takes money."""
        self.ensure_one()
        self._ensure_provider_is_not_disabled()
        if self.state != "draft" or self.wechatpay_sent_at:
            raise PaymentRefused(self.env._("%s is not to be paid.", self.reference))
        now = fields.Datetime.now()
        self.write(
            {
                "wechatpay_trade_type": "codepay",
                "wechatpay_appid": self.provider_id.sudo().wechatpay_appid,
                "wechatpay_sent_at": now,
                "wechatpay_expires_at": now + timedelta(seconds=TILL_SECONDS),
            }
        )
        self._set_pending()
        self._wechatpay_schedule(TILL_SECONDS)

    def _wechatpay_till_charge(self, auth_code, store_code):
        """Charge the customer whose payment code was scanned; ``state`` tells what became of it.

        While it is pending the customer types a password, or no answer came: ask by :meth:`_wechatpay_ask`.

        :param auth_code: 18 digits, from the customer's phone
        :param store_code: the merchant's name of the store
        :raise PaymentRefused: when this is no payment code; nothing was sent
        """
        self.ensure_one()
        if not protocol.AUTH_CODE.fullmatch(auth_code or ""):
            raise PaymentRefused(self.env._("This is no payment code of WeChat Pay."))
        if self.state not in ("pending", "done", "cancel") or self.wechatpay_trade_type != "codepay":
            raise PaymentRefused(self.env._("%s is not to be paid.", self.reference))
        if self.state != "pending" or self.wechatpay_given_up or self.wechatpay_expires_at <= fields.Datetime.now():
            # This may be the second attempt, after the first met its settlement: nothing is charged any more.
            if self.state != "done":
                self._wechatpay_ask()
            return
        content = self._wechatpay_content(self.wechatpay_appid)
        content["payer"] = {"auth_code": auth_code}
        content["scene_info"] = {"store_info": {"out_id": store_code[:32]}}
        try:
            answer = self._wechatpay_call("POST", "/codepay", content)
        except PaymentUnavailable:
            # Charged or not: the query will tell.
            return
        except PaymentRefused as refusal:
            self._wechatpay_till_refused(refusal)
            return
        if answer.get("out_trade_no"):
            self._wechatpay_take(answer)

    def _wechatpay_till_refused(self, refusal):
        """A refusal may be one of the second attempt, after a conflict here: what WeChat Pay knows is what counts."""
        try:
            answer = self._wechatpay_ask_order()
        except PaymentRefused:
            return
        state = answer and answer.get("trade_state")
        if state in PAID:
            self._wechatpay_take(answer)
        elif state not in CONFIRMING and refusal.wechat_code in _TILL_REFUSALS:
            self._wechatpay_lock()
            self._set_error(str(refusal))
            self._wechatpay_settled()

    # === REQUESTS === #

    def _wechatpay_content(self, appid):
        """:return: dict, what all orders say; the same each time, as WeChat Pay wants repeated orders"""
        company, provider = self.company_id.name or "", self.provider_id.sudo()
        if provider.wechatpay_partner_mode and not self.wechatpay_sub_mchid:
            raise PaymentRefused(self.env._("The sub-merchant of %s is missing.", self.reference))
        return {
            **provider._wechatpay_merchant(self.wechatpay_sub_mchid, appid),
            "description": f"{company} {self.reference}".strip()[:120],
            "out_trade_no": self._wechatpay_number(self.reference),
            "amount": {"total": self._wechatpay_fen(), "currency": "CNY"},
        }

    def _wechatpay_openid_name(self):
        return "sp_openid" if self.provider_id.sudo().wechatpay_partner_mode else "openid"

    def _wechatpay_call(self, method, path, content=None):
        provider = self.provider_id.sudo()
        return provider._wechatpay_call(
            method, f"{provider._wechatpay_path()}{path}", content, reference=self.reference
        )

    def _wechatpay_ask_order(self):
        """:return: the order as WeChat Pay knows it; None where it knows none"""
        provider = self.provider_id.sudo()
        path = provider._wechatpay_query(self._wechatpay_number(self.reference), self.wechatpay_sub_mchid)
        try:
            return provider._wechatpay_call("GET", path, reference=self.reference)
        except PaymentRefused as refusal:
            if refusal.wechat_code != "ORDER_NOT_EXIST":
                raise
        return None

    def _wechatpay_close_order(self):
        """Close the order, at the till reverse it; what was charged goes back."""
        provider = self.provider_id.sudo()
        till = self.wechatpay_trade_type == "codepay"
        self._wechatpay_call(
            "POST",
            f"/out-trade-no/{self.reference}/{'reverse' if till else 'close'}",
            provider._wechatpay_merchant(self.wechatpay_sub_mchid, till and self.wechatpay_appid),
        )
