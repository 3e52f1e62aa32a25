"""The hub as an ASGI application: GeoReport v2 with Idempotency-Key, below /open311/v2/."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from taker311.base.text import clean_line
from taker311.hub import desks
from taker311.hub.context import BASE, Hub, TooOften
from taker311.hub.faults import Faults
from taker311.hub.intake import Rejected
from taker311.hub.openapi import openapi
from taker311.hub.origin import origin_routes
from taker311.hub.reads import definition, discovery, list_requests, list_updates, one_request, services, token_reply
from taker311.hub.render import Format, errors
from taker311.hub.writes import post_request, post_update

__all__ = ["BASE", "Hub", "make_app"]


def make_app(hub: Hub) -> Starlette:
    routes = [
        Route("/discovery.{form}", discovery),
        Route(f"{BASE}/discovery.{{form}}", discovery),
        Route(f"{BASE}/services.{{form}}", services),
        Route(f"{BASE}/services/{{code:path}}.{{form}}", definition),
        Route(f"{BASE}/requests.{{form}}", list_requests),
        Route(f"{BASE}/requests.{{form}}", post_request, methods=["POST"]),
        Route(f"{BASE}/requests/{{request_id:path}}.{{form}}", one_request),
        Route(f"{BASE}/tokens/{{token:path}}.{{form}}", token_reply),
        Route(f"{BASE}/servicerequestupdates.{{form}}", list_updates),
        Route(f"{BASE}/servicerequestupdates.{{form}}", post_update, methods=["POST"]),
        Route("/openapi.json", openapi),
        *desks.routes(),
        *origin_routes(hub.published),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_FaultSwitch, faults=hub.faults), Middleware(_Packed)],
        exception_handlers={
            Rejected: cast("_Handler", _on_rejected),
            HTTPException: cast("_Handler", _on_http),
            ClientDisconnect: cast("_Handler", _on_gone),
            Exception: cast("_Handler", _on_bug),
        },
    )
    app.state.hub = hub
    return app


_Handler = Callable[[Request, Exception], Awaitable[Response]]


def _error_form(request: Request) -> Format:
    return "xml" if request.url.path.endswith(".xml") else "json"


async def _on_rejected(request: Request, error: Rejected) -> Response:
    headers = {"retry-after": str(int(error.wait_s) + 1)} if isinstance(error, TooOften) else None
    return errors(error.status, error.sentence, _error_form(request), headers=headers)


async def _on_http(request: Request, error: HTTPException) -> Response:
    return errors(
        error.status_code, clean_line(str(error.detail)), _error_form(request), headers=dict(error.headers or {})
    )


async def _on_gone(_request: Request, _error: ClientDisconnect) -> Response:
    return Response(status_code=400)


async def _on_bug(request: Request, _error: Exception) -> Response:
    return errors(500, "an internal error occurred.", _error_form(request))


class _FaultSwitch:
    """Answers in the application's place where the demo wants a fault that touches nothing."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http":
            mode = self._faults.mode
            if mode == "html-portal":
                answer = HTMLResponse("<!doctype html><html><body><h1>Welcome to the guest network</h1></body></html>")
            elif mode == "busy":
                answer = errors(503, "the hub is down for maintenance.", headers={"retry-after": "5"})
        await answer(scope, receive, send)


class _Packed:
    """Lists go out in gzip to whoever takes it. The published knowledge below /kb/ is packed already, and comes in ranges."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._gzip = GZipMiddleware(app, minimum_size=1_000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] != "http" or scope["path"].startswith("/kb/")
        await (self._app if plain else self._gzip)(scope, receive, send)
