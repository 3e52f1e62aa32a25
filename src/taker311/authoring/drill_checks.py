"""Whether a drill can be passed: its places are found, its answers are asked for and given by the caller, its route and
promise come out, and a perfect call of it scores 100 of what can be observed alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from taker311.authoring.read_drills import DrillSource
from taker311.base.text import clean_line, did_you_mean
from taker311.drills.caller import Caller
from taker311.drills.compare import UNKNOWN, as_text
from taker311.drills.log import Log, Said
from taker311.drills.perfect import play
from taker311.drills.rubric import TITLES
from taker311.drills.score import score
from taker311.intake.interview import counted_answers, missing, run_answers, stopped_by
from taker311.intake.model import Interview
from taker311.intake.routing import route
from taker311.intake.steps import NOBODY, PLACE, Layout, layout
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.drills import Beat, Drill, Fact, Nearby, Problem, Spot
from taker311.knowledge.model import Question, Script
from taker311.places.index import PlaceIndex
from taker311.places.model import Place

_MOMENTS = ("start", "topic", "intake", "readback", "done")


class DrillChecker:
    """Checks drills against one knowledge base. `places` is opened when the first drill needs it."""

    def __init__(self, bundle: Bundle, places: Callable[[], PlaceIndex]) -> None:
        self._bundle = bundle
        self._open_places = places
        self._places: PlaceIndex | None = None
        self._first = bundle.knowledge.city.languages[0]

    @property
    def places(self) -> PlaceIndex:
        if self._places is None:
            self._places = self._open_places()
        return self._places

    def check(self, source: DrillSource) -> Drill | None:
        """The drill as it can be run; None, with findings in the source's report, where it can't."""
        return _Check(self, self._bundle, self._first, source).run()


class _Check:
    def __init__(self, checker: DrillChecker, bundle: Bundle, first: str, source: DrillSource) -> None:
        self._checker, self._bundle, self._first = checker, bundle, first
        self._source, self._report, self._drill = source, source.report, source.drill
        self._failed = False

    def _error(self, code: str, sentence: str, *spots: str) -> None:
        self._failed = True
        self._report.error(self._source.at(*spots), code, sentence)

    def _bad(self) -> bool:
        return self._failed

    def run(self) -> Drill | None:
        if not self._source.sound:
            return None
        drill = self._drill
        problems = tuple(self._problem(number, problem) for number, problem in enumerate(drill.problems))
        drill = replace(drill, problems=problems, nearby=self._nearby(), facts=self._facts())
        self._lines(drill)
        self._alarm(drill)
        if self._bad():
            return None
        self._play(drill)
        return None if self._bad() else drill

    # ------------------------------------------------------------ what is expected
    def _script(self, topic: str) -> Script | None:
        found = self._bundle.topic(topic)
        return self._bundle.script(found.script) if found and found.script else None

    def _problem(self, number: int, problem: Problem) -> Problem:
        self._known_notice(number, problem)
        script = self._script(problem.topics[0]) if problem.topics else None
        if script is None:
            if problem.answers or self._source.typed.get(f"{number} place"):
                where = f"'{problem.topics[0]}'" if problem.topics else "this"
                self._error(
                    "never-asked", f"{where} has no questions, so nothing can be answered.", f"{number} answers"
                )
            return self._without_questions(number, problem)
        place = self._place(number)
        if not problem.answers and problem.ending in ("answered", "transferred"):
            return self._without_questions(number, problem)
        if self._bad():
            return problem
        return self._answers(number, problem, script, place)

    def _known_notice(self, number: int, problem: Problem) -> None:
        name = problem.bulletin
        if name and self._bundle.bulletin(name) is None and self._bundle.rumour(name) is None:
            notices = self._bundle.knowledge
            known = [*(one.id for one in notices.bulletins), *(one.id for one in notices.rumours)]
            near = did_you_mean(name, known)
            self._error("unknown-bulletin", f"no bulletin or rumour is called '{name}'{near}.", f"{number} bulletin")

    def _without_questions(self, number: int, problem: Problem) -> Problem:
        if problem.ending in ("requested", "referred"):
            self._error(
                "wrong-ending", f"without questions a call can't end as '{problem.ending}'.", f"{number} ending"
            )
        if problem.ending == "transferred" and problem.topics and not problem.agency:
            topic = self._bundle.topic(problem.topics[0])
            target = topic.transfer.agency if topic and topic.transfer else topic.agency if topic else ""
            return replace(problem, agency=target)
        return problem

    def _place(self, number: int) -> Place | None:
        typed = self._source.typed
        if f"{number} unverified" in typed:
            text = typed[f"{number} unverified"]
            return Place(kind="unverified", label=clean_line(text, limit=300), typed=text)
        if f"{number} place" not in typed:
            return None
        return self._find(typed[f"{number} place"], f"{number} place")

    def _find(self, text: str, spot: str) -> Place | None:
        hits = self._checker.places.find(text)
        if not hits or not hits[0].exact:
            near = f" (did you mean '{hits[0].place.label}'?)" if hits else ""
            self._error("place-not-found", f"'{text}' is no place that the city's tables know{near}.", spot)
            return None
        return hits[0].place

    def _answers(self, number: int, problem: Problem, script: Script, place: Place | None) -> Problem:
        plan = layout(script)
        for step in problem.skip:
            if step not in plan.questions:
                near = did_you_mean(step, list(plan.questions))
                self._error("never-asked", f"the script asks nothing called '{step}'{near}.", f"{number} skip {step}")
        for step in problem.answers:
            if step not in plan.questions:
                near = did_you_mean(step, list(plan.questions))
                self._error("never-asked", f"the script asks nothing called '{step}'{near}.", f"{number} answer {step}")
        if self._bad():
            return problem
        today = self._today()
        area = self._bundle.knowledge.city.area or "US"
        interview, problems = run_answers(script, problem.answers, place, self._first, today=today, area=area)
        for sentence in problems:
            step = sentence.split("'")[1] if "'" in sentence else ""
            code = "never-asked" if "never asked" in sentence else "not-an-answer"
            self._error(code, f"{sentence.rstrip('.')}.", f"{number} answer {step}", f"{number} answers")
        if self._bad():
            return problem
        counted = counted_answers(script, interview)
        stop = stopped_by(script, interview)
        open_steps = [step for step in missing(script, interview) if step not in problem.skip]
        if stop is None and open_steps and problem.ending in ("requested", "referred"):
            what = "the place" if open_steps[0] == PLACE else f"'{open_steps[0]}'"
            self._error(
                "missing-answer", f"the script asks {what}, and nothing says what to answer.", f"{number} answers"
            )
            return problem
        if problem.place is None and place is not None and PLACE not in plan.order:
            self._error("never-asked", "this script asks for no place.", f"{number} place", f"{number} unverified")
        self._goes(number, problem, script, interview)
        spot = _spot(place, self._source.typed.get(f"{number} place", "")) if place is not None else None
        gates = tuple(step for step in problem.answers if _is_gate(plan.questions[step]) and step in counted)
        transfer = (
            replace(problem, agency=self._agency(problem, script, interview))
            if problem.ending == "transferred"
            else problem
        )
        return replace(
            transfer, values={step: as_text(answer.value) for step, answer in counted.items()}, place=spot, gates=gates
        )

    def _goes(self, number: int, problem: Problem, script: Script, interview: Interview) -> None:
        """Whether the answers lead where the drill says, with the promise that it says."""
        if problem.ending not in ("requested", "referred"):
            return
        routed = route(script, interview, self._bundle.knowledge.city, self._drill.at)
        goes = routed.to if routed else "nowhere"
        wanted = problem.route or (NOBODY if problem.ending == "referred" else "")
        if goes != wanted:
            says = f"not to '{wanted}'" if wanted else "and no 'route' says so"
            self._error(
                "drill-route",
                f"with these answers it goes to '{goes}', {says}.",
                f"{number} route",
                f"{number} answers",
            )
            return
        given = routed.promise.texts.get(self._first, "") if routed and routed.promise else ""
        if given != problem.promise:
            what = f"the promise is '{given}'" if given else "no date is promised"
            self._error(
                "drill-promise",
                f"{what}, not '{problem.promise or 'nothing'}'.",
                f"{number} promise",
                f"{number} route",
            )

    def _agency(self, problem: Problem, script: Script, interview: Interview) -> str:
        routed = route(script, interview, self._bundle.knowledge.city, self._drill.at)
        target = script.routes[routed.row].transfer if routed else None
        return problem.agency or (target.agency if target else "")

    def _today(self) -> date:
        return self._drill.at.astimezone(ZoneInfo(self._bundle.knowledge.city.time_zone)).date()

    # ------------------------------------------------------------ the sealed world
    def _nearby(self) -> tuple[Nearby, ...]:
        found = []
        for number, one in enumerate(self._drill.nearby):
            place = self._find(self._source.typed[f"nearby {number}"], f"nearby {number}")
            script = self._script(one.topic)
            service = one.service or (script.service if script else "")
            if not service:
                self._error("never-asked", f"'{one.topic}' makes no cases, so none can be open.", f"nearby {number}")
            elif place is not None:
                found.append(replace(one, service=service, place=_spot(place, place.label)))
        if found and all(not problem.duplicate for problem in self._drill.problems):
            self._error(
                "missing-key", "a case is open nearby, and no 'duplicate' says what to do about it.", "expected"
            )
        return tuple(found)

    # ------------------------------------------------------------ what the caller says
    def _facts(self) -> tuple[Fact, ...]:
        """With the script's own words for a question among the ways to ask for its fact. A fact that is called as a step is
        given at it."""
        plans = [
            (topic, layout(script))
            for p in self._drill.problems
            for topic in p.topics[:1]
            if (script := self._script(topic))
        ]
        made = []
        for fact in self._drill.facts:
            steps = {step for topic, plan in plans if fact.of in ("", topic) for step in plan.order}
            named = fact.step != fact.id
            if named and fact.step not in steps:
                near = did_you_mean(fact.step, sorted(steps))
                self._error("unknown-step", f"no question is called '{fact.step}'{near}.", f"fact {fact.id}")
            step = fact.step if fact.step in steps else ""
            made.append(replace(fact, step=step, asks=self._asks(fact, step, plans)))
        return tuple(made)

    def _asks(self, fact: Fact, step: str, plans: list[tuple[str, Layout]]) -> tuple[str, ...]:
        lang = self._drill.persona.lang or self._first
        words = list(fact.asks)
        for topic, plan in plans:
            if step in plan.questions and fact.of in ("", topic):
                question = plan.questions[step]
                words += [
                    t
                    for t in (
                        question.ask.get(lang) or question.ask.get(self._first, ""),
                        question.labels.get(lang, ""),
                    )
                    if t
                ]
        if step == PLACE:
            words += ["where is it", "what is the address", "what street is it on"]
        return tuple(dict.fromkeys(words))

    def _lines(self, drill: Drill) -> None:
        """Names in beats and faults stand for something, and every fact can be got out of the caller."""
        facts = {fact.id for fact in drill.facts}
        steps = {
            step for p in drill.problems for t in p.topics[:1] if (s := self._script(t)) for step in layout(s).order
        }
        moments = (*_MOMENTS, *sorted(steps))
        for beat in drill.beats:
            self._line(beat, facts, moments)
        for fault in drill.faults:
            if fault.at and fault.at not in moments:
                near = did_you_mean(fault.at, moments)
                self._error("unknown-step", f"no moment of the call is called '{fault.at}'{near}.", f"at {fault.at}")
        given = {name for beat in drill.beats for name in beat.gives}
        caller = Caller(drill, drill.seed, self._first)
        asked = {step for p in drill.problems for step in (*p.values, PLACE if p.place else "")}
        for fact in drill.facts:
            if fact.when in ("opening", "never") or fact.id in given or fact.step in asked:
                continue
            if not fact.asks:
                why = "no question leads to it, and 'asks' names none"
            elif not any(caller.matching(words) == fact for words in fact.asks):
                why = "whoever asks as 'asks' says is given another fact"
            else:
                continue
            self._error("unreachable-fact", f"nobody can get '{fact.id}' out of the caller: {why}.", f"fact {fact.id}")

    def _line(self, beat: Beat, facts: set[str], moments: tuple[str, ...]) -> None:
        if beat.at and beat.at not in moments:
            near = did_you_mean(beat.at, moments)
            self._error("unknown-step", f"no moment of the call is called '{beat.at}'{near}.", f"at {beat.at}")
        for name in beat.gives:
            if name not in facts:
                self._error(
                    "unknown-fact", f"no fact is called '{name}'{did_you_mean(name, sorted(facts))}.", f"gives {name}"
                )

    def _alarm(self, drill: Drill) -> None:
        alarm = drill.emergency
        if alarm is not None and alarm.after and alarm.after not in {fact.id for fact in drill.facts}:
            near = did_you_mean(alarm.after, [fact.id for fact in drill.facts])
            self._error("unknown-fact", f"no fact is called '{alarm.after}'{near}.", "after")

    def _comes_out(self, drill: Drill, played: Log) -> None:
        """A fact that only a beat gives needs a beat whose moment comes; those of the clock may come after a quick call."""
        out = _spoken(played)
        for fact in drill.facts:
            beats = [beat for beat in drill.beats if fact.id in beat.gives]
            late = any(0 < beat.after_s <= drill.par_s for beat in beats)
            if beats and not late and fact.id not in out and not fact.asks:
                self._error(
                    "unreachable-fact",
                    f"nobody can get '{fact.id}' out of the caller: the moment at which it is said never comes.",
                    f"fact {fact.id}",
                )

    # ------------------------------------------------------------ the proof
    def _play(self, drill: Drill) -> None:
        played = play(drill, self._bundle, self._checker.places)
        if played.trouble:
            self._error(
                "drill-unplayable",
                f"played as it is meant, the call gets stuck at {played.trouble.rstrip('.')}.",
                "expected",
            )
            return
        for step in played.unasked:
            what = "the place" if step == PLACE else f"the answer to '{step}'"
            spots = (
                (f"0 answer {step}", f"1 answer {step}", "0 place", "0 unverified")
                if step == PLACE
                else (f"0 answer {step}", f"1 answer {step}")
            )
            self._error(
                "no-fact", f"the caller never gives {what}: add a fact called '{step}', or expect '{UNKNOWN}'.", *spots
            )
        self._comes_out(drill, played.log)
        if played.unasked or self._bad():
            return
        card = score(played.log)
        lost = [f"{TITLES[one.id]} ({one.why})" for one in card.criteria if one.points < one.of]
        lost += [one.what.rstrip(".") for one in card.critical]
        if card.score != 1000 or card.critical:
            self._error(
                "drill-not-100", f"played as it is meant, it does not reach 100: {'; '.join(lost)}.", "expected"
            )


def _spoken(log: Log) -> set[str]:
    """The facts that came out while a log was made."""
    return {name for entry in log.entries if isinstance(entry, Said) for name in entry.facts}


def _is_gate(question: Question) -> bool:
    return question.stop is not None and question.stop.do == "emergency"


def _spot(place: Place, typed: str) -> Spot:
    return Spot(kind=place.kind, label=place.label, typed=typed or place.typed, lat=place.lat, lon=place.lon)
