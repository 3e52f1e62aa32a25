"""The hub's ledger: cases, API keys, replies by idempotency key, and updates, on one database of either kind."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.hub import schema
from taker311.hub.schema import api_keys, cases, replies, updates


class KeyHolder(Value, frozen=True):
    """Whose key it was and what it may do. `ended` is why it is valid no more, as the end of a sentence; '' while it is."""

    name: str
    post_only: bool = False
    ended: str = ""


class HubCase(Value, frozen=True):
    """A case as the hub holds it. `fields` are the posted pairs without the API key, in their order."""

    request_id: str
    token: str
    type: str
    owner: str
    service_code: str
    status: str
    status_notes: str
    released: bool
    requested: datetime
    updated: datetime
    expected: datetime | None
    description: str
    address: str
    address_id: str
    lat: float | None
    lon: float | None
    media_url: str
    fields: tuple[tuple[str, str], ...]


class HubUpdate(Value, frozen=True):
    update_id: str
    request_id: str
    status: str
    description: str
    updated: datetime


class NewCase(Value, frozen=True):
    """What a POST asks for, already checked."""

    owner: str
    service_code: str
    type: Literal["realtime", "batch", "blackbox"]
    fields: tuple[tuple[str, str], ...]
    at: datetime
    expected: datetime | None = None
    description: str = ""
    address: str = ""
    address_id: str = ""
    lat: float | None = None
    lon: float | None = None
    media_url: str = ""


class OtherBody(Exception):  # noqa: N818 - a fact about a request, no failure of the store
    """The idempotency key was used before, with other content."""


class CaseQuery(Value, frozen=True):
    """Filters of a listing; empty tuples and None leave one out. `owner` '' is the public."""

    request_ids: tuple[str, ...] = ()
    service_codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 1000


class HubStore:
    """Safe from any thread. `url` is SQLAlchemy's; SQLite gets one connection behind a lock, WAL and synchronous=FULL."""

    def __init__(self, url: str) -> None:
        self._engine, self._gate = _open(url)
        try:
            schema.bring_up(self._engine)
        except sa.exc.SQLAlchemyError as error:
            raise _unusable(url, error) from error

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction; on SQLite nobody else is in one meanwhile."""
        with self._gate, self._engine.begin() as connection:
            yield connection

    # ------------------------------------------------------------ keys
    def add_key(
        self, name: str, *, now: datetime, post_only: bool = False, until: date | None = None, incident: str = ""
    ) -> str:
        """Makes a key, stores its digest alone, and returns it: the only time that it is seen."""
        key = secrets.token_urlsafe(32)
        with self.write() as connection:
            connection.execute(
                api_keys.insert().values(
                    name=name,
                    digest=_digest(key),
                    post_only=post_only,
                    until=until.isoformat() if until else "",
                    created_at=iso(now),
                    revoked_at="",
                    incident=incident,
                )
            )
        return key

    def revoke_keys(self, name: str = "", *, now: datetime, incident: str = "") -> int:
        """Ends every key of that name, of that incident, or of both where both are given; returns how many there were."""
        where = api_keys.c.revoked_at == ""
        for column, wanted in ((api_keys.c.name, name), (api_keys.c.incident, incident)):
            where &= (column == wanted) if wanted else sa.true()
        if not name and not incident:
            return 0
        with self.write() as connection:
            return connection.execute(api_keys.update().where(where).values(revoked_at=iso(now))).rowcount

    def list_keys(self) -> list[dict[str, Any]]:
        """name, post_only, until, created_at, revoked_at and incident of every key ever made."""
        columns = (
            api_keys.c.name,
            api_keys.c.post_only,
            api_keys.c.until,
            api_keys.c.created_at,
            api_keys.c.revoked_at,
            api_keys.c.incident,
        )
        with self.write() as connection:
            return [dict(row) for row in connection.execute(sa.select(*columns).order_by(api_keys.c.id)).mappings()]

    def holder(self, key: str, *, now: datetime) -> KeyHolder | None:
        """Whose valid key this is, or None. `now` in the city's zone: a key's last day ends at its midnight."""
        found = self.key(key, now=now)
        return None if found is None or found.ended else found

    def key(self, key: str, *, now: datetime) -> KeyHolder | None:
        """Whose key this is or was; None for one that was never given out."""
        with self.write() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.digest == _digest(key))).first()
        if row is None:
            return None
        ended = ""
        if row.revoked_at:
            ended = f"was taken back on {row.revoked_at[:10]}"
        elif row.until and now.date().isoformat() > row.until:
            ended = f"ended with {row.until}"
        return KeyHolder(row.name, row.post_only, ended)

    # ------------------------------------------------------------ cases
    def add_case(self, case: NewCase, idem_key: str = "") -> tuple[HubCase, bool]:
        """Stores a case once for each idempotency key and returns it with True when it is new. Case and key are one
        transaction, so several processes on one database give one answer too. Raises OtherBody."""
        digest = _content_digest(case.fields)
        if idem_key and (known := self._replay(idem_key, digest)):
            return known, False
        try:
            with self.write() as connection:
                number = connection.execute(cases.insert().values(**_row(case)).returning(cases.c.number)).scalar_one()
                request_id = f"{case.at.year % 100:02d}-{number:06d}"
                connection.execute(cases.update().where(cases.c.number == number).values(request_id=request_id))
                if idem_key:
                    connection.execute(
                        replies.insert().values(
                            idem_key=idem_key, digest=digest, request_number=number, created_at=iso(case.at)
                        )
                    )
                row = connection.execute(sa.select(cases).where(cases.c.number == number)).one()
        except sa.exc.IntegrityError:
            known = self._replay(idem_key, digest) if idem_key else None
            if known is None:
                raise
            return known, False
        return _case(row), True

    def _replay(self, idem_key: str, digest: str) -> HubCase | None:
        with self.write() as connection:
            kept = connection.execute(sa.select(replies).where(replies.c.idem_key == idem_key)).first()
            if kept is None:
                return None
            if kept.digest != digest:
                raise OtherBody
            return _case(connection.execute(sa.select(cases).where(cases.c.number == kept.request_number)).one())

    def find(self, query: CaseQuery) -> list[HubCase]:
        """Newest first."""
        select = sa.select(cases)
        if query.request_ids:
            select = select.where(cases.c.request_id.in_(query.request_ids))
        if query.service_codes:
            select = select.where(cases.c.service_code.in_(query.service_codes))
        if query.statuses:
            select = select.where(cases.c.status.in_(query.statuses))
        if query.start:
            select = select.where(cases.c.requested_at >= iso(query.start))
        if query.end:
            select = select.where(cases.c.requested_at <= iso(query.end))
        select = select.order_by(cases.c.requested_at.desc(), cases.c.number.desc()).limit(query.limit)
        with self.write() as connection:
            return [_case(row) for row in connection.execute(select)]

    def by_token(self, token: str) -> HubCase | None:
        with self.write() as connection:
            row = connection.execute(sa.select(cases).where(cases.c.token == token)).first() if token else None
        return _case(row) if row is not None else None

    def change_case(
        self,
        request_id: str,
        *,
        now: datetime,
        status: str | None = None,
        notes: str | None = None,
        released: bool | None = None,
    ) -> bool:
        """What the city does with a case; False when there is none of that number."""
        wanted = {"status": status, "status_notes": notes, "released": released}
        values = {name: value for name, value in wanted.items() if value is not None} | {"updated_at": iso(now)}
        with self.write() as connection:
            return (
                connection.execute(cases.update().where(cases.c.request_id == request_id).values(**values)).rowcount
                == 1
            )

    def forget_replies(self, before: datetime) -> int:
        """Idempotency keys older than `before` are let go; the cases stay."""
        with self.write() as connection:
            return connection.execute(replies.delete().where(replies.c.created_at < iso(before))).rowcount

    # ------------------------------------------------------------ updates
    def add_update(self, update: HubUpdate, owner: str) -> HubUpdate:
        """Once for each update_id of an owner, which is the client's own: a second one gives the first back."""
        same = sa.select(updates).where(updates.c.update_id == update.update_id, updates.c.owner == owner)
        with contextlib.suppress(sa.exc.IntegrityError), self.write() as connection:
            if connection.execute(same).first() is None:
                connection.execute(
                    updates.insert().values(
                        update_id=update.update_id,
                        request_id=update.request_id,
                        status=update.status,
                        description=update.description,
                        updated_at=iso(update.updated),
                        owner=owner,
                    )
                )
        with self.write() as connection:
            return _update(connection.execute(same).one())

    def updates_between(self, start: datetime | None, end: datetime | None, owner: str) -> list[HubUpdate]:
        """Updates on cases that `owner` posted, oldest first."""
        select = (
            sa.select(updates).join(cases, cases.c.request_id == updates.c.request_id).where(cases.c.owner == owner)
        )
        if start:
            select = select.where(updates.c.updated_at >= iso(start))
        if end:
            select = select.where(updates.c.updated_at <= iso(end))
        with self.write() as connection:
            return [_update(row) for row in connection.execute(select.order_by(updates.c.id).limit(1000))]


def _open(url: str) -> tuple[sa.Engine, contextlib.AbstractContextManager[Any]]:
    try:
        parsed = sa.engine.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True), contextlib.nullcontext()
        engine = sa.create_engine(
            parsed, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 10}
        )
    except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:
        raise _unusable(url, error) from error

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where SQLAlchemy says, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine, threading.RLock()


def _unusable(url: str, error: Exception) -> UserError:
    """The address without its password."""
    try:
        shown = sa.engine.make_url(url).render_as_string(hide_password=True)
    except sa.exc.SQLAlchemyError:
        shown = "the address given with --database"
    reason = clean_line(str(getattr(error, "orig", None) or error), limit=160)
    return UserError(f"{shown}: the hub's database can't be opened ({reason}).")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()


def _content_digest(fields: Sequence[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode()).hexdigest()


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _row(case: NewCase) -> dict[str, Any]:
    return {
        "request_id": None,
        "token": secrets.token_hex(16) if case.type == "batch" else "",
        "type": case.type,
        "owner": case.owner,
        "service_code": case.service_code,
        "status": "open",
        "status_notes": "",
        "released": False,
        "requested_at": iso(case.at),
        "updated_at": iso(case.at),
        "expected_at": iso(case.expected) if case.expected else "",
        "description": case.description,
        "address": case.address,
        "address_id": case.address_id,
        "lat": case.lat,
        "lon": case.lon,
        "media_url": case.media_url,
        "fields": json.dumps(case.fields),
    }


def _case(row: Any) -> HubCase:
    return HubCase(
        request_id=row.request_id,
        token=row.token,
        type=row.type,
        owner=row.owner,
        service_code=row.service_code,
        status=row.status,
        status_notes=row.status_notes,
        released=row.released,
        requested=datetime.fromisoformat(row.requested_at),
        updated=datetime.fromisoformat(row.updated_at),
        expected=datetime.fromisoformat(row.expected_at) if row.expected_at else None,
        description=row.description,
        address=row.address,
        address_id=row.address_id,
        lat=row.lat,
        lon=row.lon,
        media_url=row.media_url,
        fields=tuple((name, value) for name, value in json.loads(row.fields)),
    )


def _update(row: Any) -> HubUpdate:
    return HubUpdate(
        update_id=row.update_id,
        request_id=row.request_id,
        status=row.status,
        description=row.description,
        updated=datetime.fromisoformat(row.updated_at),
    )
