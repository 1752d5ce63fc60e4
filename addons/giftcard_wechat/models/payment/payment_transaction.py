import re
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment import utils as payment_utils

from ...exceptions import PaymentRefused
from ...wechatpay import protocol

PAID = ("SUCCESS", "REFUND")


class PaymentTransaction(models.Model):
    """A payment or refund by WeChat Pay: what it is, and what WeChat Pay's word about it changes.

    ``reference`` is WeChat Pay's ``out_trade_no``, of a refund its ``out_refund_no``; ``provider_reference`` is WeChat
    Pay's own number. What is sent is in the files beside this one.
    """

    _inherit = "payment.transaction"

    wechatpay_trade_type = fields.Selection(
        [("jsapi", "Mini program"), ("native", "QR code"), ("codepay", "At the till")],
        string="Paid By",
        readonly=True,
        copy=False,
    )
    wechatpay_appid = fields.Char(string="WeChat App ID", readonly=True, copy=False)
    wechatpay_sub_mchid = fields.Char(string="Sub-Merchant Number", copy=False)
    wechatpay_handle = fields.Char(
        string="Order Handle",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="prepay_id, or address of the QR code.",
    )
    wechatpay_sent_at = fields.Datetime(string="Sent to WeChat Pay", readonly=True, copy=False)
    wechatpay_expires_at = fields.Datetime(string="To Be Paid Until", readonly=True, copy=False)
    wechatpay_given_up = fields.Boolean(string="Given Up", readonly=True, copy=False)
    wechatpay_paid_at = fields.Datetime(string="Settled at WeChat Pay", readonly=True, copy=False)
    wechatpay_refunded = fields.Monetary(
        string="Refunded or Being Refunded", currency_field="currency_id", readonly=True, copy=False
    )
    # What is still to be done at WeChat Pay, and when. Empty once nothing is.
    wechatpay_due_at = fields.Datetime(string="Next Query", readonly=True, copy=False)
    wechatpay_tries = fields.Integer(readonly=True, copy=False)

    _wechatpay_due_idx = models.Index("(wechatpay_due_at) WHERE wechatpay_due_at IS NOT NULL")
    _wechatpay_refunded_check = models.Constraint(
        "CHECK (wechatpay_refunded IS NULL OR (wechatpay_refunded >= 0 AND wechatpay_refunded <= abs(amount)))",
        "No more is refunded than was paid.",
    )

    @api.model
    def _compute_reference(self, provider_code, prefix=None, separator="-", **kwargs):
        """WeChat Pay takes 32 letters, digits, "-" and "_", each number once for ever and for all databases."""
        is_refund = prefix and self.sudo().search_count([("reference", "=", prefix.removeprefix("R-"))], limit=1)
        if provider_code != "wechatpay" or is_refund:
            return super()._compute_reference(provider_code, prefix=prefix, separator=separator, **kwargs)
        prefix = prefix or self.sudo()._compute_reference_prefix(separator, **kwargs) or "tx"
        prefix = re.sub(r"[^0-9A-Za-z]+", "-", prefix).strip("-") or "tx"
        prefix = payment_utils.singularize_reference_prefix(prefix=prefix, max_length=28)
        return super()._compute_reference(provider_code, prefix=prefix, separator="-", **kwargs)

    @api.model
    def _get_specific_create_values(self, provider_code, values):
        result = super()._get_specific_create_values(provider_code, values)
        if provider_code == "wechatpay":
            source = self.browse(values.get("source_transaction_id"))
            provider = self.env["payment.provider"].browse(values["provider_id"]).sudo()
            if provider.wechatpay_partner_mode:
                result["wechatpay_sub_mchid"] = (
                    source.wechatpay_sub_mchid or values.get("wechatpay_sub_mchid") or provider.wechatpay_sub_mchid
                )
        return result

    # === WHAT WECHAT PAY SAYS === #

    @api.model
    def _extract_reference(self, provider_code, payment_data):
        if provider_code != "wechatpay":
            return super()._extract_reference(provider_code, payment_data)
        return payment_data.get("out_refund_no") or payment_data.get("out_trade_no")

    def _extract_amount_data(self, payment_data):
        if self.provider_code != "wechatpay":
            return super()._extract_amount_data(payment_data)
        amount = payment_data.get("amount") or {}
        if self.operation != "refund" and payment_data.get("trade_state") not in PAID:
            return None
        fen = amount.get("refund" if self.operation == "refund" else "total")
        # Notifications of refunds name no currency; only yuan can be refunded.
        return {"amount": fen and fen / 100, "currency_code": amount.get("currency", "CNY")}

    def _wechatpay_mismatch(self, data):
        """Compare the word of WeChat Pay with what was asked for: merchant, app, number, amount, currency.

        :param data: an order or refund as notifications and queries show it
        :return: what does not match, as text for staff; nothing where all does
        """
        provider, refund = self.provider_id.sudo(), self.operation == "refund"
        prefix = "sp_" if provider.wechatpay_partner_mode else ""
        order = self.source_transaction_id if refund else self
        expected = {f"{prefix}mchid": provider.wechatpay_mchid, "out_trade_no": order.reference}
        if prefix:
            expected["sub_mchid"] = self.wechatpay_sub_mchid
        if refund:
            expected["out_refund_no"] = self.reference
        else:
            expected[f"{prefix}appid"] = self.wechatpay_appid
        # Answers about refunds do not repeat the merchant, who signed the question.
        optional = {f"{prefix}mchid", "sub_mchid"} if refund and "status" in data else set()
        for name, value in expected.items():
            if data.get(name) != value and not (name in optional and name not in data):
                return self.env._(
                    "%(name)s is %(found)s and not %(wanted)s", name=name, found=data.get(name), wanted=value
                )
        amounts = {"total": order._wechatpay_fen()}
        if refund:
            amounts["refund"] = self._wechatpay_fen()
        elif data.get("trade_state") not in PAID:
            return None
        amount = data.get("amount") if isinstance(data.get("amount"), dict) else {}
        for name, value in amounts.items():
            if type(amount.get(name)) is not int or amount[name] != value:
                return self.env._(
                    "%(name)s is %(found)s fen and not %(wanted)s", name=name, found=amount.get(name), wanted=value
                )
        if amount.get("currency", "CNY" if refund else None) != self.currency_id.name:
            return self.env._("the currency is %s", amount.get("currency"))
        return None

    def _wechatpay_take(self, data):
        """Let an authentic word of WeChat Pay change the transaction, exactly once.

        Late, repeated and reordered words are harmless: the row is locked, and a settled state is not left.

        :param data: an order or refund as notifications and queries show it
        :raise PaymentRefused: when it does not match what was asked for; nothing was changed
        """
        self._wechatpay_lock()
        mismatch = self._wechatpay_mismatch(data)
        if mismatch:
            raise PaymentRefused(
                self.env._("%(reference)s: %(mismatch)s", reference=self.reference, mismatch=mismatch), "MISMATCH"
            )
        self._process("wechatpay", data)

    def _wechatpay_lock(self):
        self.ensure_one()
        self.flush_recordset()
        self.env.execute_query(SQL("SELECT id FROM payment_transaction WHERE id = %s FOR UPDATE", self.id))
        self.invalidate_recordset()

    def _apply_updates(self, payment_data):
        if self.provider_code != "wechatpay":
            return super()._apply_updates(payment_data)
        if self.operation == "refund":
            return self._wechatpay_apply_refund(payment_data)
        state = payment_data.get("trade_state")
        if state in PAID and self.wechatpay_trade_type == "codepay" and self.wechatpay_given_up:
            self._wechatpay_apply_given_up(payment_data)
        elif state in PAID:
            self._wechatpay_apply_paid(payment_data)
        elif state in ("CLOSED", "REVOKED"):
            self._set_canceled()
            self._wechatpay_settled()
        elif state == "PAYERROR":
            self._set_error(payment_data.get("trade_state_desc") or self.env._("The payment failed."))
            self._wechatpay_settled()
        else:
            self._set_pending()
        return None

    def _wechatpay_apply_paid(self, data):
        self.provider_reference = data.get("transaction_id")
        self.wechatpay_paid_at = self.wechatpay_paid_at or _moment(data.get("success_time"))
        # The money is there, whatever was thought before.
        self._set_done(extra_allowed_states=("cancel",))
        self._wechatpay_settled()

    def _wechatpay_apply_given_up(self, data):
        """The till gave the payment up: what was charged goes back, and pays no order."""
        if self.state in ("draft", "pending"):
            # The cron reverses it, or has done so just now.
            self._wechatpay_schedule(0)
        elif self.state != "done" and data["trade_state"] == "SUCCESS":
            # Charged after it was closed.
            self._wechatpay_apply_paid(data)
            # Who asks need not have a right to refund.
            self.sudo()._refund()

    def _wechatpay_settled(self):
        self.write({"wechatpay_due_at": False, "wechatpay_tries": 0})
        if not self.is_post_processed:
            # The documents follow in a transaction of their own.
            self.env.ref("payment.cron_post_process_payment_tx").sudo()._trigger()

    def _wechatpay_fen(self):
        """:return: the amount in fen, positive"""
        return abs(round(self.amount * 100))

    def _wechatpay_schedule(self, seconds):
        """Let the cron look after the transaction in so many seconds, whatever becomes of this process."""
        due_at = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"wechatpay_due_at": due_at})
        self.env.ref("giftcard_wechat.cron_wechatpay_settle").sudo()._trigger(at=due_at)

    @api.model
    def _wechatpay_number(self, number):
        """:raise PaymentRefused: when WeChat Pay would not take this number"""
        if not protocol.OUT_TRADE_NO.fullmatch(number):
            raise PaymentRefused(self.env._("WeChat Pay does not take %s as the number of an order.", number))
        return number


def _moment(text):
    """:return: RFC 3339 time as UTC without zone; now where there is none"""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError):
        return fields.Datetime.now()
