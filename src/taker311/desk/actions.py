"""Every action of the desk in one table: its id, its keys, its words in the hint line, and the verb of the call it stands for.

The defaults use only what every terminal and tmux pass on. An F-key's second way is the menu, which lists all that is
possible now.
"""

from __future__ import annotations

from typing import NamedTuple

from taker311.base.errors import UserError
from taker311.base.text import clean_line, did_you_mean
from taker311.base.words import noted, say


class Action(NamedTuple):
    """`verb` empty: the desk's own. `label` is what the hint line says, in English; `first` is its rank there, lower is kept longer."""

    id: str
    keys: tuple[str, ...]
    label: str
    verb: str = ""
    value: str = ""
    first: int = 5
    states: tuple[str, ...] = ()  # views in which it counts; empty: all in which the verb is allowed


CALL = ("talking", "bulletin", "topic", "transfer", "interview", "readback", "done", "wrapup")

ACTIONS: tuple[Action, ...] = (
    Action("desk.help", ("f1",), "help", first=2),
    Action("call.unknown", ("f2",), "doesn't know", "unknown", first=4),
    Action("call.language", ("f2",), "language", states=("talking", "topic", "bulletin", "done"), first=8),
    Action("call.no-answer", ("f3",), "no answer", "no-answer", first=5),
    Action("call.as-it-stands", ("f3",), "take as it stands", "unverified", first=4),
    Action("call.skip", ("f3",), "skip", "skip", first=6),
    Action("call.wrap-up", ("f4",), "wrap up", "wrapup", first=4),
    Action("desk.queue", ("f5",), "queue", states=("ready", "done", "wrapup"), first=5),
    Action("desk.bulletins", ("f6",), "bulletins", states=("ready", *CALL), first=7),
    Action("call.jump", ("f7",), "jump", states=("interview", "readback"), first=6),
    Action("call.transfer", ("f7",), "transfer", "transfer", first=5),
    Action("call.hold", ("f8",), "hold", "hold", first=7),
    Action("call.resume", ("f8", "enter"), "take up", "resume", first=1),
    Action("desk.break", ("f8",), "break", states=("ready",), first=3),  # a volunteer's desk
    Action(
        "desk.day", ("f8",), "my day", states=("ready", *CALL), first=9
    ),  # in a call F8 is hold, and this in the menu
    Action("call.emergency", ("f9",), "911", "emergency", first=1),
    Action("call.connected", ("enter",), "handed to 911", "connected", states=("emergency",), first=1),
    Action("call.distress", ("ctrl+c",), "distress", "distress", states=(*CALL, "held"), first=9),
    Action("call.through", ("enter",), "connected", "connected", states=("distress",), first=1),
    Action("call.close-card", ("escape",), "put away", "close", states=("emergency", "distress"), first=0),
    Action("call.take-up", ("enter",), "take up the call", states=("ready",), first=1),
    # A volunteer's desk alone has these five, and the break above.
    Action("desk.read", ("enter", "ctrl+f"), "I have read it", states=("ready",), first=1),
    Action("desk.rumours", ("f5",), "rumours", states=("ready", *CALL), first=6),
    Action("call.details", ("d",), "details", states=("topic", "bulletin"), first=2),
    Action("desk.finish", (), "hand over and finish", states=("ready",), first=9),
    Action("desk.go", (), "leave for now", states=("ready",), first=9),
    Action("desk.leave", ("f10",), "leave", states=("ready",), first=3),
    Action("call.park", ("f10",), "put aside", "park", first=8),
    Action("call.help-me", ("ctrl+y",), "call for help", "help-me", first=9),
    Action("call.mark-review", (), "mark this call for review", "mark-review", first=9),
    Action("call.call-back", ("ctrl+r",), "call back", states=CALL, first=9),
    Action("call.say", ("tab",), "ask the caller", states=CALL, first=4),  # where the caller is a scripted one
    Action("call.flag", ("f",), "flag it", "flag", states=("topic", "bulletin"), first=7),
    Action("desk.promises", ("ctrl+r",), "to be done", states=("ready",), first=5),
    Action("desk.labels", ("f7",), "letters on lines", states=("ready", "talking", "wrapup"), first=9),
    Action("desk.sign-out", ("ctrl+l",), "sign out", states=("ready",), first=8),
    Action("desk.tour", (), "tour of the desk", states=("ready",), first=9),
    Action("desk.menu", ("ctrl+g",), "all keys", first=6),
    Action("desk.status", ("ctrl+e",), "how a case stands", states=("ready", *CALL), first=8),
    Action("desk.sign-in", ("ctrl+l",), "sign in", states=("ready", "done", "wrapup"), first=4),
    Action(
        "desk.crm-switch", ("ctrl+x",), "CRM off/on", states=("ready", "talking", "topic", "done", "wrapup"), first=4
    ),
    Action("call.take-heard", ("y", "ctrl+f"), "take what was heard", "take", first=3),
    Action("call.leave-heard", ("n", "ctrl+d"), "leave it", "leave", first=3),
    Action("call.answered", ("a",), "answered", "answered", states=("topic", "bulletin"), first=1),
    Action("call.intake", ("enter", "i"), "questions", "intake", states=("topic",), first=1),
    Action("call.answered-enter", ("enter",), "answered", "answered", states=("topic", "bulletin"), first=9),
    Action("call.transfer-letter", ("t",), "transfer", "transfer", states=("topic", "done"), first=9),
    Action("call.ring-back", ("c",), "call back", states=("transfer",), first=2),
    Action("call.acknowledge", ("r",), "I have read it", "acknowledge", states=("bulletin",), first=1),
    Action(
        "call.second",
        ("n",),
        "second topic",
        "second",
        states=("topic", "bulletin", "interview", "done", "wrapup"),
        first=2,
    ),
    Action("call.confirm", ("enter",), "yes, that is right", "confirm", first=1),
    Action("call.copy", ("c",), "copy reference", states=("done",), first=3),
    Action("call.wrap-up-enter", ("enter",), "wrap up", "wrapup", states=("done",), first=1),
    Action("call.end", ("enter",), "end the call", "end", states=("wrapup",), first=1),
    Action("call.back", ("escape",), "back", "back", first=0),
)

BY_ID = {action.id: action for action in ACTIONS}


def keymap(settings: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Action id -> keys, with the settings' own over the defaults. Raises UserError for an id that there is none of."""
    keys = {action.id: action.keys for action in ACTIONS}
    for id_, wanted in settings.items():
        if id_ not in keys:
            raise UserError(
                f"settings, section [keys]: there is no action '{clean_line(id_)}'{did_you_mean(id_, list(keys))}; "
                "F1 on the desk lists them."
            )
        keys[id_] = tuple(key.strip().lower() for key in wanted.split(",") if key.strip())
    return keys


_NAMES = {"escape": "Esc", "enter": "Enter", "space": noted("Space"), "tab": "Tab"}


def key_name(key: str) -> str:
    """'F9', 'Ctrl+G', 'Esc': as it stands on a keyboard."""
    if key in _NAMES:
        return say(_NAMES[key])
    return (
        "+".join(part.capitalize() if len(part) > 1 else part.upper() for part in key.split("+"))
        if len(key) > 1
        else key
    )


def key_of(keys: dict[str, tuple[str, ...]], action: str) -> str:
    """The first key of `action` as it stands on a keyboard; that of the menu, where it has none of its own."""
    found = keys[action] or keys["desk.menu"]
    return key_name(found[0]) if found else ""
