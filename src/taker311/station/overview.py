"""How a place of work stands, for the ready screen: counted at most once a second, since every drawn screen asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.words import say
from taker311.cases.journal import Journal
from taker311.cases.model import State
from taker311.cases.reasons import in_words
from taker311.cases.tasks import Task, tasks
from taker311.knowledge.pressing import most_pressing, must_be_read
from taker311.station.model import Notice, OpenCall, Status
from taker311.station.promises import notices
from taker311.station.recorder import events_of

if TYPE_CHECKING:
    from taker311.station.workplace import Workplace

UNSENT: tuple[State, ...] = ("queued", "sending", "unknown", "blocked", "held")
_FOR_A_PERSON = ("held", "blocked")
_COUNT_EVERY_S = 1.0


class Overview:
    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._counted_at = -_COUNT_EVERY_S
        self._counts = (0, 0, 0.0)
        self._tasks: tuple[Task, ...] = ()
        self._open: tuple[OpenCall, ...] | None = None
        self._open_ids: list[str] = []
        self._open_named = False  # with their topics' titles, which the first paint does not wait for

    def status(self) -> Status:
        waiting, attention, oldest = self._count()
        now = self._place.clock.now()
        return Status(
            city=self._place.city.names[self._place.city.languages[0]],
            agent=self._place.station.desk.agent,
            desk_code=self._place.seat.desk_code,
            now=now.astimezone(self._place.zone),
            kb_age_s=self._place.kb_seconds(),
            searching=self._place.station.desk.index is not None,
            signed_in=self._place.seat.unlocked is not None,
            crm=self._place.settings.crm.endpoint,
            online=self._place.station.online,
            waiting=waiting,
            attention=attention,
            oldest_s=oldest,
            calls=self._place.station.calls,
            handled_s=self._place.station.handled_s,
            notices=self._notices(),
            changed=self._place.changed,
            open_calls=self.open_calls() if self._place.station.state.phase == "ready" else (),
        )

    def _count(self) -> tuple[int, int, float]:
        now = self._place.clock.monotonic()
        if now - self._counted_at >= _COUNT_EVERY_S:
            self._counted_at = now
            kept = self._place.store.rows((*UNSENT, "exported"))
            self._tasks = tasks(kept, self._place.clock.now())
            rows = [row for row in kept if row.state in UNSENT]
            attention = sum(row.state in _FOR_A_PERSON for row in rows)
            oldest = max(((self._place.clock.now() - row.created_at).total_seconds() for row in rows), default=0.0)
            self._counts = (len(rows) - attention, attention, oldest)
        return self._counts

    def _notices(self) -> tuple[Notice, ...]:
        found = [Notice("trouble", text) for text in self._place.seat.notices]
        found += self._place.troubles()
        found += [Notice("trouble", text) for text in self._place.kb_notices()]
        if self._place.seat.unlocked is not None and not self._place.seat.unlocked.intact:
            found.append(
                Notice("trouble", say("Somebody without the key altered who may sign in here: tell your city's IT."))
            )
        paused = self._place.store.paused()
        if paused:
            found.append(Notice("task", say("The sender stands still: {why}", why=in_words(paused))))
        found += notices(self._place)
        found += [Notice("task", task.sentence, task.ref) for task in self._tasks]
        world, now = self._place.station.world, self._place.clock.now()
        first = self._place.city.languages[0]
        read = self._place.station.state.acknowledged
        for bulletin in most_pressing(self._place.bundle.bulletins, read):
            if world.in_force(bulletin, now):
                title = bulletin.titles[first]
                unread = must_be_read(bulletin, read)
                text = say("{title} — must be read: F6", title=title) if unread else title
                found.append(Notice("bulletin", text))
        found += [Notice("note", text)] if (text := self._place.offer()) else []
        return tuple(found)

    def open_calls(self) -> tuple[OpenCall, ...]:
        """Calls that were put aside or cut off, oldest first."""
        journal = self._place.station.desk.recorder.journal
        if journal is None:
            return ()
        ids = journal.open_calls()
        named = self._place.bundle.decoded
        if self._open is None or (ids, named) != (self._open_ids, self._open_named):
            self._open_ids, self._open_named = ids, named
            self._open = tuple(self._about(journal, call_id) for call_id in ids)
        return self._open

    def _about(self, journal: Journal, call_id: str) -> OpenCall:
        events = events_of(journal.events(call_id))
        began = events[0][0] if events else self._place.clock.now()
        topic = next((e.topic_id for _, e in reversed(events) if hasattr(e, "topic_id")), "")
        time = f"{began.astimezone(self._place.zone):%H:%M}"
        if topic and not self._place.bundle.decoded:
            return OpenCall(call_id, began, say("begun {time}", time=time))
        found = self._place.bundle.topic(topic) if topic else None
        first = self._place.city.languages[0]
        title = found.text(first, first).title if found else say("no topic yet")
        return OpenCall(call_id, began, say("{title}, begun {time}", title=title, time=time))
