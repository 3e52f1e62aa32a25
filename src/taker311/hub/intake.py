"""From posted fields to a case: everything that GeoReport v2 asks of a POST, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from taker311.base.text import clean, clean_line
from taker311.hub.catalogue import Catalogue, Offer
from taker311.hub.store import NewCase

LONGEST_DESCRIPTION = 4000  # GeoReport v2
_LONGEST_FIELD = 4_000


class Rejected(Exception):  # noqa: N818 - the standard's word is refusal, and it is a reply, no failure
    """A reply of the standard's error format: HTTP status and a sentence for the user."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def new_case(fields: Sequence[tuple[str, str]], catalogue: Catalogue, *, owner: str, at: datetime) -> NewCase:
    """`fields` as they were posted, the API key already taken out. Raises Rejected with 400 or 404."""
    one = dict(reversed(list(fields)))  # of a field that came twice the first counts
    code = clean_line(one.get("service_code", ""), limit=200)
    if not code:
        raise Rejected(400, "service_code was not provided.")
    offer = catalogue.offers.get(code)
    if offer is None:
        raise Rejected(404, f"there is no service with the service_code '{clean_line(code, limit=60)}'.")
    description = clean(one.get("description", "")).strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise Rejected(400, f"description is longer than {LONGEST_DESCRIPTION} characters.")
    lat, lon = _point(one.get("lat", ""), one.get("long", ""))
    address = clean_line(one.get("address_string", ""))
    address_id = clean_line(one.get("address_id", ""), limit=200)
    if offer.location_required and lat is None and not address and not address_id:
        raise Rejected(400, "a location is needed: lat and long, or address_string, or address_id.")
    media_url = one.get("media_url", "").strip()
    if media_url and not media_url.startswith(("https://", "http://")):
        raise Rejected(400, "media_url is no http or https address.")
    _check_attributes(fields, offer)
    return NewCase(
        owner=owner,
        service_code=code,
        type=offer.service.type,
        fields=tuple((clean_line(name, limit=200), clean(value, limit=_LONGEST_FIELD)) for name, value in fields),
        at=at,
        expected=catalogue.expected(code, at, fields),
        description=description,
        address=address,
        address_id=address_id,
        lat=lat,
        lon=lon,
        media_url=clean_line(media_url),
    )


def _point(lat: str, lon: str) -> tuple[float | None, float | None]:
    if not lat.strip() and not lon.strip():
        return None, None
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        raise Rejected(400, "lat and long must both be decimal degrees.") from None
    if not (math.isfinite(north) and math.isfinite(east) and -90 <= north <= 90 and -180 <= east <= 180):
        raise Rejected(400, "lat and long must be decimal degrees of a place on Earth.")
    return north, east


def _check_attributes(fields: Sequence[tuple[str, str]], offer: Offer) -> None:
    given = {name.removesuffix("[]").removeprefix("attribute[").removesuffix("]") for name, value in fields
             if name.startswith("attribute[") and value.strip()}  # fmt: skip
    missing = [
        attribute.code
        for attribute in offer.definition.attributes
        if attribute.required and attribute.variable and attribute.code not in given
    ]
    if missing:
        raise Rejected(400, "required attributes are missing: " + ", ".join(missing) + ".")
