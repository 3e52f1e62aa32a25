"""A caller rings back: how their case stands, by reference, by the city's number, or by the phone they gave."""

from __future__ import annotations

import re
from collections.abc import Sequence

from taker311.cases.interface import CaseStore
from taker311.cases.reference import format_ref
from taker311.cases.status import CaseStatus, StatusDesk, rows_by_phone

_FEWEST_DIGITS = 7
_MOST_CASES = 3


def standing(desk: StatusDesk, store: CaseStore, typed: str, lang: str) -> str:
    """The words for the caller. It may wait on the network: call it in a worker. Raises UserError with what to type."""
    found: Sequence[CaseStatus] = [desk.look(typed, lang)]
    if found[0].standing == "not-known" and len(re.sub(r"\D", "", typed)) >= _FEWEST_DIGITS:
        of_phone = [desk.of_row(row, lang) for row in rows_by_phone(store, typed)[:_MOST_CASES]]
        found = of_phone or found
    return " ".join(f"{format_ref(one.ref)}: {one.words}" if one.ref else one.words for one in found)
