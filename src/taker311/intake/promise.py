"""The promise: a date over closures and working days, and the words for it. Where nothing promises a date, there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from taker311.intake.model import Promise
from taker311.knowledge.model import City, Sla, Texts

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio"),
        *("agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
_YEAR_IS_SAID_AFTER = timedelta(days=300)


def promise(sla: Sla, at: datetime, city: City) -> Promise | None:
    """What may be said of a case made at `at` (aware).

    Working days: the day of the report does not count; due at the close of business of the nth, closures skipped. `days`
    are calendar days, due at the close of the nth. `hours` run on through nights. None when the city's calendar of closures
    ends before the day: a date that it does not cover is not promised.
    """
    zone = ZoneInfo(city.time_zone)
    local = at.astimezone(zone)
    due: datetime | None
    if sla.unit == "hours":
        # Hours are counted in UTC: on the night when the clocks change, 24 hours are not the same time tomorrow.
        due = (at.astimezone(UTC) + timedelta(hours=sla.count)).astimezone(zone)
    else:
        day = _working_day_after(local.date(), sla.count, city) if sla.unit == "working days" else None
        if sla.unit == "days":
            day = local.date() + timedelta(days=sla.count)
        due = datetime.combine(day, time.fromisoformat(city.closes), zone) if day is not None else None
    if due is None or due.date() > city.closures_until:
        return None
    return Promise(due=due, day=due.date(), texts=_words(due, local, timed=sla.unit == "hours"))


def _working_day_after(day: date, count: int, city: City) -> date | None:
    closed = {closure.day for closure in city.closures}
    working = set(city.working_days)
    if not working:
        return None
    left = count
    while left > 0:
        day += timedelta(days=1)
        if day > city.closures_until:
            return None
        if day.weekday() in working and day not in closed:
            left -= 1
    return day


def day_in_words(day: date, lang: str, *, today: date | None = None) -> str:
    """'Monday, November 30' or 'lunes 30 de noviembre', with the year where the day is far off; ISO in other languages."""
    far = today is not None and abs(day - today) > _YEAR_IS_SAID_AFTER
    if lang == "en":
        year = f", {day.year}" if far else ""
        return f"{_DAYS['en'][day.weekday()]}, {_MONTHS['en'][day.month - 1]} {day.day}{year}"
    if lang == "es":
        year = f" de {day.year}" if far else ""
        return f"{_DAYS['es'][day.weekday()]} {day.day} de {_MONTHS['es'][day.month - 1]}{year}"
    return day.isoformat()


def time_in_words(moment: datetime, lang: str) -> str:
    """'4:40 PM' in English, '16:40' elsewhere."""
    if lang == "en":
        return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"
    return f"{moment.hour}:{moment.minute:02d}"


def _words(due: datetime, now: datetime, *, timed: bool) -> Texts:
    english = day_in_words(due.date(), "en", today=now.date())
    spanish = day_in_words(due.date(), "es", today=now.date())
    if timed:
        return {
            "en": f"by {time_in_words(due, 'en')} on {english}",
            "es": f"a más tardar a las {time_in_words(due, 'es')} del {spanish}",
        }
    return {"en": f"by {english}", "es": f"a más tardar el {spanish}"}
