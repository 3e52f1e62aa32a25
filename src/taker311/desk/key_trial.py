"""The desk's self-test as a screen: what was found right, and each key that a call needs, to be pressed once, so that a key which
this terminal keeps for itself is known before a caller waits. Pure."""

from __future__ import annotations

from taker311.base.words import noted, say
from taker311.desk.actions import key_name
from taker311.desk.draw import BLANK, Line, line, padded, paragraph

# Action, and what it is for in a few words.
_NEEDED: tuple[tuple[str, str], ...] = (
    ("call.emergency", noted("the 911 card")),
    ("call.distress", noted("a caller in distress")),
    ("call.help-me", noted("call for help")),
    ("call.no-answer", noted("nothing here answers")),
    ("desk.rumours", noted("rumours")),
    ("desk.bulletins", noted("bulletins")),
    ("call.wrap-up", noted("wrap up")),
    ("call.call-back", noted("call back")),
    ("desk.break", noted("break, hold")),
    ("desk.leave", noted("leave")),
    ("desk.menu", noted("all keys, for those that don't come")),
)


class KeyTrial:
    """`keys`: action id -> its keys. `hub`: a hub is set, so whether it answers is part of the test."""

    def __init__(self, keys: dict[str, tuple[str, ...]], checks: tuple[str, ...], *, hub: bool) -> None:
        self._keys = {action: keys[action][0] for action, _ in _NEEDED if keys.get(action)}
        self._checks, self._hub = checks, hub
        self._pressed: set[str] = set()
        self._last = ""
        self._warned = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys that have not come."""
        return tuple(key for key in self._keys.values() if key not in self._pressed)

    def key(self, key: str) -> bool:
        """Notes a key; True when the volunteer goes on. Enter with keys missing says first what to do without them."""
        if key == "enter":
            if not self.missing or self._warned:
                return True
            self._warned = True
        else:
            self._pressed.add(key)
            self._last = key
        return False

    def rows(self, width: int, height: int, online: bool | None) -> list[Line]:
        rows: list[Line] = [line((f" {say('Self-test')}", "title")), line(("─" * width, "rule"))]
        for text in (*self._checks, self._about_hub(online)):
            rows += paragraph(f"✓ {text}", width, "good") if text else []
        rows += [BLANK, *paragraph(say("Press each of these keys once. Nothing happens but that it is noted."), width)]
        for action, what in _NEEDED:
            if action in self._keys:
                came = self._keys[action] in self._pressed
                name = padded(key_name(self._keys[action]), 8)
                rows.append(line((f"   {'✓' if came else '·'} ", "good" if came else "key"), (name, "key"), (say(what), "dim" if came else "text")))  # fmt: skip
        if self._warned and self.missing:
            names = ", ".join(key_name(key) for key in self.missing)
            told = say(
                "Not come: {keys}. Another program keeps them: in a call, Ctrl+G lists all that is possible.",
                keys=names,
            )
            rows += paragraph(told, width, "warn")
        foot = say("Enter goes on.") if not self.missing or self._warned else say("Enter goes on without the rest.")
        rows += [BLANK] * max(0, height - len(rows) - 1)
        return [*rows[: height - 1], line((f" {foot}", "key"))]

    def _about_hub(self, online: bool | None) -> str:
        if not self._hub:
            return ""
        if online is None:
            return say("Asking the hub ...")
        return say("The hub answers.") if online else say("Offline: cases wait sealed, and go out by themselves later.")
