"""What may be said of a case to whoever has its reference or number: its state, and when, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from typing import Literal, Protocol

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.text import clean_line, fold
from taker311.base.words import say
from taker311.cases.city_cases import CityCases, Seen
from taker311.cases.interface import CaseStore
from taker311.cases.model import OutboxRow
from taker311.cases.reference import format_ref, parse_ref
from taker311.crm.model import RequestRecord
from taker311.intake.promise import day_in_words, time_in_words

Standing = Literal["waiting", "person", "with-city", "open", "closed", "elsewhere", "not-known"]
_STANDS: dict[str, Standing] = {"held": "person", "blocked": "person", "exported": "elsewhere"}
_MOST_ROWS = 400


class Looks(Protocol):
    """The part of an endpoint that is asked (crm.client.Open311 is one). Raises UserError where it can't be."""

    def request(self, request_id: str) -> RequestRecord | None: ...


class CaseStatus(Value, frozen=True):
    """`words` may be read to the caller as they stand. `as_of` is None when the city's system answered just now or none of
    its words are in it; `live` whether it did. `can_reopen`: it is closed, and a linked new case is the way on."""

    standing: Standing
    words: str
    ref: str = ""
    number: str = ""
    service: str = ""
    opened: datetime | None = None
    expected: date | None = None
    as_of: datetime | None = None
    live: bool = False
    can_reopen: bool = False


class StatusDesk:
    """`crm` None: offline. `rows` gives this desk's own cases; needs no key."""

    def __init__(
        self, rows: Callable[[], list[OutboxRow]], crm: Looks | None, city_cases: CityCases, now: Callable[[], datetime], zone: tzinfo
    ) -> None:  # fmt: skip
        self._rows, self._crm, self._cases, self._now, self._zone = rows, crm, city_cases, now, zone

    def look(self, typed: str, lang: str = "en") -> CaseStatus:
        """By our reference or by the city's number. Raises UserError where what was typed can be neither."""
        text = clean_line(typed, limit=100).strip()
        if not text:
            raise UserError(say("Type a reference as K3F-7QX2-D, or the city's number."))
        ref = parse_ref(text)
        row = next((row for row in reversed(self._rows()) if ref and row.ref == ref), None)
        if row is None:
            row = next((row for row in reversed(self._rows()) if row.request_id == text), None)
        return self.of_row(row, lang) if row else self._of_number(text, lang, ref=ref or "")

    def of_row(self, row: OutboxRow, lang: str = "en") -> CaseStatus:
        if row.request_id and row.state in ("sent", "purged"):
            found = self._of_number(row.request_id, lang, ref=row.ref, service=row.service_code)
            if found.standing != "not-known":
                return found
        day = date.fromisoformat(row.promise_day) if row.promise_day else None
        standing: Standing = _STANDS.get(row.state, "waiting")
        if row.state in ("sent", "purged"):
            standing = "with-city"
        if row.state == "closed":
            standing = "closed"
        key = "settled" if standing == "closed" else "has" if row.request_id else standing
        words = _text(key, lang)
        if day and standing != "closed":
            words += " " + self._expected(day, lang)
        return CaseStatus(standing, words, row.ref, row.request_id, row.service_code, row.created_at, day)

    def _of_number(self, number: str, lang: str, *, ref: str = "", service: str = "") -> CaseStatus:
        seen, live, known = self._ask(number)
        if seen is None:
            key = "not-known" if known else "not-reached"
            return CaseStatus(
                "not-known",
                _text(key, lang).format(number=format_ref(ref) if ref else number),
                ref,
                number,
                service,
                live=live,
            )
        case = seen.record
        expected = case.expected.astimezone(self._zone).date() if case.expected else None
        words = self._of_record(case, expected, lang)
        if not live:
            words = f"{self._as_of(seen.at, lang)} {words}"
        return CaseStatus(
            standing="closed" if case.status == "closed" else "open",
            words=words,
            ref=ref,
            number=number,
            service=case.service_name or case.service_code or service,
            opened=case.requested,
            expected=expected,
            as_of=None if live else seen.at,
            live=live,
            can_reopen=case.status == "closed",
        )  # fmt: skip

    def _ask(self, number: str) -> tuple[Seen | None, bool, bool]:
        """What is known, whether the city's system said it just now, and whether anybody could be asked."""
        if self._crm is not None:
            try:
                record = self._crm.request(number)
            except UserError:
                return self._cases.get(number), False, False
            if record is None:
                return None, True, True
            return self._cases.note(record, self._now()), True, True
        return self._cases.get(number), False, False

    # ------------------------------------------------------------ words
    def _of_record(self, case: RequestRecord, expected: date | None, lang: str) -> str:
        if case.status == "closed":
            closed = case.updated.astimezone(self._zone).date() if case.updated else None
            kind = "joined" if re.search("duplicate", case.raw_status, re.IGNORECASE) else "closed"
            said = _text(f"{kind}-on" if closed else kind, lang)
            said = said.format(day=day_in_words(closed, lang, today=self._today()) if closed else "")
            return f"{said} {_text('again', lang)}"
        said = _text(_progress(case), lang)
        return f"{said} {self._expected(expected, lang)}" if expected else said

    def _expected(self, day: date, lang: str) -> str:
        late = day < self._today()
        return _text("late" if late else "expected", lang).format(day=day_in_words(day, lang, today=self._today()))

    def _as_of(self, at: datetime, lang: str) -> str:
        local = at.astimezone(self._zone)
        today = local.date() == self._today()
        when = (
            time_in_words(local, lang)
            if today
            else f"{time_in_words(local, lang)}, {day_in_words(local.date(), lang, today=self._today())}"
        )
        return _text("as-of", lang).format(when=when)

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()


def same_phone(one: str, other: str) -> bool:
    """Ten digits tell; fewer than seven tell nothing."""
    digits = [re.sub(r"\D", "", text)[-10:] for text in (one, other)]
    return digits[0] == digits[1] and len(digits[0]) >= 7


def rows_by_phone(store: CaseStore, phone: str) -> list[OutboxRow]:
    """This desk's own cases of a caller, newest first; needs the desk's key. Only what is not shredded yet can be found."""
    found: list[OutboxRow] = []
    for row in reversed(store.rows()[-_MOST_ROWS:]):
        try:
            caller = store.case(row.case_id).caller
        except UserError:
            continue
        if same_phone(caller.phone, phone):
            found.append(row)
    return found


# The words that servers use for states of an open case (GeoReport has none but 'open'; mySociety, Toronto and others do).
_PROGRESS = (
    ("planned", ("action scheduled", "scheduled", "planned")),
    ("progress", ("in progress", "started", "assigned", "dispatched", "acknowledged", "working", "in process")),
    ("checked", ("investigating", "for triage", "under review", "inspection", "referred", "in review")),
)


def _progress(case: RequestRecord) -> str:
    """The particular state stands in `status`, or (Toronto) before a dash in `status_notes`."""
    told: Iterable[str] = (case.raw_status, case.status_notes.split(" - ")[0])
    for text in told:
        plain = " ".join(re.split(r"[\s_-]+", fold(text)))
        for key, names in _PROGRESS:
            if plain in names:
                return key
    return "open"


_WORDS = {
    "waiting": ("It is saved at this desk and goes to the city as soon as it can.", "Está guardado aquí y pasa a la ciudad en cuanto se pueda."),
    "person": ("It is saved at this desk, and a person here is seeing to it that it reaches the city.", "Está guardado aquí, y una persona se ocupa de que llegue a la ciudad."),
    "elsewhere": ("It was handed on by hand, and another desk sends it.", "Se entregó en mano, y otro puesto lo envía."),
    "with-city": ("The city has it; its number is still to come.", "La ciudad lo tiene; falta su número."),
    "has": ("The city has it.", "La ciudad lo tiene."),
    "settled": ("It was settled without going to the city's system.", "Se resolvió sin pasar al sistema de la ciudad."),
    "open": ("It is open.", "Está abierto."),
    "progress": ("It is in progress.", "Se está trabajando en ello."),
    "planned": ("The work is planned.", "El trabajo está planificado."),
    "checked": ("It is being looked into.", "Se está examinando."),
    "closed": ("It was closed.", "Se cerró."),
    "closed-on": ("It was closed on {day}.", "Se cerró el {day}."),
    "joined": ("It was joined with another case of the same problem.", "Se unió a otro caso del mismo problema."),
    "joined-on": ("It was joined with another case of the same problem on {day}.", "Se unió a otro caso del mismo problema el {day}."),
    "again": ("If the problem is still there, I can make a new case that names this one.", "Si el problema sigue, puedo abrir un caso nuevo que lo mencione."),
    "expected": ("It is expected by {day}.", "Se espera a más tardar el {day}."),
    "late": ("It was expected by {day}; that day has passed.", "Se esperaba el {day}; ese día ya pasó."),
    "as-of": ("As of {when}:", "A las {when}:"),
    "not-known": ("The city's system knows no case {number}.", "El sistema de la ciudad no conoce el caso {number}."),
    "not-reached": ("The city's system can't be reached now, and nothing is known here of {number}.", "No se puede consultar ahora el sistema de la ciudad, y aquí no se sabe nada de {number}."),
}  # fmt: skip


def _text(key: str, lang: str) -> str:
    english, spanish = _WORDS[key]
    return spanish if lang == "es" else english
