from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.http import request

from ..api.endpoint import PREFIX
from ..api.problems import Problem

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class FallbackController(http.Controller):
    @http.route(
        [PREFIX, f"{PREFIX}/<path:unknown>"],
        type="giftcard_api",
        auth="giftcard_guest",
        readonly=True,
        save_session=False,
    )
    def fallback(self, unknown=""):
        """What no operation answers: the path is unknown, or the method is not for it."""
        router = request.env["ir.http"].routing_map().bind_to_environ(request.httprequest.environ)
        if allowed := [method for method in METHODS if self._answers(router, method)]:
            raise Problem("method_not_allowed", allow=allowed)
        raise Problem("not_found")

    def _answers(self, router, method):
        try:
            rule, __ = router.match(request.httprequest.path, method=method, return_rule=True)
        except HTTPException:
            return False
        return "operation" in rule.endpoint.routing
