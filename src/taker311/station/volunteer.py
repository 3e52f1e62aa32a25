"""A volunteer's place on a machine: folders under the pack's own id, what the pack lets them do, and the clock of their breaks.
Nothing here reads or changes the settings and seats of the machine's own desk."""

from __future__ import annotations

import contextlib
import hashlib
import re
from datetime import datetime
from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.people_keys import Public, trust
from taker311.base.settings import CitySettings, CrmSettings, DeskSettings, ReviewSettings, Settings
from taker311.base.words import number, plural, say
from taker311.call.events import BulletinAcknowledged, Event
from taker311.call.model import CallState, Permissions
from taker311.knowledge.model import Bulletin
from taker311.station.model import Notice
from taker311.station.station import Station
from taker311.station.volunteers_seat import MARK
from taker311.sync.terms import Terms

_FINISHING = ".finishing.json"
_SLUG = re.compile(r"[^a-z0-9]+")


def pack_id(fingerprint: bytes, city: str, incident: str) -> str:
    """The same for every pack of one city and incident, so that a newer pack finds what the one before left unsent."""
    told = b"\0".join((fingerprint, city.encode(), incident.casefold().encode()))
    return hashlib.sha256(b"taker311 pack\0" + told).hexdigest()[:12]


class Folders:
    """Where a volunteer's things lie: `pack` is shared by those who work with it on this machine, `seat` is one person's."""

    def __init__(self, pack: Path, person: str) -> None:
        self.pack, self.person = pack, person
        self.knowledge, self.cache, self.reviewers = pack / "kb", pack / "cache", pack / "review"
        self.seat = pack / "people" / person
        self.finishing = pack / "people" / f"{person}{_FINISHING}"
        self._codes = pack / "people" / f"{person}.codes"

    @classmethod
    def of(cls, pack: Path, name: str) -> Folders:
        """Of the person called so on the certificate."""
        slug = _SLUG.sub("-", name.casefold()).strip("-")[:30] or "volunteer"
        return cls(pack, f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:6]}")

    @classmethod
    def that_finished(cls, pack: Path) -> list[Folders]:
        """Of everybody who has begun to hand over here, or has done it."""
        found = sorted((pack / "people").glob(f"*{_FINISHING}"))
        return [cls(pack, file.name.removesuffix(_FINISHING)) for file in found]

    def used_codes(self) -> tuple[str, ...]:
        """Desk codes of this person's seats here, also of those that were deleted: none of them begins a reference again."""
        try:
            return tuple(self._codes.read_text(encoding="ascii").split())
        except (OSError, UnicodeDecodeError):
            return ()

    def note_code(self, code: str) -> None:
        """Raises UserError where the disk does not take it."""
        if code and code not in self.used_codes():
            try:
                write_atomically(self._codes, "\n".join((*self.used_codes(), code)).encode())
            except OSError as error:
                raise UserError(
                    f"{self._codes}: can't be written ({error.strerror or error}); free some room."
                ) from error

    def make(self, name: str) -> None:
        """Raises UserError where that is not allowed."""
        for folder in (self.knowledge, self.cache, self.seat):
            private_folder(folder)
        try:
            write_atomically(self.seat / MARK, to_json({"name": name}).encode())
        except OSError as error:
            raise UserError(
                say(
                    "{folder}: can't be written ({why}); free some room.", folder=self.seat, why=error.strerror or error
                )
            ) from error


def name_of(folder: Path) -> str:
    """Whose seat it is; '' where that can't be read."""
    try:
        return from_json((folder / MARK).read_bytes(), dict[str, str]).get("name", "")
    except (OSError, ValueError):
        return ""


# ---------------------------------------------------------------- what the pack allows
def permissions(terms: Terms, topics: frozenset[str], until: datetime) -> Permissions:
    """`until`: the earlier of the pack's end and the certificate's."""
    return Permissions(
        topics=topics,
        see_nearby_cases=False,
        must_acknowledge=True,
        until=until,
        look_up=False,
        decide=False,
        review_every=terms.review_every,
        elsewhere=terms.elsewhere,
    )


def settings(terms: Terms, language: str, theme: str) -> Settings:
    """The pack's own. `report_agent`: on the floor a volunteer who calls for help has a name. What callers were
    promised stands in the journal until it is handed over."""
    return Settings(
        city=CitySettings(),
        desk=DeskSettings(language=language, theme=theme, report_agent=True, keep_journal_days=30.0),  # type: ignore[arg-type]  # the command's choices are the themes
        review=ReviewSettings(every=0),  # every so many of a volunteer's calls is marked instead
        crm=CrmSettings(endpoint=terms.crm, dialect=terms.dialect, jurisdiction=terms.jurisdiction),
    )


def know_reviewers(folder: Path, reviewers: tuple[Public, ...]) -> None:
    """The pack's reviewers and nobody else open what is kept for review. Raises UserError."""
    for old in (folder / "reviewers").glob("*.pub"):
        old.unlink(missing_ok=True)
    for one in reviewers:
        trust(folder, one)


# ---------------------------------------------------------------- what must be read
class Read(Value, frozen=True):
    """A bulletin as it was read: its words count, so that one that was changed is read again."""

    id: str
    words: str


class Reading:
    """Remembers in the seat's folder which bulletins this volunteer has acknowledged."""

    def __init__(self, folder: Path, station: Station) -> None:
        self._file, self._station = folder / "acknowledged.json", station
        self._read: tuple[Read, ...] = ()
        with contextlib.suppress(OSError, ValueError):
            self._read = from_json(self._file.read_bytes(), tuple[Read, ...])
        self.again()
        station.happened.append(self._note)

    def again(self) -> None:
        """Between calls: what of the knowledge in use was read, in the words that it has there."""
        known = {one.id for one in self._read if self._words(one.id) == one.words}
        self._station.state = CallState(acknowledged=tuple(sorted(known)))

    def _words(self, id: str) -> str:  # noqa: A002 - a bulletin's id
        bulletin = self._station.desk.bundle.bulletin(id)
        told = to_json((bulletin.titles, bulletin.say, bulletin.details)) if bulletin else ""
        return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""

    def _note(self, event: Event, _at: datetime) -> None:
        if isinstance(event, BulletinAcknowledged):
            self._read = (*self._read, Read(event.id, self._words(event.id)))
            with contextlib.suppress(OSError):  # it is asked for once more at the next start then
                write_atomically(self._file, to_json(self._read).encode())


def unread(station: Station) -> tuple[Bulletin, ...]:
    """What must be read before the next call."""
    from taker311.call.opening import unread as ids

    found = ids(station.world, station.state, station.desk.clock.now())
    return tuple(bulletin for one in found if (bulletin := station.desk.bundle.bulletin(one)) is not None)


# ---------------------------------------------------------------- breaks
class BreakTimer:
    """Says when a break is due; it never stands in the way of a call. `after_min` 0: never."""

    def __init__(self, clock: Clock, after_min: int) -> None:
        self._clock, self._after_s = clock, after_min * 60
        self._since = clock.monotonic()
        self.on_break = False

    def toggle(self) -> None:
        """Begins a break, or ends it."""
        self.on_break = not self.on_break
        self._since = self._clock.monotonic()

    def call_began(self) -> None:
        """A call ends a break by itself."""
        if self.on_break:
            self.toggle()

    @property
    def due(self) -> bool:
        return not self.on_break and 0 < self._after_s <= self._clock.monotonic() - self._since

    def notice(self, key: str) -> Notice | None:
        """For the ready screen; `key` is what begins and ends a break."""
        minutes = int((self._clock.monotonic() - self._since) // 60)
        if self.on_break:
            told = say("You are on a break ({minutes} min). {key} ends it; a call does too.", minutes=minutes, key=key)
            return Notice("note", told)
        if not self.due:
            return None
        worked = plural(minutes, "{count} minute", "{count} minutes")
        return Notice("task", say("{worked} without a break: take one now. {key} begins it.", worked=worked, key=key))


def ends_in(until: datetime, now: datetime) -> str:
    """'', or how soon the desk ends, within its last two hours."""
    minutes = int((until - now).total_seconds() // 60)
    if minutes < 0:
        return say("This pack or your certificate has ended: take no new call.")
    if minutes >= 120:
        return ""
    return say("This desk takes new calls for another {minutes} min.", minutes=number(minutes))
