"""Cases and their way to the CRM, as plain values."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from taker311.base.codec import Value
from taker311.intake.model import AnswerValue, Caller, How, Promise
from taker311.places.model import Place

# What a case may be on its way: reliability's states, in the order in which a case passes them.
# `closed`: a person settled it without the CRM.
State = Literal["draft", "queued", "sending", "unknown", "blocked", "held", "exported", "sent", "purged", "closed"]


class CaseAnswer(Value, frozen=True):
    """An answer as it goes to the CRM: `open311` is the attribute's code ('' -> into the description), `key` what the CRM
    reads (choice keys, ISO dates), `label` what people read. Only answers of questions that were visible stand here."""

    id: str
    question: str
    label: str
    key: AnswerValue | None = None
    how: How = "asked"
    open311: str = ""
    public: bool = False
    personal: bool = False


class Case(Value, frozen=True):
    """A finished request, frozen. A later edit makes a new case with `linked_to`. `created_at` is aware, UTC."""

    id: str
    ref: str  # eight characters without dashes: "K3F7QX2D"
    created_at: datetime
    agent: str
    topic_id: str
    topic_title: str
    script_id: str
    script_version: int
    kb_version: str
    service_code: str
    agency: str
    answers: tuple[CaseAnswer, ...] = ()
    place: Place | None = None
    caller: Caller = Caller(anonymous=True)
    lang: str = "en"
    promise: Promise | None = None
    linked_to: str = ""  # reference or city number of the case that this one adds to

    @property
    def tag(self) -> str:
        """What the CRM's description ends with: both parts must match before anything is called found."""
        return f"{self.ref}/{self.id[:8]}"


class OutboxRow(Value, frozen=True):
    """What may be known of a case on its way without opening its seal."""

    case_id: str
    ref: str
    state: State
    service_code: str
    topic_id: str
    agency: str
    created_at: datetime
    attempts: int = 0
    charged: int = 0
    first_sent_at: datetime | None = None
    next_at: datetime | None = None
    last_class: str = ""
    last_status: int | None = None
    last_reason: str = ""  # our own sentence for the agent, never the server's
    request_id: str = ""
    token: str = ""
    sent_at: datetime | None = None
    promise_day: str = ""
    ambiguous: bool = False  # an attempt may have landed and nothing has settled yet whether it did
    ever_unknown: bool = False  # it was in doubt once, so the CRM calling it a duplicate means that it landed
    ended_at: datetime | None = None  # when the last attempt ended
    looks: int = 0  # look-ups since the last attempt, whatever they showed
    absent_looks: int = 0  # of these, the ones after settling that would allow "not there"
    absent_at: datetime | None = None  # the first of them
    polls: int = 0  # times that the token was asked for its number
    purge_at: datetime | None = None  # when the body is shredded


class AuditEntry(Value, frozen=True):
    """One record of the chain. `detail` holds no personal data; `said` (a server's or a person's sentence) is sealed on
    disk and '' while the desk is locked."""

    seq: int
    at: datetime
    actor: str
    event: str
    case_id: str = ""
    detail: str = ""
    said: str = ""


class AuditHead(Value, frozen=True):
    """The end of the chain. Travels with status and exports, so that a tail cut off together with its head is noticed."""

    seq: int = 0
    hash: str = ""


class AuditCheck(Value, frozen=True):
    """`problem` '' when the chain holds. `signed` False: without the desk's key only the chain was checked."""

    entries: int
    head: AuditHead
    signed: bool
    problem: str = ""


class JournalEntry(Value, frozen=True):
    """An event of a call. `kind` and `fields` are plain and hold no caller data; `sealed` holds the values."""

    call_id: str
    seq: int
    at: datetime
    kind: str
    fields: dict[str, str] = {}
    sealed: dict[str, str] | None = None
