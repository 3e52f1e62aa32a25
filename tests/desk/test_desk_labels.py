"""Letters on lines, the palette's filter, the flag key, what is to be done, leaving: by the keys that an agent presses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from helpers.keys import Hands
from helpers.stations import NOW, mini_bundle, mini_index, mini_places, play, station
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.crm.model import RequestRecord
from taker311.desk import news_page
from taker311.desk.draw import plain
from taker311.desk.leaving import leave, sign_out
from taker311.desk.promises_page import PromisesPage
from taker311.desk.prompts import Item, Menu
from taker311.desk.screen import draw
from taker311.station.candidates import candidates_of, in_words
from taker311.station.model import Status
from taker311.station.promises import in_words as promise_in_words
from taker311.station.queueing import QueueDesk
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

STATUS = Status(
    city="Alder Falls",
    agent="Sam",
    desk_code="7QX",
    now=NOW,
    kb_age_s=0.0,
    searching=True,
    signed_in=True,
    crm="",
    online=None,
)


def screen(made: Hands) -> str:
    return plain(draw(made.control, STATUS, 80, 24, None).lines)


# ---------------------------------------------------------------- letters on lines
def test_every_hit_gets_a_letter_that_opens_it() -> None:
    made = Hands(station()).says("tree").press("f7")
    assert "›a " in screen(made)
    made.press("a")
    assert made.view.state == "topic"


def test_any_other_key_puts_the_letters_away_and_does_what_it_does() -> None:
    made = Hands(station()).says("tree").press("f7", "f9")
    assert made.view.state == "emergency"
    made.press("escape", "f7", "escape")
    assert made.view.state == "talking", "Esc put the letters away and nothing else"
    assert made.control.labels.letters == {}


def test_the_menus_key_twice_labels_the_questions_and_the_steps() -> None:
    made = Hands(station()).says("hole in the road").press("enter", "enter").says("100 wash").press("enter", "enter")
    first = made.view.outline[0].id
    made.press("ctrl+g", "ctrl+g")
    letters = made.control.labels.letters
    assert set(letters) == {
        *(f"step:{row.id}" for row in made.view.outline),
        *(f"choice:{c.key}" for c in made.view.choices),
    }
    assert all(f" {letter} " in screen(made) for letter in letters.values())
    made.press(letters[f"step:{first}"])
    assert made.view.step == first


def test_a_letter_picks_a_choice_and_a_line_that_is_read_back() -> None:
    made = Hands(station()).says("hole in the road").press("enter", "enter").says("100 wash").press("enter", "enter")
    before = made.view.step
    made.press("ctrl+g", "ctrl+g")
    made.press(made.control.labels.letters["choice:1"])
    assert made.view.step != before


def test_bulletins_are_opened_by_their_letters() -> None:
    made = Hands(station()).press("f6", "f7")
    assert made.control.labels.letters
    assert " a " in screen(made)
    made.press("a")
    assert made.view.state == "bulletin"
    assert made.control.overlay == ""


def test_a_screen_without_lines_says_so() -> None:
    made = Hands(station()).says("library").press("enter", "ctrl+g", "ctrl+g")
    assert "Nothing on this screen can be picked." in screen(made)


# ---------------------------------------------------------------- the palette
def test_a_slash_filters_the_palette_and_enter_takes_what_is_left() -> None:
    made = Hands(station()).press("ctrl+g", "/").says("queue")
    assert "/ queue" in screen(made)
    assert [item.label for _, item in made.control.menu.labels()] == ["queue"]
    made.press("enter")
    assert made.control.overlay == "queue"


def test_a_filter_that_nothing_fits_takes_nothing_and_backspace_mends_it() -> None:
    made = Hands(station()).press("ctrl+g", "/").says("qx").press("enter")
    assert made.control.overlay == ""
    made.press("backspace", "enter")
    assert made.control.overlay == "queue"


def test_a_menu_with_more_lines_than_keys_filters_as_one_types_and_scrolls() -> None:
    menu = Menu("Jump to", [Item(f"line {chr(97 + n % 26)}{n}", "jump", str(n)) for n in range(60)])
    menu.key("z", "z")
    assert {item.value for _, item in menu.labels()} == {"25", "51"}
    assert menu.key("enter", None).value == "25"


# ---------------------------------------------------------------- flag
def test_one_key_flags_the_card_and_the_same_again_says_what_is_wrong() -> None:
    made = Hands(station()).says("library").press("enter", "f")
    assert "! Flagged for its owner." in screen(made)
    assert made.view.state == "topic"
    made.press("f").says("closed on mondays").press("enter")
    assert "with your words" in screen(made)
    assert made.control.station._events[-1][1].comment == "closed on mondays"


# ---------------------------------------------------------------- leaving
def test_leaving_while_cases_wait_is_asked_once_more() -> None:
    made = Hands(station())
    leave(made.control, lambda: "2 cases wait.")
    assert not made.control.leaving
    assert "2 cases wait. F10 once more leaves." in screen(made)
    made.press("f5", "escape")
    made.control.note = ""
    leave(made.control, lambda: "2 cases wait.")
    assert not made.control.leaving, "something else came between"
    leave(made.control, lambda: "2 cases wait.")
    assert made.control.leaving


def test_leaving_with_an_empty_queue_asks_nothing_and_signing_out_always_does() -> None:
    made = Hands(station())
    leave(made.control, str)
    assert made.control.leaving
    made = Hands(station())
    sign_out(made.control, str)
    assert not made.control.leaving
    assert "the key is forgotten" in screen(made)
    sign_out(made.control, str)
    assert made.control.leaving


def test_what_was_wrong_before_does_not_stand_under_the_next_question() -> None:
    made = Hands(station())
    made.control.note = "A passphrase has at least eight characters."
    made.control.ask("Choose a passphrase", lambda _text: None, secret=True)
    assert "eight characters." not in screen(made)


# ---------------------------------------------------------------- what is to be done
@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    clock = ManualClock(NOW)
    seat = Seat(tmp_path / "seat", clock, open_throwaway(tmp_path / "seat"))
    made = Workplace(mini_bundle(), tmp_path / "none.kb", seat, Settings(), clock, SeededIds(1), agent="Sam")
    made.station.desk.index, made.station.desk.places = mini_index(), mini_places()
    yield made
    made.station.desk.places = None  # shared with other tests
    made.stop()


def test_a_call_back_is_opened_rung_and_taken_off_the_list(place: Workplace) -> None:
    play(place.station, ("type", "library"), ("open", "library-hours"), ("call-back", "413 555 0142; after five"))
    play(place.station, "wrapup", "end")
    made = Hands(place.station)
    page = PromisesPage(made.control, place.promises, lambda one: promise_in_words(one, place), place.zone)
    made.control.pages["desk.promises"] = page.page()
    made.press("ctrl+r")
    assert "0142" not in screen(made)
    made.press("1")
    assert "413 555 0142" in screen(made)
    made.press("enter")
    assert made.view.state == "topic", "a call about the same topic has begun"
    assert "Ring 413 555 0142" in screen(made)
    made.press("a", "enter", "ctrl+r")
    assert "tried 1 time" in screen(made)
    made.press("1", "d")
    assert "Nobody waits to be rung back" in screen(made)
    assert place.promises.due() == ()


# ---------------------------------------------------------------- the city's cases that may be one in doubt
def test_the_deciding_menu_takes_the_citys_case_that_a_person_picks(place: Workplace) -> None:
    play(place.station, *REQUEST)
    store, made = place.store, Hands(place.station)
    case_id = store.rows()[0].case_id
    in_doubt = {"state": "unknown", "ambiguous": True, "first_sent_at": NOW, "ended_at": NOW}
    store.change(case_id, lambda row: structs.replace(row, **in_doubt), NOW, event="doubt")
    row = store.rows()[0]
    made.control.queue = QueueDesk(lambda: store, place.clock, lambda: "Sam", lambda: False, lambda: None)
    near = RequestRecord(
        "26-0007", service_code=row.service_code, requested=NOW + timedelta(minutes=2), address="100 Washington St"
    )
    late = structs.replace(near, request_id="26-0008", requested=NOW + timedelta(hours=3))

    class City:
        def find(self, *_asked: object) -> list[RequestRecord]:
            return [late, near]

    found = candidates_of(store, City(), row, NOW)
    assert [one.request_id for one in found] == ["26-0007"]
    assert "100 Washington St" in in_words(found[0], place.zone)

    def look_for(_row: object, menu: Menu) -> None:
        menu.items += [Item(f"It is {one.request_id}", f"queue:landed={one.request_id}", case_id) for one in found]

    made.control.look_for = look_for
    made.press("f5", "1")
    assert "It is 26-0007" in screen(made)
    made.press("/").says("26-0007").press("enter")
    row = store.rows()[0]
    assert (row.state, row.request_id) == ("sent", "26-0007")


REQUEST = (
    *(("type", "hole"), ("open", "pothole"), "intake", ("answer", "100 Washington Street"), ("pick", "1"), "confirm"),
    *(("answer", "lane"), ("answer", "no"), ("answer", "tire"), ("answer", "anonymous"), "confirm", "wrapup", "end"),
)


def test_an_agent_says_on_the_bulletins_page_that_they_have_read_what_must_be_read() -> None:
    made = Hands(station())
    news_page.add(made.control, lambda: STATUS)
    must = news_page.unread(made.control)
    assert must is not None
    made.press("f6")
    assert "must be read" in screen(made)
    assert "r I have read it" in screen(made)
    made.press("r")
    assert made.control.station.state.acknowledged == (must.id,)
    assert made.control.station.state.phase == "ready"  # no call has begun
    assert "you have read it" in screen(made)
    assert "r I have read it" not in screen(made)
    assert news_page.unread(made.control) is None
    made.press("r")  # nothing left to be read
    assert made.control.station.state.phase == "ready"
