"""The store of a seat: queue.db. What a method wrote is on the disk when it returns, and callers' data is sealed before it
gets there."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from taker311.base import crash
from taker311.base.codec import pack, unpack
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.base.words import say
from taker311.cases import damaged, outbox, schema
from taker311.cases.drill import refuse_drill
from taker311.cases.interface import Change, NoSuchCaseError, NotSavedError
from taker311.cases.model import Case, OutboxRow, State
from taker311.cases.reference import format_ref
from taker311.cases.schema import SELECT, UPDATE, columns_of, moment_of, row_of, text_of
from taker311.cases.seat_file import SeatFile
from taker311.cases.tables import (
    Body,
    about,
    append_audit,
    meta_of,
    one,
    purge_over,
    put,
    queued_row,
    rewrap_all,
    set_meta,
)
from taker311.crm.model import Submission


class SqliteStore(SeatFile):
    """Made by `opening.open_store`. `notices`: sentences for the agent on what was found at the start."""

    def enqueue(self, case: Case, submission: Submission) -> OutboxRow:
        refuse_drill(case.ref)
        sealer = self._key()
        now = self._clock.now()
        row = queued_row(case)
        extra = _beside(case, submission, sealer, now)

        def work(connection: sqlite3.Connection) -> OutboxRow:
            same = connection.execute(
                "SELECT 1 FROM outbox WHERE case_id=? AND idem_key=? AND ref=? AND body_sha256=?",
                (case.id, submission.idem_key, case.ref, extra["body_sha256"]),
            ).fetchone()
            if same:
                return one(connection, case.id)
            schema.insert(connection, row, extra)
            append_audit(connection, sealer, now, "queued", actor=case.agent, case_id=case.id)
            crash.point("enqueue.before-commit")
            return row

        try:
            saved = self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise UserError(
                say("NOT SAVED. Another case has the reference {ref} already.", ref=format_ref(case.ref))
            ) from error
        crash.point("enqueue.after-commit")
        return saved

    def take_in(
        self, row: OutboxRow, case: Case, submission: Submission, at: datetime, *, actor: str, detail: str = ""
    ) -> bool:
        sealer = self._key()
        extra = _beside(case, submission, sealer, at)

        def work(connection: sqlite3.Connection) -> bool:
            if connection.execute("SELECT 1 FROM outbox WHERE case_id=?", (case.id,)).fetchone():
                return False
            schema.insert(connection, row, extra)
            append_audit(connection, sealer, at, "imported", actor=actor, case_id=case.id, detail=detail)
            crash.point("import.before-commit")
            return True

        try:
            taken = self._database.write(work)
        except sqlite3.IntegrityError as error:
            raise UserError(
                say("NOT SAVED. Another case has the reference {ref} already.", ref=format_ref(case.ref))
            ) from error
        crash.point("import.after-commit")
        return taken

    def rows(self, states: Collection[State] | None = None) -> list[OutboxRow]:
        def work(connection: sqlite3.Connection) -> list[OutboxRow]:
            marks = ",".join("?" * len(states or ()))
            where = f" WHERE state IN ({marks})" if states is not None else ""
            return [
                row_of(r) for r in connection.execute(f"{SELECT}{where} ORDER BY created_at, rowid", (*(states or ()),))
            ]

        return self._database.read(work)

    def row(self, case_id: str) -> OutboxRow:
        return self._database.read(lambda c: one(c, case_id))

    def by_reference(self, ref: str) -> OutboxRow | None:
        def work(connection: sqlite3.Connection) -> OutboxRow | None:
            found = connection.execute(f"{SELECT} WHERE ref=?", (ref,)).fetchone()
            return row_of(found) if found else None

        return self._database.read(work)

    def case(self, case_id: str) -> Case:
        return self._body(case_id).case

    def submission(self, case_id: str) -> Submission:
        return self._body(case_id).submission

    def _body(self, case_id: str) -> Body:
        sealer = self._key()

        def work(connection: sqlite3.Connection) -> tuple[bytes | None, int]:
            found = connection.execute(
                "SELECT sealed, script_version FROM outbox WHERE case_id=?", (case_id,)
            ).fetchone()
            if found is None:
                raise NoSuchCaseError(say("That case is not in this queue."))
            return found[0], found[1]

        sealed, version = self._database.read(work)
        if sealed is None:
            raise NoSuchCaseError(say("What that case said was deleted after its time; only its reference is left."))
        return unpack(sealer.open(sealed, about(case_id, version)), Body)

    # ------------------------------------------------------------ on the way
    def begin_attempt(self, case_id: str, at: datetime) -> OutboxRow:
        def work(connection: sqlite3.Connection) -> OutboxRow:
            row = outbox.begun(one(connection, case_id), at)
            connection.execute(UPDATE, columns_of(row))
            connection.execute("INSERT INTO attempt (case_id, started_at) VALUES (?, ?)", (case_id, text_of(at)))
            crash.point("attempt.before-commit")
            return row

        row = self._database.write(work)
        crash.point("attempt.after-commit")
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
        sealer = self._key()

        def work(connection: sqlite3.Connection) -> OutboxRow:
            before = one(connection, case_id)
            after = change(before)
            if after == before:
                return before
            put(connection, before, after, at)
            if event:
                append_audit(connection, sealer, at, event, actor=actor, case_id=case_id, detail=detail, said=said)
            crash.point("change.before-commit")
            return after

        row = self._database.write(work)
        crash.point("change.after-commit")
        return row

    def change_many(
        self, case_ids: Collection[str], change: Change, at: datetime, *, event: str, actor: str, detail: str = ""
    ) -> int:
        sealer = self._key()

        def work(connection: sqlite3.Connection) -> int:
            count = 0
            for case_id in case_ids:
                before = one(connection, case_id)
                after = change(before)
                if after != before:
                    put(connection, before, after, at)
                    append_audit(connection, sealer, at, event, actor=actor, case_id=case_id, detail=detail)
                    count += 1
            crash.point("change-many.before-commit")
            return count

        count = self._database.write(work)
        crash.point("change-many.after-commit")
        return count

    def due(self, at: datetime, *, horizon_s: float = 7200) -> OutboxRow | None:
        def work(connection: sqlite3.Connection) -> OutboxRow | None:
            found = connection.execute(
                f"{SELECT} WHERE next_at IS NOT NULL AND state IN ('queued', 'unknown', 'sent')"
                " AND (next_at <= ? OR next_at > ?) ORDER BY state = 'sent', attempts > 0, next_at, rowid LIMIT 1",
                (text_of(at), text_of(at + timedelta(seconds=horizon_s))),
            ).fetchone()
            return row_of(found) if found else None

        return self._database.read(work)

    def next_due(self, at: datetime) -> datetime | None:
        def work(connection: sqlite3.Connection) -> datetime | None:
            found = connection.execute(
                "SELECT min(next_at) FROM outbox WHERE next_at > ? AND state IN ('queued', 'unknown', 'sent')",
                (text_of(at),),
            ).fetchone()
            return moment_of(found[0])

        return self._database.read(work)

    def recover_at_start(self, at: datetime) -> int:
        return self._change_all(("sending", "unknown"), lambda row: outbox.interrupted(row, at), at, "interrupted")

    def doubt_all(self, at: datetime) -> int:
        """After a copy or a restore: everything that waits may have been sent elsewhere."""
        waiting: tuple[State, ...] = ("queued", "sending", "unknown", "blocked")
        return self._change_all(waiting, lambda row: outbox.doubted(row, at), at, "restored")

    def shift_waits(self, seconds: float) -> None:
        self._change_all(("queued", "unknown", "sent"), lambda row: outbox.shifted(row, seconds), self._clock.now(), "")

    def _change_all(self, states: Collection[State], change: Change, at: datetime, event: str) -> int:
        def work(connection: sqlite3.Connection) -> int:
            count = 0
            marks = ",".join("?" * len(states))
            found = connection.execute(f"{SELECT} WHERE state IN ({marks})", (*states,)).fetchall()
            for before in map(row_of, found):
                after = change(before)
                if after == before:
                    continue
                put(connection, before, after, at)
                if after.state != before.state:
                    count += 1
                    if event and self._sealer is not None:
                        append_audit(connection, self._sealer, at, event, actor="desk", case_id=before.case_id)
            return count

        return self._database.write(work)

    # ------------------------------------------------------------ receipts and pauses
    def owner_of(self, request_id: str) -> str | None:
        def work(connection: sqlite3.Connection) -> str | None:
            found = connection.execute(
                "SELECT case_id FROM outbox WHERE request_id=? AND request_id<>'' LIMIT 1", (request_id,)
            ).fetchone()
            return found[0] if found else None

        return self._database.read(work)

    def receipts_since(self, at: datetime) -> frozenset[str]:
        def work(connection: sqlite3.Connection) -> frozenset[str]:
            found = connection.execute(
                "SELECT request_id FROM outbox WHERE request_id<>'' AND first_sent_at>?", (text_of(at),)
            )
            return frozenset(r[0] for r in found)

        return self._database.read(work)

    def pause(self, reason: str, at: datetime) -> None:
        sealer = self._key()

        def work(connection: sqlite3.Connection) -> None:
            set_meta(connection, "paused", reason)
            append_audit(connection, sealer, at, "paused", actor="desk", detail=reason)

        self._database.write(work)

    def paused(self) -> str:
        return self._database.read(lambda c: meta_of(c, "paused")) or ""

    def resume(self, actor: str, at: datetime) -> int:
        sealer = self._key()

        def work(connection: sqlite3.Connection) -> int:
            connection.execute("DELETE FROM meta WHERE key='paused'")
            found = connection.execute(f"{SELECT} WHERE state='blocked'").fetchall()
            for before in map(row_of, found):
                connection.execute(UPDATE, columns_of(outbox.unblocked(before, at)))
            append_audit(connection, sealer, at, "resumed", actor=actor, detail=f"{len(found)} cases")
            return len(found)

        return self._database.write(work)

    # ------------------------------------------------------------ keeping and forgetting
    def purge(self, at: datetime) -> int:
        def work(connection: sqlite3.Connection) -> int:
            return purge_over(connection, at, self._shred_damaged)

        count = self._database.write(work)
        if count:
            crash.point("purge.before-checkpoint")
            self._database.checkpoint()
        return count

    def _shred_damaged(self, bodies: list[bytes]) -> None:
        try:
            damaged.shred(self._database.path.parent, bodies)
        except OSError as error:
            raise NotSavedError(
                f"{self._database.path.parent}: a damaged file that was set aside can't be shredded ({error.strerror})."
            ) from error

    def rewrap(self, sealer: Sealer) -> None:
        """Everything sealed, under the sealer's current key, in one transaction; then `sealer` is the store's own."""

        def work(connection: sqlite3.Connection) -> None:
            rewrap_all(connection, sealer)
            crash.point("rekey.before-rewrap")

        self._database.write(work)
        self._database.checkpoint()
        crash.point("rekey.after-rewrap")
        self._sealer = sealer


def _beside(case: Case, submission: Submission, sealer: Sealer, at: datetime) -> dict[str, Any]:
    """The columns of a new row that are not part of the row's value."""
    return {
        "idem_key": submission.idem_key,
        "script_id": case.script_id,
        "script_version": case.script_version,
        "kb_version": case.kb_version,
        "sealed": sealer.seal(pack(Body(case, submission)), about(case.id, case.script_version)),
        "body_sha256": hashlib.sha256(submission.body).hexdigest(),
        "key_id": sealer.key_id,
        "finalised_at": text_of(at),
    }
