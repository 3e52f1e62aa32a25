"""What the hub keeps for desks: their last status, their suggestions, and the codes that were given out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from taker311.base.codec import from_json, to_json
from taker311.cases.reference import desk_code
from taker311.crm.desk_model import Beat, DeskStatus, FloorRow, HelpAnswer, InboxRow, Suggestion
from taker311.hub.schema import desk_codes, desk_status, suggestions
from taker311.hub.store import HubStore, iso


class DeskStore:
    """On the hub's own database; safe from any thread and beside other processes."""

    def __init__(self, store: HubStore) -> None:
        self._store = store

    def keep_status(self, owner: str, status: DeskStatus, *, now: datetime) -> None:
        """The last one of a desk takes the place of the one before."""
        values = {"received_at": iso(now), "status": to_json(status)}
        with self._store.write() as connection:
            changed = connection.execute(desk_status.update().where(desk_status.c.owner == owner).values(**values))
            if changed.rowcount:
                return
        try:
            with self._store.write() as connection:
                connection.execute(desk_status.insert().values(owner=owner, **values))
        except sa.exc.IntegrityError:  # another process was quicker with the same desk's first one
            with self._store.write() as connection:
                connection.execute(desk_status.update().where(desk_status.c.owner == owner).values(**values))

    def keep_beat(self, owner: str, beat: Beat, *, now: datetime) -> bool:
        """Carries a desk's last status on to `now`; False where there is none."""
        with self._store.write() as connection:
            row = connection.execute(sa.select(desk_status.c.status).where(desk_status.c.owner == owner)).first()
            if row is None:
                return False
            status = replace(from_json(row.status, DeskStatus), waiting=beat.waiting, oldest_s=beat.oldest_s)
            values = {"received_at": iso(now), "status": to_json(status)}
            connection.execute(desk_status.update().where(desk_status.c.owner == owner).values(**values))
            return True

    def answer(self, owner: str, answer: HelpAnswer) -> bool:
        """Keeps the answer to a desk's call for help; False when there is no such desk."""
        with self._store.write() as connection:
            change = desk_status.update().where(desk_status.c.owner == owner).values(answer=to_json(answer))
            return connection.execute(change).rowcount == 1

    def answer_for(self, owner: str, help_since: datetime | None) -> HelpAnswer | None:
        """The answer to exactly that call for help; an older one means nothing to a newer call."""
        if help_since is None:
            return None
        with self._store.write() as connection:
            row = connection.execute(sa.select(desk_status.c.answer).where(desk_status.c.owner == owner)).first()
        found = from_json(row.answer, HelpAnswer) if row is not None and row.answer else None
        return found if found is not None and found.help_since == help_since else None

    def floor(self) -> list[FloorRow]:
        """Every desk that ever told, by name."""
        with self._store.write() as connection:
            rows = connection.execute(sa.select(desk_status).order_by(desk_status.c.owner)).all()
        return [_floor_row(row) for row in rows]

    def add_suggestion(self, owner: str, suggestion: Suggestion, *, now: datetime) -> bool:
        """Once for each id of a desk; False when it was here already."""
        values = {"suggestion_id": suggestion.id, "owner": owner, "received_at": iso(now), "kind": suggestion.kind}
        try:
            with self._store.write() as connection:
                connection.execute(suggestions.insert().values(**values, topic=suggestion.topic, text=suggestion.text))
        except sa.exc.IntegrityError:
            return False
        return True

    def inbox(self, since: datetime | None = None, *, most: int = 1_000) -> list[InboxRow]:
        """Newest first."""
        select = sa.select(suggestions).order_by(suggestions.c.id.desc()).limit(most)
        if since:
            select = select.where(suggestions.c.received_at >= iso(since))
        with self._store.write() as connection:
            rows = connection.execute(select).all()
        return [
            InboxRow(
                row.owner,
                datetime.fromisoformat(row.received_at),
                Suggestion(row.suggestion_id, row.kind, row.topic, row.text),
            )
            for row in rows
        ]

    def allot_code(self, owner: str, *, now: datetime, used: frozenset[str] = frozenset()) -> str:
        """A desk code that nobody else has. The same desk gets its newest again unless that stands in `used`: a new,
        restored or salvaged store must not go on under an old code. Raises UserError when there is none left."""
        mine = sa.select(desk_codes.c.number).where(desk_codes.c.owner == owner).order_by(desk_codes.c.number.desc())
        with self._store.write() as connection:
            last = connection.execute(mine).first()
            if last is not None and _code(last.number) not in used:
                return _code(last.number)
            made = desk_codes.insert().values(owner=owner, given_at=iso(now)).returning(desk_codes.c.number)
            return _code(connection.execute(made).scalar_one())


def _floor_row(row: Any) -> FloorRow:
    """With the answer that a supervisor gave since the desk told last."""
    status = from_json(row.status, DeskStatus)
    doing = status.doing
    if doing is not None and doing.help_since is not None and row.answer:
        answer = from_json(row.answer, HelpAnswer)
        if answer.help_since == doing.help_since:
            status = replace(status, doing=replace(doing, answered=answer))
    return FloorRow(row.owner, datetime.fromisoformat(row.received_at), status)


def _code(number: int) -> str:
    return desk_code(number, source="allotted")
