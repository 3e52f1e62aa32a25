"""Deciding about a case at the desk's queue: what is offered, what it means, and that it is done and audited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from helpers.stations import NOW, play, station
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.desk.control import Control
from taker311.desk.draw import plain
from taker311.desk.screen import draw
from taker311.station.model import Status
from taker311.station.queueing import QueueDesk

REQUEST = (
    ("type", "hole"),
    ("open", "pothole"),
    ("intake", ""),
    ("answer", "100 Washington Street"),
    ("pick", "1"),
    ("confirm", ""),
    ("answer", "lane"),
    ("answer", "no"),
    ("answer", "tire"),
    ("answer", "anonymous"),
    ("confirm", ""),
    ("wrapup", ""),
    ("end", ""),
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def control(clock: ManualClock) -> Control:
    made = station(clock=clock)
    play(made, *REQUEST)
    store = made.desk.store
    case_id = store.rows()[0].case_id
    held = {"state": "held", "last_reason": "The city's system refused it (answer 400). A person must decide."}
    store.change(case_id, lambda row: structs.replace(row, **held), clock.now(), event="refused")
    control = Control(made)
    control.queue = QueueDesk(lambda: store, clock, lambda: "Sam", lambda: False, lambda: None)
    return control


def screen(control: Control) -> str:
    status = Status("Alder Falls", "Sam", "7QX", NOW, "v", 0.0, True, True, "", None)
    return plain(draw(control, status, 80, 24, None).lines)


def test_a_case_that_waits_for_a_person_offers_its_decisions_with_what_they_mean(control: Control) -> None:
    control.key("f5")
    assert "refused it (answer 400)" in screen(control)
    control.key("1", "1")
    shown = screen(control)
    assert "Let it go on" in shown
    assert "It is settled some other way" in shown


def test_a_decision_is_done_and_audited_under_the_agents_name(control: Control) -> None:
    for key in ("f5", "1", "1"):
        control.key(key, key if len(key) == 1 else None)
    store = control.station.desk.store
    assert store.rows()[0].state == "queued"
    assert store.audit_entries()[-1].actor == "Sam"


def test_that_it_landed_asks_for_the_citys_number(control: Control) -> None:
    for key in ("f5", "1", "2"):
        control.key(key, key if len(key) == 1 else None)
    assert "city's number" in screen(control)
    for letter in "26-0001":
        control.key(letter, letter)
    control.key("enter")
    row = control.station.desk.store.rows()[0]
    assert (row.state, row.request_id) == ("sent", "26-0001")


def test_a_case_of_an_earlier_shift_is_a_supervisors(control: Control, clock: ManualClock) -> None:
    clock.advance(timedelta(days=2).total_seconds())
    control.key("f5")
    control.key("1", "1")
    assert control.menu is None
    assert "supervisor" in screen(control)


def test_what_moved_on_meanwhile_is_not_decided(control: Control, clock: ManualClock) -> None:
    queue, store = control.queue, control.station.desk.store
    assert queue is not None
    case_id = store.rows()[0].case_id
    store.change(case_id, lambda row: structs.replace(row, state="sent"), clock.now(), event="accepted")
    with pytest.raises(UserError, match="moved on"):
        queue.do(case_id, "resend")
