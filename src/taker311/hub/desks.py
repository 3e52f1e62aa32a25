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
from taker311.crm.desk_model import (
    Activity,
    AnswerGiven,
    Beat,
    DeskStatus,
    HelpAnswer,
    Suggestion,
    cleaned_activity,
    floor_name,
)
from taker311.hub.context import Hub, hub_of, key_holder
from taker311.hub.desk_store import DeskStore
from taker311.hub.intake import Rejected

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
        Route("/desks/beat.json", post_beat, methods=["POST"]),
        Route("/desks/answer.json", post_answer, methods=["POST"]),
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
        seat=clean_line(status.seat, limit=40),
        doing=_activity(status.doing),
    )
    name = floor_name(holder.name, kept.seat)
    await run_in_threadpool(lambda: _store(hub).keep_status(name, kept, now=hub.clock.now()))
    since = kept.doing.help_since if kept.doing else None
    answer = await run_in_threadpool(lambda: _store(hub).answer_for(name, since))
    return _json({"received": True, "answer": answer, "beats": True})


async def post_beat(request: Request) -> Response:
    """A desk is still there: its last status holds, with these numbers."""
    hub, holder = hub_of(request), await key_holder(request)
    beat = await _body(request, Beat)
    name = floor_name(holder.name, clean_line(beat.seat, limit=40))
    known = await run_in_threadpool(lambda: _store(hub).keep_beat(name, beat, now=hub.clock.now()))
    return _json({"known": known})


def _activity(told: Activity | None) -> Activity | None:
    try:
        return cleaned_activity(told) if told is not None else None
    except ValueError as error:
        raise Rejected(400, f"the body is not what this call takes: {error}.") from None


async def post_answer(request: Request) -> Response:
    """A supervisor saw a desk's call for help; the desk gets it as the answer to its next status."""
    hub = hub_of(request)
    await key_holder(request)
    given = await _body(request, AnswerGiven)
    if given.help_since.tzinfo is None:
        raise Rejected(400, "the moment of the call for help has no zone.")
    answer = HelpAnswer(given.help_since, hub.clock.now(), clean_line(given.by, limit=60))
    if not await run_in_threadpool(lambda: _store(hub).answer(clean_line(given.desk, limit=200), answer)):
        raise Rejected(404, "no desk of that name has told how it stands.")
    return _json({"received": True})


async def get_floor(request: Request) -> Response:
    hub = hub_of(request)
    await key_holder(request)
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
    await key_holder(request)
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
