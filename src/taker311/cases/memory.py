"""The store's twin that keeps nothing: for drills, and for a desk at which nobody has signed in yet. Same rules, no disk."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer, new_secrets
from taker311.base.words import say
from taker311.cases import outbox
from taker311.cases.chain import Link, SignedHead, entry_of, record, verify
from taker311.cases.interface import Change, NoSuchCaseError
from taker311.cases.model import AuditCheck, AuditEntry, AuditHead, Case, OutboxRow, State
from taker311.cases.reference import References, format_ref
from taker311.cases.seat import new_line
from taker311.cases.tables import Body, queued_row
from taker311.crm.model import Submission


class MemoryStore:
    """`next_reference`: where references come from when a store on disk can still give them; else a line drawn by chance."""

    def __init__(self, clock: Clock, next_reference: Callable[[], str] | None = None) -> None:
        self._clock = clock
        self._guard = threading.RLock()
        self._rows: dict[str, OutboxRow] = {}
        self._bodies: dict[str, Body] = {}
        self._links: list[Link] = []
        self._head = SignedHead()
        self._sealer = Sealer(new_secrets())
        self._paused = ""
        self._counter = 0
        line = new_line(store="memory")
        self._references = References(line.code, secrets.token_bytes(16))
        self._next_reference = next_reference
        self.notices: tuple[str, ...] = ()

    @property
    def unlocked(self) -> bool:
        return True

    def close(self) -> None:
        with self._guard:
            self._rows.clear()
            self._bodies.clear()

    def next_reference(self) -> str:
        if self._next_reference is not None:
            return self._next_reference()
        with self._guard:
            self._counter += 1
            return self._references.at(self._counter - 1)

    def enqueue(self, case: Case, submission: Submission) -> OutboxRow:
        with self._guard:
            held = self._bodies.get(case.id)
            if held is not None and _same(held, case, submission):
                return self._rows[case.id]
            taken = any(
                r.ref == case.ref or b.submission.idem_key == submission.idem_key
                for r, b in ((self._rows[i], self._bodies[i]) for i in self._bodies)
            )
            if case.id in self._rows or taken or any(r.ref == case.ref for r in self._rows.values()):
                raise UserError(
                    say("NOT SAVED. Another case has the reference {ref} already.", ref=format_ref(case.ref))
                )
            self._rows[case.id] = row = queued_row(case)
            self._bodies[case.id] = Body(case, submission)
            self.audit("queued", self._clock.now(), actor=case.agent, case_id=case.id)
            return row

    def take_in(
        self, row: OutboxRow, case: Case, submission: Submission, at: datetime, *, actor: str, detail: str = ""
    ) -> bool:
        with self._guard:
            if case.id in self._rows:
                return False
            if any(r.ref == case.ref for r in self._rows.values()):
                raise UserError(
                    say("NOT SAVED. Another case has the reference {ref} already.", ref=format_ref(case.ref))
                )
            self._rows[case.id] = row
            self._bodies[case.id] = Body(case, submission)
            self.audit("imported", at, actor=actor, case_id=case.id, detail=detail)
            return True

    def rows(self, states: Collection[State] | None = None) -> list[OutboxRow]:
        with self._guard:
            found = [r for r in self._rows.values() if states is None or r.state in states]
        return sorted(found, key=lambda r: r.created_at)

    def row(self, case_id: str) -> OutboxRow:
        with self._guard:
            if case_id not in self._rows:
                raise NoSuchCaseError(say("That case is not in this queue."))
            return self._rows[case_id]

    def by_reference(self, ref: str) -> OutboxRow | None:
        with self._guard:
            return next((r for r in self._rows.values() if r.ref == ref), None)

    def case(self, case_id: str) -> Case:
        return self._body(case_id).case

    def submission(self, case_id: str) -> Submission:
        return self._body(case_id).submission

    def _body(self, case_id: str) -> Body:
        self.row(case_id)
        with self._guard:
            if case_id not in self._bodies:
                raise NoSuchCaseError(
                    say("What that case said was deleted after its time; only its reference is left.")
                )
            return self._bodies[case_id]

    def begin_attempt(self, case_id: str, at: datetime) -> OutboxRow:
        with self._guard:
            self._rows[case_id] = row = outbox.begun(self.row(case_id), at)
            return row

    def change(
        self,
        case_id: str,
        change: Change,
        at: datetime,
        *,
        event: str,
        actor: str = "desk",
        detail: str = "",
        said: str = "",
    ) -> OutboxRow:
        with self._guard:
            before = self.row(case_id)
            after = change(before)
            if after == before:
                return before
            self._rows[case_id] = after
            if event:
                self.audit(event, at, actor=actor, case_id=case_id, detail=detail, said=said)
            return after

    def change_many(
        self, case_ids: Collection[str], change: Change, at: datetime, *, event: str, actor: str, detail: str = ""
    ) -> int:
        with self._guard:
            rows = [self.row(case_id) for case_id in case_ids]
            changed = [after for before in rows if (after := change(before)) != before]
            for after in changed:
                self._rows[after.case_id] = after
                self.audit(event, at, actor=actor, case_id=after.case_id, detail=detail)
            return len(changed)

    def due(self, at: datetime, *, horizon_s: float = 7200) -> OutboxRow | None:
        far = at + timedelta(seconds=horizon_s)
        with self._guard:
            found = [r for r in self._moving() if r.next_at is not None and (r.next_at <= at or r.next_at > far)]
        return min(found, key=lambda r: (r.state == "sent", r.attempts > 0, r.next_at), default=None)

    def next_due(self, at: datetime) -> datetime | None:
        with self._guard:
            return min((r.next_at for r in self._moving() if r.next_at is not None and r.next_at > at), default=None)

    def _moving(self) -> list[OutboxRow]:
        return [r for r in self._rows.values() if r.state in ("queued", "unknown", "sent")]

    def recover_at_start(self, at: datetime) -> int:
        return self._change_all(("sending", "unknown"), lambda row: outbox.interrupted(row, at))

    def shift_waits(self, seconds: float) -> None:
        self._change_all(("queued", "unknown", "sent"), lambda row: outbox.shifted(row, seconds))

    def _change_all(self, states: Collection[State], change: Change) -> int:
        with self._guard:
            changed = {r.case_id: change(r) for r in self._rows.values() if r.state in states}
            count = sum(self._rows[case_id].state != row.state for case_id, row in changed.items())
            self._rows.update(changed)
            return count

    def owner_of(self, request_id: str) -> str | None:
        with self._guard:
            found = (r.case_id for r in self._rows.values() if request_id and r.request_id == request_id)
            return next(found, None)

    def receipts_since(self, at: datetime) -> frozenset[str]:
        with self._guard:
            return frozenset(
                r.request_id for r in self._rows.values() if r.request_id and r.first_sent_at and r.first_sent_at > at
            )

    def pause(self, reason: str, at: datetime) -> None:
        with self._guard:
            self._paused = reason
            self.audit("paused", at, actor="desk", detail=reason)

    def paused(self) -> str:
        return self._paused

    def resume(self, actor: str, at: datetime) -> int:
        with self._guard:
            self._paused = ""
            blocked: tuple[State, ...] = ("blocked",)
            count = self._change_all(blocked, lambda row: outbox.unblocked(row, at))
            self.audit("resumed", at, actor=actor, detail=f"{count} cases")
            return count

    def audit(
        self, event: str, at: datetime, *, actor: str, case_id: str = "", detail: str = "", said: str = ""
    ) -> None:
        with self._guard:
            entry = AuditEntry(0, at, actor, event, case_id, detail, said)
            link, self._head = record(self._head, self._sealer, entry)
            self._links.append(link)

    def audit_entries(self, case_id: str = "") -> list[AuditEntry]:
        with self._guard:
            return [entry_of(link, self._sealer) for link in self._links if not case_id or link.case_id == case_id]

    def audit_head(self) -> AuditHead:
        return AuditHead(self._head.seq, self._head.hash)

    def verify_audit(self, known: AuditHead | None = None) -> AuditCheck:
        with self._guard:
            return verify(self._links, self._head, self._sealer, known)

    def purge(self, at: datetime) -> int:
        with self._guard:
            over = [
                r
                for r in self._rows.values()
                if r.purge_at is not None and r.purge_at <= at and r.state in ("sent", "closed")
            ]
            for row in over:
                self._bodies.pop(row.case_id, None)
                self._rows[row.case_id] = outbox.purged(row)
            return len(over)


def _same(held: Body, case: Case, submission: Submission) -> bool:
    one, other = held.submission, submission
    same_body = hashlib.sha256(one.body).digest() == hashlib.sha256(other.body).digest()
    return held.case.ref == case.ref and one.idem_key == other.idem_key and same_body
