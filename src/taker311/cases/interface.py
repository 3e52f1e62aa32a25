"""What the rest of the house may ask of a store of cases, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from taker311.base.errors import UserError
from taker311.cases.model import AuditCheck, AuditEntry, AuditHead, Case, OutboxRow, State
from taker311.crm.model import Submission

Change = Callable[[OutboxRow], OutboxRow]


class NotSavedError(UserError):
    """The disk did not take it. Nothing of it was written, and the same call may be made again."""


class LockedError(UserError):
    """It needs the desk's key, and nobody has signed in."""


class NoSuchCaseError(UserError):
    pass


class CaseStore(Protocol):
    """Every method is complete when it returns: what it wrote is on the disk. Safe to call from any thread.

    Moments are aware and in UTC. Writing raises NotSavedError; a case that isn't there raises NoSuchCaseError.
    """

    @property
    def unlocked(self) -> bool: ...

    def next_reference(self) -> str:
        """A reference that no desk ever gave; needs no key. One that isn't used is lost, and that is fine."""
        ...

    def enqueue(self, case: Case, submission: Submission) -> OutboxRow:
        """Returns when the case is committed: now "saved" may be said. The same case again changes nothing."""
        ...

    def rows(self, states: Collection[State] | None = None) -> list[OutboxRow]:
        """Oldest first; needs no key."""
        ...

    def row(self, case_id: str) -> OutboxRow: ...

    def by_reference(self, ref: str) -> OutboxRow | None: ...

    def case(self, case_id: str) -> Case:
        """Opens the seal: raises LockedError without a key, NoSuchCaseError when the body was purged."""
        ...

    def submission(self, case_id: str) -> Submission: ...

    def begin_attempt(self, case_id: str, at: datetime) -> OutboxRow:
        """Commits that bytes are about to leave, before any does: the row is `sending` afterwards."""
        ...

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
        """Applies a rule to the row as it stands now and writes the result with its audit record in one transaction.

        The rule runs inside the transaction and must not ask the store anything. A rule that gives the row back unchanged writes nothing; one that raises UserError leaves everything as it was.
        """
        ...

    def change_many(
        self, case_ids: Collection[str], change: Change, at: datetime, *, event: str, actor: str, detail: str = ""
    ) -> int:
        """As `change`, for several cases in one transaction: all of them or none; returns how many changed."""
        ...

    def take_in(
        self, row: OutboxRow, case: Case, submission: Submission, at: datetime, *, actor: str, detail: str = ""
    ) -> bool:
        """Saves a case that another desk made, as `row` says. False, and nothing is changed, where it is here already."""
        ...

    def due(self, at: datetime, *, horizon_s: float = 7200) -> OutboxRow | None:
        """What to work on now: fresh cases first, then by `next_at`. A row that would wait longer than the horizon is due
        too: no wait is that long, so the clock was moved."""
        ...

    def next_due(self, at: datetime) -> datetime | None:
        """The earliest `next_at` after `at`."""
        ...

    def recover_at_start(self, at: datetime) -> int:
        """Every `sending` becomes `unknown`, every waiting time for a doubtful case starts anew; returns how many."""
        ...

    def shift_waits(self, seconds: float) -> None:
        """The wall clock jumped by so much: what was counted on it moves along."""
        ...

    def owner_of(self, request_id: str) -> str | None:
        """The case that holds this city number."""
        ...

    def receipts_since(self, at: datetime) -> frozenset[str]:
        """City numbers of cases that were first sent after `at`."""
        ...

    def pause(self, reason: str, at: datetime) -> None:
        """Stops the sender until a person says to go on."""
        ...

    def paused(self) -> str:
        """Why the sender stands still, or ''."""
        ...

    def resume(self, actor: str, at: datetime) -> int:
        """Goes on: every `blocked` case waits for its turn again; returns how many."""
        ...

    def audit(
        self, event: str, at: datetime, *, actor: str, case_id: str = "", detail: str = "", said: str = ""
    ) -> None: ...

    def audit_entries(self, case_id: str = "") -> list[AuditEntry]: ...

    def audit_head(self) -> AuditHead: ...

    def verify_audit(self, known: AuditHead | None = None) -> AuditCheck:
        """`known`: a head that travelled elsewhere, which must be on the chain."""
        ...

    def purge(self, at: datetime) -> int:
        """Shreds the bodies that are past their `purge_at`; returns how many."""
        ...

    def close(self) -> None: ...
