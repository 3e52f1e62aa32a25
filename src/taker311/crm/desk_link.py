"""A desk's line to its hub besides cases: tells how it stands, hands in suggestions, gets its code. Other CRMs have no such thing."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from taker311.base.codec import Value, from_json, to_json
from taker311.base.text import clean_line
from taker311.crm import reader
from taker311.crm.desk_model import (
    AnswerGiven,
    Beat,
    BeatTaken,
    DeskStatus,
    FloorRow,
    HelpAnswer,
    InboxRow,
    Suggestion,
    Told,
)
from taker311.crm.tree import CrmError
from taker311.net.http import Http, HttpError

T = TypeVar("T")
_BASE = re.compile(r"/open311/v2/?\Z")


class _Code(Value, frozen=True):
    code: str


class _Floor(Value, frozen=True):
    at: datetime
    desks: tuple[FloorRow, ...]


class _Inbox(Value, frozen=True):
    suggestions: tuple[InboxRow, ...]


class DeskLink:
    """`endpoint` is the hub's GeoReport address. Every call raises CrmError, a sentence, where it did not succeed."""

    def __init__(self, http: Http, endpoint: str, key: str, *, total_s: float = 15) -> None:
        parts = urlsplit(endpoint.rstrip("/"))
        self._root = urlunsplit((parts.scheme, parts.netloc, _BASE.sub("", parts.path) + "/desks/", "", ""))
        self._http, self._key, self._total_s = http, key, total_s
        self.takes_beats = False  # an older hub does not

    def tell(self, status: DeskStatus) -> HelpAnswer | None:
        """Gives what a supervisor answered to this desk's call for help, if one did."""
        told = self._ask("POST", "status.json", to_json(status).encode(), Told)
        self.takes_beats = told.beats
        return told.answer

    def beat(self, beat: Beat) -> bool:
        """Says that the desk is still there; False where the hub wants the whole status."""
        return self._ask("POST", "beat.json", to_json(beat).encode(), BeatTaken).known

    def answer(self, given: AnswerGiven) -> None:
        """That a desk's call for help was seen; it learns of it the next time it tells."""
        self._ask("POST", "answer.json", to_json(given).encode(), dict)

    def floor(self) -> tuple[FloorRow, ...]:
        """All desks that ever told how they stand, by name."""
        return self._ask("GET", "status.json", None, _Floor).desks

    def suggest(self, suggestions: Collection[Suggestion]) -> None:
        """The same suggestion may be handed in again; the hub keeps it once."""
        body = to_json({"suggestions": list(suggestions)}).encode()
        self._ask("POST", "suggestions.json", body, dict)

    def inbox(self) -> tuple[InboxRow, ...]:
        """What all desks handed in, newest first."""
        return self._ask("GET", "suggestions.json", None, _Inbox).suggestions

    def code(self, used: Collection[str] = ()) -> str:
        """This desk's three-character code; one that is not among `used`, which are never to be taken up again."""
        return self._ask("POST", "code.json", to_json({"used": sorted(used)}).encode(), _Code).code

    def _ask(self, method: str, path: str, body: bytes | None, kind: type[T]) -> T:
        headers = {"x-api-key": self._key, "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        address = self._root + path
        try:
            reply = self._http.request(method, address, headers=headers, body=body, total_s=self._total_s)
        except HttpError as error:
            raise CrmError(str(error)) from error
        if reply.status >= 300:
            try:
                said = "; ".join(error.description for error in reader.read_errors(reply.body)[:3])
            except CrmError:
                said = "this may be no hub of ours"
            raise CrmError(f"{address}: HTTP {reply.status}: {clean_line(said, limit=200)}")
        try:
            return from_json(reply.body, kind)
        except ValueError as error:
            raise CrmError(f"{address}: the reply is not what a hub answers.") from error
