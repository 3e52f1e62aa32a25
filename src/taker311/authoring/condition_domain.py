"""What a name in a condition can hold: the values that an answer may take and when there is one at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from taker311.knowledge.model import Answered, Compare, Condition, Const, Name, Question, Scalar

Kind = Literal["truth", "number", "choice", "choices", "text", "date", "note"]

PLACE_KINDS = ("address", "intersection", "block", "landmark", "unverified")

_KIND_OF_TYPE: dict[str, Kind] = {
    "yesno": "truth",
    "number": "number",
    "choice": "choice",
    "choices": "choices",
    "date": "date",
    "note": "note",
}


@dataclass(frozen=True, slots=True)
class Domain:
    """The values of one name, beside "no value".

    `choices` are the keys of a choice, with `labels` beside them as people read them. `when` says under which answers
    there is a value at all (a hidden question has none); `stops` are answers that end the interview, so that nothing
    after them is looked at. `unknown` False: there is always a value while `when` holds.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    when: Condition | None = None
    stops: tuple[Scalar, ...] = ()
    unknown: bool = True

    def label(self, key: str) -> str:
        """What people read for the choice `key`; the key itself where there is no label."""
        if key in self.choices and len(self.labels) == len(self.choices):
            return self.labels[self.choices.index(key)] or key
        return key


def domain_of(question: Question, language: str = "") -> Domain:
    """The domain of a question's answer; labels in `language`, else in any language that has one."""
    labels = tuple(
        choice.labels.get(language) or next(iter(choice.labels.values()), choice.key) for choice in question.choices
    )
    return Domain(
        kind=_KIND_OF_TYPE.get(question.type, "text"),
        choices=tuple(choice.key for choice in question.choices),
        labels=labels,
        minimum=question.minimum,
        maximum=question.maximum,
        when=question.when,
        stops=(question.stop.on,) if question.stop else (),
    )


def domains_of(questions: Sequence[Question], language: str = "") -> dict[str, Domain]:
    return {question.id: domain_of(question, language) for question in questions}


def place_domains(
    place_sets: Mapping[str, Sequence[str]],
    *,
    location: Literal["required", "optional", "none"] = "optional",
    kinds: Sequence[str] = (),
) -> dict[str, Domain]:
    """The names `place.*`.

    `place_sets` maps a district set, and 'landmark', to its names; an empty list of names means that any text may stand
    there. `location` and `kinds` are the script's own (`kinds` empty: all of them); a place that nobody could verify is
    taken whatever they are.
    """
    accepted = tuple(kind for kind in PLACE_KINDS if not kinds or kind in (*kinds, "unverified"))
    domains = {
        "place.kind": Domain(
            "choice",
            choices=accepted if location != "none" else (),
            unknown=location != "required",
        )
    }
    for district_set, names in place_sets.items():
        if district_set == "kind":  # the place's own kind goes before a district set of that name
            continue
        when = Answered("place.kind")
        domains[f"place.{district_set}"] = Domain(
            "choice" if names else "text",
            choices=tuple(names),
            when=Compare("==", Name("place.kind"), Const("landmark")) if district_set == "landmark" else when,
        )
    return domains
