"""The interface's own words. English stands in the code; the other languages stand in one catalogue, `words/<language>/`,
a JSON file a room: the English text -> its translation. The city's knowledge has its languages apart from these.

`say("Saved as {ref}.", ref=ref)` gives a text in the language in use; `noted("...")` marks a text of a table that is given to
`say` when it is shown. A test reads both out of the code, so that nothing is missing in any language.
"""

from __future__ import annotations

from datetime import date, datetime
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


def use(language: str) -> None:
    """The interface speaks `language` from here on, in the whole process. Raises UserError for one that it does not have."""
    global _language, _catalogue  # noqa: PLW0603 - a process has one screen, and a screen one language
    if language == _language:
        return
    if language not in languages():
        raise UserError(
            f"The desk's own words are not there in '{language}'; set desk.language to one of {', '.join(languages())}."
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


def moment(value: datetime) -> str:
    """'Wed, Nov 25 16:40': a day and the time of a clock with 24 hours, in the zone that `value` has."""
    return f"{day(value)} {value:%H:%M}"
