"""The scripted caller: what is said when the right thing is asked. It knows nothing of screens, clocks or the network."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from taker311.base.text import fold
from taker311.drills.log import Where
from taker311.knowledge.drills import Beat, Drill, Fact

if TYPE_CHECKING:
    from taker311.search.index import SearchIndex

_NOTHING = {"en": "I don't know about that.", "es": "De eso no sé nada."}
_DODGE = {"en": "Why do you need to know that?", "es": "¿Para qué necesita saber eso?"}
_AGAIN = {"en": "I told you: {}", "es": "Ya le dije: {}"}
_NEVER = {"en": "I'd rather not say.", "es": "Prefiero no decirlo."}
_HEARD = {"en": "All right.", "es": "Está bien."}
# What a question begins with; a sentence that is none is told, not asked.
_ASKS = frozenset(
    {
        *("who", "what", "when", "where", "which", "why", "how", "is"),
        *("are", "was", "were", "do", "does", "did", "can", "could"),
        *("will", "would", "may", "might", "have", "has", "had", "should"),
        *("tell", "please", "give", "and", "so", "que", "quien", "cuando"),
        *("donde", "cual", "como", "hay", "esta", "es", "son", "tiene"),
        *("puede", "cuanto", "digame", "deme", "por"),
    }
)
_PRESSES = frozenset({"", "please", "i need to know", "por favor", "i do need to know that", "it matters"})


class Line(NamedTuple):
    """What the caller says now; `facts` come out with it, `why` as in the log."""

    text: str
    facts: tuple[str, ...] = ()
    why: str = ""


class Caller:
    """One caller on the phone. Every method gives the lines that follow; what was given is remembered."""

    def __init__(self, drill: Drill, seed: int, lang: str = "en") -> None:
        self.drill = drill
        self._lang = (drill.persona.lang or lang) if (drill.persona.lang or lang) in _NOTHING else "en"
        self.given: set[str] = {fact.id for fact in drill.facts if fact.when == "opening"}
        self.dodged: set[str] = set()
        self._repeated: set[str] = set()  # facts of the opening that were asked for once, to be sure
        self.played: set[int] = set()
        self._last_fact: Fact | None = None
        self._index: SearchIndex | None = None
        self._facts = list(drill.facts)
        if drill.shuffle:
            random.Random(seed).shuffle(self._facts)  # noqa: S311 - the same seed is the same call
        self._by_id = {fact.id: fact for fact in drill.facts}

    def begin(self) -> list[Line]:
        opening = tuple(fact.id for fact in self.drill.facts if fact.when == "opening")
        return [Line(self.drill.opening, opening, "opening")]

    # ------------------------------------------------------------ what brings lines out
    def moved(self, before: Where, after: Where) -> list[Line]:
        """The call went on: a question that came up is asked, and beats whose moment this is are spoken."""
        lines: list[Line] = []
        if before.step and before.step != after.step and before.phase == "interview":
            lines += self._beats(before.step)
        for phase, name in (("topic", "topic"), ("interview", "intake"), ("readback", "readback"), ("done", "done")):
            if after.phase == phase and before.phase != phase:
                lines += self._beats(name)
        came_up = after.phase == "interview" and after.step and (after.step, after.topic) != (before.step, before.topic)
        if came_up or (after.phase == "interview" and before.phase != "interview"):
            lines += self.at_step(after.step, after.topic)
        return lines

    def at_step(self, step: str, topic: str) -> list[Line]:
        """The question of `step` was asked. An end of the interview asks nothing."""
        if step in ("readback", "stopped", "referred"):
            return []
        fact = self.fact_of(step, topic)
        return [self._answer(fact)] if fact is not None else [Line(_NOTHING[self._lang], (), "nothing known")]

    def asked(self, text: str) -> list[Line]:
        """The agent said something in words of their own; "please" or nothing at all presses for the last fact."""
        wanted = fold(text).strip(" .!?¿¡")
        if wanted in _PRESSES and self._last_fact is not None:
            return [self._answer(self._last_fact)]
        if "?" not in text and wanted.split(" ")[0] not in _ASKS:
            return [Line(_HEARD[self._lang], (), "told")]
        fact = self.matching(text)
        return [self._answer(fact)] if fact is not None else [Line(_NOTHING[self._lang], (), "nothing known")]

    def waited(self, seconds: float) -> list[Line]:
        """Beats of the clock that are due."""
        due = [i for i, b in enumerate(self.drill.beats) if b.after_s and b.after_s <= seconds and i not in self.played]
        return [self._beat(i) for i in due]

    def spoke(self, line: Line) -> None:
        """A line that was spoken before the call was taken up again: beats of the clock come back through nothing else."""
        if line.why == "beat":
            self.played.update(i for i, beat in enumerate(self.drill.beats) if beat.says == line.text)
            self.given.update(line.facts)

    def fact_of(self, step: str, topic: str) -> Fact | None:
        return next((f for f in self._facts if f.step == step and f.of in ("", topic)), None)

    # ------------------------------------------------------------ inside
    def _answer(self, fact: Fact) -> Line:
        self._last_fact = fact
        if fact.when == "opening" and fact.id not in self._repeated:
            self._repeated.add(fact.id)
            return Line(fact.says, (fact.id,), "asked")
        if fact.id in self.given:
            return Line(_AGAIN[self._lang].format(fact.says), (fact.id,), "again")
        if fact.when == "never":
            return Line(fact.dodge or _NEVER[self._lang], (), "never")
        if fact.when == "pressed" and fact.id not in self.dodged:
            self.dodged.add(fact.id)
            return Line(fact.dodge or _DODGE[self._lang], (), "dodged")
        self.given.add(fact.id)
        return Line(fact.says, (fact.id,), "pressed" if fact.when == "pressed" else "asked")

    def _beats(self, at: str) -> list[Line]:
        return [self._beat(i) for i, b in enumerate(self.drill.beats) if b.at == at and i not in self.played]

    def _beat(self, number: int) -> Line:
        beat: Beat = self.drill.beats[number]
        self.played.add(number)
        self.given.update(beat.gives)
        return Line(beat.says, beat.gives, "beat")

    def matching(self, text: str) -> Fact | None:
        """The fact that is asked for, by the same search that finds topics."""
        if self._index is None:
            self._index = index_of(self.drill)
        hits = self._index.search(f"{text} ", self._lang, 1) if self._index is not None else ()
        fact = self._by_id.get(hits[0].id) if hits else None
        return fact if fact is not None and self._shares_a_word(text, fact) else None

    def _shares_a_word(self, text: str, fact: Fact) -> bool:
        """The best match there is may still be none: some word that means something must stand in both."""
        from taker311.search.words import is_filler, split, stem

        def meaning(words: str) -> set[str]:
            return {stem(word, self._lang) for word in split(words) if not is_filler(word, self._lang)}

        return bool(meaning(text) & meaning(" ".join((fact.id.replace("-", " "), *fact.asks))))


def index_of(drill: Drill) -> SearchIndex | None:
    """An index over the ways in which the drill's facts can be asked for; None where there are none."""
    from taker311.knowledge.model import City, EmergencyCard, Knowledge, Theme, Topic, TopicText
    from taker311.search.index import SearchIndex

    askable = [fact for fact in drill.facts if fact.asks]
    if not askable:
        return None
    lang = drill.persona.lang or "en"
    topics = tuple(
        Topic(
            id=fact.id,
            theme="facts",
            agency="",
            texts={
                lang: TopicText(title=fact.id.replace("-", " ").replace(".", " "), said=fact.asks, keywords=(), say="")
            },
        )
        for fact in sorted(askable, key=lambda fact: fact.id)
    )
    from datetime import date

    city = City(
        id="drill",
        names={lang: ""},
        languages=(lang,),
        time_zone="UTC",
        greeting={lang: ""},
        opens="08:00",
        closes="17:00",
        working_days=(),
        closures=(),
        closures_until=date(1970, 1, 1),
        themes=(Theme("facts", {lang: "facts"}),),
        phones=(),
        emergency_words={},
        emergency_card=EmergencyCard({lang: ""}),
    )
    return SearchIndex.build(Knowledge(city, (), topics, ()), learn=False)
