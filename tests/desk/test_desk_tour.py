"""The tour: five real screens, offered and never in the way; and the help that speaks of this screen first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpers.keys import Hands
from helpers.screens import STATUS
from helpers.stations import mini_bundle, station
from taker311 import cli
from taker311.desk.control import Control
from taker311.desk.screen import draw
from taker311.desk.tour import TOUR, Offered, add_tour, city_status
from taker311.desk.tour_stations import stages


def hands(tmp_path, agent: str = "Sam") -> tuple[Hands, Offered]:
    made, offered = Hands(station()), Offered(tmp_path, agent)
    add_tour(made.control, lambda: STATUS, offered)
    return made, offered


def shown(control: Control) -> str:
    return "\n".join("".join(text for text, _ in row) for row in draw(control, STATUS, 80, 24, None).lines)


def test_f1_then_t_shows_five_screens_one_after_the_other(tmp_path):
    made, _ = hands(tmp_path)
    made.press("f1", "t")
    seen = []
    for words in ("Before the phone rings", "Finding the answer", "The card", "The questions", "Saved"):
        text = shown(made.control)
        assert words in text
        seen.append(text)
        made.press("right")
    assert "›1 Pothole" in seen[1] or "›1" in seen[1]
    assert " SAY " in seen[2]
    assert " ASK " in seen[3]
    assert " REF " in seen[4]
    assert made.control.overlay == ""
    assert made.view.state == "ready"


def test_arrows_go_back_and_esc_leaves(tmp_path):
    made, _ = hands(tmp_path)
    made.press("f1", "t", "right", "right", "left")
    assert "2 of 5" in shown(made.control)
    made.press("escape")
    assert (made.control.overlay, made.view.state) == ("", "ready")


@pytest.mark.parametrize("screens", range(5))
def test_a_letter_at_any_moment_leaves_the_tour_and_starts_the_call_with_it(tmp_path, screens):
    made, _ = hands(tmp_path)
    made.press("f1", "t", *["right"] * screens)
    made.says("pot")
    assert (made.view.state, made.control.entry.text, made.control.overlay) == ("talking", "pot", "")


def test_911_opens_its_card_from_within_the_tour(tmp_path):
    made, _ = hands(tmp_path)
    made.press("f1", "t", "f9")
    assert made.view.state == "emergency"


def test_nothing_of_the_tour_reaches_the_agents_own_station(tmp_path):
    made, _ = hands(tmp_path)
    made.press("f1", "t", *["right"] * 5)
    assert made.control.station.desk.store.rows() == []
    assert made.control.station.calls == 0


def test_it_is_offered_until_it_was_seen(tmp_path):
    made, offered = hands(tmp_path)
    assert offered
    assert Offered(tmp_path, "Sam")
    made.press("f1", "t", "escape")
    assert not offered
    assert not Offered(tmp_path, "Sam")
    assert Offered(tmp_path, "Kim")
    made.press("f1", "t")
    assert made.control.overlay == TOUR  # who wants it sees it again


def test_it_is_offered_until_it_was_declined(tmp_path):
    made, offered = hands(tmp_path)
    made.press("f1", "n")
    assert not offered
    assert made.control.overlay == ""


def test_after_ten_calls_nobody_is_offered_it(tmp_path):
    made, offered = hands(tmp_path)
    for number in range(10):
        assert offered, number
        made.says("library").press("enter", "a", "enter")
        assert made.view.state == "ready"
    assert not offered
    assert not Offered(tmp_path, "Sam")


def test_a_damaged_note_of_it_is_no_reason_to_offer_it_again_and_none_to_fail(tmp_path):
    _, offered = hands(tmp_path)
    offered.call_ended()
    (path,) = (tmp_path / "tour").iterdir()
    path.write_bytes(b"\xff\xfe")
    assert not Offered(tmp_path, "Sam")


def test_in_a_call_t_in_the_help_is_no_tour(tmp_path):
    made, _ = hands(tmp_path)
    made.says("library").press("f1", "t")
    assert made.control.overlay == "help"


def test_a_city_whose_topics_ask_nothing_has_a_shorter_tour():
    made = station()
    bundle = mini_bundle()
    known = bundle.knowledge
    bare = type(known.topics[0])
    from msgspec.structs import replace

    topics = tuple(replace(one, script="") for one in known.topics if isinstance(one, bare))
    made.desk.bundle = type(bundle).of(replace(known, topics=topics, scripts=()), bundle.gazetteer())
    assert [stage.name for stage in stages(made.desk)] == ["ready", "search", "card"]


def test_before_the_search_and_the_streets_are_ready_the_tour_is_whole_too():
    made = station()
    made.desk.index = made.desk.places = None
    found = stages(made.desk)
    assert [stage.name for stage in found] == ["ready", "search", "card", "interview", "done"]
    assert found[1].control.view.hits


def test_the_command_prints_the_five_screens_into_a_pipe(tmp_path, monkeypatch, capsys):
    from helpers.mini_city import gazetteer, knowledge
    from taker311.knowledge.bundle import encode_bundle, write_bundle

    monkeypatch.setenv("TAKER311_HOME", str(tmp_path))
    write_bundle(tmp_path / "city.kb", encode_bundle(knowledge(), gazetteer()))
    assert cli.main(["tour", "--kb", str(tmp_path / "city.kb")]) == 0
    out = capsys.readouterr().out
    for number in range(1, 6):
        assert f"{number} of 5" in out
    assert max(map(len, out.splitlines())) <= 80
    assert city_status(mini_bundle().knowledge.city, datetime(2026, 1, 1, tzinfo=UTC)).online


# ---------------------------------------------------------------- help
def test_help_says_first_what_this_screen_is_for(tmp_path):
    made, _ = hands(tmp_path)
    firsts = {}
    for name, work in (
        ("ready", lambda: None),
        ("talking", lambda: made.says("hole in the road")),
        ("topic", lambda: made.press("enter")),
        ("place", lambda: made.press("enter")),
        ("emergency", lambda: made.press("f9")),
    ):
        work()
        made.press("f1")
        rows = shown(made.control).splitlines()
        assert "Keys now" in "\n".join(rows[:10])
        firsts[name] = rows[3]
        made.press("f1")
    assert len(set(firsts.values())) == len(firsts)
    assert "Nobody is on the line" in firsts["ready"]
    assert "Connect the caller with 911 first" in firsts["emergency"]
