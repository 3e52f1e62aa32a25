"""The hub's calls for desks, below /desks/: status, floor, suggestions, desk code. All need a desk's key."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.text import clean, clean_line
from taker311.crm.desk_model import DeskStatus, Suggestion
from taker311.hub.context import Hub, hub_of, key_holder
from taker311.hub.desk_store import DeskStore
from taker311.hub.intake import Rejected
from taker311.hub.store import KeyHolder

T = TypeVar("T")
_LONGEST_BODY = 64 * 1024
_MOST_AT_ONCE = 200
_MOST_REFS = 500


class _Suggestions(Value, frozen=True):
    suggestions: tuple[Suggestion, ...]


class _Used(Value, frozen=True):
    used: tuple[str, ...] = ()


def routes() -> list[Route]:
    return [
        Route("/desks/status.json", post_status, methods=["POST"]),
        Route("/desks/status.json", get_floor),
        Route("/desks/suggestions.json", post_suggestions, methods=["POST"]),
        Route("/desks/suggestions.json", get_suggestions),
        Route("/desks/code.json", post_code, methods=["POST"]),
    ]


async def post_status(request: Request) -> Response:
    hub, holder = hub_of(request), await key_holder(request)
    status = await _body(request, DeskStatus)
    refs = tuple(clean_line(ref, limit=20) for ref in status.refs[:_MOST_REFS])
    kept = msgspec.structs.replace(
        status,
        refs=refs,
        kb_version=clean_line(status.kb_version, limit=80),
        version=clean_line(status.version, limit=40),
        head=clean_line(status.head, limit=200),
    )
    await run_in_threadpool(lambda: _store(hub).keep_status(holder.name, kept, now=hub.clock.now()))
    return _json({"received": True})


async def get_floor(request: Request) -> Response:
    hub = hub_of(request)
    await _reader(request)
    rows = await run_in_threadpool(_store(hub).floor)
    return _json({"at": hub.clock.now(), "desks": rows})


async def post_suggestions(request: Request) -> Response:
    hub, holder = hub_of(request), await key_holder(request)
    given = (await _body(request, _Suggestions)).suggestions
    if len(given) > _MOST_AT_ONCE or any(not clean_line(one.id, limit=100) for one in given):
        raise Rejected(400, f"at most {_MOST_AT_ONCE} suggestions at once, each with an id.")
    cleaned = [
        Suggestion(
            clean_line(one.id, limit=100), one.kind, clean_line(one.topic, limit=200), clean(one.text, limit=2_000)
        )
        for one in given
    ]
    new = await run_in_threadpool(
        lambda: sum(_store(hub).add_suggestion(holder.name, one, now=hub.clock.now()) for one in cleaned)
    )
    return _json({"received": len(cleaned), "new": new})


async def get_suggestions(request: Request) -> Response:
    hub = hub_of(request)
    await _reader(request)
    rows = await run_in_threadpool(_store(hub).inbox)
    return _json({"suggestions": rows})


async def post_code(request: Request) -> Response:
    """A post-only key may ask too: every desk needs a code of its own."""
    hub, holder = hub_of(request), await key_holder(request)
    used = frozenset(clean_line(code, limit=3) for code in (await _body(request, _Used)).used[:_MOST_REFS])
    try:
        code = await run_in_threadpool(lambda: _store(hub).allot_code(holder.name, now=hub.clock.now(), used=used))
    except UserError as error:
        raise Rejected(409, str(error)) from None
    return _json({"code": code, "desk": holder.name})


async def _reader(request: Request) -> KeyHolder:
    holder = await key_holder(request)
    if holder.post_only:
        raise Rejected(403, "this api_key may only post.")
    return holder


def _store(hub: Hub) -> DeskStore:
    return DeskStore(hub.store)


async def _body(request: Request, kind: type[T]) -> T:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise Rejected(413, f"the body is longer than {_LONGEST_BODY} bytes.")
    try:
        return from_json(bytes(body or b"{}"), kind)
    except (ValueError, RecursionError) as error:
        raise Rejected(400, f"the body is not what this call takes: {clean_line(str(error), limit=160)}") from None


def _json(data: dict[str, Any]) -> Response:
    return Response(to_json(data).encode(), media_type="application/json; charset=utf-8")
