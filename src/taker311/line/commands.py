"""The line's verbs beside the call's own: the queue, how a case stands, bulletins, what changed, what is to be done, calls that
wait, signing in and out, how the desk stands. What each tells are sentences; what is wrong is a UserError."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import moment, number, plural, say, span
from taker311.call.cards import RUMOUR_IS, until_when
from taker311.cases.model import OutboxRow
from taker311.cases.reasons import reason_in_words
from taker311.cases.reference import format_ref
from taker311.cases.tasks import on_signing_out
from taker311.intake.display import phone_in_groups
from taker311.line.plain import steps
from taker311.station.candidates import IN_DOUBT, candidates_of
from taker311.station.candidates import in_words as candidate_in_words
from taker311.station.promises import ACTS, Promised, in_words
from taker311.station.queueing import STATE_WORDS, QueueDesk

if TYPE_CHECKING:
    from taker311.crm.client import Open311
    from taker311.station.volunteer import BreakTimer
    from taker311.station.workplace import Workplace

_MOST_ROWS = 30
Told = list[str]


class Commands:
    """On a place of work. `crm` gives the city's endpoint, None while it is not known; `sign_in` takes what was typed after the
    verb and gives a sentence; `looked` is told that the agent saw what changed; `heard` gives sentences from behind, each
    once."""

    def __init__(
        self,
        place: Workplace,
        queue: QueueDesk,
        *,
        crm: Callable[[], Open311 | None],
        sign_in: Callable[[str], str] | None,
        looked: Callable[[], None] = lambda: None,
        heard: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self._place, self._queue = place, queue
        self._crm, self._sign_in, self._looked, self._heard = crm, sign_in, looked, heard
        self._warned = False
        self._told: frozenset[str] = frozenset()  # of the ready screen, so that it is said once
        self.ended = False
        self.breaks: BreakTimer | None = None  # where somebody sees to it that breaks are taken: a volunteer's line
        self.verbs: dict[str, Callable[[str], Told]] = {
            "steps": self._steps,
            "bulletins": self._bulletins,
            "changed": self._changed,
            "queue": self._of_queue,
            "status": self._status,
            "to-do": self._to_do,
            "take-up": self._take_up,
            "desk": self._desk,
            "day": self._day,
            "break": self._break,
            "sign-in": self._signs_in,
            "sign-out": self._signs_out,
        }

    # ------------------------------------------------------------ what a session asks
    def possible(self) -> tuple[str, ...]:
        """The verbs that do something now."""
        station, place = self._place.station, self._place
        ready, signed_in = station.state.phase == "ready", place.seat.unlocked is not None
        free = not station.state.card_open
        rules = {
            "steps": bool(station.view().outline),
            "bulletins": free,
            "take-up": ready and bool(place.open_calls()),
            "to-do": ready and bool(place.promises.due()),
            "day": ready,
            "break": ready and self.breaks is not None,
            "sign-in": self._sign_in is not None and not signed_in,
            "sign-out": self._sign_in is not None and signed_in and ready,
        }
        return tuple(verb for verb in self.verbs if rules.get(verb, True))

    def run(self, verb: str, value: str) -> Told:
        """Raises UserError for what can't be done."""
        if verb not in self.possible():
            raise UserError(say("That can't be done now; ? lists what is possible."))
        return self.verbs[verb](value.strip())

    def news(self) -> Told:
        """What came from behind, and on the ready screen what an agent must know before the next call, each once."""
        found = list(self._heard())
        if self._place.station.state.phase == "ready":
            standing = self._before_a_call()
            found += [text for text in standing if text not in self._told]
            self._told = frozenset(standing)
        return found

    def holds_back(self) -> bool:
        """True once where cases wait and somebody wants to go."""
        if self._warned or not on_signing_out(self._place.store.rows()):
            return False
        self._warned = True
        return True

    def waiting_sentence(self) -> str:
        return say("{waits} .quit once more ends.", waits=on_signing_out(self._place.store.rows()))

    # ------------------------------------------------------------ the call
    def _steps(self, _value: str) -> Told:
        return steps(self._place.station.view())

    def _take_up(self, value: str) -> Told:
        waiting = self._place.open_calls()
        if not value and len(waiting) > 1:
            return [f"{i}. {call.about}" for i, call in enumerate(waiting, 1)] + [say("Take one up: .take-up N")]
        at = _picked(value or "1", len(waiting))
        if not self._place.station.take_up(waiting[at].call_id):
            raise UserError(say("Nothing of that call can be read here; its case, if one was saved, is in the queue."))
        return []

    # ------------------------------------------------------------ what is in force, and what is new
    def _bulletins(self, value: str) -> Told:
        world, station = self._place.station.world, self._place.station
        now, lang = self._place.clock.now(), world.spoken(station.state)
        bulletins = [one for one in world.bundle.bulletins if world.in_force(one, now)]
        rumours = [one for one in world.bundle.rumours if world.in_force(one, now)]
        ids = [*(one.id for one in bulletins), *(one.id for one in rumours)]
        word, _, which = value.partition(" ")
        if word == "read":
            at = _picked(which.strip() or "1", len(ids))
            if at >= len(bulletins):
                rumour = rumours[at - len(bulletins)]
                return [rumour.say.get(lang) or rumour.say[world.first]]
            station.do("acknowledge", bulletins[at].id)
            return [bulletins[at].say.get(lang) or bulletins[at].say[world.first], say("You have read it.")]
        if value:
            station.do("open", ids[_picked(value, len(ids))])
            return []
        told: Told = []
        for bulletin in bulletins:
            unread = bulletin.must_read and bulletin.id not in station.state.acknowledged
            facts = " · ".join(fact for fact in (say("must be read") if unread else "", until_when(bulletin)) if fact)
            title = bulletin.titles.get(lang) or bulletin.titles[world.first]
            told.append(f"{len(told) + 1}. ! {title}" + (f" ({facts})" if facts else ""))
        for rumour in rumours:
            claim = rumour.claims.get(lang) or rumour.claims[world.first]
            told.append(f"{len(told) + 1}. ? {claim} ({say(RUMOUR_IS[rumour.status])})")
        return told or [say("No bulletin is in force.")]

    def _changed(self, _value: str) -> Told:
        found = list(self._place.changed)
        self._looked()
        return found or [say("Nothing is new since you last looked.")]

    # ------------------------------------------------------------ cases
    def _of_queue(self, value: str) -> Told:
        rows = self._queue.rows()
        if not value:
            return self._listed(rows)
        first, _, rest = value.partition(" ")
        row = rows[_picked(first, min(len(rows), _MOST_ROWS))]
        if not rest.strip():
            return self._decisions(row)
        act, _, city_number = rest.strip().partition(" ")
        known: list[str] = [name for name, _ in self._queue.possible(row)]
        if act not in known:
            near = did_you_mean(act, known)
            raise UserError(say("There is no '{act}' for this case{near}.", act=clean_line(act, limit=40), near=near))
        return [self._queue.do(row.case_id, act, city_number.strip())]

    def _listed(self, rows: list[OutboxRow]) -> Told:
        if not rows:
            return [say("The queue is empty: every case that was taken here has been delivered.")]
        now = self._place.clock.now()
        told = []
        for i, row in enumerate(rows[:_MOST_ROWS], 1):
            state = say(STATE_WORDS.get(row.state, row.state))
            age = span((now - row.created_at).total_seconds())
            parts = [f"{format_ref(row.ref)} {state}", age, row.request_id, row.topic_id]
            told.append(f"{i}. {', '.join(part for part in parts if part)}")
        left = len(rows) - _MOST_ROWS
        return told + ([plural(left, "and {count} older case", "and {count} older cases")] if left > 0 else [])

    def _decisions(self, row: OutboxRow) -> Told:
        told = [f"{format_ref(row.ref)}: {reason_in_words(row) or say(STATE_WORDS.get(row.state, row.state))}"]
        possible = self._queue.possible(row)
        told += [f"{name}: {words}" for name, words in possible]
        if not possible:
            return [*told, say("Nothing is to be decided about it.")]
        crm = self._crm()
        if row.state in IN_DOUBT and crm is not None:
            try:
                found = candidates_of(self._place.store, crm, row, self._place.clock.now())
                told += [f"{one.request_id}: {candidate_in_words(one, self._place.zone)}" for one in found]
                told.append(
                    plural(
                        len(found),
                        "{count} case of the city may be this one.",
                        "{count} cases of the city may be this one.",
                    )
                )
            except UserError as error:
                told.append(str(error))
        return [*told, say("Decide with .queue N and the word, as in .queue 1 close, or .queue 1 landed 26-0001.")]

    def _status(self, value: str) -> Told:
        from taker311.station.asking_back import standing

        if not value:
            raise UserError(say("Type the reference, the city's number, or the caller's phone after .status"))
        station = self._place.station
        lang = station.world.spoken(station.state)
        return [standing(self._place.status_desk(self._crm()), self._place.store, value, lang)]

    # ------------------------------------------------------------ what is to be done
    def _to_do(self, value: str) -> Told:
        due = self._place.promises.due()
        if not value:
            return [f"{i}. {in_words(one, self._place)}" for i, one in enumerate(due, 1)]
        first, _, act = value.partition(" ")
        found, act = due[_picked(first, len(due))], act.strip()
        if not act:
            return self._opened(found)
        if act == "ring" and found.number:
            return self._ring(found)
        if act not in found.acts:
            known = [*found.acts, *(["ring"] if found.number else [])]
            raise UserError(
                say(
                    "It is one of {acts}{near}.",
                    acts=", ".join(known),
                    near=did_you_mean(clean_line(act, limit=40), known),
                )
            )
        return [self._place.promises.settle(found.id, act)]

    def _opened(self, one: Promised) -> Told:
        told = [in_words(one, self._place)]
        told += [f"{say('Number')} {phone_in_groups(one.number)}"] if one.number else []
        told.append(say("Promised on {moment}.", moment=moment(one.at.astimezone(self._place.zone))))
        acts = [f"{act}: {say(words)}" for act, words in ACTS.items() if act in one.acts]
        return [*told, *acts, *([say("ring: begins a call, and counts as a try")] if one.number else [])]

    def _ring(self, one: Promised) -> Told:
        self._place.promises.settle(one.id, "tried")
        station = self._place.station
        station.do("open", one.about) if one.about else station.do("type", "")
        ring = say(
            "Ring {number}. It stays on the list until it is marked as done.", number=phone_in_groups(one.number)
        )
        return [ring]

    # ------------------------------------------------------------ the desk
    def _desk(self, _value: str) -> Told:
        status = self._place.status()
        crm = (
            say("no CRM is set")
            if not status.crm
            else say("CRM not asked yet")
            if status.online is None
            else say("CRM online")
            if status.online
            else say("CRM not answering")
        )
        waits = plural(status.waiting, "{count} case waits", "{count} cases wait")
        person = plural(status.attention, "{count} for a person to decide", "{count} for a person to decide")
        calls = plural(status.calls, "{count} call", "{count} calls")
        who = (
            say("{agent} is signed in", agent=status.agent)
            if status.signed_in
            else say("nobody is signed in, calls are kept in memory only")
        )
        told = [
            say("Desk {code}, {city}: {who}.", code=status.desk_code, city=status.city, who=who),
            say("Knowledge {age} old; {crm}.", age=span(status.kb_age_s), crm=crm),
            f"{waits}, {person}; {calls}.",
        ]
        if status.calls:
            told.append(say("A call takes {seconds} s on average.", seconds=number(status.handled_s / status.calls)))
        return told + [notice.text for notice in status.notices if notice.kind != "bulletin"]

    def _before_a_call(self) -> Told:
        place = self._place
        told = [
            say("A call waits: {about}. .take-up takes it up as it was.", about=c.about) for c in place.open_calls()
        ]
        due = len(place.promises.due())
        told += (
            [plural(due, "{count} thing is to be done: .to-do", "{count} things are to be done: .to-do")] if due else []
        )
        new = len(place.changed)
        told += [plural(new, "{count} thing is new: .changed", "{count} things are new: .changed")] if new else []
        world = place.station.world
        now = place.clock.now()
        unread = [
            one
            for one in world.bundle.bulletins
            if one.must_read and world.in_force(one, now) and one.id not in place.station.state.acknowledged
        ]
        if unread:
            told.append(
                plural(
                    len(unread),
                    "{count} bulletin must be read: .bulletins",
                    "{count} bulletins must be read: .bulletins",
                )
            )
        told += self._of_a_shift()
        waiting = place.status().attention
        if waiting:
            told.append(
                plural(
                    waiting,
                    "{count} case waits for a person to decide: .queue",
                    "{count} cases wait for a person to decide: .queue",
                )
            )
        return told

    def _day(self, _value: str) -> Told:
        from taker311.line.day import my_day

        return my_day(self._place)

    def _break(self, _value: str) -> Told:
        if self.breaks is None:
            return []
        self.breaks.toggle()
        notice = self.breaks.notice(".break")
        return [notice.text if notice is not None else say("The break is over.")]

    def _of_a_shift(self) -> Told:
        """That a break is due, and that this desk soon takes no new call."""
        until = self._place.station.desk.permissions.until
        ending = ""
        if until is not None:
            from taker311.station.volunteer import ends_in  # a drill loads nothing of a pack

            ending = ends_in(until, self._place.clock.now())
        due = self.breaks.notice(".break") if self.breaks is not None and self.breaks.due else None
        return [text for text in (due.text if due is not None else "", ending) if text]

    # ------------------------------------------------------------ signing in and out
    def _signs_in(self, value: str) -> Told:
        return [self._sign_in(value)] if self._sign_in is not None else []

    def _signs_out(self, value: str) -> Told:
        waits = on_signing_out(self._place.store.rows())
        if waits and value != "yes":
            return [say("{waits} .sign-out yes signs out all the same.", waits=waits)]
        self.ended = True
        return [say("Signed out: the key is forgotten.")]


def _picked(text: str, count: int) -> int:
    """The place of a line that was picked by its number, from 0."""
    if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= count:
        return int(text) - 1
    raise UserError(say("There is no such line; pick one of those shown."))
