"""A drill as it runs: the caller on the line, faults, the desk's screens and the plain prompts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot

from helpers.drill_plays import END, ROSA, START
from helpers.drills import GAS, HOLE, LIBRARY, TREE, Run, bundle, good
from taker311.call.events import HelpCalled, ReceiptCame
from taker311.cli._drill_line import _run
from taker311.desk.drill_app import DrillDesk
from taker311.drills.log import Fell, Mark
from taker311.drills.perfect import play as play_perfectly
from taker311.drills.score import score
from taker311.station.model import Status


def faulty(fault: str) -> str:
    return TREE.replace("par: 240", f"faults: [{fault}]\npar: 240")


# ---------------------------------------------------------------- the caller
def test_the_caller_speaks_before_anybody_answers():
    assert Run(TREE).heard == ["There is a tree on the power line in front of my house!"]


def test_opening_a_question_brings_its_fact_out():
    run = Run(TREE).do(*START, ("answer", "wires"))
    assert run.heard[-1] == "1204 Elm Street."


@pytest.mark.parametrize(
    "words",
    ["are there any sparks?", "is anything burning?", "do you see smoke or sparks", "is there a wire on the ground"],
)
def test_asking_in_ones_own_words_brings_the_same_fact_out(words):
    run = Run(TREE).do(("type", "tree"), ("say", words))
    assert run.heard[-1] == "No, no sparks."


@pytest.mark.parametrize("words", ["what colour is your car?", "who won the game?", "xyzzy?"])
def test_what_the_caller_knows_nothing_of_brings_nothing_out(words):
    assert Run(TREE).do(("type", "tree"), ("say", words)).heard[-1] == "I don't know about that."


def test_telling_is_not_asking():
    assert Run(TREE).do(("type", "tree"), ("say", "They will see to the sparks.")).heard[-1] == "All right."


def test_a_fact_for_which_one_must_press_comes_at_the_second_asking():
    run = Run(TREE).do(
        *START, ("answer", "wires"), ("answer", "1204 elm street"), ("pick", "1"), "confirm", ("answer", "no"), "skip"
    )
    assert run.heard[-1] == "Why do you need that?"
    assert run.do(("say", "")).heard[-1] == "Oh. You can text me."
    assert run.do(("say", "please")).heard[-1] == "I told you: Oh. You can text me."


def test_going_back_to_a_question_asks_it_again():
    run = Run(TREE).do(
        *START,
        ("answer", "wires"),
        ("answer", "1204 elm street"),
        ("pick", "1"),
        "confirm",
        ("answer", "no"),
        "skip",
        "back",
        "skip",
    )
    assert run.heard[-1] == "Oh. You can text me."


def test_a_beat_comes_at_its_moment_and_once():
    run = Run(TREE).do(*START, *ROSA)
    assert run.heard[-1] == "That's right."
    run.do(("jump", "where"), ("answer", "wires"))
    assert run.heard.count("That's right.") == 1


def test_a_beat_of_the_clock_comes_when_its_time_is_up():
    text = TREE.replace("beats:\n", "beats:\n  - {after: 30, says: Are you still there?}\n")
    run = Run(text).do(("type", "tree"))
    run.clock.advance(20)
    run.station.tick()
    assert "Are you still there?" not in run.heard
    run.clock.advance(20)
    run.station.tick()
    assert run.heard[-1] == "Are you still there?"


def test_the_same_seed_is_the_same_call():
    text = TREE.replace("par: 240", "shuffle: yes\npar: 240").replace(
        '  sparks: {says: "No, no sparks.", asks: [is anything burning]}\n',
        '  sparks: {says: "No, no sparks."}\n  sparks-2: {says: Nothing burns., step: sparks}\n  sparks-3: {says: It hangs still., step: sparks}\n',
    )
    said = [
        Run(text, seed=seed)
        .do(*START, ("answer", "wires"), ("answer", "1204 elm street"), ("pick", "1"), "confirm")
        .heard[-1]
        for seed in (1, 1, 2, 3, 4, 5)
    ]
    assert said[0] == said[1]
    assert len(set(said)) > 1


def test_with_a_colleague_as_the_caller_the_program_says_nothing():
    run = Run(TREE, pair=True).do(*START, *ROSA, *END)
    assert run.heard == []
    assert score(run.station.log_so_far).score == 1000


# ---------------------------------------------------------------- faults in the sealed world
def test_the_sealed_city_gives_its_number_a_moment_later():
    run = Run(TREE).do(*START, *ROSA, "confirm")
    assert not run.station.state.finished[-1].request_id
    run.clock.advance(3)
    run.station.tick()
    assert run.station.state.finished[-1].request_id.startswith("DRILL-")
    assert "city's number is DRILL-" in run.station.view().say


def test_a_network_that_drops_keeps_the_citys_number_away():
    run = Run(faulty("{do: network-drop, at: readback}")).do(*START, *ROSA)
    assert run.station.online is False
    run.do("confirm")
    run.clock.advance(600)
    run.station.tick()
    assert not any(isinstance(one.event, ReceiptCame) for one in run.station.log_so_far.events)
    assert "not answering" in run.station.view().notice
    assert [one.fault for one in run.station.log_so_far.entries if isinstance(one, Fell)] == ["network-drop"]


def test_a_500_after_the_submit_leaves_the_case_in_doubt():
    run = Run(faulty("{do: error-after-submit}")).do(*START, *ROSA, "confirm")
    row = run.station.sealed.rows()[0]
    assert (row.state, row.last_status) == ("unknown", 500)
    run.clock.advance(600)
    run.station.tick()
    assert not run.station.state.finished[-1].request_id


def test_a_slow_crm_takes_its_time():
    run = Run(faulty("{do: slow, seconds: 60}")).do(*START, *ROSA, "confirm")
    run.clock.advance(30)
    run.station.tick()
    assert not run.station.state.finished[-1].request_id
    run.clock.advance(40)
    run.station.tick()
    assert run.station.state.finished[-1].request_id


def test_a_stale_article_is_marked_on_its_card_in_the_drill_and_nowhere_else():
    run = Run(faulty("{do: stale-article, topic: tree-problem}")).do(("type", "tree"), ("open", "tree-problem"))
    card = run.station.view().card
    assert card is not None
    assert any("review" in mark for mark in card.marks)
    other = Run(TREE).do(("type", "tree"), ("open", "tree-problem")).station.view().card
    assert other is not None
    assert card.marks != other.marks


@pytest.mark.parametrize(
    "text", [TREE, GAS, HOLE, LIBRARY, faulty("{do: network-drop, at: intake}"), faulty("{do: error-after-submit}")]
)
def test_every_drill_can_be_played_to_a_hundred_whatever_fails(text):
    played = play_perfectly(good(text), bundle(), None if text is LIBRARY else Run(text).station.desk.places)
    assert (played.trouble, score(played.log).score) == ("", 1000)


def test_calling_for_help_gives_one_hint_after_another_and_stands_in_the_log():
    run = Run(TREE.replace("par: 240", "hints: [Ask what it touches., Think of sparks.]\npar: 240")).do(
        ("type", "tree")
    )
    assert "Ask what it touches." in run.station.do("help-me").notice
    assert "Think of sparks." in run.station.do("help-me").notice
    assert "Think of sparks." in run.station.do("help-me").notice
    assert sum(isinstance(one.event, HelpCalled) for one in run.station.log_so_far.events) == 3


# ---------------------------------------------------------------- leaving
def test_a_drill_is_not_put_aside_but_left():
    run = Run(TREE).do(*START)
    run.do("park")
    assert score(run.station.log_so_far).result == "left"
    assert run.station.do("type", "x").problem == "This drill is over."


# ---------------------------------------------------------------- the desk's screens
Play = Callable[[DrillDesk, Pilot[int]], Awaitable[None]]


def on_screen(run: Run, play: Play, size: tuple[int, int] = (80, 24), *, pair: str = "") -> DrillDesk:
    def status() -> Status:
        return Status(
            city="DRILL Alder Falls", agent="Sam", desk_code="DRILL", now=run.station.desk.clock.now(), kb_age_s=0.0,
            searching=True, signed_in=True, crm="", online=run.station.online,
        )  # fmt: skip

    app = DrillDesk(run.station, status, lambda _app: None, trainer=pair)

    async def work() -> None:
        async with app.run_test(size=size) as pilot:
            await play(app, pilot)

    asyncio.run(work())
    return app


def shown(app: DrillDesk) -> str:
    return "\n".join(app._canvas.render_line(y).text.rstrip() for y in range(app.size.height))


def test_the_word_drill_stands_on_every_screen_in_a_colour_of_its_own():
    seen: dict[str, str] = {}

    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        def keep() -> None:
            seen[app.control.overlay or app.control.view.state] = shown(app)
            first = app._canvas._lines[0]
            assert {role for _, role in first} == {"drill"}

        keep()
        await pilot.press("f1")
        keep()
        await pilot.press("escape", *"tree")
        keep()
        app.control.do("open", "tree-problem")
        app.redraw()
        keep()
        await pilot.press("f9")
        keep()
        await pilot.press("escape", "enter")
        keep()
        for item in (
            *ROSA[:0],
            ("answer", "wires"),
            ("answer", "1204 elm street"),
            ("pick", "1"),
            "confirm",
            ("answer", "no"),
            "skip",
            ("answer", "anonymous"),
        ):
            app.control.do(*((item,) if isinstance(item, str) else item))
        app.redraw()
        keep()
        await pilot.press("enter")
        keep()
        assert "DRILL-DRT" in shown(app)
        await pilot.press("f5")
        keep()
        await pilot.press("escape", "f4")
        keep()
        await pilot.press("enter")
        seen["debrief"] = shown(app)

    on_screen(Run(TREE), play)
    assert set(seen) >= {
        "ready",
        "help",
        "talking",
        "topic",
        "emergency",
        "interview",
        "readback",
        "done",
        "queue",
        "wrapup",
        "debrief",
    }
    for name, text in seen.items():
        assert text.splitlines()[0].strip().startswith("DRILL"), name


def test_the_callers_lines_stand_on_the_screen_and_the_cursor_stays_in_the_box():
    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        assert "Caller: There is a tree on the power line" in shown(app)
        await pilot.press(*"tr")
        assert app._canvas._cursor is not None
        x, y = app._canvas._cursor
        assert shown(app).splitlines()[y][:x] == " tr"

    on_screen(Run(TREE), play)


def test_a_key_asks_the_caller_in_ones_own_words():
    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        await pilot.press("t", "tab")
        assert "Ask or tell the caller" in shown(app)
        await pilot.press(*"sparks?", "enter")
        assert "Caller: No, no sparks." in shown(app)

    on_screen(Run(TREE), play)


def test_the_key_for_help_shows_a_hint():
    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        await pilot.press("t", "ctrl+y")
        assert "Hint: Ask what it touches." in shown(app)

    on_screen(Run(TREE.replace("par: 240", "hints: [Ask what it touches.]\npar: 240")), play)


def test_the_trainers_key_marks_courtesy_and_listening():
    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        await pilot.press("t", "tab", *"#c 4", "enter", "tab", *"#l 9", "enter")
        assert "type #c or #l" in shown(app)

    run = Run(TREE)
    on_screen(run, play, pair="Ann")
    marks = [one for one in run.station.log_so_far.entries if isinstance(one, Mark)]
    assert [(one.by, one.what, one.points) for one in marks] == [("Ann", "courtesy", 4)]


def test_leaving_in_the_middle_shows_the_debrief_and_then_ends():
    async def play(app: DrillDesk, pilot: Pilot[int]) -> None:
        await pilot.press("t", "f10", "n", "enter")
        assert "LEFT" not in shown(app)
        await pilot.press("f10", *"yes", "enter")
        assert "LEFT BEFORE THE END" in shown(app)
        assert "Wanted: tree-problem" in " ".join(shown(app).split())
        await pilot.press("pagedown", "enter")

    app = on_screen(Run(TREE), play)
    assert app.return_value == 0


def test_a_small_window_says_drill_too():
    async def play(app: DrillDesk, _pilot: Pilot[int]) -> None:
        assert shown(app).strip().startswith("DRILL")

    on_screen(Run(TREE), play, size=(40, 10))


# ---------------------------------------------------------------- the line
def test_the_plain_prompts_tell_what_the_caller_says(capsys):
    run = Run(LIBRARY)
    _run(
        run.station,
        iter(["library\n", ".say is it open?\n", ".open library-hours\n", "a\n", ".end answered\n", "left over\n"]),
        as_json=False,
    )
    out = capsys.readouterr().out
    assert "CALLER Is the library open on Sunday?" in out
    assert "DRILL" in out
    assert run.station.over
    assert score(run.station.log_so_far).score == 1000
