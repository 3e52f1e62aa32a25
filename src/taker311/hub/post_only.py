"""What a volunteer's token may do: hand cases in, tell how the desk stands, and read back what it handed in itself.

The list is closed: a call that is not in it is refused, also one that this hub learns later.
"""

from __future__ import annotations

import re
from typing import Any

from taker311.base.clock import zulu
from taker311.hub.store import HubCase

REFUSAL = "this token hands cases in and reads back its own; it may do nothing else here. Ask whoever gave it to you if you need more."
_MAY = (
    ("POST", r"/open311/v2/requests\.(json|xml)"),
    ("POST", r"/open311/v2/servicerequestupdates\.(json|xml)"),  # on a case of its own
    ("POST", r"/desks/(status|beat|suggestions|code)\.json"),
    ("GET", r"/open311/v2/tokens/[^/]+\.(json|xml)"),  # its own
    ("GET", r"/open311/v2/requests/[^/]+\.(json|xml)"),  # its own
    ("GET", r"/open311/v2/services(/.+)?\.(json|xml)"),  # what may be handed in, and how: nothing of a caller's
)
_REFERENCE = re.compile(r"^(Ref [0-9A-Z]{4,16}/[0-9a-f]{8})\Z", re.MULTILINE)
_ALLOWED = tuple((method, re.compile(pattern)) for method, pattern in _MAY)


def may(method: str, path: str) -> bool:
    method = "GET" if method == "HEAD" else method
    return any(method == allowed and pattern.fullmatch(path) for allowed, pattern in _ALLOWED)


def own_case(case: HubCase, service_name: str) -> dict[str, Any]:
    """A case as the one who handed it in may read it back: enough to tell that it is there, under which number and with which
    reference (the description's last line), and nothing that a stolen token would give away of a caller."""
    tag = _REFERENCE.search(case.description)
    item = {
        "service_request_id": case.request_id,
        "status": case.status,
        "service_name": service_name,
        "service_code": case.service_code,
        "requested_datetime": zulu(case.requested),
        "updated_datetime": zulu(case.updated),
        "expected_datetime": zulu(case.expected) if case.expected else "",
        "description": tag[1] if tag else "",
    }
    return {name: value for name, value in item.items() if value}
