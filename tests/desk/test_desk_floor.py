"""The floor's screen, drawn from what desks told: what needs somebody first, in words, at 80x24 and at 60x20."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from taker311.base import words
from taker311.base.codec import to_json
from taker311.base.errors import UserError
from taker311.cases.standing import Standing, Waiting
from taker311.cli import main
from taker311.crm.desk_model import Activity, BulletinRead, HelpAnswer, TopicCount
from taker311.desk.draw import plain
from taker311.desk.floor_app import FloorApp
from taker311.desk.floor_view import FloorView
from taker311.station.floor import bulletins, in_order, topics, urgency

NOW = datetime(2026, 11, 25, 16, 40, tzinfo=UTC)
STORM = BulletinRead("storm", "Storm warning")


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def desk(name: str, state: str = "ready", **given: object) -> Standing:
    doing = Activity(state=state, since=ago(minutes=4, seconds=12), calls=12, handled_s=12 * 220.0)
    fields = Activity.__struct_fields__
    doing = replace(doing, **{key: value for key, value in given.items() if key in fields})
    rest = {key: value for key, value in given.items() if key not in fields}
    return replace(Standing(1, name, "main", NOW, doing=doing), **rest)


HELP = desk("0AA", "call", help_since=ago(seconds=80))
ANSWERED = desk("0AB", "call", help_since=ago(seconds=90), answered=HelpAnswer(ago(seconds=90), NOW, "Pat"))
STALE = Standing(1, "0BB", "main", ago(days=3), {"queued": 2}, ago(days=3))
PERSON = desk("0CC", counts={"held": 1}, oldest=ago(hours=2), waiting=(Waiting("K3F7QX2D", "held", ago(hours=2)),))
PAUSED = desk("0DD", paused="the key is bad")
GONE = desk("0EE", "call", at=ago(minutes=20))
HOLD = desk("0FF", "hold", since=ago(minutes=6))
CALL = desk("0GG", "call")
READY = desk("0HH", "ready", locked=True)
OLDER = Standing(1, "0JJ", "main", ago(seconds=20))
OFF = desk("0KK", "off")
ALL = [HELP, STALE, PERSON, PAUSED, GONE, HOLD, ANSWERED, CALL, READY, OLDER, OFF]


def view(desks: list[Standing], problems: tuple[str, ...] = ()) -> FloorView:
    made = FloorView("the folder", UTC, lambda chosen: f"told {chosen.desk}")
    made.show(desks, list(problems), NOW)
    return made


def screen(made: FloorView, width: int = 80, height: int = 24) -> str:
    drawn = made.draw(width, height, NOW)
    assert len(drawn.lines) == height
    return plain(drawn.lines)


def test_what_needs_somebody_stands_first() -> None:
    order = in_order(reversed(ALL), NOW)
    assert [one.desk for one in order] == ["0AA", "0BB", "0CC", "0DD", "0EE", "0FF", "0AB", "0GG", "0HH", "0JJ", "0KK"]
    assert urgency(OFF, NOW) > urgency(replace(OFF, counts={"queued": 1}), NOW)


def test_every_state_is_said_in_words() -> None:
    shown = screen(view(ALL))
    for text in (
        "CALLS FOR HELP 1:20", "help: Pat has seen it", "SILENT for 3 d", "1 for a person", "the sender stands still",
        "no word for 20:00", "a long hold", "on hold 6:00", "in a call 4 min", "locked, ready", "left", "3:40",
        "7 desks on, 4 in a call, 1 calls for help",
    ):  # fmt: skip
        assert text in shown, text
    row = next(line for line in shown.splitlines() if "0JJ" in line)
    assert "–" in row  # an older desk does not tell what is done there


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (120, 40), (61, 21)])
def test_every_page_fits_every_window(width: int, height: int) -> None:
    from rich.cells import cell_len

    made = view([replace(one, seat="a seat with a name") for one in ALL] * 3, ("x.json: is no desk's status. " * 8,))
    for key in ("", "enter", "escape", "b", "t", "end", "b"):
        made.key(key)
        drawn = made.draw(width, height, NOW)
        assert len(drawn.lines) == height
        assert {sum(cell_len(text) for text, _ in row) for row in drawn.lines} == {width}
        assert "leave" in plain(drawn.lines[-1:])
    assert "needs 60 by 20" in " ".join(plain(made.draw(40, 10, NOW).lines).split())


def test_the_chosen_desk_stays_chosen_while_the_order_changes_and_stands_on_the_screen() -> None:
    many = [desk(f"1{n:02}") for n in range(40)]
    made = view(many)
    for _ in range(30):
        made.key("down")
    assert made.selected is not None
    assert made.selected.desk == "130"
    assert "› 130" in screen(made)
    made.show([*many[:5], HELP, *many[5:]], [], NOW)
    assert made.selected.desk == "130"
    assert "› 130" in screen(made)
    made.show([many[2]], [], NOW)
    assert made.selected.desk == "102"


def test_a_new_call_for_help_is_news_once() -> None:
    made = view([CALL])
    assert made.show([HELP, CALL], [], NOW)
    assert not made.show([HELP, CALL], [], NOW)
    assert made.show([replace(HELP, doing=replace(HELP.doing, help_since=NOW))], [], NOW)


def test_a_call_for_help_is_answered_with_one_key() -> None:
    made = view([CALL, HELP])
    assert "a answered" in screen(made)
    made.key("down")
    made.key("a")
    assert "told 0AA" in screen(made)
    other = view([HELP, replace(HELP, desk="0AC")])
    other.key("down")
    other.key("a")
    assert other.note == "told 0AC"
    calm = view([CALL])
    calm.key("a")
    assert "No desk calls" in calm.note


def test_a_desk_is_looked_at_closer_and_left_again() -> None:
    made = view([PERSON])
    made.key("enter")
    shown = screen(made)
    for text in ("Desk 0CC", "K3F", "1 held", "Calls today     12, mean 3:40"):
        assert text in shown, text
    made.key("escape")
    assert made.page == "desks"
    assert not made.leaving
    made.key("escape")
    assert made.leaving


def test_a_bulletin_is_counted_over_the_desks_that_are_on() -> None:
    read = replace(STORM, read_at=ago(minutes=1))
    desks = [
        desk("0AA", bulletins=(read,)), desk("0AB", bulletins=(STORM,)), desk("0AC"),
        desk("0AD", "off", bulletins=(STORM,)), desk("0AE", bulletins=(STORM,), at=ago(hours=1)), OLDER,
    ]  # fmt: skip
    (one,) = bulletins(desks, NOW)
    assert (one.read, one.unread, one.missing, one.on) == (("0AA",), ("0AB",), ("0AC",), 3)
    made = view(desks)
    assert "Storm warning: read at 1 of 3" in screen(made)
    made.key("b")
    shown = screen(made)
    assert "Not read: 0AB" in shown
    assert "Not there yet: 0AC" in shown


def test_a_topic_far_above_its_usual_rate_over_all_desks_is_told() -> None:
    def counting(name: str, seen: int, windows: float = 500.0) -> Standing:
        topic = TopicCount("basement", "Water in the basement", seen, 0.1)
        return desk(name, topics=(topic, TopicCount("tree", "A tree", 1, 1.0)), windows=windows, tests_per_day=100.0)

    calm = [counting("0AA", 1), counting("0AB", 0), counting("0AC", 0)]
    assert not any(one.above for one in topics(calm, NOW))
    storm = [counting("0AA", 3), counting("0AB", 3), counting("0AC", 3)]
    first = topics(storm, NOW)[0]
    assert (first.id, first.seen, first.above) == ("basement", 9, True)
    assert first.usual == pytest.approx(0.3)
    quiet = [desk(f"1A{n}", windows=500.0, tests_per_day=100.0) for n in range(7)]
    assert topics([*storm, *quiet], NOW)[0].usual == pytest.approx(1.0)  # theirs counts, though nobody asked them
    # No single desk would have said so, and desks without a past say nothing about what is usual.
    assert not any(one.above for one in topics(storm[:1], NOW))
    assert not any(one.above for one in topics([counting("0AA", 9, windows=0.0)], NOW))
    made = view(storm)
    assert "Water in the basement: 9 in 30 minutes, usually 0.3" in screen(made)
    made.key("t")
    assert "Far above the usual rate" in screen(made)


def test_where_nothing_can_be_read_the_last_stands_with_its_time() -> None:
    made = view([CALL])
    made.failed("The hub does not answer.")
    drawn = plain(made.draw(80, 24, NOW + timedelta(minutes=5)).lines)
    assert "0GG" in drawn
    assert "The hub does not answer. What stands here is from 16:40:00." in " ".join(drawn.split())
    made.show([CALL], [], NOW + timedelta(minutes=5))
    assert "does not answer" not in screen(made)


def test_the_floor_speaks_spanish() -> None:
    words.use("es")
    try:
        shown = screen(view(ALL))
        assert "PIDE AYUDA 1:20" in shown
        assert "en llamada 4 min" in shown
    finally:
        words.use("en")


# ---------------------------------------------------------------- as a program
class Told:
    every_s = 0.05

    def __init__(self) -> None:
        self.desks = [CALL]
        self.sentence = ""

    def read(self) -> tuple[list[Standing], list[str]]:
        if self.sentence:
            raise UserError(self.sentence)
        return self.desks, []


def test_the_screen_follows_what_desks_tell_and_leaves_on_a_key() -> None:
    source = Told()
    made = FloorView("the folder", UTC, lambda _desk: "")
    app = FloorApp(made, source, lambda: NOW)

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:

            async def until(text: str) -> None:
                for _ in range(2_000):
                    if text in plain(app._canvas._lines):
                        return
                    await pilot.pause(0.02)
                raise AssertionError(text)

            await until("0GG")
            source.desks = [CALL, HELP]
            await until("CALLS FOR HELP")
            app.behind(lambda: "it was told")
            await until("it was told")
            await pilot.press("up")
            source.sentence = "The folder is gone."
            await until("The folder is gone.")
            await pilot.press("q")

    asyncio.run(run())
    assert app.return_code == 0


def test_text_and_json_say_what_is_done_and_who_has_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    one = replace(HELP, at=now, doing=replace(HELP.doing, help_since=now, bulletins=(STORM,)))
    (tmp_path / "one.json").write_text(to_json(one))
    assert main(["floor", str(tmp_path), "--once"]) == 1
    assert "CALLS FOR HELP" in capsys.readouterr().out
    assert main(["floor", str(tmp_path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["help_open"] is True
    assert found["doing"]["state"] == "call"
    assert main(["floor", str(tmp_path), "--bulletins"]) == 1
    assert "Storm warning (storm): read at 0 of 1 desks that are on; not read: 0AA" in capsys.readouterr().out
    assert main(["floor", str(tmp_path), "--bulletins", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["unread"] == ["0AA"]


def test_text_and_json_miss_a_desk_that_was_killed_in_a_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doing = replace(CALL.doing, every_s=45.0)
    gone = replace(CALL, at=datetime.now(UTC) - timedelta(seconds=130), doing=doing)
    (tmp_path / "one.json").write_text(to_json(gone))
    assert main(["floor", str(tmp_path), "--once"]) == 1
    shown = capsys.readouterr().out
    assert "NO WORD for 2 min" in shown
    assert "in a call" not in shown
    assert main(["floor", str(tmp_path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["silent"] is True
