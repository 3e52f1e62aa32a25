"""The order in which a script is asked: its own questions, where it is, and who calls, as one list of steps.

The place comes first, since a crew needs it most; only where an answer may show that nothing is sent anywhere do the
questions that decide this come before it, as far as they can be asked without it.
"""

from __future__ import annotations

from functools import lru_cache

from taker311.intake.condition import names
from taker311.intake.phrases import PHRASES
from taker311.knowledge.model import And, Choice, Compare, Const, In, Name, Not, Question, Script, Texts

PLACE = "place"
READBACK = "readback"
STOPPED = "stopped"  # an answer ended the interview
REFERRED = "referred"  # the answers lead to nobody: words to say, no case
ENDS = frozenset({READBACK, STOPPED, REFERRED})
NOBODY = "nobody"

_CONTACT = "caller.contact"


def _texts(key: str) -> Texts:
    return PHRASES[key]


def _contact_is(*values: str) -> In:
    return In(item=Name(_CONTACT), among=values)


def _caller_questions(contact: str) -> tuple[Question, ...]:
    if contact == "none":
        return ()
    ways = ("text", "email", "phone") if contact == "required" else ("text", "email", "phone", "anonymous")
    return (
        Question(
            id=_CONTACT,
            type="choice",
            ask=_texts("caller.contact.ask"),
            why=_texts("caller.contact.why"),
            choices=tuple(Choice(way, _texts(f"caller.contact.{way}")) for way in ways),
            required=True,
        ),
        Question(
            id="caller.phone",
            type="phone",
            ask=_texts("caller.phone.ask"),
            when=_contact_is("text", "phone"),
            required=True,
        ),
        Question(
            id="caller.email",
            type="email",
            ask=_texts("caller.email.ask"),
            when=Compare("==", Name(_CONTACT), Const("email")),
            required=True,
        ),
        Question(
            id="caller.name",
            type="text",
            ask=_texts("caller.name.ask"),
            when=And((_contact_is("text", "email", "phone"), Not(Compare("==", Name(_CONTACT), Const("anonymous"))))),
        ),
    )


def of_place(name: str) -> bool:
    """True for `place.kind`, `place.landmark` and `place.<district set>`."""
    return name.startswith("place.")


class _ByIdentity:
    """Lets a script, which holds dicts and so can't be hashed, key a cache by being the same object."""

    __slots__ = ("script",)

    def __init__(self, script: Script) -> None:
        self.script = script

    def __hash__(self) -> int:
        return id(self.script)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.script is self.script


class Layout:
    """A script's steps. `order` holds every step that may come; `questions` all that are asked, the caller's too;
    `required` what must be answered before a case is made; `looks_at`, for each route, the names that its turn hangs on
    (for `otherwise`: those of all routes)."""

    def __init__(self, script: Script) -> None:
        asked = (*script.questions, *_caller_questions(script.contact))
        self.questions: dict[str, Question] = {question.id: question for question in asked}
        named = [frozenset(names(route.when)) if route.when is not None else None for route in script.routes]
        every = frozenset(name for found in named if found for name in found)
        self.looks_at = tuple(every if found is None else found for found in named)
        self.refers = any(route.to == NOBODY for route in script.routes)
        order = [question.id for question in asked]
        if script.location != "none":
            order.insert(self._place_index(script), PLACE)
        self.order = tuple(order)
        self.required = {step for step, question in self.questions.items() if question.required or step in every}
        if script.location == "required":
            self.required.add(PLACE)

    def _place_index(self, script: Script) -> int:
        """Behind what decides that nobody comes, but before the first question that looks at the place."""
        decide = {name for i, route in enumerate(script.routes) if route.to == NOBODY for name in self.looks_at[i]}
        behind = max((i for i, question in enumerate(script.questions, 1) if question.id in decide), default=0)
        waiting = (
            i for i, q in enumerate(script.questions) if q.when is not None and any(map(of_place, names(q.when)))
        )
        return min(behind, next(waiting, behind))


@lru_cache(maxsize=256)
def _layout_of(script: _ByIdentity) -> Layout:
    return Layout(script.script)


def layout(script: Script) -> Layout:
    """The steps of `script`, made once for each script object."""
    return _layout_of(_ByIdentity(script))
