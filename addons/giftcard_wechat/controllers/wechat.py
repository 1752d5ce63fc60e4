import logging

from odoo import http
from odoo.http import request

from ..api.endpoint import endpoint
from ..api.transaction import read_committed
from ..models.wechat.giftcard_wechat_app_messages import MESSAGE_PATH
from ..schemas.wechat import PageSignature, WebPage
from ..wechat.messages import NotAuthentic

_logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024


class WechatController(http.Controller):
    @http.route(
        f"{MESSAGE_PATH}/<int:app_id>/messages",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
    )
    def messages(self, app_id, **query):
        """What WeChat pushes. It wants "success" within five seconds, else it comes again."""
        httprequest = request.httprequest
        if "Transfer-Encoding" in httprequest.headers or (httprequest.content_length or 0) > MAX_BODY:
            return self._text("too large", 413)
        # Of two that come at once the second waits for the first and sees what it did.
        request.env.cr.rollback()
        read_committed(request.env.cr)
        # WeChat is nobody here; its signature is what counts.
        events = request.env["giftcard.wechat.event"].sudo()
        query = httprequest.args.to_dict()
        try:
            if httprequest.method == "GET":
                return self._text(events._echo(app_id, query))
            events._receive(app_id, query, httprequest.get_data())
        except NotAuthentic as error:
            _logger.warning("Message to app %s from %s: %s", app_id, httprequest.remote_addr, error)
            return self._text("not authentic", 401)
        return self._text("success")

    @endpoint(
        "POST",
        "/wechat/page-signature",
        summary="Sign a page for the JS-SDK",
        tag="wechat",
        body=WebPage,
        answer=PageSignature,
        member=False,
        problems=["wechat_refused", "wechat_unavailable"],
    )
    def sign_page(self, body):
        """What a page in WeChat's browser passes to `wx.config`, for the merchant's official account."""
        return self.env["giftcard.api.wechat"]._sign_page(body)

    def _text(self, text, status=200):
        headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
        return request.make_response(text, headers, status=status)
