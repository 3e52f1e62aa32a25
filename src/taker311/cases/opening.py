"""Opening a seat's store: what a start has to find out before the first call may be saved."""

from __future__ import annotations

import uuid
from pathlib import Path

from msgspec.structs import replace

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.sealing import Sealer
from taker311.base.words import noted, say
from taker311.cases.database import DamagedError, Database
from taker311.cases.salvage import salvage, set_aside
from taker311.cases.schema import MIGRATIONS
from taker311.cases.seat import Mirror, SeatLock, new_line, open_folder
from taker311.cases.store import SqliteStore

FILE = "queue.db"


def open_store(
    folder: Path, clock: Clock, sealer: Sealer | None = None, *, desk_code: str = "", who: str = "taker311"
) -> SqliteStore:
    """The store in `folder`, made if need be. `desk_code`: the one allotted to this desk, '' to draw one by chance.

    Raises UserError: a seat in use, a network file system, no permission, a file of a newer version, a damaged file while
    nobody has signed in. `store.notices` says what the agent should know.
    """
    open_folder(folder)
    lock = SeatLock(folder, who)
    try:
        return _opened(folder, lock, clock, sealer, desk_code)
    except BaseException:
        lock.release()
        raise


def _opened(folder: Path, lock: SeatLock, clock: Clock, sealer: Sealer | None, desk_code: str) -> SqliteStore:
    path = folder / FILE
    mirror = Mirror(folder, path)
    try:
        store = _sound(SqliteStore(Database(path, MIGRATIONS), mirror, lock, clock, sealer))
        notices: list[str] = []
    except DamagedError as error:
        if sealer is None:
            raise UserError(
                say("{path}: this file is damaged; sign in, and what can be saved is saved.", path=path)
            ) from error
        aside = set_aside(path, clock.now())
        database = Database(path, MIGRATIONS)
        store = SqliteStore(database, mirror, lock, clock, sealer)
        count = salvage(aside / FILE, database, sealer, clock.now())
        store.audit("salvaged", clock.now(), actor="desk", detail=f"{count} cases")
        notices = [
            say(
                "{path} was damaged: {count} cases were saved from it, the damaged file is kept in {folder}.",
                path=path,
                count=count,
                folder=aside.name,
            )
        ]
    try:
        notices += _settle_line(store, mirror, clock, desk_code)
        store.recover_at_start(clock.now())
        store.notices = tuple(notices)
    except BaseException:
        store.close()
        raise
    return store


def _sound(store: SqliteStore) -> SqliteStore:
    try:
        store.check_rows()
    except DamagedError:
        store.shut()
        raise
    return store


def _settle_line(store: SqliteStore, mirror: Mirror, clock: Clock, given: str) -> list[str]:
    """Goes on with the line of references, or begins another where the folder is not the one it was."""
    kept, beside = store.line(), mirror.read()
    used = {code for line in (kept, beside) if line for code in (*line.retired, line.code)}
    if kept is None:
        store.set_line(new_line(given=given, retired=used, store=str(uuid.uuid4())))
        return [_renamed(store, noted("its store is new"))] if beside else []
    going_on = mirror.continues(kept)
    if going_on is None:
        store.doubt_all(clock.now())
        store.set_line(new_line(given=given, retired=used, store=str(uuid.uuid4())))
        return [_renamed(store, noted("its folder was copied or restored"))]
    if given and given != kept.code and given not in used:
        store.set_line(new_line(given=given, retired=used, store=kept.store))
    elif going_on.counter != kept.counter:
        store.set_line(replace(going_on, counter=going_on.counter))
    return []


def _renamed(store: SqliteStore, why: str) -> str:
    line = store.line()
    code = line.code if line else ""
    return say(
        "This desk's references now begin with {code}, because {why}. Ask your city for a code of its own.",
        code=code,
        why=say(why),
    )
