"""The hub's POST requests: a case, once for each Idempotency-Key, and an update of one."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from taker311.base.text import clean, clean_line
from taker311.hub.context import Hub, form_of, has_number, hub_of, posted
from taker311.hub.intake import Rejected, new_case
from taker311.hub.render import errors, reply
from taker311.hub.store import CaseQuery, HubCase, HubUpdate, OtherBody


async def post_request(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    holder, fields = await posted(request)
    idem_key = _idem_key(request)
    case = new_case(fields, hub.catalogue, owner=holder.name, at=hub.clock.now())
    if idem_key:
        with hub.lock:
            if idem_key in hub.in_progress:
                raise Rejected(409, "a request with this Idempotency-Key is being worked on; ask again in a moment.")
            hub.in_progress.add(idem_key)
    try:
        if hub.faults.mode == "slow":
            await asyncio.sleep(hub.faults.slow_s)
        kept, new = await run_in_threadpool(hub.store.add_case, case, idem_key)
    except OtherBody:
        raise Rejected(422, "this Idempotency-Key was used before with other content.") from None
    finally:
        with hub.lock:
            hub.in_progress.discard(idem_key)
    if hub.faults.mode == "error-after-commit":
        return errors(500, "an internal error occurred.", form)
    headers = {} if new else {"idempotent-replayed": "true"}
    return reply("service_requests", [_receipt(kept, hub)], form, headers=headers)


def _receipt(case: HubCase, hub: Hub) -> dict[str, str]:
    if case.type == "blackbox":
        return {}
    notice = ""
    offer = hub.catalogue.offers.get(case.service_code)
    if offer and offer.agency:
        notice = f"{offer.agency} has your request."
    if case.type == "batch":
        return {"token": case.token, "service_notice": notice} if notice else {"token": case.token}
    return {"service_request_id": case.request_id} | ({"service_notice": notice} if notice else {})


def _idem_key(request: Request) -> str:
    """Header `Idempotency-Key: "<key>"`, a structured-field string (draft-ietf-httpapi-idempotency-key-header)."""
    value = request.headers.get("idempotency-key", "").strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if len(value) > 100 or not value.isascii() or not value.isprintable():
        raise Rejected(400, "the Idempotency-Key must be at most 100 printable ASCII characters.")
    return value


async def post_update(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    holder, fields = await posted(request)
    one = dict(fields)
    request_id, update_id = (
        clean_line(one.get("service_request_id", ""), limit=40),
        clean_line(one.get("update_id", ""), limit=100),
    )
    if not request_id or not update_id:
        raise Rejected(400, "service_request_id and update_id are needed.")
    found = await run_in_threadpool(hub.store.find, CaseQuery(request_ids=(request_id,)))
    if not found or not has_number(found[0], hub):
        raise Rejected(404, "there is no service request with that service_request_id.")
    if holder.post_only and found[0].owner != holder.name:
        raise Rejected(403, "this token adds to the cases that it handed in, and this is none of them.")
    update = HubUpdate(
        update_id=update_id,
        request_id=request_id,
        status=clean_line(one.get("status", ""), limit=40).lower() or "open",
        description=clean(one.get("description", ""), limit=4000),
        updated=hub.clock.now(),
    )
    await run_in_threadpool(hub.store.add_update, update, holder.name)
    return reply("service_request_updates", [{"update_id": update_id}], form)
