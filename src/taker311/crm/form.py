"""The one body format that every GeoReport v2 endpoint reads."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote_plus

from taker311.crm.model import RequestUpdate


def encode_form(fields: Sequence[tuple[str, str]]) -> bytes:
    """application/x-www-form-urlencoded in UTF-8, in the order given. Brackets of `attribute[CODE]` are percent-encoded;
    lone surrogates become '?'."""
    return "&".join(f"{_quote(name)}={_quote(value)}" for name, value in fields).encode("ascii")


def _quote(text: str) -> str:
    return quote_plus(text, encoding="utf-8", errors="replace")


def update_fields(update: RequestUpdate, status: str, moment: str) -> list[tuple[str, str]]:
    """The fields of a POST to `servicerequestupdates`; `status` in capitals, `moment` as the endpoint reads dates."""
    return [
        ("service_request_id", update.request_id),
        ("update_id", update.update_id),
        ("status", status),
        ("updated_datetime", moment),
        ("description", update.description),
    ]
