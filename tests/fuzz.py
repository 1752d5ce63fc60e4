"""Calls made up from the OpenAPI document, as a member or a clerk who is logged in sends them."""

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

#: No 5xx; status, media type, headers and body as the document says.
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def load(url):
    """:return: the schema that the server at ``url`` serves"""
    return schemathesis.openapi.from_url(f"{url}/giftcard/v1/openapi.json")


def operations(schema):
    """:return: list of the operations of a schema"""
    return [result.ok() for result in schema.get_all_operations()]


def run(operation, token, known, examples):
    """Send made-up calls of an operation, half of them with wrong data.

    :param token: bearer token of who calls
    :param known: dict of the name of a parameter or property -> ids that there are
    :param examples: how many calls of each sort
    """
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except Exception:  # noqa: BLE001  an operation without anything to get wrong
            continue

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, data=st.data())
        def send(case, data):
            _use_known(case, known, data)
            # Keys of their own, but now and then: each call is a new act.
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

        send()


def _use_known(case, known, data):
    """Put ids that there are in the place of some made-up ones, so that calls get beyond "not found"."""
    for holder in (case.path_parameters, case.query, case.body):
        for place in _places(holder):
            for name in place.keys() & known.keys():
                if known[name] and data.draw(st.booleans()):
                    place[name] = data.draw(st.sampled_from(known[name]))


def _places(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _places(inner)
