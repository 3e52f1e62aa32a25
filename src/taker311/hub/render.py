"""The hub's replies in both formats. A reply is plain data: {name: value | list | dict}; XML wraps list items by their singular."""

from __future__ import annotations

import json
import re
from typing import Any, Literal
from xml.sax.saxutils import escape

from starlette.responses import Response

Format = Literal["json", "xml"]
_SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "extensions": "extension",
}
# What XML 1.0 can't hold at all, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def reply(root: str, data: Any, form: Format, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON drops the root (the Spark convention); XML has it."""
    if form == "xml":
        body = '<?xml version="1.0" encoding="utf-8"?>\n' + _xml(root, data)
        return Response(body.encode(), status, headers, media_type="text/xml; charset=utf-8")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(
        text.encode("utf-8", errors="replace"), status, headers, media_type="application/json; charset=utf-8"
    )


def _xml(name: str, data: Any) -> str:
    if isinstance(data, list | tuple):
        inner = "".join(_xml(_SINGULAR.get(name, "item"), item) for item in data)
    elif isinstance(data, dict):
        inner = "".join(_xml(key, value) for key, value in data.items())
    elif isinstance(data, bool):
        inner = "true" if data else "false"
    else:
        inner = "" if data is None else escape(_NOT_XML.sub("\ufffd", str(data)))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def errors(status: int, description: str, form: Format = "json", *, headers: dict[str, str] | None = None) -> Response:
    """The standard's error body; `description` is meant for the user."""
    return reply("errors", [{"code": str(status), "description": description}], form, status=status, headers=headers)
