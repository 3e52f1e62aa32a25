"""Commands beside a running desk: a request is a file in the seat's inbox, signed with the desk's key by whoever signed in
to make it; the desk's own sender carries it out and leaves an answer."""

from __future__ import annotations

import contextlib
import hmac
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.sealing import Sealer
from taker311.cases import acts, handover
from taker311.cases.acts import Decision
from taker311.cases.interface import CaseStore
from taker311.cases.model import OutboxRow
from taker311.cases.receive_keys import ReceiveKeys
from taker311.cases.store import SqliteStore

FOLDER = "inbox"
Act = Literal["send", "hold", "release", "resolve", "resume", "export", "import", "reclaim", "audit-export"]
HANDOVER = ("export", "import", "reclaim", "audit-export")


class Request(Value, frozen=True):
    """What a person wants done. `case_id` is empty where it is about no one case; `file` is absolute, `to` a public key."""

    act: Act
    actor: str
    case_id: str = ""
    decision: Decision = "close"
    request_id: str = ""
    reason: str = ""
    file: str = ""
    to: bytes = b""
    unread: bool = False


class Signed(Value, frozen=True):
    id: str
    request: Request
    mac: str


class Answer(Value, frozen=True):
    """`problem` '' when it was done; `row` as it stands afterwards; `said` what was done where no one row tells it."""

    row: OutboxRow | None = None
    problem: str = ""
    said: str = ""


def carry_out(store: CaseStore, request: Request, clock: Clock, *, keep_sent_s: float = 7 * 86400) -> OutboxRow | None:
    """Does it, audited under the actor's name. Raises UserError where the case's state doesn't allow it."""
    now = clock.now()
    if request.act == "resume":
        store.resume(request.actor, now)
        return None
    decide = partial(
        acts.decided, decision=request.decision, at=now, request_id=request.request_id, keep_sent_s=keep_sent_s
    )
    rule: Callable[[OutboxRow], OutboxRow] = {
        "send": partial(acts.sent_now, at=now),
        "hold": partial(acts.held, reason=request.reason),
        "release": partial(acts.released, at=now),
        "resolve": decide,
    }[request.act]
    event = f"resolved-{request.decision}" if request.act == "resolve" else request.act
    detail = request.request_id if request.act == "resolve" else ""
    return store.change(
        request.case_id, rule, now, event=event, actor=request.actor, detail=detail, said=request.reason
    )


def hand_over(folder: Path, store: CaseStore, request: Request, sealer: Sealer, clock: Clock) -> str:
    """Cases leave on a stick, come from one, or are taken back; a sentence on what was done. Raises UserError."""
    now, file = clock.now(), Path(request.file)
    if request.act == "export":
        line = store.line() if isinstance(store, SqliteStore) else None
        desk = line.code if line else ""
        count = handover.export(store, file, request.to, now, actor=request.actor, number=str(uuid.uuid4()), desk=desk)
        return f"{_cases(count)} left with {file}; this desk sends them no more."
    if request.act == "import":
        keys = partial(ReceiveKeys(folder).private, sealer=sealer)
        taken, known = handover.import_file(store, file, keys, now, actor=request.actor)
        if file.parent == folder:
            file.unlink(missing_ok=True)  # it was only on its way, and its key is here
        here = f"; {_cases(known)} here already" if known else ""
        return f"{_cases(taken)} taken in from {file}{here}."
    if request.act == "audit-export":
        if not isinstance(store, SqliteStore):
            raise UserError("This seat keeps no audit on a disk.")
        return f"{store.export_audit(file, now, actor=request.actor)} records are in {file}."
    count = handover.reclaim(store, request.case_id, now, actor=request.actor, unread=request.unread)
    return f"{_cases(count)} taken back: each is looked for in the city's system before it goes out."


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


class Inbox:
    """The desk's side. `serve` is quick when there is nothing to do."""

    def __init__(
        self,
        folder: Path,
        store: CaseStore,
        sealer: Sealer,
        clock: Clock,
        on_change: Callable[[OutboxRow], None] | None = None,
        *,
        keep_sent_s: float = 7 * 86400,
    ) -> None:
        self._keep_sent_s = keep_sent_s
        self._seat = folder
        self._folder = private_folder(folder / FOLDER)
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._on_change = on_change or (lambda _row: None)
        for left in self._folder.glob("*.answer"):
            left.unlink(missing_ok=True)

    def serve(self) -> bool:
        """Carries out what lies there; True when there was anything. A request is answered once, whatever happens."""
        found = sorted(self._folder.glob("*.request"))
        for path in found:
            answer = self._answer(path)
            # The request goes first: done twice would be worse than an answer that never comes.
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                write_atomically(path.with_suffix(".answer"), to_json(answer).encode())
            if answer.row is not None:
                self._on_change(answer.row)
            elif answer.said:
                for row in self._store.rows(("unknown", "exported")):
                    self._on_change(row)
        return bool(found)

    def _answer(self, path: Path) -> Answer:
        try:
            signed = from_json(path.read_bytes(), Signed)
        except (OSError, ValueError):
            return Answer(problem="The request can't be read.")
        expected = _mac(self._sealer, signed.id, signed.request)
        if signed.id != path.stem or not hmac.compare_digest(expected.encode(), signed.mac.encode()):
            return Answer(problem="The request was not signed with this desk's key.")
        request = signed.request
        try:
            if request.act in HANDOVER:
                return Answer(said=hand_over(self._seat, self._store, request, self._sealer, self._clock))
            return Answer(row=carry_out(self._store, request, self._clock, keep_sent_s=self._keep_sent_s))
        except UserError as error:
            return Answer(problem=str(error))


def leave(folder: Path, request: Request, sealer: Sealer, *, wait_s: float = 15) -> Answer:
    """The command's side: leaves the request for the running desk and waits for its answer. Raises UserError when none
    comes; the request is taken back then."""
    place = private_folder(folder / FOLDER)
    number = str(uuid.uuid4())
    path = place / f"{number}.request"
    answer = path.with_suffix(".answer")
    try:
        write_atomically(path, to_json(Signed(number, request, _mac(sealer, number, request))).encode())
    except OSError as error:
        raise UserError(f"{place}: can't be written ({error.strerror}); nothing was changed.") from error
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError, ValueError):
            found = from_json(answer.read_bytes(), Answer)
            answer.unlink(missing_ok=True)
            return found
        time.sleep(0.05)
    try:
        path.unlink()
    except FileNotFoundError:
        raise UserError(f"{place}: the desk took the request and did not answer; look at the queue.") from None
    raise UserError(f"{place}: the desk at this seat does not answer; nothing was changed. Is its sender running?")


def _mac(sealer: Sealer, number: str, request: Request) -> str:
    return sealer.mac("inbox", f"{number} {to_json(request)}".encode()).hex()
