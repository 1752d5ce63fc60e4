import hashlib
import json
import logging

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, abort
from werkzeug.http import parse_etags

from odoo import http
from odoo.exceptions import UserError
from odoo.http import Response

from . import cors
from .endpoint import MAX_BODY, PREFIX
from .problems import MEDIA_TYPE, Problem, as_problem


def _path(location, raw):
    """:return: where in the body something is wrong; pydantic also names the variant of a union, which is not in it"""
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    path = []
    for position, step in enumerate(location, 1):
        here = (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int))
        if here or position == len(location) or not isinstance(value, dict | list):
            path.append(str(step))
            value = value[step] if here else None
    return path


class ApiDispatcher(http.Dispatcher):
    """Odoo's dispatcher of routes of type ``giftcard_api``: JSON in, JSON out, problems as RFC 9457.

    The route's :class:`~.endpoint.Operation` says what to read, what to answer and whether the call is keyed.
    """

    routing_type = "giftcard_api"
    mimetypes = ("application/json",)

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def pre_dispatch(self, rule, args):
        """Answer a browser that asks whether a page of the configured origin may call."""
        self.request.session.can_save &= rule.endpoint.routing.get("save_session", True)
        if rule.endpoint.routing.get("cors") and cors.is_preflight(self.request):
            abort(self._seal(Response(status=204, headers=cors.PREFLIGHT)))

    def dispatch(self, endpoint, args):
        """Call a keyed operation at most once per key, others each time."""
        operation = endpoint.routing.get("operation")
        if not operation:
            self.request.params = args
            return self.request.registry["ir.http"]._dispatch(endpoint)
        httprequest = self.request.httprequest
        if httprequest.method not in (operation.method, operation.method == "GET" and "HEAD"):
            raise Problem("method_not_allowed", allow=[operation.method])
        self.request.env["giftcard.api.rate"]._take_for(operation, httprequest.remote_addr)
        raw = self._read_body()
        self.request.params = {**args, **self._parse(operation, raw)}
        if not operation.keyed:
            return self._respond(operation.status, self._call(endpoint, operation), cached=operation.cached)
        key = self._idempotency_key()
        self.request.update_context(giftcard_idempotency_key=key)
        if operation.staff:
            # What clerks do is done once by its own key.
            return self._respond(operation.status, self._call(endpoint, operation))
        asked = f"{httprequest.method} {httprequest.full_path}\n".encode() + raw
        request_hash = hashlib.sha256(asked).hexdigest()
        status, body, replayed = self.request.env["giftcard.api.request"]._answer_once(
            key, request_hash, lambda: (operation.status, self._call(endpoint, operation))
        )
        return self._respond(status, body, {"Idempotency-Replayed": "true"} if replayed else None)

    def handle_error(self, exc):
        if isinstance(exc, HTTPException) and exc.response is not None:
            return exc.response
        problem = as_problem(exc)
        if isinstance(exc, UserError) and problem.code < 500:
            # A refusal is an answer, not an incident.
            exc.loglevel = logging.INFO
        env = self.request.env
        document = problem.as_dict((env and env.context.get("lang")) or self.request.best_lang or "en_US", PREFIX)
        response = self.request.make_json_response(
            document, headers={"Content-Type": MEDIA_TYPE, **problem.extra_headers}, status=problem.code
        )
        return self._seal(response)

    def _read_body(self):
        httprequest = self.request.httprequest
        if "Transfer-Encoding" in httprequest.headers:
            raise Problem("length_required")
        if (httprequest.content_length or 0) > MAX_BODY:
            raise Problem("body_too_large", self.request.env._("At most %s bytes are taken.", MAX_BODY))
        return httprequest.get_data()

    def _parse(self, operation, raw):
        """:return: ``body`` and ``query`` as the schemas of the operation"""
        params = {}
        try:
            if operation.query:
                params["query"] = operation.query.model_validate(self.request.httprequest.args.to_dict())
            if operation.body:
                if self.request.httprequest.mimetype != "application/json":
                    raise Problem("unsupported_media_type")
                params["body"] = operation.body.model_validate_json(raw)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False, include_input=False)
            if any(detail["type"] == "json_invalid" for detail in details):
                raise Problem("invalid_json") from None
            prefix = "#/" if operation.body else ""
            raise Problem(
                "validation_error",
                errors=[
                    {"pointer": prefix + "/".join(_path(detail["loc"], raw)), "detail": detail["msg"]}
                    for detail in details
                ],
            ) from None
        return params

    def _idempotency_key(self):
        key = self.request.httprequest.headers.get("Idempotency-Key")
        if not key:
            raise Problem("idempotency_key_required")
        if not 8 <= len(key) <= 64 or not all("!" <= char <= "~" for char in key):
            raise Problem("validation_error", self.request.env._("Idempotency-Key: 8 to 64 visible ASCII characters."))
        return key

    def _call(self, endpoint, operation):
        """:return: the answer as JSON text, or an empty text"""
        result = self.request.registry["ir.http"]._dispatch(endpoint)
        return result.model_dump_json(by_alias=True) if operation.answer else ""

    def _respond(self, status, body, headers=None, cached=False):
        response = Response(body, status=status, headers=headers)
        if body:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        else:
            response.headers.remove("Content-Type")
        self._seal(response)
        return self._tag(response, body) if cached else response

    def _tag(self, response, body):
        """Validators of RFC 9110: what the client has already is not sent again.

        The tag is of the answer itself, so that it is right whatever the answer depends on: the member, live stock.
        """
        etag = hashlib.sha256(body.encode()).hexdigest()[:32]
        response.set_etag(etag, weak=True)
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers.add("Vary", "Authorization, Accept-Language")
        if parse_etags(self.request.httprequest.headers.get("If-None-Match")).contains_weak(etag):
            response.status_code = 304
            response.set_data(b"")
        return response

    def _seal(self, response):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        cors.allow(self.request, response)
        return response
