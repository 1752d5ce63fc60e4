from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo import models
from odoo.http import SAFE_HTTP_METHODS, request

from ..api import cors
from ..api.dispatcher import ApiDispatcher
from ..api.endpoint import PREFIX
from ..api.problems import Problem
from ..api.transaction import read_committed


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_giftcard_member(cls):
        """Act for the member whose bearer token (RFC 6750) the request carries."""
        cls._giftcard_begin()
        session = request.env["giftcard.api.token"]._authenticate(cls._giftcard_bearer())
        request.env["giftcard.api.rate"]._take("session", session.token_id)
        cls._giftcard_act_for(
            giftcard_member_id=session.member_id,
            giftcard_token_id=session.token_id,
            allowed_company_ids=[session.company_id],
        )

    @classmethod
    def _auth_method_giftcard_staff(cls):
        """Act as the clerk whose phone it is: with the rights of that user, and no more."""
        cls._giftcard_begin()
        session_id, user_id, company_id = request.env["giftcard.staff.session"]._authenticate(cls._giftcard_bearer())
        request.env["giftcard.api.rate"]._take("session", f"staff/{session_id}")
        context = {
            "lang": request.env.context.get("lang"),
            "giftcard_staff_session_id": session_id,
            "allowed_company_ids": [company_id],
        }
        request.update_env(user=user_id, context=context, su=False)

    @classmethod
    def _auth_method_giftcard_guest(cls):
        """Act for nobody: what is public, and logging in."""
        cls._giftcard_begin()
        cls._giftcard_act_for()

    @classmethod
    def _giftcard_bearer(cls):
        """:return: the bearer token of the request; who tries many comes to an end"""
        request.env["giftcard.api.rate"]._take("address", request.httprequest.remote_addr)
        scheme, __, token = request.httprequest.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem("unauthenticated")
        return token

    @classmethod
    def _giftcard_begin(cls):
        """Writes wait for locks in READ COMMITTED. Nothing was done yet, so the transaction may begin anew."""
        request.giftcard_origin = cors.allowed_origin(request)
        if request.httprequest.method not in SAFE_HTTP_METHODS:
            request.env.cr.rollback()
            read_committed(request.env.cr)

    @classmethod
    def _giftcard_act_for(cls, **member):
        """Enter the API's least-privilege user. But for the language nothing of the context comes from the request."""
        user_id = request.env["ir.model.data"]._xmlid_to_res_id("giftcard_wechat.user_api", raise_if_not_found=True)
        request.update_env(user=user_id, context={"lang": request.env.context.get("lang"), **member}, su=False)

    @classmethod
    def _match(cls, path_info):
        """A parameter out of range makes no path of ours, also where a path has two methods and werkzeug says 405."""
        try:
            return super()._match(path_info)
        except MethodNotAllowed:
            # No method is wrong under the prefix: the fallback takes all of them.
            if path_info.startswith(f"{PREFIX}/"):
                raise NotFound from None
            raise

    @classmethod
    def _handle_error(cls, exception):
        """Under the API's prefix every error is a problem, whatever route raised it."""
        if f"{request.httprequest.path}/".startswith(f"{PREFIX}/"):
            return ApiDispatcher(request).handle_error(exception)
        return super()._handle_error(exception)
