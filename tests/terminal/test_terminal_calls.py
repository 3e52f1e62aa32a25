"""Whole calls in the real program in a real terminal, from `demo`'s first paint to the city's number, through crashes and outages."""

from __future__ import annotations

import re

from helpers.demo import HERE, Demo, from_the_first_question, moment, say_goodbye, to_the_place, to_the_readback
from helpers.terminal import Terminal


def confirmed(terminal: Terminal) -> str:
    """Saves the case; the reference that stands on the screen."""
    terminal.press("enter")
    shown = terminal.see("Your reference is", "Is there anything else?")
    found = re.search(r"REF\s+(\w{3})\s+(\w{4})\s+(\w)", shown)
    assert found, shown
    return "".join(found.groups())


def test_a_call_goes_from_the_first_letter_to_the_citys_number(cold_demo: Demo) -> None:
    with cold_demo.start() as terminal:
        to_the_readback(terminal)
        reference = confirmed(terminal)
        terminal.see("The city's number is")
        say_goodbye(terminal)
        terminal.press("f10")
        assert terminal.ended() == 0
    (row,) = cold_demo.rows()
    assert (row.ref, row.state) == (reference, "sent")
    assert row.request_id in terminal.raw.decode(errors="replace")
    assert cold_demo.at_the_city() == 1


def test_a_kill_while_a_place_is_typed_loses_nothing_of_the_call(demo: Demo) -> None:
    with demo.start() as terminal:
        to_the_place(terminal)
        terminal.press("1204 washi")
        terminal.see("1204 washi", "1204 Washington Street, ward")
        before = moment()
        terminal.press("n")
        terminal.see("1204 washin")
        terminal.wait(demo.journal_reaches(before), "the journal to hold the last letter")
        terminal.kill()
    with demo.start() as terminal:
        terminal.see("A call waits: Pothole in a street", "Enter takes it up")
        terminal.press("enter")
        terminal.see("ASK Where is it?", "› 1204 washin", "1204 Washington Street")
        terminal.press("gton")
        terminal.see("› 1204 washington", "(exact)")
        terminal.press("enter")
        terminal.see("I have 1204 Washington Street")
        terminal.press("enter")
        from_the_first_question(terminal)
        confirmed(terminal)
        terminal.see("The city's number is")
        say_goodbye(terminal)
    assert [row.state for row in demo.rows()] == ["sent"]
    assert demo.at_the_city() == 1


def test_a_kill_during_the_read_back_loses_no_answer_and_doubles_no_case(demo: Demo) -> None:
    with demo.start() as terminal:
        to_the_readback(terminal)
        shown = terminal.text
        terminal.kill()
    with demo.start() as terminal:
        terminal.see("A call waits")
        terminal.press("enter")
        again = terminal.see("SAY Let me read back what I have.", "Without a name")
        assert again.splitlines()[2:-2] == shown.splitlines()[2:-2]
        confirmed(terminal)
        terminal.see("The city's number is")
        terminal.kill()
    with demo.start() as terminal:
        terminal.see("A call waits")
        terminal.press("enter")
        terminal.see("The city's number is")
        say_goodbye(terminal)
    assert [row.state for row in demo.rows()] == ["sent"]
    assert demo.at_the_city() == 1


def test_a_case_waits_while_the_crm_is_off_and_is_delivered_once_when_it_returns(demo: Demo) -> None:
    with demo.start() as terminal:
        terminal.see("CRM online")
        terminal.press("ctrl+x")
        terminal.see("The CRM is off", "CRM not answering")
        to_the_readback(terminal)
        confirmed(terminal)
        terminal.see("The CRM is not answering")
        terminal.wait(lambda: any(row.attempts for row in demo.rows()), "an attempt that was refused")
        assert "The city's number" not in terminal.text
        terminal.press("f5")
        terminal.see("reference", "waiting", "pothole")
        terminal.press("esc")
        terminal.see("Is there anything else?")
        terminal.press("ctrl+x")
        terminal.see("The city's number is")
        say_goodbye(terminal)
    assert [row.state for row in demo.rows()] == ["sent"]
    assert demo.at_the_city() == 1


def test_keys_typed_before_the_first_paint_are_not_lost(demo: Demo) -> None:
    with demo.start() as terminal:
        terminal.press("pothole")
        terminal.see("1 Pothole in a street", "pothole")


def test_a_window_that_is_too_small_says_so_and_works_when_it_has_grown(demo: Demo) -> None:
    with demo.start(columns=50, lines=15) as terminal:
        terminal.see("This window is 50 by 15; the desk needs", "nothing is lost")
        terminal.press("pothole")
        terminal.resize(80, 24)
        terminal.see("1 Pothole in a street", "F9 911")
        terminal.resize(120, 40)
        terminal.press("enter")
        terminal.see("SAY", "Enter questions", "F9 911")


def test_place_text_of_the_test_city_exists() -> None:
    from taker311.cli._city import demo_city

    number, street = HERE.split(" ", 1)
    rows = (demo_city() / "places" / "addresses.csv").read_text(encoding="utf-8").casefold().splitlines()
    assert any(row.startswith(f"{number},{street},") for row in rows)
