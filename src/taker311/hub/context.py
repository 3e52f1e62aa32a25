"""What the hub's handlers share: the Hub, who asks, in which format, and what was posted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from taker311.base.clock import Clock
from taker311.hub.catalogue import Catalogue
from taker311.hub.faults import Faults
from taker311.hub.intake import Rejected
from taker311.hub.limits import RateLimit
from taker311.hub.post_only import REFUSAL, may
from taker311.hub.render import Format
from taker311.hub.store import HubCase, HubStore, KeyHolder

BASE = "/open311/v2"
_LONGEST_BODY = 256 * 1024


@dataclass(slots=True)
class Hub:
    """What the handlers share. `batch_delay_s`: how long a batch service's token has no number yet."""

    store: HubStore
    catalogue: Catalogue
    clock: Clock
    faults: Faults = field(default_factory=Faults)
    limit: RateLimit | None = None
    batch_delay_s: float = 5.0
    changeset: str = ""
    in_progress: set[str] = field(default_factory=set)
    published: Path | None = None  # the folder that 'taker311 kb publish' makes, served under /kb/
    lock: threading.Lock = field(default_factory=threading.Lock)


def hub_of(request: Request) -> Hub:
    return cast("Hub", request.app.state.hub)


def form_of(request: Request) -> Format:
    form = request.path_params["form"]
    if form not in ("json", "xml"):
        raise Rejected(404, "the format must be json or xml.")
    return cast("Format", form)


async def reader_of(request: Request) -> KeyHolder | None:
    """Who reads: None is the public. A key that is not valid is refused."""
    hub = hub_of(request)
    key = request.headers.get("x-api-key", "") or request.query_params.get("api_key", "")
    if key:
        return await _admitted(request, key)
    _count(hub, f"address:{request.client.host if request.client else ''}")
    return None


async def key_holder(request: Request) -> KeyHolder:
    """Whose desk asks, by X-API-Key; whoever has no valid key is refused."""
    key = request.headers.get("x-api-key", "")
    if not key:
        raise Rejected(403, "a valid api_key is needed, in the header X-API-Key.")
    return await _admitted(request, key)


async def _admitted(request: Request, key: str) -> KeyHolder:
    """The one door for every key: whose it is, whether it still holds, and what a token may do."""
    hub = hub_of(request)
    now = hub.clock.now()
    local = now.astimezone(ZoneInfo(hub.catalogue.city.time_zone)) if hub.catalogue.city else now
    holder = await run_in_threadpool(lambda: hub.store.key(key, now=local))
    if holder is None:
        raise Rejected(403, "this api_key is not valid.")
    if holder.ended:
        raise Rejected(403, f"this api_key {holder.ended}; ask whoever gave it to you for another.")
    if holder.post_only and not may(request.method, request.url.path):
        raise Rejected(403, REFUSAL)
    _count(hub, f"key:{holder.name}")
    return holder


class TooOften(Rejected):
    def __init__(self, wait_s: float) -> None:
        super().__init__(429, "too many requests; please wait.")
        self.wait_s = wait_s


def _count(hub: Hub, name: str) -> None:
    wait = hub.limit.wait_s(name) if hub.limit else 0.0
    if wait:
        raise TooOften(wait)


async def posted(request: Request) -> tuple[KeyHolder, list[tuple[str, str]]]:
    """Who posts, and the fields without the key. The key comes as the field `api_key` (the standard) or as X-API-Key."""
    body = await _body(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Rejected(400, "the body must be application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=1000, errors="replace")
    except ValueError:
        raise Rejected(400, "the body is no application/x-www-form-urlencoded text.") from None
    key = next((value for name, value in pairs if name == "api_key"), "") or request.headers.get("x-api-key", "")
    if not key:
        raise Rejected(403, "api_key was not provided.")
    holder = await _admitted(request, key)
    return holder, [(name, value) for name, value in pairs if name != "api_key"]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise Rejected(413, f"the body is longer than {_LONGEST_BODY} bytes.")
    return bytes(body)


def has_number(case: HubCase, hub: Hub) -> bool:
    """A batch case has its number after a while, a blackbox case never in public."""
    if case.type == "blackbox":
        return False
    return case.type == "realtime" or hub.clock.now() >= case.requested + timedelta(seconds=hub.batch_delay_s)
