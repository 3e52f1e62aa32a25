"""CRMs that live in memory: one that answers as it is told, and one that lies by a seeded script and keeps a ledger of its
own, which knows nothing of what our code believes."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.crm.model import Accepted, NotSent, Outcome, Receipt, RequestRecord, Submission, Unknown


def record(number: str, submission: Submission, at: datetime) -> RequestRecord:
    text = parse_qs(submission.body.decode())["description"][0]
    return RequestRecord(request_id=number, service_code=submission.service_code, description=text, requested=at)


@dataclass
class ScriptedCrm:
    """`answers` are used in turn, the last for ever; an exception among them is raised."""

    answers: list[Outcome | Exception]
    records: list[RequestRecord] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    sent: list[Submission] = field(default_factory=list)
    after_unknown: list[bool] = field(default_factory=list)
    looks: int = 0
    polls: int = 0
    down: bool = False

    def submit(self, submission, *, service_type="realtime", after_unknown=False) -> Outcome:
        self.sent.append(submission)
        self.after_unknown.append(after_unknown)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def token(self, token: str) -> str | None:
        self.polls += 1
        return self.tokens.get(token)

    def request(self, request_id: str) -> RequestRecord | None:
        return next((r for r in self.records if r.request_id == request_id), None)

    def find(self, service_code="", start=None, end=None) -> list[RequestRecord]:
        self.looks += 1
        if self.down:
            raise UserError("The listing can't be read.")
        return [r for r in self.records if r.service_code == service_code]


class LyingCrm:
    """Every request may go wrong in any of the ways that real servers do; `faulty` is how often it does.

    `ledger`: what the CRM stored, in order: (city number, reference tag, idempotency key). Nothing else counts in the end.
    """

    def __init__(self, clock: Clock, seed: int, *, faulty: float, honours_keys: bool) -> None:
        self._clock = clock
        self._start = clock.now() - timedelta(seconds=clock.monotonic())
        self._random = random.Random(seed)
        self._faulty = faulty
        self._honours = honours_keys
        self._by_key: dict[str, str] = {}
        self.ledger: list[tuple[str, str, str]] = []
        self.records: list[RequestRecord] = []
        self.requests = 0
        self.faults = 0
        self.healthy = False

    def submit(self, submission: Submission, *, service_type="realtime", after_unknown=False) -> Outcome:
        self.requests += 1
        if self.healthy or self._random.random() >= self._faulty:
            return Accepted(Receipt(request_id=self._store(submission)), 200)
        self.faults += 1
        match self._random.randrange(9):
            case 0 | 1:
                self._store(submission)
                return Unknown(None, "the connection broke after it was stored")
            case 2:
                self._store(submission)
                return Unknown(500, "an error after it was stored")
            case 3:
                return Unknown(500, "an error before it was stored")
            case 4:
                return Unknown(None, "the connection broke before it was stored")
            case 5:
                return NotSent("busy", status=429, retry_after_s=self._random.uniform(0, 30))
            case 6:
                return NotSent("refused")
            case 7:
                return NotSent("a sign-in page", status=200)
            case _:
                # Somebody else's receipt, as servers give that hold one answer for all.
                if self.records:
                    return Accepted(Receipt(request_id=self.records[-1].request_id), 200)
                return Unknown(200, "an empty list")

    def _store(self, submission: Submission) -> str:
        if self._honours and submission.idem_key in self._by_key:
            return self._by_key[submission.idem_key]
        number = str(1000 + len(self.ledger))
        self.ledger.append((number, submission.reference, submission.idem_key))
        # The CRM has a clock of its own, which nobody sets.
        self.records.append(record(number, submission, self._start + timedelta(seconds=self._clock.monotonic())))
        self._by_key[submission.idem_key] = number
        return number

    def token(self, token: str) -> str | None:
        return None

    def request(self, request_id: str) -> RequestRecord | None:
        return next((r for r in self.records if r.request_id == request_id), None)

    def find(self, service_code="", start=None, end=None) -> list[RequestRecord]:
        if not self.healthy and self._random.random() < 0.3:
            raise UserError("The listing can't be read.")
        return [
            r
            for r in self.records
            if r.service_code == service_code
            and (start is None or start <= r.requested)
            and (end is None or r.requested <= end)
        ]
