"""The promise: the date that the call-taker may say, over closures, week-ends, nights and the change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from helpers.intake_scripts import mini, said
from helpers.mini_city import knowledge
from taker311.intake import interview as interviews
from taker311.intake.promise import day_in_words, promise, time_in_words
from taker311.intake.routing import route
from taker311.intake.steps import PLACE
from taker311.knowledge.model import Sla

CITY = knowledge().city
ZONE = ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def told(count: int, unit: str, when: str, lang: str = "en") -> str:
    made = promise(Sla(count, unit), at(when), CITY)  # type: ignore[arg-type]
    return made.texts[lang] if made else ""


def test_the_authors_guide_holds():
    assert told(1, "working days", "2026-11-25 16:40") == "by Monday, November 30", "Thursday and Friday are closures"


def test_the_day_of_the_report_does_not_count():
    assert told(1, "working days", "2026-11-23 00:01") == "by Tuesday, November 24"
    assert told(1, "working days", "2026-11-23 23:59") == "by Tuesday, November 24"


def test_a_working_day_ends_when_the_city_closes():
    made = promise(Sla(1, "working days"), at("2026-11-23 09:00"), CITY)
    assert made is not None
    assert made.due == datetime(2026, 11, 24, 17, 0, tzinfo=ZONE)


def test_the_day_is_the_citys_and_not_greenwichs():
    late = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # still Monday evening in the city
    made = promise(Sla(1, "working days"), late, CITY)
    assert made is not None
    assert made.day == date(2026, 11, 24)


def test_days_are_calendar_days_whatever_is_closed():
    assert told(2, "days", "2026-11-24 10:00") == "by Thursday, November 26"


def test_hours_run_through_the_night_and_are_told_with_their_time():
    assert told(24, "hours", "2026-11-25 16:40") == "by 4:40 PM on Thursday, November 26"
    assert told(24, "hours", "2026-11-25 16:40", "es") == "a más tardar a las 16:40 del jueves 26 de noviembre"


@pytest.mark.parametrize("zone", [UTC, ZONE])
def test_24_hours_stay_24_hours_on_the_night_when_the_clocks_change(zone):
    for start, after in (("2026-10-31 12:00", "11:00"), ("2027-03-13 12:00", "13:00")):
        made = promise(Sla(24, "hours"), at(start).astimezone(zone), CITY)
        assert made is not None
        assert f"{made.due:%H:%M}" == after


def test_a_working_day_ends_at_closing_time_on_both_sides_of_the_change():
    made = promise(Sla(1, "working days"), at("2026-10-30 12:00"), CITY)
    assert made is not None
    assert made.due.utcoffset() == timedelta(hours=-5)
    assert f"{made.due:%H:%M}" == "17:00"


def test_no_date_is_promised_past_the_calendar_of_closures():
    for unit in ("working days", "days", "hours"):
        assert told(9_999, unit, "2026-11-25 16:40") == ""
    assert told(1, "days", "2027-12-30 10:00") == "by Friday, December 31"
    assert told(2, "days", "2027-12-30 10:00") == ""
    assert told(1, "working days", "2027-12-31 10:00") == ""
    assert told(1, "hours", "2027-12-31 23:30") == ""


def test_a_city_that_never_works_promises_no_working_day():
    assert promise(Sla(1, "working days"), at("2026-11-25 16:40"), replace(CITY, working_days=())) is None


def test_a_day_that_is_far_off_is_told_with_its_year():
    assert told(320, "days", "2026-11-25 16:40") == "by Monday, October 11, 2027"
    assert told(320, "days", "2026-11-25 16:40", "es") == "a más tardar el lunes 11 de octubre de 2027"
    assert told(40, "days", "2026-11-25 16:40") == "by Monday, January 4"


def test_other_languages_get_the_day_as_numbers():
    assert day_in_words(date(2026, 11, 30), "vi") == "2026-11-30"
    assert time_in_words(datetime(2026, 1, 1, 0, 5), "en") == "12:05 AM"  # noqa: DTZ001 - only its face is read
    assert time_in_words(datetime(2026, 1, 1, 12, 5), "en") == "12:05 PM"  # noqa: DTZ001


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)),  # noqa: DTZ001 - given its zone below
    st.integers(1, 60),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=40),
)
def test_the_nth_working_day_is_the_one_that_counting_on_a_calendar_gives(moment, count, weekdays, closed):
    closures = tuple(replace(CITY.closures[0], day=day) for day in closed)
    city = replace(CITY, working_days=tuple(weekdays), closures=closures)
    start = moment.replace(tzinfo=ZONE).date()
    working = [
        day
        for day in (start + timedelta(days=i) for i in range(1, 900))
        if day.weekday() in weekdays and day not in closed
    ]
    made = promise(Sla(count, "working days"), moment.replace(tzinfo=ZONE), city)
    expected = working[count - 1]
    assert (made.day if made else None) == (expected if expected <= city.closures_until else None)


# ---------------------------------------------------------------- where it goes
def test_a_route_names_the_service_the_agency_and_the_promise():
    made = mini("tree-problem")
    interview = said(made, interviews.start(made), ("where", "4"), (PLACE, ""), ("sparks", "no"))
    routed = route(made, interview, CITY, at("2026-11-25 16:40"))
    assert routed is not None
    assert (routed.to, routed.service) == ("utilities", "TREE-UTIL")
    assert routed.promise is not None
    assert routed.promise.texts["es"] == "a más tardar el lunes 30 de noviembre"


def test_a_route_to_nobody_promises_nothing_and_has_words_to_say():
    made = mini("tree-problem")
    routed = route(made, said(made, interviews.start(made), ("where", "3")), CITY, at("2026-11-25 16:40"))
    assert routed is not None
    assert (routed.to, routed.service, routed.promise) == ("nobody", "", None)
    assert routed.say["es"].startswith("La ciudad no trabaja")


def test_what_nobody_knows_goes_to_review():
    made = mini("tree-problem")
    routed = route(made, said(made, interviews.start(made), ("where", "0")), CITY, at("2026-11-25 16:40"))
    assert routed is not None
    assert routed.to == "311-review"
