"""What `taker311 doctor` found out about one thing, and how it is told."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "note", "warning", "error"]


class Finding(NamedTuple):
    """`say` is what was found, `do` what helps; only 'ok' and 'note' may go without. 'note' is nothing to act on."""

    check: str
    level: Level
    say: str
    do: str = ""

    @property
    def ok(self) -> bool:
        return self.level in ("ok", "note")

    def as_plain(self) -> dict[str, object]:
        return {"check": self.check, "ok": self.ok, "level": self.level, "say": self.say, "do": self.do}


def split_sentence(check: str, sentence: str) -> Finding:
    """An error for people, whose part after the last semicolon says what to do."""
    say, mark, do = sentence.rpartition(";")
    return Finding(check, "error", f"{say.strip()}." if mark else sentence, do.strip() if mark else sentence)


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def age_in_words(seconds: float) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // size)
        if count:
            return counted(count, unit)
    return "under a minute"
