"""The interface's own words. English stands in the code; the other languages stand in one catalogue, `words/<language>/`,
a JSON file a room: the English text -> its translation. The city's knowledge has its languages apart from these.

`say("Saved as {ref}.", ref=ref)` gives a text in the language in use; `noted("...")` marks a text of a table that is given to
`say` when it is shown. A test reads both out of the code, so that nothing is missing in any language.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from taker311.base.errors import UserError

FIRST: Final = "en"
_FOLDER = Path(__file__).resolve().parent.parent / "words"

_language = FIRST
_catalogue: dict[str, str] = {}


def languages() -> tuple[str, ...]:
    """What the interface can speak, English first."""
    return (FIRST, *sorted(folder.name for folder in _FOLDER.iterdir() if folder.is_dir()))


def catalogue(language: str) -> dict[str, str]:
    """English text -> text in `language`."""
    import json

    found: dict[str, str] = {}
    for file in sorted((_FOLDER / language).glob("*.json")):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return found


def clean_name(language: str) -> str:
    """What somebody gave as a language, fit for a sentence on a terminal."""
    return "".join(c for c in language[:40] if c.isprintable())


def use(language: str) -> None:
    """The interface speaks `language` from here on, in the whole process. Raises UserError for one that it does not have."""
    global _language, _catalogue  # noqa: PLW0603 - a process has one screen, and a screen one language
    if language == _language:
        return
    if language not in languages():
        raise UserError(
            f"desk.language: the desk's own words are not there in '{clean_name(language)}'; set it to one of "
            f"{', '.join(languages())}."
        )
    _catalogue = {} if language == FIRST else catalogue(language)
    _language = language


def language() -> str:
    return _language


def say(english: str, /, **values: object) -> str:
    """The text in the language in use, with `values` in the places of its braces."""
    text = _catalogue.get(english, english)
    return text.format(**values) if values else text


def noted(english: str) -> str:
    """The text as it is: marks what a table holds for a later `say`."""
    return english


def plural(count: float, one: str, many: str, /, **values: object) -> str:
    """`one` for exactly one, else `many`; {count} is written as numbers are in the language in use."""
    return say(one if count == 1 else many, count=number(count), **values)


def retold(stored: str, table: tuple[str, ...]) -> str:
    """A sentence that was stored in English, in the language in use: by the text of `table` that it was made of. As it
    stands where it was made of none of them, as sentences from another system are."""
    if _language == FIRST or not stored:
        return stored
    if stored in _catalogue:
        return _catalogue[stored]
    for english, pattern in _patterns(table):
        found = pattern.fullmatch(stored)
        if found:
            return say(english, **{name: retold(value, table) for name, value in found.groupdict().items()})
    return stored


@lru_cache(maxsize=8)
def _patterns(table: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The texts of a table that have places, with what fits them."""
    found: list[tuple[str, re.Pattern[str]]] = []
    for english in table:
        pieces = re.split(r"\{(\w+)\}", english)
        if len(pieces) > 1:
            fits = (f"(?P<{piece}>.*?)" if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces))
            found.append((english, re.compile("".join(fits), re.DOTALL)))
    return tuple(found)


def span(seconds: float) -> str:
    """'under a minute', '12 min', '5 h', '3 days'."""
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return say("under a minute")
    if minutes < 120:
        return say("{minutes} min", minutes=minutes)
    hours = minutes // 60
    return say("{hours} h", hours=hours) if hours < 48 else say("{days} days", days=number(hours // 24))


def short_span(seconds: float) -> str:
    """'40 s', '12 min', '5 h', '3 d': for a column."""
    whole = max(0, int(seconds))
    if whole < 60:
        return say("{seconds} s", seconds=whole)
    if whole < 3600:
        return say("{minutes} min", minutes=whole // 60)
    return say("{hours} h", hours=whole // 3600) if whole < 86_400 else say("{days} d", days=whole // 86_400)


def stopwatch(seconds: float) -> str:
    """'4:07', '75:30': minutes and seconds, as a call's length is told."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


# ---------------------------------------------------------------- numbers and dates, as the language writes them
# Month and weekday names and separators: Unicode CLDR, "en" and "es" (US).
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "es": ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"],
}
_DAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "es": ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
}


def number(value: float, places: int = 0) -> str:
    """1,234.5 in English and in the Spanish of the United States and Mexico, whose separators CLDR has alike."""
    return f"{value:,.{places}f}"


def day(value: date) -> str:
    """'Wed, Nov 25' or 'mié, 25 nov'."""
    months, days = _MONTHS.get(_language, _MONTHS[FIRST]), _DAYS.get(_language, _DAYS[FIRST])
    weekday, month = days[value.weekday()], months[value.month - 1]
    return f"{weekday}, {value.day} {month}" if _language == "es" else f"{weekday}, {month} {value.day}"


def whole_day(value: date) -> str:
    """'Nov 25, 2026' or '25 nov 2026': where the year counts."""
    month = _MONTHS.get(_language, _MONTHS[FIRST])[value.month - 1]
    return f"{value.day} {month} {value.year}" if _language == "es" else f"{month} {value.day}, {value.year}"


def moment(value: datetime) -> str:
    """'Wed, Nov 25 16:40': a day and the time of a clock with 24 hours, in the zone that `value` has."""
    return f"{day(value)} {value:%H:%M}"
