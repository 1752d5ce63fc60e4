import re
from dataclasses import dataclass

from pydantic import BaseModel

from odoo import http

PREFIX = "/giftcard/v1"
MAX_BODY = 64 * 1024
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Operation:
    """What the dispatcher and the OpenAPI document know of a route. It is kept in the route, so neither can drift."""

    method: str
    path: str
    summary: str
    tag: str
    answer: type[BaseModel] | None
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    member: bool
    keyed: bool
    problems: tuple[str, ...]
    staff: bool
    cached: bool
    guess: bool

    @property
    def path_parameters(self):
        return re.findall(r"{(\w+)}", self.path)

    @property
    def auth(self):
        return "giftcard_staff" if self.staff else "giftcard_member" if self.member else "giftcard_guest"


def endpoint(
    method,
    path,
    *,
    summary,
    tag,
    answer=None,
    status=200,
    body=None,
    query=None,
    member=True,
    keyed=None,
    problems=(),
    staff=False,
    cached=False,
    guess=False,
):
    """Route of the API: parsing, authentication, idempotency, errors and documentation come with it.

    :param path: OpenAPI style under :data:`PREFIX`, e.g. ``/cards/{card_id}``; parameters are positive record ids
    :param summary: one line for the document; the docstring of the method is its description
    :param answer: schema of the answer, None for one without a body
    :param body: schema of the JSON body, passed as ``body``
    :param query: schema of the query string, passed as ``query``
    :param member: whether a member must be logged in
    :param keyed: whether an ``Idempotency-Key`` is required; by default for a POST of a member
    :param problems: codes of the problems of this operation's own
    :param staff: whether a clerk must be logged in, in the place of a member
    :param cached: whether clients may keep the answer and ask with ``If-None-Match`` whether it has changed
    :param guess: whether a secret could be found by trying; such calls are limited more strictly
    """
    member = member and not staff
    operation = Operation(
        method=method,
        path=path,
        summary=summary,
        tag=tag,
        answer=answer,
        status=status,
        body=body,
        query=query,
        member=member,
        keyed=method == "POST" and member if keyed is None else keyed,
        problems=tuple(problems),
        staff=staff,
        cached=cached,
        guess=guess,
    )
    return http.route(
        PREFIX + re.sub(r"{(\w+)}", rf"<int(min=1, max={MAX_ID}):\1>", path),
        type="giftcard_api",
        auth=operation.auth,
        methods=[method],
        readonly=method == "GET",
        save_session=False,
        # Which origin it is, is configured: see the dispatcher.
        cors="configured",
        operation=operation,
    )
