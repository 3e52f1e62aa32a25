"""An ended call becomes a row of numbers and codes, in which no word of a caller can stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stations import NOW, mini_bundle, play, station
from taker311.base.clock import ManualClock
from taker311.base.text import clean_line
from taker311.shift.calls import CallRow, Where, call_row
from taker311.shift.columns import HEADER, cells_of, line_of, places, row_of
from taker311.station.station import EndedCall, Station

WHERE = Where("Sam", "7QX", "main")
REQUEST: tuple[tuple[str, str] | str, ...] = (
    *(("type", "big hole in the road"), ("open", "pothole"), "intake", ("answer", "100 Washington Street")),
    *(("pick", "1"), "confirm", ("answer", "lane"), ("answer", "no"), ("answer", "tire"), ("answer", "anonymous")),
    "confirm",
)


def _service(script: str) -> str:
    found = mini_bundle().script(script)
    assert found is not None
    return found.service


def taken(*inputs: tuple[str, str] | str | float, made: Station | None = None) -> CallRow:
    """The row of a call made of these inputs; a number is so many seconds that pass."""
    clock = ManualClock(NOW)
    made = made or station(clock=clock)
    clock = made.desk.clock  # type: ignore[assignment]
    ended: list[EndedCall] = []
    made.call_ended.append(ended.append)
    for item in inputs:
        if isinstance(item, float):
            clock.advance(item)
        else:
            play(made, item)
    (call,) = ended
    row = call_row(*call, WHERE)
    assert row is not None
    return row


def test_an_answered_question_is_talk_and_after_call_work() -> None:
    row = taken(("type", "trash day"), 40.0, ("open", "1"), 20.4, "answered", 9.0, ("end", "answered"))
    assert (row.talk_s, row.hold_s, row.after_s, row.handle_s) == (60, 0, 9, 69)
    assert (row.searches, row.no_result, row.ranks) == (1, 0, (1,))
    assert row.outcomes == ("answered",)
    assert row.resolved
    assert row.start.isoformat() == "2026-11-24T09:30:00-05:00", "the city's zone"


def test_hold_counts_apart_and_time_put_aside_does_not_count() -> None:
    row = taken(
        *(("type", "trash day"), 10.0, "hold", 30.0, "resume", 5.0, ("open", "1"), "answered"),
        *(4.0, "back", 6.0, "answered", 3.0, ("end", "answered")),
    )
    assert (row.talk_s, row.hold_s, row.after_s) == (21, 30, 7), "going back from the wrap-up is talk again"


def test_a_request_has_its_topic_service_and_agency_and_a_joined_one_is_no_case_of_its_own() -> None:
    made = station(clock=ManualClock(NOW))
    row = taken(*REQUEST, "wrapup", ("end", "requested"), made=made)
    assert (row.topics, row.outcomes, row.disposition) == (("pothole",), ("requested",), "requested")
    assert (row.cases, row.joined, row.left) == (1, 0, 0)
    assert row.services == (_service("pothole"),)
    assert row.agencies[0] in {agency.id for agency in mini_bundle().knowledge.agencies}


def test_a_form_that_was_begun_and_left_is_counted() -> None:
    row = taken(*REQUEST[:4], "wrapup", ("end", "dropped"))
    assert (row.left, row.cases, row.topics, row.resolved) == (1, 0, ("pothole",), False)


def test_searches_that_opened_nothing_are_told_from_those_that_did() -> None:
    row = taken(
        *(("type", "qqqq zzzz"), "no-answer", ("type", "trash"), ("type", "trash day"), ("open", "1")),
        *("answered", ("end", "answered")),
    )
    assert (row.searches, row.no_result) == (2, 1)


def test_a_wrong_number_is_no_search_that_failed_and_is_not_handled() -> None:
    row = taken(("type", "hello"), "wrapup", ("end", "misdial"))
    assert (row.searches, row.no_result, row.handled, row.topics) == (0, 0, False, ())


def test_the_seconds_to_the_911_card_are_those_from_the_calls_start() -> None:
    row = taken(("type", "some"), 7.0, "emergency", 20.0, "connected", ("end", "emergency"))
    assert (row.emergencies, row.card_s, row.disposition, row.topics) == (1, 7, "emergency", ("none",))


def test_a_language_that_is_none_is_told_as_other() -> None:
    row = taken(("type", "hello"), ("language", "jane-doe interpreter 42"), "wrapup", ("end", "answered"))
    assert (row.lang, row.mode) == ("other", "interpreter")


HOSTILE = [
    "Zyxwv",
    "=HYPERLINK(1)",
    "100 Washington Street",
    "413 555 0142",
    "413-555-0142",
    "\x1b]0;x\x07",
    "Kowalski",
]


@pytest.mark.parametrize("at_end", ["requested", "dropped"])
def test_no_word_of_a_caller_can_stand_in_a_row(at_end: str) -> None:
    made = station(clock=ManualClock(NOW))
    row = taken(
        *(("type", " ".join(HOSTILE)), "no-answer", ("call-back", "413-555-0142; Kowalski after =five")),
        *(("type", "hole Zyxwv"), ("open", "pothole"), "intake", ("draft", "Kowalski lane")),
        *(("answer", "100 Washington Street"), ("pick", "1"), "confirm", ("answer", "lane"), ("answer", "no")),
        *(("answer", "tire"), ("answer", "phone"), ("answer", "413 555 0142"), ("answer", "Zyxwv Kowalski")),
        *("confirm", "help-me", "wrapup", ("end", at_end)),
        made=made,
    )
    bytes_ = line_of(row).lower()
    for word in ("zyxwv", "kowalski", "hyperlink", "washington", "0142", "413", "five", "\x1b", "lane", "tire"):
        assert word not in bytes_, word
    assert row.call_back
    assert row.helped


IDS = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
CODES = st.text("abcXYZ019;%,\"' =+-@_:.", max_size=12).map(clean_line)


@st.composite
def rows(draw: st.DrawFn) -> CallRow:
    start = datetime(2026, 11, 1, tzinfo=NOW.tzinfo) + timedelta(seconds=draw(st.integers(0, 2_000_000)))
    topics = tuple(draw(st.lists(IDS, max_size=3)))
    beside = st.tuples(*(st.one_of(st.just(""), CODES.filter(lambda c: not c.startswith("'"))) for _ in topics))
    count = st.integers(0, 99)
    return CallRow(
        *(start.date(), start, draw(CODES.filter(lambda c: not c.startswith("'"))), "7QX", "main", "2026.11", "es"),
        *("agent", draw(count), draw(count), draw(count), "answered", topics, draw(beside), draw(beside), draw(beside)),
        *(draw(count), draw(count), tuple(draw(st.lists(count, max_size=4))), draw(count), draw(count), draw(count)),
        *(draw(count), draw(count), draw(st.none() | count), draw(st.booleans()), draw(st.booleans())),
        tuple(draw(st.lists(IDS, max_size=2))),
    )


@settings(max_examples=40)
@given(rows())
def test_a_row_comes_back_as_it_was_written_on_one_line_and_never_as_a_formula(row: CallRow) -> None:
    at = places(HEADER)
    assert at is not None
    line = line_of(row)
    assert line.count("\n") == 1
    assert row_of(line, at) == row
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells_of(line))
