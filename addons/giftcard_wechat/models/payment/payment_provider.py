import json

import requests

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.urls import urljoin

from odoo.addons.payment.logging import get_payment_logger

from ...exceptions import PaymentRefused, PaymentUnavailable
from ...wechatpay import protocol

_logger = get_payment_logger(__name__)

NOTIFY_PATH = "/payment/wechatpay/notify"


class PaymentProvider(models.Model):
    """WeChat Pay, API v3, for a merchant of its own or for merchants of a service provider."""

    _inherit = "payment.provider"

    code = fields.Selection(selection_add=[("wechatpay", "WeChat Pay")], ondelete={"wechatpay": "set default"})
    wechatpay_mchid = fields.Char(
        string="Merchant Number", required_if_provider="wechatpay", copy=False, groups="base.group_system"
    )
    wechatpay_appid = fields.Char(
        string="App ID",
        required_if_provider="wechatpay",
        copy=False,
        groups="base.group_system",
        help="Mini program or official account that is bound to the merchant number, e.g. wx0123456789abcdef.",
    )
    wechatpay_serial_no = fields.Char(
        string="Serial Number of the API Certificate",
        required_if_provider="wechatpay",
        copy=False,
        groups="base.group_system",
    )
    wechatpay_private_key = fields.Text(
        string="Private Key of the API Certificate",
        required_if_provider="wechatpay",
        copy=False,
        groups="base.group_system",
        help="Content of the file apiclient_key.pem.",
    )
    wechatpay_apiv3_key = fields.Char(
        string="API v3 Key", required_if_provider="wechatpay", copy=False, groups="base.group_system"
    )
    wechatpay_key_mode = fields.Selection(
        [("public_key", "WeChat Pay's public key"), ("certificate", "Platform certificates")],
        string="WeChat Pay Signs With",
        default="public_key",
        required=True,
        groups="base.group_system",
        help="New merchants have a public key. Certificates are fetched by themselves, twice a day.",
    )
    wechatpay_key_ids = fields.One2many(
        "giftcard.wechatpay.key", "provider_id", string="Trusted Keys", groups="base.group_system"
    )
    wechatpay_partner_mode = fields.Boolean(
        string="Service Provider",
        groups="base.group_system",
        help="The merchant number is a service provider's and collects for other merchants.",
    )
    wechatpay_sub_mchid = fields.Char(
        string="Sub-Merchant Number",
        copy=False,
        groups="base.group_system",
        help="For whom a service provider collects, where the payment does not name another merchant.",
    )
    wechatpay_minutes = fields.Integer(
        string="Minutes to Pay",
        default=30,
        groups="base.group_system",
        help="After this time an order that was not paid is closed.",
    )
    wechatpay_api_url = fields.Char(
        string="API Address", default="https://api.mch.weixin.qq.com", groups="base.group_system"
    )
    wechatpay_notify_url = fields.Char(
        string="Notification Address", compute="_compute_wechatpay_notify_url", groups="base.group_system"
    )

    @api.constrains("code", "wechatpay_private_key", "wechatpay_apiv3_key", "wechatpay_minutes")
    def _check_wechatpay_keys(self):
        for provider in self.filtered(lambda provider: provider.code == "wechatpay"):
            if provider.wechatpay_private_key:
                try:
                    protocol.private_key(provider.wechatpay_private_key)
                except (ValueError, TypeError):
                    raise ValidationError(self.env._("The private key cannot be read: paste the whole file.")) from None
            if provider.wechatpay_apiv3_key and len(provider.wechatpay_apiv3_key.encode()) != 32:
                raise ValidationError(self.env._("The API v3 key has 32 characters."))
            if not 5 <= provider.wechatpay_minutes <= 7 * 24 * 60:
                raise ValidationError(self.env._("The time to pay is between 5 minutes and 7 days."))

    @api.constrains("code", "state", "wechatpay_partner_mode", "wechatpay_key_mode", "wechatpay_key_ids")
    def _check_wechatpay_complete(self):
        for provider in self.filtered(lambda provider: provider.code == "wechatpay" and provider.state != "disabled"):
            if provider.wechatpay_key_mode == "public_key" and not provider._wechatpay_public_key():
                raise ValidationError(self.env._("WeChat Pay's public key is missing."))

    @api.depends("code")
    def _compute_wechatpay_notify_url(self):
        for provider in self:
            # The merchant is part of the path: WeChat Pay takes no query string.
            path = f"{NOTIFY_PATH}/{provider._origin.id}" if provider.code == "wechatpay" else ""
            provider.wechatpay_notify_url = path and urljoin(provider.get_base_url(), path)

    def _compute_feature_support_fields(self):
        result = super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == "wechatpay").support_refund = "partial"
        return result

    def _get_supported_currencies(self):
        currencies = super()._get_supported_currencies()
        return currencies.filtered(lambda currency: currency.name == "CNY") if self.code == "wechatpay" else currencies

    def _get_default_payment_method_codes(self):
        if self.code == "wechatpay":
            return {"wechat_pay"}
        return super()._get_default_payment_method_codes()

    def _get_reset_values(self):
        if self.code != "wechatpay":
            return super()._get_reset_values()
        names = ("mchid", "appid", "serial_no", "private_key", "apiv3_key", "sub_mchid")
        return {f"wechatpay_{name}": False for name in names}

    # === ACTIONS === #

    def action_wechatpay_test(self):
        """Ask WeChat Pay for an order that does not exist: a signed "no" proves address, merchant and keys.

        :raise ValidationError: with what is wrong
        """
        self.ensure_one()
        self.check_access("write")
        if self.wechatpay_key_mode == "certificate":
            # Fetching decrypts with the API v3 key, so this one is proved too.
            self._wechatpay_fetch_certificates()
        try:
            self._wechatpay_call("GET", self._wechatpay_query("connection-test"))
        except PaymentRefused as error:
            if error.wechat_code != "ORDER_NOT_EXIST" or not error.signed:
                raise
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("WeChat Pay answers, and the keys are right.")},
        }

    # === REQUESTS === #

    def _wechatpay_call(self, method, path, content=None, **kwargs):
        """Send one signed request.

        :param path: with the query string
        :param content: dict, the body
        :return: dict of the verified answer; bytes with ``file=True``
        :raise PaymentRefused: WeChat Pay says no, ``wechat_code`` says why
        :raise PaymentUnavailable: no answer that can be trusted
        """
        data = json.dumps(content, ensure_ascii=False).encode() if content is not None else None
        return self._send_api_request(method, path, data=data, **kwargs)

    def _send_api_request(self, method, endpoint, **kwargs):
        if self.code != "wechatpay":
            return super()._send_api_request(method, endpoint, **kwargs)
        with self.env["giftcard.circuit"]._guard(f"wechatpay {self.id}"):
            try:
                return super()._send_api_request(method, endpoint, **kwargs)
            except PaymentRefused:
                raise
            except (ValidationError, requests.RequestException) as error:
                raise PaymentUnavailable(self.env._("WeChat Pay does not answer.")) from error

    def _build_request_url(self, endpoint, **kwargs):
        if self.code != "wechatpay":
            return super()._build_request_url(endpoint, **kwargs)
        return f"{self.wechatpay_api_url.rstrip('/')}{endpoint}"

    def _build_request_headers(self, method, endpoint, payload, **kwargs):
        if self.code != "wechatpay":
            return super()._build_request_headers(method, endpoint, payload, **kwargs)
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "giftcard_wechat",
            "Authorization": protocol.authorization(
                self.wechatpay_mchid,
                protocol.normal_serial(self.wechatpay_serial_no),
                self._wechatpay_signing_key(),
                method,
                endpoint,
                (payload or b"").decode(),
            ),
        }
        if self.wechatpay_key_mode == "public_key":
            headers["Wechatpay-Serial"] = self._wechatpay_public_key().serial
        return headers

    def _parse_response_content(self, response, file=False, trust=None, **kwargs):
        if self.code != "wechatpay":
            return super()._parse_response_content(response, **kwargs)
        if file:
            return response.content
        self._wechatpay_authenticate(response, trust)
        try:
            return response.json() if response.content else {}
        except ValueError:
            raise PaymentUnavailable(self.env._("WeChat Pay's answer cannot be read.")) from None

    def _parse_response_error(self, response):
        if self.code != "wechatpay":
            return super()._parse_response_error(response)
        try:
            content = response.json()
        except ValueError:
            content = None
        if not isinstance(content, dict) or not content.get("code") or response.status_code >= 500:
            raise PaymentUnavailable(self.env._("WeChat Pay is out of order (HTTP %s).", response.status_code))
        # A "no" that is signed is WeChat Pay's; to one before the check of who asks no signature is promised.
        signed = "Wechatpay-Signature" in response.headers
        if signed:
            self._wechatpay_authenticate(response)
        raise PaymentRefused(
            self.env._("WeChat Pay: %(message)s (%(code)s)", message=content.get("message"), code=content["code"]),
            content["code"],
            signed,
        )

    def _wechatpay_authenticate(self, response, trust=None):
        try:
            protocol.authenticate(
                response.headers, response.content, self._wechatpay_trusted() if trust is None else trust(response)
            )
        except protocol.NotAuthentic as error:
            _logger.error("An answer to provider %s is not WeChat Pay's: %s", self.id, error)
            raise PaymentUnavailable(self.env._("The answer was not signed by WeChat Pay.")) from None

    def _log_request(self, method, url, payload, *, reference=None):
        if self.code != "wechatpay":
            return super()._log_request(method, url, payload, reference=reference)
        # Bodies hold who pays, and payment codes.
        _logger.info("%s %s for %s", method, url.partition("?")[0], reference or self.id)

    def _log_response(self, response, *, reference=None):
        if self.code != "wechatpay":
            return super()._log_response(response, reference=reference)
        _logger.info(
            "HTTP %s to %s for %s, request %s",
            response.status_code,
            response.url.partition("?")[0],
            reference or self.id,
            response.headers.get("Request-ID"),
        )

    # === KEYS === #

    def _wechatpay_signing_key(self):
        try:
            return protocol.private_key(self.wechatpay_private_key)
        except (ValueError, TypeError):
            raise PaymentRefused(self.env._("The merchant's private key is missing.")) from None

    def _wechatpay_public_key(self):
        """:return: the newest public key of WeChat Pay, as ``giftcard.wechatpay.key``"""
        return self.wechatpay_key_ids.filtered(lambda key: key.serial.startswith(protocol.PUBLIC_KEY_PREFIX))[:1]

    def _wechatpay_trusted(self):
        return self.wechatpay_key_ids._trusted()

    def _wechatpay_fetch_certificates(self):
        """Fetch the platform certificates; the list is trusted as it is encrypted with the API v3 key."""
        fetched = {}

        def trust(response):
            for item in response.json()["data"]:
                pem = protocol.decrypt(self.wechatpay_apiv3_key or "", item["encrypt_certificate"]).decode()
                fetched[protocol.certificate_period(pem)[0]] = pem
            return {serial: protocol.public_key(pem) for serial, pem in fetched.items()}

        try:
            self._wechatpay_call("GET", "/v3/certificates", trust=trust)
        except (ValueError, KeyError, TypeError):
            raise PaymentUnavailable(self.env._("WeChat Pay's answer cannot be read.")) from None
        known = set(self.with_context(active_test=False).wechatpay_key_ids.mapped("serial"))
        self.env["giftcard.wechatpay.key"].create(
            [
                {"provider_id": self.id, "serial": serial, "pem": pem}
                for serial, pem in fetched.items()
                if serial not in known
            ]
        )

    @api.model
    def _cron_wechatpay_certificates(self):
        providers = self.search([("code", "=", "wechatpay"), ("state", "!=", "disabled")])
        for provider in providers.filtered(lambda provider: provider.wechatpay_key_mode == "certificate"):
            try:
                provider._wechatpay_fetch_certificates()
            except PaymentRefused as error:
                _logger.warning("No certificates for provider %s: %s", provider.id, error)
            self.env["ir.cron"]._commit_progress(1)

    # === MERCHANTS === #

    def _wechatpay_query(self, out_trade_no, sub_mchid=None):
        """:return: path that asks for an order"""
        base = self._wechatpay_path()
        if self.wechatpay_partner_mode:
            merchant = f"sp_mchid={self.wechatpay_mchid}&sub_mchid={sub_mchid or self.wechatpay_sub_mchid}"
        else:
            merchant = f"mchid={self.wechatpay_mchid}"
        return f"{base}/out-trade-no/{out_trade_no}?{merchant}"

    def _wechatpay_path(self):
        return f"/v3/pay{'/partner' if self.wechatpay_partner_mode else ''}/transactions"

    def _wechatpay_merchant(self, sub_mchid=None, appid=None):
        """:return: dict that says in a request whose money it is
        :param appid: to be named too
        """
        if self.wechatpay_partner_mode:
            names = {"sp_mchid": self.wechatpay_mchid, "sub_mchid": sub_mchid or self.wechatpay_sub_mchid}
            return {**names, "sp_appid": appid} if appid else names
        names = {"mchid": self.wechatpay_mchid}
        return {**names, "appid": appid} if appid else names
