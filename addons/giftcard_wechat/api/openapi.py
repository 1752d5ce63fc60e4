"""The OpenAPI 3.1 document, built from the routes that are installed."""

from functools import lru_cache

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

from .endpoint import MAX_ID, PREFIX
from .examples import example_of
from .problems import MEDIA_TYPE, PROBLEM_TYPES, Problem

VERSION = "1.0.0"
COMMON = ("rate_limited", "internal_error", "busy")
OF_MEMBERS = ("unauthenticated", "token_expired", "member_frozen", "member_closed")
OF_STAFF = ("unauthenticated", "token_expired")
OF_BODIES = ("invalid_json", "length_required", "body_too_large", "unsupported_media_type")
OF_KEYS = ("idempotency_key_required", "idempotency_conflict", "validation_error")

DESCRIPTION = """
JSON API for mini programs and web pages of members.

Authentication: `POST /session` gives a bearer token. Every `POST` of a member carries an `Idempotency-Key` of 8 to 64
visible ASCII characters: repeating a call with its key repeats the answer (with `Idempotency-Replayed: true`), not the
effect; keys are kept for 30 days. Lists are read page by page with `limit` and `cursor`. Errors are
`application/problem+json` (RFC 9457); decide by `code`, show `detail` or `title`, which follow `Accept-Language`.
Bodies are at most 64 KiB.

Money is a decimal string with its currency, points are JSON numbers (integers in programs of whole points), times are
RFC 3339 in UTC.
"""


class ErrorItem(BaseModel):
    pointer: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    available: float | None = None
    errors: list[ErrorItem] | None = None


def operations(routing_map):
    """:return: list of (operation, description) of the installed routes, in a stable order"""
    found = {}
    for rule in routing_map.iter_rules():
        operation = rule.endpoint.routing.get("operation")
        if operation:
            found[operation.path, operation.method] = (operation, (rule.endpoint.__doc__ or "").strip())
    return [found[key] for key in sorted(found)]


@lru_cache(maxsize=8)
def build(routing_map):
    """:return: the document as a JSON-able dict, to be read only: it is made once for each map of the registry"""
    paths = {}
    for operation, description in operations(routing_map):
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, description)
    document = OpenAPI.model_validate(
        {
            "openapi": "3.1.0",
            "info": {"title": "Gift Cards & Points", "version": VERSION, "description": DESCRIPTION.strip()},
            "servers": [{"url": PREFIX}],
            "paths": paths,
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        }
    )
    document = construct_open_api_with_schema_class(document, [ProblemDocument])
    return document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)


def problem_codes(operation):
    """:return: every code that an operation may answer with, by status"""
    codes = {*COMMON, *operation.problems}
    if operation.member:
        codes.update(OF_MEMBERS)
    if operation.staff:
        codes.update(OF_STAFF)
    if operation.body:
        codes.update(OF_BODIES, ["validation_error"])
    if operation.query:
        codes.add("validation_error")
    if operation.path_parameters:
        codes.add("not_found")
    if operation.keyed:
        codes.update(OF_KEYS)
    by_status = {}
    for code in sorted(codes):
        by_status.setdefault(PROBLEM_TYPES[code].status, []).append(code)
    return dict(sorted(by_status.items()))


def _operation(operation, description):
    document = {
        "operationId": f"{operation.method.lower()}_{operation.path.strip('/').replace('/', '_')}".translate(
            str.maketrans("", "", "{}")
        ),
        "summary": operation.summary,
        "description": description,
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation), *_header_parameters(operation)],
        "responses": {str(operation.status): _answer(operation), **_not_modified(operation), **_problems(operation)},
        "security": [{"bearer": []}] if operation.member or operation.staff else [],
    }
    if operation.body:
        document["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": PydanticSchema(schema_class=operation.body),
                    "example": example_of(operation.body, "validation"),
                }
            },
        }
    return document


def _path_parameters(operation):
    schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in operation.path_parameters]


def _query_parameters(operation):
    if not operation.query:
        return []
    schema = operation.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": field.pop("description", None),
            "schema": field,
        }
        for name, field in schema["properties"].items()
    ]


def _header_parameters(operation):
    parameters = []
    if operation.keyed:
        schema = {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[!-~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema})
    if operation.cached:
        parameters.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "description": "The `ETag` of the answer before; without a change the answer is 304 without a body.",
                "schema": {"type": "string", "maxLength": 200},
            }
        )
    return parameters


def _answer(operation):
    answer = {"description": operation.summary}
    if operation.cached:
        answer["headers"] = {"ETag": {"description": "For `If-None-Match`.", "schema": {"type": "string"}}}
    if operation.answer:
        answer["content"] = {
            "application/json": {
                "schema": PydanticSchema(schema_class=operation.answer),
                "example": example_of(operation.answer, "serialization"),
            }
        }
    return answer


def _not_modified(operation):
    return {"304": {"description": "Nothing has changed."}} if operation.cached else {}


def _problems(operation):
    schema = PydanticSchema(schema_class=ProblemDocument)
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in codes),
            "content": {MEDIA_TYPE: {"schema": schema, "examples": {code: _problem(code) for code in codes}}},
        }
        for status, codes in problem_codes(operation).items()
    }


def _problem(code):
    problem = Problem(code)
    return {"value": problem.as_dict("en_US", PREFIX)}
