"""The hub against its own description: every call with whatever schemathesis thinks of, in `make soak`; here that it is served
and names every route."""

from __future__ import annotations

import json
import os

import pytest
from starlette.routing import Route

from helpers.hub_server import running_hub
from taker311.hub.app import make_app
from taker311.hub.context import Hub
from taker311.hub.openapi import document
from taker311.net.http import Http


def test_the_description_is_served_and_names_every_route_of_the_hub() -> None:
    with running_hub() as hub:
        reply = Http("tests").request("GET", hub.url.removesuffix("open311/v2/") + "openapi.json")
        app = make_app(hub.hub)
    assert json.loads(reply.body) == document()
    routes = {
        (route.path.replace(":path", ""), method)
        for route in app.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    ours = {(path.replace("{request_id}", "{number}"), method) for path, method in routes}
    apart = ("/openapi.json", "/open311/v2/discovery.{form}")
    wanted = {(p, m.lower()) for p, m in ours if m != "HEAD" and p not in apart and not p.startswith("/kb")}
    assert wanted == {(path, method) for path, methods in document()["paths"].items() for method in methods}
    assert isinstance(hub.hub, Hub)


@pytest.mark.soak
def test_whatever_is_asked_the_hub_answers_as_it_says() -> None:
    """`TAKER311_SOAK_EXAMPLES` calls of each kind (default 300)."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, settings
    from schemathesis import checks

    examples = int(os.environ.get("TAKER311_SOAK_EXAMPLES", "300"))
    with running_hub() as hub:
        schema = schemathesis.openapi.from_dict(document())
        root = hub.url.removesuffix("/open311/v2/")
        calls = 0
        for found in schema.get_all_operations():
            operation = found.ok()

            @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
            @schemathesis_given(operation)
            def one(case) -> None:
                nonlocal calls
                calls += 1
                case.headers = {**(case.headers or {}), "X-API-Key": hub.key}
                response = case.call(base_url=root)
                case.validate_response(response, checks=[checks.not_a_server_error, *_conformance()])

            one()
    print(json.dumps({"operations": len(document()["paths"]), "calls": calls}))  # noqa: T201 - the soak's figure
    assert calls > examples


def _conformance():
    from schemathesis.specs.openapi import checks as openapi_checks

    return [
        openapi_checks.status_code_conformance,
        openapi_checks.content_type_conformance,
        openapi_checks.response_schema_conformance,
    ]


def schemathesis_given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())
