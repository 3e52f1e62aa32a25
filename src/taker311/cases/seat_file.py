"""queue.db without its cases: opening and closing, who holds the key, the line of references, and the audit."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import msgspec

from taker311.base import crash
from taker311.base.clock import Clock
from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.base.words import say
from taker311.cases.audit_file import write_audit
from taker311.cases.chain import entry_of, verify
from taker311.cases.database import DamagedError, Database
from taker311.cases.interface import LockedError, NotSavedError
from taker311.cases.model import AuditCheck, AuditEntry, AuditHead
from taker311.cases.reference import CAPACITY, References
from taker311.cases.schema import SELECT, row_of
from taker311.cases.seat import Line, Mirror, SeatLock, new_line
from taker311.cases.tables import (
    append_audit,
    chain_of,
    head_of,
    line_of,
    prune_audit,
    set_meta,
)


class SeatFile:
    """What a store is beside its cases: the open file, the key, the line of references and the audit."""

    def __init__(self, database: Database, mirror: Mirror, lock: SeatLock, clock: Clock, sealer: Sealer | None) -> None:
        self._database = database
        self._mirror = mirror
        self._lock = lock
        self._clock = clock
        self._sealer = sealer
        self.notices: tuple[str, ...] = ()

    @property
    def unlocked(self) -> bool:
        return self._sealer is not None

    def unlock(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def lock(self) -> None:
        self._sealer = None

    def close(self) -> None:
        self.shut()
        self._lock.release()

    def shut(self) -> None:
        """Closes the file and keeps the seat."""
        self._database.close()

    # ------------------------------------------------------------ references
    def line(self) -> Line | None:
        return self._database.read(line_of)

    def check_rows(self) -> None:
        """Raises DamagedError where a row is not what was written, which `quick_check` can't see."""

        def work(connection: sqlite3.Connection) -> None:
            try:
                for found in connection.execute(SELECT):
                    row_of(found)
            except (sqlite3.DatabaseError, ValueError) as error:
                raise DamagedError(str(error)) from error

        self._database.read(work)

    def set_line(self, line: Line) -> None:
        """Begins another line of references; the mirror first, as always."""

        def work(connection: sqlite3.Connection) -> None:
            set_meta(connection, "line", to_json(msgspec.structs.replace(line, print=self._mirrored(line))))

        self._database.write(work)

    def next_reference(self) -> str:
        def work(connection: sqlite3.Connection) -> str:
            line = line_of(connection)
            if line is None:
                raise UserError(
                    say("{path}: the count of references is damaged; restart taker311.", path=self._database.path)
                )
            if line.counter >= CAPACITY:
                line = new_line(retired={*line.retired, line.code}, store=line.store)
            ref = References(line.code, bytes.fromhex(line.key)).at(line.counter)
            line = msgspec.structs.replace(line, counter=line.counter + 1)
            line = msgspec.structs.replace(line, print=self._mirrored(line))
            crash.point("reference.between-mirror-and-commit")
            set_meta(connection, "line", to_json(line))
            return ref

        return self._database.write(work)

    def _mirrored(self, line: Line) -> str:
        try:
            return self._mirror.write(line)
        except OSError as error:
            raise NotSavedError(
                say(
                    "NOT SAVED. {path}: the disk does not take it ({why}); make room and save again.",
                    path=self._database.path.parent,
                    why=error.strerror,
                )
            ) from error

    # ------------------------------------------------------------ audit
    def audit(
        self, event: str, at: datetime, *, actor: str, case_id: str = "", detail: str = "", said: str = ""
    ) -> None:
        sealer = self._key()
        self._database.write(
            lambda c: append_audit(c, sealer, at, event, actor=actor, case_id=case_id, detail=detail, said=said)
        )

    def audit_entries(self, case_id: str = "") -> list[AuditEntry]:
        links, _ = self._database.read(chain_of)
        return [entry_of(link, self._sealer) for link in links if not case_id or link.case_id == case_id]

    def audit_head(self) -> AuditHead:
        head = self._database.read(head_of)
        return AuditHead(head.seq, head.hash)

    def verify_audit(self, known: AuditHead | None = None) -> AuditCheck:
        links, head = self._database.read(chain_of)
        return verify(links, head, self._sealer, known)

    def export_audit(self, file: Path, at: datetime, *, actor: str) -> int:
        """Writes the whole audit to `file`; what is in it may be pruned when it is old. Returns the number of records."""
        self._key()
        links, head = self._database.read(chain_of)
        line = self.line()
        write_audit(file, links, head, line.code if line else "")
        self._database.write(lambda c: set_meta(c, "audit_exported", str(head.seq)))
        self.audit("audit-exported", at, actor=actor, detail=f"to record {head.seq}")
        return len(links)

    def prune_audit(self, before: datetime) -> int:
        """Forgets exported records from before that moment; returns how many."""
        sealer = self._key()
        count = self._database.write(lambda c: prune_audit(c, sealer, before))
        if count:
            self._database.checkpoint()
        return count

    def _key(self) -> Sealer:
        if self._sealer is None:
            raise LockedError(say("Nobody has signed in at this seat: sign in with 'taker311 sign-in'."))
        return self._sealer
