"""Endpoints' replies, in every shape that was seen, as strict values. Any bytes give a value or a CrmError."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Literal, cast

from taker311.base.text import clean, clean_line
from taker311.crm.model import (
    Attribute,
    AttributeValue,
    Definition,
    Discovery,
    Endpoint,
    ErrorItem,
    PostItem,
    RequestRecord,
    RequestUpdate,
    Service,
)
from taker311.crm.shapes import (
    formats_of,
    inner_of,
    is_blank,
    items_of,
    line_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
    truth_of,
    unwrapped,
    words_of,
)
from taker311.crm.tree import CrmError, Tree, read_tree

_CLOSED = frozenset(
    {
        *("closed", "fixed", "resolved", "archived", "completed", "duplicate", "cancelled", "canceled"),
        *("not_councils_responsibility", "no_further_action", "internal_referral"),
    }
)  # fmt: skip


# ---------------------------------------------------------------- what replies mean
def read_services(body: bytes, content_type: str = "") -> tuple[Service, ...]:
    """A service list; lines without a code are left out. Raises CrmError where the reply is no list of services."""
    items = list(items_of(read_tree(body, content_type)))
    services = tuple(service for item in items if (service := _service(item)))
    if items and not services:
        raise CrmError("the reply is no list of services: nothing in it has a service_code.")
    return services


def recognise(body: bytes, content_type: str = "") -> Literal["services", "definition", "requests", "discovery", ""]:
    """What a recorded reply is, by what is in it; '' for everything else. Raises CrmError where it can't be read."""
    tree = read_tree(body, content_type)
    bare = unwrapped(tree, "service_definition", "discovery")
    if isinstance(bare, dict) and "endpoints" in bare:
        return "discovery"
    if isinstance(bare, dict) and {"attributes", "attribute"} & bare.keys():
        return "definition"
    items = list(items_of(tree))
    if any("service_request_id" in item or "token" in item for item in items):
        return "requests"
    told = {"service_name", "metadata", "type", "keywords", "group", "groups"}
    return "services" if any("service_code" in item and told & item.keys() for item in items) else ""


def read_definition(body: bytes, content_type: str = "") -> Definition:
    """A service's questions, sorted by `order`; what can't be used is named in `problems`."""
    tree = unwrapped(read_tree(body, content_type), "service_definition", "service_definitions", "data")
    if isinstance(tree, list):
        tree = tree[0] if len(tree) == 1 else {"attributes": tree}
    if not isinstance(tree, dict) or not {"attributes", "attribute", "service_code"} & tree.keys():
        raise CrmError("the reply is no service definition.")
    attributes: list[Attribute] = []
    problems: list[str] = []
    seen: set[str] = set()
    for item in (*inner_of(tree.get("attributes"), "attribute"), *inner_of(tree.get("attribute"), "attribute")):
        attribute = _attribute(item)
        if attribute.code and attribute.code in seen:
            problems.append(f"attribute '{attribute.code}' stands twice; the first is used")
        elif attribute.code or not attribute.variable:
            attributes.append(attribute)
            seen.add(attribute.code)
        else:
            lost = " although it is required" if attribute.required else ""
            problems.append(f"the attribute '{attribute.description[:60]}' has no code and can't be answered{lost}")
    attributes.sort(key=lambda attribute: attribute.order or 1_000_000)
    return Definition(code=line_of(tree.get("service_code")), attributes=tuple(attributes), problems=tuple(problems))


def read_post_reply(body: bytes, content_type: str = "", *, zone: tzinfo = UTC) -> tuple[PostItem, ...]:
    """Everything that a POST was answered with. A receipt is exactly one item; many are somebody else's cases."""
    tree = read_tree(body, content_type)
    if not isinstance(tree, dict | list):
        raise CrmError("the reply is no list of requests.")
    return tuple(
        PostItem(
            request_id=line_of(item.get("service_request_id")) or line_of(item.get("id")),
            token=line_of(item.get("token")),
            notice=text_of(item.get("service_notice")),
            service_code=line_of(item.get("service_code")),
            description=text_of(item.get("description")),
            requested=moment_of(item.get("requested_datetime"), zone),
            update_id=line_of(item.get("update_id")),
        )
        for item in items_of(tree)
    )


def read_updates(body: bytes, content_type: str = "", *, zone: tzinfo = UTC) -> tuple[RequestUpdate, ...]:
    """Updates as listed; rows without an update's or a case's id are left out. Raises CrmError where it is no such list."""
    tree = read_tree(body, content_type)
    if not isinstance(tree, dict | list | None):
        raise CrmError("the reply is no list of updates.")
    items = list(items_of(tree))
    if items and all("update_id" not in item for item in items):
        raise CrmError("the reply is no list of updates.")
    return tuple(
        RequestUpdate(
            update_id=update_id,
            request_id=request_id,
            raw_status=line_of(item.get("status")),
            description=text_of(item.get("description")),
            updated=moment_of(item.get("updated_datetime"), zone),
        )
        for item in items
        if (update_id := line_of(item.get("update_id"))) and (request_id := line_of(item.get("service_request_id")))
    )


def read_token(body: bytes, content_type: str = "") -> PostItem | None:
    """What a token stands for by now, or None."""
    items = read_post_reply(body, content_type)
    return items[0] if len(items) == 1 else None


def read_requests(body: bytes, content_type: str = "", *, zone: tzinfo = UTC) -> tuple[RequestRecord, ...]:
    """Cases as listed. Rows without an id (cases still being taken in) are left out. A time without a zone is read in `zone`."""
    tree = read_tree(body, content_type)
    if not isinstance(tree, dict | list | None):
        raise CrmError("the reply is no list of requests.")
    items = list(items_of(tree))
    if items and all(
        not {"service_request_id", "id", "token", "service_code", "status"} & item.keys() for item in items
    ):
        raise CrmError("the reply is no list of requests.")
    return tuple(record for item in items if (record := _record(item, zone)))


def read_discovery(body: bytes, content_type: str = "") -> Discovery:
    tree = unwrapped(read_tree(body, content_type), "discovery")
    if not isinstance(tree, dict) or "endpoints" not in tree:
        raise CrmError("the reply is no Open311 discovery.")
    return Discovery(
        endpoints=tuple(
            Endpoint(
                url=line_of(item.get("url")),
                specification=line_of(item.get("specification")),
                type=line_of(item.get("type")),
                changeset=line_of(item.get("changeset")),
                formats=formats_of(item.get("formats")),
                extensions=formats_of(item.get("extensions")),
            )
            for item in inner_of(tree.get("endpoints"), "endpoint")
            if line_of(item.get("url"))
        ),
        changeset=line_of(tree.get("changeset")),
        contact=text_of(tree.get("contact")),
        key_service=text_of(tree.get("key_service")),
    )


def read_errors(body: bytes, content_type: str = "") -> tuple[ErrorItem, ...]:
    """What an error body says, in any of its shapes; plain text is one error. Raises CrmError where it says nothing."""
    try:
        tree = read_tree(body, content_type)
    except CrmError:
        start = body.lstrip()[:1]
        if start in {b"<", b"{", b"[", b""}:
            raise
        return (ErrorItem(description=clean(body[:2000].decode(errors="replace"))),)
    found = tuple(_errors(tree))
    if not found:
        raise CrmError("the reply says nothing of an error.")
    return found


# ---------------------------------------------------------------- items of a reply
def _service(item: dict[str, Tree]) -> Service | None:
    code = line_of(item.get("service_code"))
    if not code:
        return None
    kind = line_of(item.get("type")).lower()
    groups = item.get("group") if not is_blank(item.get("group")) else item.get("groups")
    return Service(
        code=code,
        name=line_of(item.get("service_name")) or line_of(item.get("name")) or code,
        description=text_of(item.get("description")),
        metadata=truth_of(item.get("metadata")),
        type=cast("Literal['realtime', 'batch', 'blackbox']", kind if kind in {"batch", "blackbox"} else "realtime"),
        keywords=tuple(word for part in texts_of(item.get("keywords")) for word in words_of(part)),
        group=next((line for part in texts_of(groups) if (line := clean_line(part))), ""),
    )


_DATATYPES = {
    "string": "string",
    "number": "number",
    "numeric": "number",
    "integer": "number",
    "datetime": "datetime",
    "date": "datetime",
    "text": "text",
    "textarea": "text",
    "singlevaluelist": "singlevaluelist",
    "multivaluelist": "multivaluelist",
    "picklist": "singlevaluelist",
    "boolean": "boolean",
    "boolean (checkbox)": "boolean",
    "informational": "informational",
}


def _attribute(item: dict[str, Tree]) -> Attribute:
    kind = _DATATYPES.get(line_of(item.get("datatype")).lower(), "string")
    variable = truth_of(item.get("variable"), missing=True) and kind != "informational"
    values = tuple(_values(item.get("values")))
    if kind == "boolean":
        kind = "singlevaluelist"
        values = values or (AttributeValue(key="true", name="Yes"), AttributeValue(key="false", name="No"))
    if kind == "informational" or (kind.endswith("list") and not values):
        kind = "string"
    order = number_of(item.get("order"))
    return Attribute(
        code=line_of(item.get("code")),
        datatype=cast("Literal['string', 'number', 'datetime', 'text', 'singlevaluelist', 'multivaluelist']", kind),
        variable=variable,
        required=truth_of(item.get("required")),
        order=int(order) if order is not None and 0 < order < 1_000_000 else 0,
        description=text_of(item.get("description")),
        datatype_description=text_of(item.get("datatype_description")),
        values=values,
    )


def _values(tree: Tree) -> Iterator[AttributeValue]:
    """key and name; Boston wraps conditional ones in {dependentOn, values}."""
    seen: set[str] = set()
    for item in inner_of(tree, "value"):
        nested = item.get("values")
        found = list(_values(nested)) if isinstance(nested, dict | list) else []
        key = "none" if item.get("key") == "none" else line_of(item.get("key")) or line_of(item.get("name"))
        if key:
            found.append(AttributeValue(key=key, name=line_of(item.get("name")) or key))
        for value in found:
            if value.key not in seen:
                seen.add(value.key)
                yield value


def _record(item: dict[str, Tree], zone: tzinfo) -> RequestRecord | None:
    request_id = line_of(item.get("service_request_id")) or line_of(item.get("id"))
    if not request_id:
        return None
    raw = line_of(item.get("status"))
    description = text_of(item.get("description")) if "description" in item else None
    lat, lon = _point(item)
    return RequestRecord(
        request_id=request_id,
        service_code=line_of(item.get("service_code")),
        service_name=line_of(item.get("service_name")),
        status="closed" if re.sub(r"[\s-]+", "_", raw.lower()) in _CLOSED else "open",
        raw_status=raw,
        status_notes=text_of(item.get("status_notes")) or text_of(item.get("status_note")),
        description=description,
        agency=", ".join(line for part in texts_of(item.get("agency_responsible")) if (line := clean_line(part))),
        requested=moment_of(item.get("requested_datetime"), zone),
        updated=moment_of(item.get("updated_datetime"), zone),
        expected=moment_of(item.get("expected_datetime"), zone),
        address=line_of(item.get("address")) or line_of(item.get("address_string")),
        lat=lat,
        lon=lon,
    )


def _point(item: dict[str, Tree]) -> tuple[float | None, float | None]:
    lat = number_of(item.get("lat"))
    lon = number_of(item.get("long")) if "long" in item else number_of(item.get("lon"))
    nowhere = lat is None or lon is None or (lat == 0 and lon == 0) or not (-90 <= lat <= 90 and -180 <= lon <= 180)
    return (None, None) if nowhere else (lat, lon)


_ERROR_TEXTS = ("description", "message", "error", "error_description", "status_message", "detail", "title")
_ERROR_GROUPS = ("errors", "error", "data", "full_errors", "base", "duplicate")


def _errors(tree: Tree) -> Iterator[ErrorItem]:
    if isinstance(tree, str):
        if not is_blank(tree):
            yield ErrorItem(description=text_of(tree))
    elif isinstance(tree, list):
        for item in tree:
            yield from _errors(item)
    elif isinstance(tree, dict):
        code = line_of(tree.get("code")) or line_of(tree.get("status_code"))
        words = next(
            (text for name in _ERROR_TEXTS if isinstance(tree.get(name), str) and (text := text_of(tree[name]))), ""
        )
        if words:
            yield ErrorItem(description=words, code=code)
            return
        for name in _ERROR_GROUPS:
            for error in _errors(tree.get(name)):
                named = name in {"base", "duplicate"}
                yield ErrorItem(description=f"{name}: {error.description}", code=error.code) if named else error
        if code and not any(name in tree for name in _ERROR_GROUPS):
            yield ErrorItem(description=f"error {code}", code=code)
