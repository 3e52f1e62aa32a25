"""The hub's GET requests: discovery, services, definitions, cases, tokens and updates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from taker311.base.clock import zulu
from taker311.base.text import clean_line
from taker311.crm.model import Definition
from taker311.hub.catalogue import Offer
from taker311.hub.context import BASE, Hub, form_of, has_number, hub_of, reader_of
from taker311.hub.intake import Rejected
from taker311.hub.post_only import own_case
from taker311.hub.render import reply
from taker311.hub.store import CaseQuery, HubCase, KeyHolder

_LONGEST_SPAN = timedelta(days=90)  # GeoReport v2, as is the next
_MOST_ROWS = 1000


async def discovery(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    url = str(request.base_url).rstrip("/") + BASE
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": url,
        "changeset": hub.changeset,
        "type": "production",
        "formats": ["text/xml", "application/json"],
        "extensions": ["idempotency-key", "servicerequestupdates", "desks"],
    }
    data = {
        "changeset": hub.changeset,
        "contact": f"{hub.catalogue.name} 311".strip(),
        "key_service": "API keys are given out by the people who run this hub.",
        "endpoints": [endpoint],
    }
    return reply("discovery", data, form)


async def services(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    await reader_of(request)
    return reply("services", [_service(offer) for offer in hub.catalogue.offers.values()], form)


def _service(offer: Offer) -> dict[str, Any]:
    service = offer.service
    return {
        "service_code": service.code,
        "service_name": service.name,
        "description": service.description,
        "metadata": service.metadata,
        "type": service.type,
        "keywords": ",".join(service.keywords),
        "group": service.group,
    }


async def definition(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    await reader_of(request)
    offer = hub.catalogue.offers.get(request.path_params["code"])
    if offer is None:
        raise Rejected(404, "there is no service with that service_code.")
    return reply("service_definition", in_wire_names(offer.definition), form)


def in_wire_names(definition: Definition) -> dict[str, Any]:
    """A definition under the names that the standard has for its parts."""
    attributes = [
        {
            "variable": attribute.variable,
            "code": attribute.code,
            "datatype": attribute.datatype,
            "required": attribute.required,
            "datatype_description": attribute.datatype_description,
            "order": attribute.order or place,
            "description": attribute.description,
            "values": [{"key": value.key, "name": value.name} for value in attribute.values],
        }
        for place, attribute in enumerate(definition.attributes, start=1)
    ]
    return {"service_code": definition.code, "attributes": attributes}


async def list_requests(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    holder = await reader_of(request)
    query = _query(request, hub.clock.now())
    found = await run_in_threadpool(hub.store.find, query)
    shown = [_shown(case, hub, holder) for case in found if has_number(case, hub)]
    return reply("service_requests", shown, form)


async def one_request(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    holder = await reader_of(request)
    found = await run_in_threadpool(
        hub.store.find, CaseQuery(request_ids=(clean_line(request.path_params["request_id"], limit=40),))
    )
    if not found or not has_number(found[0], hub) or not _sees(holder, found[0]):
        raise Rejected(404, "there is no service request with that service_request_id.")
    return reply("service_requests", [_shown(found[0], hub, holder)], form)


def _sees(holder: KeyHolder | None, case: HubCase) -> bool:
    """To whoever may only post, the cases of others are not there."""
    return holder is None or not holder.post_only or holder.name == case.owner


async def token_reply(request: Request) -> Response:
    form, hub = form_of(request), hub_of(request)
    holder = await reader_of(request)
    case = await run_in_threadpool(hub.store.by_token, clean_line(request.path_params["token"], limit=64))
    if case is None or not _sees(holder, case):
        raise Rejected(404, "there is no such token.")
    item = {"token": case.token}
    if has_number(case, hub):
        item["service_request_id"] = case.request_id
    return reply("service_requests", [item], form)


def _shown(case: HubCase, hub: Hub, holder: KeyHolder | None) -> dict[str, Any]:
    """What may be read of a case: its description by whoever posted it, and by all once it is released."""
    offer = hub.catalogue.offers.get(case.service_code)
    if holder is not None and holder.post_only:
        return own_case(case, offer.service.name if offer else case.service_code)
    item: dict[str, Any] = {
        "service_request_id": case.request_id,
        "status": case.status,
        "status_notes": case.status_notes,
        "service_name": offer.service.name if offer else case.service_code,
        "service_code": case.service_code,
        "agency_responsible": offer.agency if offer else "",
        "requested_datetime": zulu(case.requested),
        "updated_datetime": zulu(case.updated),
        "expected_datetime": zulu(case.expected) if case.expected else "",
        "address": case.address,
        "address_id": case.address_id,
        "lat": case.lat,
        "long": case.lon,
        "media_url": case.media_url if case.released else "",
    }
    if case.released or (holder is not None and holder.name == case.owner):
        item["description"] = case.description
    return {name: value for name, value in item.items() if value not in ("", None)}


def _query(request: Request, now: datetime) -> CaseQuery:
    asked = request.query_params
    ids = _listed(asked.get("service_request_id", ""))
    if ids:
        return CaseQuery(request_ids=ids, limit=_MOST_ROWS)
    start, end = span_of(request)
    end = end or (min(start + _LONGEST_SPAN, now + timedelta(days=1)) if start else now + timedelta(minutes=5))
    start = start or end - _LONGEST_SPAN
    if end - start > _LONGEST_SPAN + timedelta(minutes=5):
        raise Rejected(400, "start_date and end_date may span at most 90 days.")
    statuses = tuple(status.lower() for status in _listed(asked.get("status", "")))
    if any(status not in {"open", "closed"} for status in statuses):
        raise Rejected(400, "status must be open or closed.")
    codes = _listed(asked.get("service_code", ""))
    return CaseQuery(service_codes=codes, statuses=statuses, start=start, end=end, limit=_MOST_ROWS)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for given in text.split(",") if (part := clean_line(given, limit=200)))[:_MOST_ROWS]


def span_of(request: Request) -> tuple[datetime | None, datetime | None]:
    return _date(request, "start_date"), _date(request, "end_date")


def _date(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name, "").strip().replace(" ", "+")  # a '+' that was not escaped came as a blank
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Rejected(400, f"{name} is no date of the form 2026-11-25T16:40:00Z.") from None


async def list_updates(request: Request) -> Response:
    """Updates on the cases of whoever asks: their texts are no more public than descriptions are."""
    form, hub = form_of(request), hub_of(request)
    holder = await reader_of(request)
    start, end = span_of(request)
    if (start is None) != (end is None):
        raise Rejected(400, "start_date and end_date come together or not at all.")
    found = await run_in_threadpool(hub.store.updates_between, start, end, holder.name) if holder else []
    shown = [
        {
            "update_id": update.update_id,
            "service_request_id": update.request_id,
            "status": update.status,
            "description": update.description,
            "updated_datetime": zulu(update.updated),
        }
        for update in found
    ]
    return reply("service_request_updates", shown, form)
