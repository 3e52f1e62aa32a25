"""A drill in the making out of a call that was taken: what was asked, where it went and what was promised stand there; of
the caller nothing does. Names, numbers and places are made up, words are left out that are not the knowledge base's own, and
what nobody can decide for a person is a TODO that the checker refuses, as it refuses a drill without `reviewed_by`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from taker311.authoring.drill_from_example import quoted
from taker311.authoring.drill_made_up import TODO, MadeUp
from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.table import step
from taker311.call.world import World
from taker311.drills.compare import UNKNOWN, as_text
from taker311.intake.interview import counted_answers, counted_place, visible
from taker311.intake.model import Answer, Interview
from taker311.intake.routing import route
from taker311.intake.steps import NOBODY, PLACE, layout
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.model import Question, Script
from taker311.places.index import PlaceIndex
from taker311.places.model import Place

Events = Sequence[tuple[datetime, ev.Event]]
_ENDINGS = {"answered", "requested", "transferred", "referred", "emergency"}
_QUICKEST_S, _SLOWEST_S = 60, 3600
_WEEKS = 26  # the call is told as if it had come in up to so many weeks earlier


class Made(NamedTuple):
    """`text` is the file; `look_at` what a person must decide or read before it may be used, a sentence each."""

    text: str
    look_at: tuple[str, ...]


def drill_from_call(
    events: Events, bundle: Bundle, places: PlaceIndex, vocabulary: Container[str], *, seed: int
) -> Made:
    """Raises UserError where nothing came of the call that a drill could be about."""
    return _Writer(events, bundle, places, vocabulary, seed).write()


class _Problem(NamedTuple):
    done: m.Finished
    interview: Interview | None
    duplicate: str  # "", "new" or "join"


class _Writer:
    def __init__(
        self, events: Events, bundle: Bundle, places: PlaceIndex, vocabulary: Container[str], seed: int
    ) -> None:
        self._bundle, self._events = bundle, events
        self._world = World(bundle, m.Permissions())
        self._city, self._lang = bundle.knowledge.city, bundle.knowledge.city.languages[0]
        self._problems, self._state, self._refused = self._told()
        said = [to_json(event) for _, event in events]
        self._made = MadeUp(seed, said, vocabulary, bundle.gazetteer(), places)
        self._places = places
        self._look: list[str] = []
        self._rows: list[str] = []
        self._facts: dict[str, str] = {}  # name -> how it stands in the file
        self._secrets: list[str] = []
        self._nearby: list[str] = []
        self._seed = seed
        self._back = timedelta(weeks=1 + seed % _WEEKS)

    def _told(self) -> tuple[list[_Problem], m.CallState, int]:
        """What was dealt with, each as it stood when it was; the last state; how many events the call would refuse today."""
        state, found, refused, looked = m.CallState(), list[_Problem](), 0, False
        for at, event in self._events:
            done = step(self._world, state, event, at)
            if done.refusal:
                refused += 1
                continue
            if isinstance(event, ev.DuplicatesFound):
                looked = bool(event.found)
            before = len(state.finished)
            state = done.state if done.state.phase != "ready" else state
            for one in state.finished[before:]:
                interview = state.interview if one.topic_id == state.topic_id else None
                choice = state.duplicate_choice if looked else ""
                found.append(_Problem(one, interview, choice and ("new" if choice == "new" else "join")))
                looked = False
            del found[len(state.finished) :]
        return found, state, refused

    # ------------------------------------------------------------ the file
    def write(self) -> Made:
        problems = [one for one in self._problems if one.done.disposition in _ENDINGS]
        disposition = next((e.code for _, e in reversed(self._events) if isinstance(e, ev.Disposed)), "")
        if not problems:
            raise UserError(
                f"Nothing was answered, taken or handed on in this call (it ended as '{disposition or 'left open'}'): there"
                " is nothing that a trainee could do right. Choose another call."
            )
        for one in problems:
            self._known(one)
        title, theme = self._title(problems[0])
        at = self._moment()
        body = [self._expected(one, number, at) for number, one in enumerate(problems)]
        if disposition not in _ENDINGS:
            self._look.append(
                f"disposition: the call ended as '{disposition or 'left open'}'; see whether a trainee should."
            )
            disposition = problems[-1].done.disposition
        opening, _ = self._made.words(self._typed())
        self._look.insert(0, "opening: only the desk's own shorthand is known; write what a caller would say.")
        lang = self._spoken()
        persona = {"name": self._made.name} | ({"lang": lang} if lang else {})
        rows = [
            "# Made of a call that was taken. Nothing of its caller should stand here: read every line, write what is TODO,",
            "# put your name at reviewed_by, and then: taker311 drill check FILE",
            "made_from: call",
            f"reviewed_by: {TODO}",
            f"id: from-call-{self._seed}",
            "version: 1",
            f"title: {quoted(f'{title}, from a call')}",
            f"category: {theme}",
            "difficulty: medium",
            f"at: {at:%Y-%m-%d %H:%M}",
            f"persona: {{{', '.join(f'{key}: {quoted(value)}' for key, value in persona.items())}}}",
            f"opening: {quoted(f'{TODO}: {opening}'.rstrip(': '))}",
        ]
        if self._facts:
            rows += ["facts:", *(f"  {name}: {says}" for name, says in self._facts.items())]
        rows += ["expected:", *(f"  {row}" for row in body[0])]
        rows += self._emergency()
        rows.append(f"  disposition: {disposition}")
        if len(body) > 1:
            rows.append("then:")
            rows += [f"  {'- ' if i == 0 else '  '}{row}" for part in body[1:] for i, row in enumerate(part)]
        if self._nearby:
            rows += ["nearby:", *(f"  - {row}" for row in self._nearby)]
        if self._secrets:
            rows.append(f"secrets: [{', '.join(map(quoted, dict.fromkeys(self._secrets)))}]")
        rows.append(f"par: {self._par()}")
        if self._refused:
            self._look.append(
                f"{self._refused} things that were done in the call are refused by today's knowledge base; compare."
            )
        self._look.append("Every line: whether anything could tell somebody who the caller was.")
        self._look.append("reviewed_by: your name; the checker refuses the drill until it stands there.")
        return Made("\n".join(rows) + "\n", tuple(self._look))

    def _known(self, one: _Problem) -> None:
        name = one.done.topic_id
        if name and not (self._bundle.topic(name) or self._bundle.bulletin(name) or self._bundle.rumour(name)):
            raise UserError(
                f"'{name}', which this call was about, is no longer in the knowledge base. Choose another call."
            )

    def _title(self, first: _Problem) -> tuple[str, str]:
        topic = self._bundle.topic(first.done.topic_id)
        if topic is None:
            return ("An emergency" if first.done.disposition == "emergency" else "A notice"), "emergencies"
        return topic.text(self._lang, self._lang).title, topic.theme

    def _moment(self) -> datetime:
        """Weeks earlier, at the same hour of the same weekday: the promise is reckoned anew."""
        zone = ZoneInfo(self._city.time_zone)
        began = self._events[0][0].astimezone(zone)
        self._look.append(
            "at: the call is told as if it had come in weeks earlier; the promise is reckoned from there."
        )
        return (began.replace(tzinfo=None) - self._back).replace(
            minute=began.minute // 5 * 5, second=0, microsecond=0, tzinfo=zone
        )

    def _typed(self) -> str:
        """What was searched for when the first card was opened."""
        return self._state.said[0] if self._state.said else self._state.typed

    def _spoken(self) -> str:
        lang = self._state.lang
        return lang if lang != self._lang and len(lang) in (2, 3) and lang.isascii() and lang.isalpha() else ""

    def _par(self) -> int:
        seconds = (self._events[-1][0] - self._events[0][0]).total_seconds()
        return max(_QUICKEST_S, min(_SLOWEST_S, int(seconds + 9) // 10 * 10))

    def _emergency(self) -> list[str]:
        opened = any(isinstance(e, ev.CardOpened | ev.EmergencyHeard) for _, e in self._events)
        handed = any(one.done.disposition == "emergency" for one in self._problems)
        if handed:
            self._look.append(
                "emergency: whether the opening gives it away, and within how many seconds the card must stand."
            )
            return ["  emergency: {within: 20}"]
        if opened:
            self._look.append(
                "The 911 card stood open in the call and was put away; see whether the drill should need it."
            )
        return []

    # ------------------------------------------------------------ one problem
    def _expected(self, one: _Problem, number: int, at: datetime) -> list[str]:
        name, ending = one.done.topic_id, one.done.disposition
        topic = self._bundle.topic(name)
        rows = [f"topic: {name}"] if topic else [f"bulletin: {name}"] if name else []
        script = self._bundle.script(topic.script) if topic and topic.script else None
        asked = script is not None and one.interview is not None and one.interview.script_id == script.id
        if (
            asked
            and script is not None
            and one.interview is not None
            and ending in ("requested", "referred", "transferred")
        ):
            rows += self._answered(one, script, one.interview, number, at)
        elif ending in ("requested", "referred"):
            self._look.append(
                f"{name}: its answers are gone from the journal or its script has changed; write 'answers'."
            )
            rows.append(f"answers: {quoted(TODO)}")
        if ending in ("transferred", "emergency"):
            rows.append(f"ending: {ending}")
        if ending == "transferred" and one.done.agency:
            rows.append(f"agency: {one.done.agency}")
        return rows

    def _answered(self, one: _Problem, script: Script, interview: Interview, number: int, at: datetime) -> list[str]:
        plan, of = layout(script), one.done.topic_id
        counted = counted_answers(script, interview)
        place = counted_place(script, interview)
        answers = {name: self._answer(plan.questions[name], name, given) for name, given in counted.items()}
        for name, value in answers.items():
            self._fact(plan.questions[name], name, value, of, number)
        rows, typed = [], ""
        if place is not None:
            typed = self._place(place, of, number)
            rows.append(f"{'place' if place.verified else 'unverified'}: {quoted(typed)}")
        rows.append(f"answers: {{{', '.join(f'{name}: {quoted(value)}' for name, value in answers.items())}}}")
        left_open = [
            name
            for name in visible(script, interview)
            if name in plan.questions and name not in answers and plan.questions[name].type != "note"
        ]
        skip = [name for name in left_open if name not in plan.required and not name.startswith("caller.")]
        rows += [f"skip: [{', '.join(skip)}]"] if skip else []
        if one.duplicate:
            rows.append(f"duplicate: {one.duplicate}")
            self._nearby.append(f"{{topic: {of}, place: {quoted(typed)}, hours_ago: 20}}")
            self._look.append(f"nearby: an open case stood near; see whether '{one.duplicate}' was the right decision.")
        return rows + self._goes(one, script, interview, place, typed, at)

    def _goes(
        self, one: _Problem, script: Script, interview: Interview, place: Place | None, typed: str, at: datetime
    ) -> list[str]:
        """Where it goes and what is promised, from the place that stands there now and the day on which it is told."""
        if place is not None and place.verified and typed != TODO:
            interview = replace(interview, place=self._places.find(typed)[0].place)
        routed = route(script, interview, self._city, at)
        if routed is None:
            return []
        promise = routed.promise.texts.get(self._lang, "") if routed.promise else ""
        if one.done.disposition == "transferred":
            return []
        if routed.to == NOBODY:
            return [f"route: {NOBODY}"]
        return [f"route: {routed.to}", *([f"promise: {quoted(promise)}"] if promise else [])]

    def _place(self, place: Place, of: str, number: int) -> str:
        typed = (
            self._made.place(place) if place.verified else TODO
        )  # a street's name is an ordinary word in many cities
        if typed.startswith(TODO):
            self._look.append(
                "place: no other place of the same kind and districts is known; write one as a caller says it."
            )
        self._say(PLACE, f"{typed}.", of, number)
        return typed

    # ------------------------------------------------------------ answers and what the caller says of them
    def _answer(self, question: Question, step: str, given: Answer) -> str:
        """As an agent would type it, with nothing of the caller's in it."""
        value = given.value
        if value is None:
            return UNKNOWN
        match question.type:
            case "choice" | "choices" | "yesno":
                return as_text(value)
            case "phone":
                self._secrets.append(self._made.phone(str(value)))
                return self._secrets[-1]
            case "email":
                self._secrets.append(self._made.email)
                return self._secrets[-1]
            case "number" if isinstance(value, int | float):
                text, same = self._made.number(value, question.minimum, question.maximum)
                if not same:
                    self._look.append(f"{step}: a long number, replaced; see whether the route still follows from it.")
                return text
            case "date":
                return self._date(step, str(value))
            case "place" | "asset" | "photo-url":
                self._look.append(f"{step}: a place or a thing of the caller's; write another.")
                return TODO
            case _ if step == "caller.name":
                self._secrets.append(self._made.name)
                return self._made.name
            case _:
                kept, all_of_them = self._made.words(as_text(value))
                if all_of_them:
                    self._look.append(f"{step}: the caller's own words, all of them ordinary ones; say it another way.")
                    return kept
                self._look.append(f"{step}: words of the caller's are left out (…); write something that fits.")
                return f"{TODO}: {kept}".rstrip(": ")

    def _date(self, step: str, text: str) -> str:
        try:
            return (date.fromisoformat(text) - self._back).isoformat()
        except (ValueError, OverflowError):
            self._look.append(f"{step}: no date could be made of it; write one.")
            return TODO

    def _fact(self, question: Question, step: str, value: str, of: str, number: int) -> None:
        if value == UNKNOWN:
            self._say(step, "I don't know.", of, number, when="never")
            return
        labels = {choice.key: choice.labels.get(self._lang, choice.key) for choice in question.choices}
        plain = {"yes": "Yes.", "no": "No.", "anonymous": "I'd rather not give my name."}
        says = plain.get(value) or ", ".join(labels.get(part.strip(), part.strip()) for part in value.split(","))
        self._say(step, says, of, number)

    def _say(self, step: str, says: str, of: str, number: int, when: str = "") -> None:
        """A fact of a second problem's own gets a name of its own; who calls is one and the same."""
        extra = [f"when: {when}"] if when else []
        if step.startswith("caller."):
            name = step
        else:
            name = step if not number else f"{step}-{number + 1}"
            extra += [f"of: {of}"] if len(self._problems) > 1 else []
            extra += [f"step: {step}"] if name != step else []
        if name not in self._facts:
            inside = ", ".join([f"says: {quoted(says)}", *extra])
            self._facts[name] = f"{{{inside}}}" if extra else quoted(says)
