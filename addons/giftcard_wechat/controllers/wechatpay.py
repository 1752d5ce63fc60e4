import base64
import logging

from odoo import http
from odoo.http import request

from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

from ..api.transaction import read_committed
from ..exceptions import PaymentRefused
from ..models.payment.payment_provider import NOTIFY_PATH
from ..wechatpay import protocol

_logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024


class WechatpayController(http.Controller):
    @http.route(
        f"{NOTIFY_PATH}/<int:provider_id>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def notify(self, provider_id):
        """What WeChat Pay tells of payments and refunds. It wants an empty answer, or a reason and comes again."""
        httprequest = request.httprequest
        if "Transfer-Encoding" in httprequest.headers or (httprequest.content_length or 0) > MAX_BODY:
            return self._fail("too large", 413)
        # Of two that come at once the second waits for the first and sees what it did.
        request.env.cr.rollback()
        read_committed(request.env.cr)
        # WeChat Pay is nobody here; its signature is what counts.
        notifications = request.env["giftcard.wechatpay.notification"].sudo()
        try:
            refusal = notifications._receive(provider_id, httprequest.headers, httprequest.get_data())
        except protocol.NotAuthentic as error:
            _logger.warning("Notification to provider %s from %s: %s", provider_id, httprequest.remote_addr, error)
            return self._fail("not authentic", 401)
        return self._fail("does not match", 400) if refusal else request.make_response("", status=204)

    @http.route("/payment/wechatpay/pay", type="http", auth="public", website=True, sitemap=False, csrf=False)
    def pay(self, **_params):
        """Show the QR code of the payment that this visitor has begun, and wait for what becomes of it."""
        # The session says which payment is the visitor's own.
        tx = PaymentPostProcessing()._get_monitored_transaction()
        if tx.provider_code != "wechatpay" or tx.state not in ("draft", "pending"):
            return request.redirect("/payment/status")
        values = {"tx": tx}
        try:
            image = request.env["ir.actions.report"].barcode("QR", tx._wechatpay_code_url(), width=240, height=240)
            values["image"] = f"data:image/png;base64,{base64.b64encode(image).decode()}"
        except PaymentRefused as refusal:
            values["refusal"] = str(refusal)
        return request.render("giftcard_wechat.wechatpay_pay", values)

    def _fail(self, message, status):
        return request.make_json_response({"code": "FAIL", "message": message}, status=status)
