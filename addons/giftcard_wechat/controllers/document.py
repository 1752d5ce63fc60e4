from odoo import http
from odoo.http import request

from ..api.endpoint import PREFIX
from ..api.openapi import build, operations
from ..api.page import describe, prose, type_of
from ..api.problems import PROBLEM_TYPES


class DocumentController(http.Controller):
    @http.route(
        f"{PREFIX}/openapi.json",
        type="http",
        auth="giftcard_guest",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def openapi(self):
        """The OpenAPI document of the installed routes."""
        return request.make_json_response(build(self._routing_map()))

    @http.route(
        f"{PREFIX}/docs", type="http", auth="giftcard_guest", methods=["GET"], readonly=True, save_session=False
    )
    def docs(self):
        """The same for people: one page that needs nothing from other hosts."""
        document = build(self._routing_map())
        lang = request.env.lang or "en_US"
        values = {
            "document": document,
            "lang": lang.replace("_", "-"),
            "operations": [
                describe(document, operation, description) for operation, description in operations(self._routing_map())
            ],
            "prefix": PREFIX,
            "problem_types": [
                (kind.code, kind.status, kind.title._translate(lang))
                for kind in sorted(PROBLEM_TYPES.values(), key=lambda kind: (kind.status, kind.code))
            ],
            "prose": prose,
            "type_of": type_of,
        }
        # The page shows what is in the document, which is public; views are not the guest's to read.
        page = request.env["ir.qweb"].sudo()._render("giftcard_wechat.api_docs", values)
        return request.make_response(
            f"<!DOCTYPE html>\n{page}",
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'"),
            ],
        )

    def _routing_map(self):
        return request.env["ir.http"].routing_map()
