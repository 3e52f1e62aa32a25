"""What is done to queue.db inside one transaction: rows, the audit's links, the few values beside them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from datetime import datetime

from taker311.base.codec import Value, from_json, to_json
from taker311.base.sealing import Sealer
from taker311.base.words import say
from taker311.cases import outbox
from taker311.cases.chain import Link, SignedHead, rebased, record
from taker311.cases.interface import NoSuchCaseError
from taker311.cases.model import AuditEntry, Case, OutboxRow
from taker311.cases.schema import SELECT, UPDATE, columns_of, row_of, text_of
from taker311.cases.seat import Line
from taker311.crm.model import Submission


class Body(Value, frozen=True):
    """What is sealed of a case."""

    case: Case
    submission: Submission


def about(case_id: str, script_version: int) -> str:
    """The associated data of a case's seal."""
    return f"case {case_id} script {script_version}"


def queued_row(case: Case) -> OutboxRow:
    """The row of a case that was just finished."""
    return OutboxRow(
        case_id=case.id,
        ref=case.ref,
        state="queued",
        service_code=case.service_code,
        topic_id=case.topic_id,
        agency=case.agency,
        created_at=case.created_at,
        next_at=case.created_at,
        promise_day=case.promise.day.isoformat() if case.promise else "",
        last_reason="Saved; waiting to be sent.",
    )


def one(connection: sqlite3.Connection, case_id: str) -> OutboxRow:
    found = connection.execute(f"{SELECT} WHERE case_id=?", (case_id,)).fetchone()
    if found is None:
        raise NoSuchCaseError(say("That case is not in this queue."))
    return row_of(found)


def meta_of(connection: sqlite3.Connection, key: str) -> str | None:
    found = connection.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return found[0] if found else None


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def line_of(connection: sqlite3.Connection) -> Line | None:
    with contextlib.suppress(ValueError):
        return from_json(meta_of(connection, "line") or "", Line)
    return None


def head_of(connection: sqlite3.Connection) -> SignedHead:
    text = meta_of(connection, "audit_head")
    with contextlib.suppress(ValueError):
        return from_json(text, SignedHead) if text else SignedHead()
    # Damaged: records are appended all the same, and the missing signature shows in the check.
    last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return SignedHead(seq=last[0], hash=last[1]) if last else SignedHead()


def chain_of(connection: sqlite3.Connection) -> tuple[list[Link], SignedHead]:
    found = connection.execute("SELECT seq, at, actor, event, case_id, detail, said, hash, mac FROM audit ORDER BY seq")
    return [Link(*r) for r in found], head_of(connection)


def put(connection: sqlite3.Connection, before: OutboxRow, after: OutboxRow, at: datetime) -> None:
    """Writes the row; an attempt that was under way has ended with it."""
    connection.execute(UPDATE, columns_of(after))
    if before.state == "sending":
        connection.execute(
            "UPDATE attempt SET ended_at=?, status=?, class=? WHERE case_id=? AND ended_at IS NULL",
            (text_of(at), after.last_status, after.last_class, before.case_id),
        )


def append_audit(
    connection: sqlite3.Connection,
    sealer: Sealer,
    at: datetime,
    event: str,
    *,
    actor: str,
    case_id: str = "",
    detail: str = "",
    said: str = "",
) -> None:
    link, head = record(head_of(connection), sealer, AuditEntry(0, at, actor, event, case_id, detail, said))
    connection.execute(
        "INSERT INTO audit (seq, at, actor, event, case_id, detail, said, hash, mac) VALUES (?,?,?,?,?,?,?,?,?)",
        [getattr(link, name) for name in Link.__struct_fields__],
    )
    set_meta(connection, "audit_head", to_json(head))


def prune_audit(connection: sqlite3.Connection, sealer: Sealer, before: datetime) -> int:
    """Deletes the oldest records that were exported and are from before that moment; the chain then begins after them."""
    exported = int(meta_of(connection, "audit_exported") or 0)
    last = connection.execute(
        "SELECT max(seq) FROM audit WHERE seq <= ? AND seq < (SELECT coalesce(min(seq), ?) FROM audit WHERE at >= ?)",
        (exported, exported + 1, text_of(before)),
    ).fetchone()[0]
    if last is None:
        return 0
    base = connection.execute("SELECT seq, hash FROM audit WHERE seq=?", (last,)).fetchone()
    head = rebased(head_of(connection), base[0], base[1], sealer)
    set_meta(connection, "audit_head", to_json(head))
    return connection.execute("DELETE FROM audit WHERE seq <= ?", (last,)).rowcount


def purge_over(connection: sqlite3.Connection, at: datetime, shred: Callable[[list[bytes]], None]) -> int:
    """Deletes the sealed bodies, and with them their keys, of settled cases whose time is over. `shred` gets these bodies
    before anything is committed: where it fails they are still known, and the next purge does it again."""
    over = "purge_at <= ? AND state IN ('sent', 'closed')"
    found = connection.execute(f"{SELECT} WHERE {over}", (text_of(at),)).fetchall()
    bodies = connection.execute(f"SELECT sealed FROM outbox WHERE {over} AND sealed IS NOT NULL", (text_of(at),))  # noqa: S608 - a condition of our own
    shred([body for (body,) in bodies.fetchall()])
    for before in map(row_of, found):
        connection.execute(UPDATE, columns_of(outbox.purged(before)))
        connection.execute("UPDATE outbox SET sealed=NULL WHERE case_id=?", (before.case_id,))
    return len(found)


def rewrap_all(connection: sqlite3.Connection, sealer: Sealer) -> None:
    """Everything sealed, under the sealer's current key."""
    for case_id, version, sealed in connection.execute(
        "SELECT case_id, script_version, sealed FROM outbox WHERE sealed IS NOT NULL"
    ).fetchall():
        blob = sealer.rewrap(sealed, about(case_id, version))
        connection.execute("UPDATE outbox SET sealed=?, key_id=? WHERE case_id=?", (blob, sealer.key_id, case_id))
    for seq, said in connection.execute("SELECT seq, said FROM audit WHERE said IS NOT NULL").fetchall():
        connection.execute("UPDATE audit SET said=? WHERE seq=?", (sealer.rewrap(said, f"audit {seq}"), seq))
