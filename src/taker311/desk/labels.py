"""Jump labels: a letter before every line on the screen that can be acted on; the letter acts on it, any other key puts them
away. They are asked for by a key of their own, or by the menu's key twice."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from taker311.base.words import say
from taker311.desk import answering, deciding
from taker311.knowledge.pressing import most_pressing

if TYPE_CHECKING:
    from taker311.desk.control import Control

LETTERS = ascii_lowercase + ascii_uppercase
Act = Callable[["Control"], None]


class Labels:
    """`letters`: the name of a line -> its letter, `acts`: what each letter does; both empty while none are shown."""

    def __init__(self) -> None:
        self.letters: dict[str, str] = {}
        self.acts: dict[str, Act] = {}


def lead(control: Control, name: str, usual: str) -> str:
    """What stands before the line `name`: its letter while labels are shown, else `usual`."""
    return control.labels.letters.get(name, usual)


def begin(control: Control) -> None:
    """Labels all lines of the screen, or says that there are none."""
    control.menu = None
    found = targets(control)
    control.labels.letters = dict(zip(found, LETTERS, strict=False))
    control.labels.acts = {letter: found[name] for name, letter in control.labels.letters.items()}
    control.note = (
        say("A letter acts on its line; any other key puts the letters away.")
        if found
        else say("Nothing on this screen can be picked.")
    )


def of_use(control: Control, action: str) -> bool:
    """False for letters on a screen without lines to put them before."""
    return action != "desk.labels" or bool(targets(control))


def key(control: Control, pressed: str, character: str | None) -> bool:
    """True when the key belonged to the labels."""
    if not control.labels.letters:
        return False
    act = control.labels.acts.get(character or "")
    control.labels = Labels()
    control.note = ""
    if act is not None:
        act(control)
    return act is not None or pressed == "escape"


def targets(control: Control) -> dict[str, Act]:
    """Every line of the screen that can be acted on, in the order in which they stand there."""
    if control.overlay == "queue" and control.queue is not None:
        return {f"queue:{n}": _case(n) for n in range(1, len(control.queue.rows()) + 1)}
    if control.overlay == "bulletins":
        return {f"news:{id_}": _open(id_) for id_ in _in_force(control)}
    if control.overlay:
        return {}
    shown = control.view
    match shown.state:
        case "ready":
            return dict(control.waiting_calls())
        case "talking":
            return {f"hit:{i}": _verb("open", str(i)) for i in range(1, len(shown.hits) + 1)}
        case "readback" if shown.kind != "duplicates":
            return {f"line:{line.id}": _verb("jump", line.id) for line in shown.lines}
        case "interview" | "readback":
            steps = {f"step:{row.id}": _verb("jump", row.id) for row in shown.outline}
            return {**steps, **{f"choice:{c.key}": _choice(c.key) for c in shown.choices}}
        case "wrapup":
            return {f"choice:{c.key}": _verb("end", c.key) for c in shown.choices}
        case _:
            return {}


def _in_force(control: Control) -> list[str]:
    world = control.station.world
    now = control.station.desk.clock.now()
    bulletins = most_pressing(world.bundle.bulletins, control.station.state.acknowledged)
    found = [one.id for one in bulletins if world.in_force(one, now)]
    return found + [one.id for one in world.bundle.rumours if world.in_force(one, now)]


def _verb(verb: str, value: str) -> Act:
    return lambda control: control.do(verb, value)


def _choice(key_: str) -> Act:
    def act(control: Control) -> None:
        if control.view.kind == "place":
            control.do("pick", key_)
        else:
            answering.pick(control, key_)

    return act


def _case(number: int) -> Act:
    return lambda control: deciding.open_case(control, number)


def _open(id_: str) -> Act:
    def act(control: Control) -> None:
        control.overlay = ""
        control.do("open", id_)

    return act
