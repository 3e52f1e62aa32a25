"""The sender: one thing at a time, the attempt on disk before a byte leaves, and no case lost or doubled by anything that a
network, a server or a crash can do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, Protocol

import msgspec

from taker311.base import crash
from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.ids import Ids
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.cases import acts, outbox, reconcile
from taker311.cases.drill import is_drill
from taker311.cases.interface import CaseStore, Change, LockedError
from taker311.cases.model import OutboxRow, State
from taker311.cases.outbox import Waits
from taker311.cases.pace import Pace
from taker311.crm.model import Accepted, Dialect, NotSent, Outcome, Receipt, Refused, RequestRecord, Submission, Unknown

ServiceType = Literal["realtime", "batch", "blackbox"]
_JUMP_S = 30.0  # the wall clock and the steady one may drift apart by less
_QUEUED: tuple[State, ...] = ("queued",)
_SENT: tuple[State, ...] = ("sent", "purged")
_CHORES_S = 2.0
_WAITED = timedelta(minutes=10)  # a case this young was made from services as they are
UNFIT = "no-longer-fits"  # last_class of a case that was held because the CRM has changed since
_IDLE_S = 60.0  # the loop looks at its clocks at least so often


class Crm(Protocol):
    """What delivery asks of an endpoint (crm.client.Open311 is one). Reads raise UserError; `submit` raises nothing."""

    def submit(self, submission: Submission, *, service_type: ServiceType, after_unknown: bool) -> Outcome: ...

    def token(self, token: str) -> str | None: ...

    def request(self, request_id: str) -> RequestRecord | None: ...

    def find(
        self, service_code: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> Sequence[RequestRecord]: ...


class Delivery:
    """`step` does at most one thing and says when the next may be; `run` repeats it until told to stop."""

    def __init__(
        self,
        store: CaseStore,
        crm: Crm,
        dialect: Dialect,
        clock: Clock,
        ids: Ids,
        waits: Waits | None = None,
        *,
        on_change: Callable[[OutboxRow], None] | None = None,
        service_type: Callable[[str], ServiceType] | None = None,
    ) -> None:
        """`on_change` is called on the sender's thread with every row that changed; `service_type` tells a service's type
        by its code (realtime where nobody knows)."""
        self._store = store
        self._crm = crm
        self._dialect = dialect
        self._clock = clock
        self._ids = ids
        self._waits = waits or Waits()
        self._on_change = on_change or (lambda _row: None)
        self._service_type = service_type or (lambda _code: "realtime")
        self.revalidate: Callable[[Submission], str | None] | None = None
        """Says why a case that waited no longer fits what the CRM takes (`crm.revalidate.Revalidator`); None where it does."""
        self.chores: Callable[[], bool] | None = None
        """Run by the loop every two seconds (`Inbox.serve`); says whether it did anything."""
        self._verify_at = clock.monotonic() + self._waits.verify_s
        self._known = self._missing = ""
        self._restored = False
        self._silent: set[str] = set()
        self._pace = Pace(ids, self._waits)
        self._awake = threading.Event()
        self._unrecorded: Callable[[], OutboxRow] | None = None
        self._offset = self._clock_offset()
        self.trouble = ""
        """Why the sender itself can't work at the moment (a full disk, say), for the screen; '' when it can."""
        self._pace.start(clock.monotonic(), backlog=len(store.rows(("queued", "unknown"))))

    def wake(self) -> None:
        """Something changed: a new case, a decision, the network."""
        self._awake.set()

    def send_now(self, case_id: str, actor: str) -> OutboxRow:
        """A person asks to skip the waiting for one case."""
        now = self._clock.now()
        row = self._store.change(case_id, partial(acts.sent_now, at=now), now, event="send-now", actor=actor)
        self._pace.go()
        self.wake()
        return row

    def run(self, stop: threading.Event) -> None:
        """The loop of the desk's sender thread; returns soon after `stop` is set and `wake` called."""
        idle = _IDLE_S if self.chores is None else _CHORES_S
        while not stop.is_set():
            self._awake.clear()
            try:
                if self.chores is not None and self.chores():
                    self._pace.go()
                wait = self.step()
                self.trouble = ""
            except UserError as error:
                self.trouble = str(error)
                wait = self._waits.first_s
            except Exception as error:  # noqa: BLE001 - a sender that died in silence would be worse than any error
                self.trouble = say("The sender failed ({what}) and tries again.", what=type(error).__name__)
                wait = self._waits.longest_s
            self._awake.wait(idle if wait is None else min(idle, wait))

    def step(self) -> float | None:
        """One attempt, look-up or poll at most. Returns seconds until the next may be due, None when nothing is."""
        self._notice_jump()
        if self._unrecorded is not None:
            self._on_change(self._unrecorded())
            self._unrecorded = None
        if self._store.paused() or not self._store.unlocked:
            return None
        wait = self._pace.wait(self._clock.monotonic())
        if wait > 0:
            return wait
        now = self._clock.now()
        row = self._store.due(now)
        if row is None:
            if self._pace.recovering and not self._store.rows(_QUEUED):
                self._pace.drained()
            self._verify(now)
            return self._until(self._store.next_due(now))
        self._work_on(row, now)
        return self._pace.wait(self._clock.monotonic())

    def _work_on(self, row: OutboxRow, now: datetime) -> None:
        if is_drill(row.ref):
            self._change(row, partial(_unreadable, reason="This is a drill's case; it is never sent."), now, "drill")
            return
        if row.state == "sent":
            self._poll(row, now)
        elif row.state == "queued" or reconcile.resends_by_key(row, now, self._dialect, self._waits):
            self._attempt(row, now)
        elif reconcile.can_look(self._dialect):
            self._look(row, now)
        else:
            self._change(row, reconcile.left_to_person, now, "left-to-person")

    # ------------------------------------------------------------ one attempt
    def _attempt(self, row: OutboxRow, now: datetime) -> None:
        try:
            submission = self._store.submission(row.case_id)
        except LockedError:
            return
        except UserError as error:
            self._change(row, partial(_unreadable, reason=str(error)), now, "unreadable")
            return
        misfit = self._misfit(row, submission, now)
        if misfit:
            self._change(row, partial(_unfit, reason=misfit), now, UNFIT)
            return
        before = row
        row = self._store.begin_attempt(row.case_id, now)
        self._on_change(row)
        outcome = self._submit(submission, before)
        crash.point("answer.before-record")
        ended = self._clock.now()
        pause = self._pace.learn(row.case_id, outcome, self._clock.monotonic())

        number = outcome.receipt.request_id if isinstance(outcome, Accepted) else ""
        owner = self._store.owner_of(number) if number else None
        owner = None if owner == row.case_id else owner

        def record() -> OutboxRow:
            kept = self._store.change(
                row.case_id,
                self._rule_for(outcome, ended, disputed=owner is not None),
                ended,
                event=_event(outcome),
                detail=_detail(outcome),
                said=_said(outcome),
            )
            if pause:
                self._store.pause(pause, ended)
            return kept

        try:
            self._on_change(record())
            if owner is not None:
                self._dispute(row, number, owner, ended)
        except UserError:
            # The answer is known and can't be written (a full disk, a seat that was locked meanwhile): keep it, and write
            # it before anything else is sent.
            self._unrecorded = record
            raise

    def _misfit(self, row: OutboxRow, submission: Submission, now: datetime) -> str | None:
        """Only a case that waited can have been overtaken by a change; one that may have landed goes again as it is, and one
        that a person looked at goes as that person said."""
        waited = not timedelta() <= now - row.created_at < _WAITED
        if self.revalidate is None or row.ambiguous or not waited or row.last_class in (UNFIT, "by-hand"):
            return None
        try:
            return self.revalidate(submission)
        except Exception:  # noqa: BLE001 - a check that fails must hold no case back
            return None

    def _submit(self, submission: Submission, row: OutboxRow) -> Outcome:
        try:
            return self._crm.submit(
                submission, service_type=self._service_type(row.service_code), after_unknown=row.ever_unknown
            )
        except Exception as error:  # noqa: BLE001 - bytes may have left: whatever went wrong, the case is in doubt
            return Unknown(None, f"the sender failed ({type(error).__name__})")

    def _rule_for(self, outcome: Outcome, at: datetime, *, disputed: bool) -> Change:
        if isinstance(outcome, Accepted) and outcome.status >= 400:
            return partial(outbox.taken_as_landed, at=at)
        if disputed:
            return partial(outbox.receipt_taken, at=at, ids=self._ids, waits=self._waits)
        first_poll = self._dialect.token_waits_s[0] if self._dialect.token_waits_s else self._waits.first_s
        return partial(
            outbox.after_attempt, outcome=outcome, at=at, ids=self._ids, waits=self._waits, first_poll_s=first_poll
        )

    # ------------------------------------------------------------ look-ups
    def _look(self, row: OutboxRow, now: datetime) -> None:
        try:
            records = self.listing(row)
        except UserError:
            wait = outbox.backoff(row.looks + 3, self._ids, self._waits)
            self._change(row, partial(reconcile.look_failed, at=now, wait_s=wait), now, "")
            return
        ours = self._store.receipts_since(row.ended_at) if row.ended_at else frozenset[str]()
        rule = partial(
            reconcile.after_look,
            records=records,
            at=self._clock.now(),
            dialect=self._dialect,
            waits=self._waits,
            ours=ours,
        )
        after = rule(row)
        if after.state == "sent":
            self._take_from(self._store.owner_of(after.request_id), row, now)
        event = "" if after.state == "unknown" else after.last_class
        self._change(row, rule, now, event)

    def _take_from(self, owner: str | None, row: OutboxRow, now: datetime) -> None:
        """The city's own words say that a number is `row`'s, so the case that was given it has no receipt."""
        if owner is not None and owner != row.case_id:
            rule = partial(outbox.receipt_gone, at=now, why="The city gave it the number of another case,")
            self._change(self._store.row(owner), rule, now, "receipt-gone")

    def _dispute(self, row: OutboxRow, number: str, owner: str, now: datetime) -> None:
        """Two cases were given one number. The CRM's record of that number decides; where it is silent both are in doubt."""
        try:
            record = self._crm.request(number)
        except UserError:
            record = None
        if not reconcile.names(record, self._store.row(owner)):
            self._take_from(owner, row, now)
        if reconcile.names(record, row):
            found = Accepted(Receipt(request_id=number), status=200)
            rule = partial(outbox.settled, outcome=found, at=now, waits=self._waits)
            self._change(self._store.row(row.case_id), rule, now, "found")

    def _verify(self, now: datetime) -> None:
        """Does the CRM still know the newest number that it gave? One restored from a backup does not; then the older ones
        are asked for too, until one is known."""
        steady = self._clock.monotonic()
        if steady < self._verify_at:
            return
        self._verify_at = steady + self._waits.verify_s
        rows = [r for r in self._store.rows(_SENT) if r.request_id and r.sent_at and r.request_id not in self._silent]
        if not rows:
            return
        row = max(rows, key=lambda r: r.sent_at or now)
        try:
            record = self._crm.request(row.request_id)
        except UserError:
            return
        if record is not None:
            self._known, self._missing, self._restored = row.request_id, "", False
        elif self._restored or self._missing == row.request_id:
            # Missed twice, or after another that was: the CRM went back in time.
            self._restored, self._verify_at = True, steady
            self._change(row, partial(outbox.receipt_gone, at=now), now, "receipt-gone")
        elif self._known == row.request_id:
            self._missing, self._verify_at = row.request_id, steady + self._waits.look_gap_s
        elif self._known:
            # Not shown yet: the newest that was shown before tells more.
            self._silent.add(row.request_id)

    def listing(self, row: OutboxRow) -> Sequence[RequestRecord]:
        """The CRM's cases of the row's service since its first send; also what a person chooses candidates from. Raises
        UserError where it can't be read."""
        return reconcile.listing(self._crm, row, self._clock.now(), self._waits)

    def _poll(self, row: OutboxRow, now: datetime) -> None:
        try:
            number = self._crm.token(row.token)
        except UserError:
            number = None
        number = clean_line(number or "", limit=100)
        owner = self._store.owner_of(number) if number else None
        if owner is not None and owner != row.case_id:
            self._dispute(row, number, owner, now)
        elif number:
            self._change(row, partial(outbox.resolved_token, request_id=number), now, "number")
        else:
            self._change(row, partial(outbox.polled, at=now, waits_s=self._dialect.token_waits_s), now, "")

    # ------------------------------------------------------------ helpers
    def _change(self, row: OutboxRow, rule: Change, now: datetime, event: str) -> None:
        after = self._store.change(row.case_id, rule, now, event=event)
        if after != row:
            self._on_change(after)

    def _until(self, at: datetime | None) -> float | None:
        return None if at is None else max(0.0, (at - self._clock.now()).total_seconds())

    def _clock_offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _notice_jump(self) -> None:
        offset = self._clock_offset()
        jump = offset - self._offset
        if abs(jump) > _JUMP_S:
            self._store.shift_waits(jump)
            self._offset = offset


def _unreadable(row: OutboxRow, reason: str) -> OutboxRow:
    return acts.held(row, reason)


def _unfit(row: OutboxRow, reason: str) -> OutboxRow:
    return msgspec.structs.replace(acts.held(row, reason), last_class=UNFIT)


def _event(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return "accepted"
        case Refused():
            return "refused"
        case Unknown():
            return "unknown"
        case NotSent():
            return ""  # an outage would fill the audit with nothing


def _detail(outcome: Outcome) -> str:
    status = "" if outcome.status is None else f"answer {outcome.status}"
    return f"{outcome.reply_class}, {status}" if isinstance(outcome, Refused) else status


def _said(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Accepted) else outcome.sentence
