"""The line's verbs beside the call's own, on a place of work with a real seat: what they tell, and that they do what the desk does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from rich.cells import cell_len

from helpers.stations import NOW, mini_bundle, mini_index, mini_places, play
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.keyslots import KeySlots
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.call.allowed import VERBS
from taker311.line.commands import Commands
from taker311.line.session import run_json, run_plain
from taker311.line.words import VERB_WORDS
from taker311.station.queueing import QueueDesk
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

PASSPHRASE = "horses eat apples"
REQUEST = ["hole in the road", "1", "", "100 wash", "1", "", "1", "no", "", "4", "", "", ""]


class Line:
    """A line on a seat in a folder; nothing is sent anywhere."""

    def __init__(self, folder: Path, clock: ManualClock, *, signed_in: bool = True) -> None:
        self.slots = KeySlots(folder, clock)
        unlocked = open_throwaway(folder) if signed_in else None
        seat = Seat(folder, clock, unlocked)
        self.place = Workplace(mini_bundle(), folder / "none.kb", seat, Settings(), clock, SeededIds(1), agent="Sam")
        self.place.station.desk.index, self.place.station.desk.places = mini_index(), mini_places()
        queue = QueueDesk(lambda: self.place.store, clock, lambda: "Sam", lambda: False, lambda: None)
        self.heard: list[str] = []
        self.commands = Commands(self.place, queue, crm=lambda: None, sign_in=self.sign_in, heard=self._said)

    def _said(self) -> list[str]:
        said, self.heard = self.heard, []
        return said

    def sign_in(self, given: str) -> str:
        self.place.sign_in(self.slots.create("Sam", given), None, lambda _row: None)
        return "Signed in."

    def plain(self, *lines: str) -> str:
        out: list[str] = []
        run_plain(self.place.station, lines, out.append, self.commands)
        return "\n".join(out)

    def json(self, *lines: tuple[str, str]) -> list[dict]:
        out: list[str] = []
        asked = [json.dumps({"do": do, "value": value}) for do, value in lines]
        run_json(self.place.station, asked, out.append, self.commands)
        return [json.loads(text) for text in out]

    def stop(self) -> None:
        self.place.station.desk.places = None  # shared with other tests
        self.place.stop()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "seat", ManualClock(NOW))
    yield made
    made.stop()


def test_a_question_mark_says_in_plain_words_what_every_verb_does(line: Line) -> None:
    assert set(VERBS) | set(line.commands.verbs) <= set(VERB_WORDS)
    shown = line.plain("tree", "?")
    assert ".open N: opens a line of the list" in shown
    assert ".queue: cases and how they stand" in shown
    assert max(cell_len(row) for row in shown.splitlines()) <= 72


def test_what_must_be_known_before_a_call_is_said_once(line: Line) -> None:
    shown = line.plain("tree", ".wrapup", "3", ".desk")
    assert shown.count("must be read: .bulletins") == 1
    assert "Sam is signed in" in shown
    assert "no CRM is set" in shown


def test_a_bulletin_is_read_before_the_first_call(line: Line) -> None:
    assert "1 bulletin must be read" in line.plain("?")
    read = line.plain(".bulletins read 1")
    assert "Boil" in read
    assert "You have read it." in read
    assert line.place.station.state.phase == "ready"
    assert "must be read" not in line.plain(".bulletins")
    assert "no such line" in line.plain(".bulletins read 9")


def test_bulletins_and_rumours_are_listed_and_opened_by_number(line: Line) -> None:
    assert "(must be read" in line.plain(".bulletins")
    shown = line.plain(".bulletins 1")
    assert line.place.station.state.phase == "bulletin"
    assert "SAY" in shown
    assert "no such line" in line.plain(".bulletins 99")


def test_a_call_that_was_put_aside_is_taken_up_as_it_was(line: Line) -> None:
    shown = line.plain("hole in the road", "1", "", "100 wash", ".park")
    assert "A call waits" in shown
    assert line.place.station.state.phase == "ready"
    assert "ASK" in line.plain(".take-up")
    assert line.place.station.state.drafts["place"] == "100 wash"


def test_steps_are_listed_with_numbers_and_jumped_to(line: Line) -> None:
    shown = line.plain(*REQUEST[:7], ".steps", ".jump 1")
    assert "1. Where: 100 Washington Street" in shown
    assert line.place.station.state.interview is not None
    assert line.place.station.state.interview.at == "place"


def test_the_queue_is_listed_and_decided_on_as_at_the_desk(line: Line) -> None:
    line.plain(*REQUEST)
    store = line.place.store
    (row,) = store.rows()
    store.change(row.case_id, lambda r: structs.replace(r, state="held", last_reason="Refused."), NOW, event="refused")
    shown = line.plain(".queue", ".queue 1")
    assert "for a person" in shown
    assert "close: It is settled some other way" in shown
    assert "There is no 'clse' for this case (did you mean 'close'?)" in line.plain(".queue 1 clse")
    assert "city's number" in line.plain(".queue 1 landed")
    assert "It is in the city's system" in line.plain(".queue 1 landed 26-0001")
    assert (store.rows()[0].state, store.rows()[0].request_id) == ("sent", "26-0001")
    assert store.audit_entries()[-1].actor == "Sam"


def test_how_a_case_stands_is_told_by_its_reference(line: Line) -> None:
    line.plain(*REQUEST)
    ref = line.place.store.rows()[0].ref
    assert "Type the reference" in line.plain(".status")
    assert ref[:3] in line.plain(f".status {ref}")


def test_while_the_same_card_stands_only_what_is_new_is_said(line: Line) -> None:
    shown = line.plain("library", "1", "f", ".call-back 413 555 0142; after five", "nonsense", ".again")
    assert shown.count("[topic]") == 2, "once opened, once asked for again"
    assert "! Flagged for its owner." in shown
    assert "The call back is noted." in shown
    assert "means nothing here" in shown


def test_what_a_caller_said_may_not_stand_in_a_flag(line: Line) -> None:
    shown = line.plain("library", "1", ".flag call Ann at 413 555 0142")
    assert "PROBLEM That looks like a caller's number" in shown
    assert line.place.station.state.flagged == ()


def test_leaving_while_cases_wait_is_asked_once_more(line: Line) -> None:
    line.plain(*REQUEST)
    shown = line.plain(".quit", ".desk", ".quit", "tree")
    assert "1 case waits" in shown
    assert "Sam is signed in" in shown, "the first .quit did not end it"
    assert line.place.station.state.phase == "ready", "the second did"
    assert "will not be sent until somebody signs in" in line.plain(".sign-out")
    assert not line.commands.ended
    assert "the key is forgotten" in line.plain(".sign-out yes", "tree")
    assert line.place.station.state.phase == "ready"


def test_programs_get_the_same_in_a_field_of_its_own(line: Line) -> None:
    line.heard.append("The knowledge base has been brought up to date.")
    shown = line.json(("desk", ""), ("nothing", ""), ("to-do", ""), ("type", "library"), ("sign-out", ""))
    assert "The knowledge base has been brought up to date." in shown[0]["told"]
    assert any("Sam is signed in" in text for text in shown[1]["told"])
    assert "no 'nothing'" in shown[2]["problem"]
    assert "can't be done now" in shown[3]["problem"]
    assert {"desk", "queue", "bulletins", "sign-out"} <= set(shown[0]["allowed"])
    assert "sign-out" not in shown[4]["allowed"], "never in a call"
    assert len(shown) == 6


def test_signing_in_moves_what_was_promised_in_memory_to_the_disk(tmp_path: Path) -> None:
    line = Line(tmp_path / "seat", ManualClock(NOW), signed_in=False)
    try:
        play(line.place.station, ("type", "library"), ("call-back", "413 555 0142; after five"), "wrapup", "end")
        assert len(line.place.promises.due()) == 1
        assert line.place.seat.journal.calls() == []
        assert "Signed in." in line.plain(f".sign-in {PASSPHRASE}")
        assert len(line.place.seat.journal.calls()) == 1
        assert len(line.place.promises.due()) == 1
        assert "Number 413 555 0142" in line.plain(".to-do 1")
        assert "nobody is signed in" not in line.plain(".desk")
    finally:
        line.stop()


def test_a_whole_request_takes_under_forty_seconds_of_a_line_with_1200_bits_a_second(line: Line) -> None:
    shown = line.plain(*REQUEST)
    assert line.place.station.calls == 1
    sent = len(shown.replace("\n", "\r\n").encode()) + sum(len(text) + 2 for text in REQUEST)
    assert sent * 10 / 1_200 <= 40


def test_the_citys_number_that_comes_while_the_caller_waits_is_told_before_the_next_line_is_done(line: Line) -> None:
    station, store = line.place.station, line.place.store
    out: list[str] = []

    def typed() -> Iterator[str]:
        yield from REQUEST[:-2]
        (row,) = store.rows()
        station.case_changed(structs.replace(row, request_id="26-0042", last_class="accepted"))
        yield ".desk"

    run_plain(station, typed(), out.append, line.commands)
    shown = "\n".join(out)
    assert "The city's number is 26-0042." in shown
    assert shown.index("26-0042") < shown.index("Sam is signed in")
    assert shown.count("Your reference is") == 1, "what stood there is not said again"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_typed_is_answered_in_lines_of_72_columns_and_nothing_breaks(line: Line, seed: int) -> None:
    chance = random.Random(seed)
    verbs = [verb for verb in VERB_WORDS if verb not in ("quit", "sign-out")]
    values = [
        "",
        "1",
        "2 done",
        "1 ring",
        "99",
        "x",
        "hole in the road",
        "413 555 0142; now",
        "1 close",
        "漢字 señor",
        "²",
    ]
    bare = ["", "1", "2", "no", "?", "tree", "100 elm", "0", "a", "x", "911", "\x1b[2J", "."]
    for _ in range(250):
        verb = f".{chance.choice(verbs)} {chance.choice(values)}"
        shown = line.plain(chance.choice([verb, verb, *bare]))
        assert max((cell_len(row) for row in shown.splitlines()), default=0) <= 72
        assert "\x1b" not in shown
