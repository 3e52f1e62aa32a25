"""What calls left to be done by a person: callers who were promised to be rung back, and calls for help. They stand in the
journal of the call they come from, sealed as it is and forgotten with it; what became of them is journalled there too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from taker311.base.codec import Value
from taker311.base.errors import UserError
from taker311.base.words import moment, noted, plural, say
from taker311.call.events import BulletinOpened, CallBackAgreed, Event, HelpCalled, Opened
from taker311.cases.journal import Journal
from taker311.cases.model import JournalEntry
from taker311.station.model import Notice
from taker311.station.recorder import entry_of, events_of
from taker311.station.station import EndedCall

if TYPE_CHECKING:
    from taker311.station.workplace import Workplace

Act = Literal["done", "tried", "given-up"]
ACTS: dict[Act, str] = {
    "done": noted("Done: it is off the list."),
    "tried": noted("Nobody answered: it stays on the list."),
    "given-up": noted("Given up: it is off the list."),
}
_HELP_ACTS: tuple[Act, ...] = ("done",)
_KINDS = ("call-back-agreed", "help-called")
_PREFIX = "promise-"  # and the act: the kinds that this module journals


class Promised(Value, frozen=True):
    """One thing to be done. `id` is the call's and the kind's; `when` and `number` (as it was typed) only of a call back.
    `number` is shown when the line is opened, not in a list."""

    id: str
    kind: Literal["call-back", "help"]
    at: datetime
    about: str = ""  # a topic's or a bulletin's id, '' where none was open
    when: str = ""
    number: str = ""
    tries: int = 0
    tried_at: datetime | None = None

    @property
    def acts(self) -> tuple[Act, ...]:
        return tuple(ACTS) if self.kind == "call-back" else _HELP_ACTS


def promised(call_id: str, entries: Sequence[tuple[datetime, str, Event | None]]) -> list[Promised]:
    """What of one call is still to be done, from what was journalled of it, in order: (when, kind, the event as far as it
    could be opened). A call back that can't be opened any more is none; a new promise takes the place of the one before."""
    due: dict[str, Promised] = {}
    about = ""
    for at, kind, event in entries:
        match event:
            case Opened(topic_id=topic):
                about = topic
            case BulletinOpened(id=bulletin):
                about = bulletin
            case CallBackAgreed(when=when, number=number):
                due["call-back"] = Promised(f"{call_id} call-back", "call-back", at, about, when, number)
            case HelpCalled():
                due["help"] = Promised(f"{call_id} help", "help", at, about)
            case _ if kind.startswith(_PREFIX):
                act, _, which = kind.removeprefix(_PREFIX).partition(" ")
                if which in due and act == "tried":
                    due[which] = replace(due[which], tries=due[which].tries + 1, tried_at=at)
                elif act != "tried":
                    due.pop(which, None)
    return list(due.values())


class Promises:
    """`due` is quick: it looks into the journal only after a call. Without a key, promises of calls in memory stand in memory
    and are journalled with their calls when somebody signs in."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._memory: list[tuple[str, list[tuple[datetime, str, Event | None]]]] = []
        self._found: tuple[Promised, ...] = ()
        self._stale = True
        place.station.call_ended.append(self._ended)

    def due(self) -> tuple[Promised, ...]:
        """Oldest first; nothing of the call that is being taken."""
        if self._place.station.state.phase != "ready":
            self._stale = True
        elif self._stale:
            self._found, self._stale = self._look(), False
        return self._found

    def opened(self, id: str) -> Promised:  # noqa: A002 - what it is
        """One of them, as it stands now. Raises UserError where it is settled."""
        found = next((one for one in self.due() if one.id == id), None)
        if found is None:
            raise UserError(say("That was settled meanwhile; look at the list again."))
        return found

    def settle(self, id: str, act: Act) -> str:  # noqa: A002 - as above
        """Writes what became of it, under the agent's name; a sentence for the screen. Raises UserError."""
        found = self.opened(id)
        if act not in found.acts:
            raise UserError(say("That can't be done about it."))
        call_id, _, which = id.partition(" ")
        now, desk = self._place.clock.now(), self._place.station.desk
        kind = f"{_PREFIX}{act} {which}"
        kept = next((entries for call, entries in self._memory if call == call_id), None)
        if kept is not None:
            kept.append((now, kind, None))
        elif desk.recorder.journal is not None:
            journal = desk.recorder.journal
            last = max((entry.seq for entry in journal.events(call_id)), default=0)
            journal.append(call_id, last + 1, now, kind, {"agent": desk.agent})
            desk.store.audit(f"{found.kind}-{act}", now, actor=desk.agent, detail=f"call {call_id}")
        self._stale = True
        return say(ACTS[act])

    def signed_in(self, journal: Journal) -> None:
        """What was promised in memory goes to the disk, with the whole call that it belongs to. Raises UserError where the disk
        does not take it; it stays in memory then."""
        self._stale = True
        while self._memory:
            call_id, entries = self._memory[0]
            journal.append_all(
                entry_of(call_id, seq, at, event) if event else JournalEntry(call_id, seq, at, kind)
                for seq, (at, kind, event) in enumerate(entries, 1)
            )
            kept = timedelta(days=self._place.settings.desk.keep_journal_days)
            journal.end(call_id, entries[-1][0], purge_at=entries[-1][0] + kept)
            del self._memory[0]

    def _look(self) -> tuple[Promised, ...]:
        found = [one for call_id, entries in self._memory for one in promised(call_id, entries)]
        journal = self._place.station.desk.recorder.journal
        if journal is not None:
            for call_id in journal.calls_with(_KINDS):
                found += promised(call_id, _read(journal.events(call_id)))
        return tuple(sorted(found, key=lambda one: one.at))

    def _ended(self, call: EndedCall) -> None:
        self._stale = True
        if self._place.station.desk.recorder.journal is None:
            entries: list[tuple[datetime, str, Event | None]] = [(at, "", event) for at, event in call.events]
            if promised(call.state.call_id, entries):
                self._memory.append((call.state.call_id, entries))


def _read(entries: list[JournalEntry]) -> list[tuple[datetime, str, Event | None]]:
    read: list[tuple[datetime, str, Event | None]] = []
    for entry in entries:
        events = events_of([entry])
        read.append((entry.at, entry.kind, events[0][1] if events else None))
    return read


def in_words(one: Promised, place: Workplace) -> str:
    """A line for a list, without the number; with the day where it is not today's."""
    zone, first = place.zone, place.city.languages[0]
    topic = place.bundle.topic(one.about) if one.about else None
    bulletin = place.bundle.bulletin(one.about) if one.about else None
    title = topic.text(first, first).title if topic else bulletin.titles[first] if bulletin else say("no topic")
    at, now = one.at.astimezone(zone), place.clock.now().astimezone(zone)
    began = f"{at:%H:%M}" if at.date() == now.date() else moment(at)
    if one.kind == "help":
        return say("Help was called for at {time}: {about}", time=began, about=title)
    tries = "; " + plural(one.tries, "tried {count} time", "tried {count} times") if one.tries else ""
    return say("Ring back {when}: {about} (agreed {time}{tries})", when=one.when, about=title, time=began, tries=tries)


_SHOWN = 3


def notices(place: Workplace) -> list[Notice]:
    """For the ready screen: the oldest few, and how many more there are."""
    due = place.promises.due()
    found = [Notice("task", in_words(one, place)) for one in due[:_SHOWN]]
    if len(due) > _SHOWN:
        found.append(
            Notice("task", plural(len(due) - _SHOWN, "and {count} more to be done", "and {count} more to be done"))
        )
    return found
