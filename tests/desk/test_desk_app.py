"""The Textual app itself: what a few real keys and messages put on the screen, and what a crash may not show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from helpers.stations import mini_index, station
from taker311.cases.model import OutboxRow
from taker311.desk.app import CaseMoved, DeskApp
from taker311.desk.canvas import WorkDone
from taker311.station.model import Status
from taker311.station.station import Station

Play = Callable[[DeskApp, Pilot[int]], Awaitable[None]]


def status_of(made: Station) -> Callable[[], Status]:
    def status() -> Status:
        return Status(
            city="Alder Falls",
            agent="Sam",
            desk_code="1K3",
            now=made.desk.clock.now(),
            kb_age_s=60.0,
            searching=made.desk.index is not None,
            signed_in=True,
            crm="x",
            online=made.online,
        )

    return status


def played(play: Play, made: Station | None = None, start: Callable[[DeskApp], None] = lambda _app: None) -> DeskApp:
    made = made or station()
    app = DeskApp(made, status_of(made), start)

    async def work() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await play(app, pilot)

    asyncio.run(work())
    return app


def shown(app: DeskApp) -> str:
    return "\n".join(app._canvas.render_line(y).text.rstrip() for y in range(app.size.height))


def test_typing_starts_a_call_and_enter_opens_the_first_hit() -> None:
    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        assert "Type what the caller says" in shown(app)
        await pilot.press(*"hole")
        assert "›1 Pothole" in shown(app)
        await pilot.press("enter")
        assert "Enter questions" in shown(app)
        await pilot.press("enter", *"100 washington", "enter", "enter", "enter")
        assert "✓ Is it in the traffic lane" in shown(app), shown(app)

    played(play)


def test_what_a_worker_made_ready_is_put_in_place_by_a_message() -> None:
    made = station()
    made.desk.index = None
    begun: list[DeskApp] = []

    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        await pilot.pause()
        assert begun == [app]
        await pilot.press(*"hole")
        assert "The search is being made ready" in shown(app)
        app.post_message(WorkDone(lambda: made.ready_index(mini_index())))
        await pilot.pause()
        assert "›1 Pothole" in shown(app)

    played(play, made, begun.append)


def test_the_citys_number_comes_onto_the_screen_of_its_call() -> None:
    made = station()

    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        await pilot.press(*"hole", "enter", "enter", *"100 washington", "enter", "enter")
        await pilot.press("1", "2", "1", "enter", "4", "enter")
        assert "Your reference is" in shown(app), shown(app)
        (row,) = made.desk.store.rows()
        moved: dict[str, Any] = {f: getattr(row, f) for f in row.__struct_fields__}
        app.post_message(CaseMoved(OutboxRow(**{**moved, "state": "sent", "request_id": "26-000123"})))
        await pilot.pause()
        assert "26-000123" in shown(app)

    played(play, made)


def test_pasted_text_is_typed_on_one_line() -> None:
    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        from textual.events import Paste

        app.post_message(Paste("hole\nin the\troad\x1b[31m"))
        await pilot.pause()
        first = shown(app).splitlines()[0]
        assert "hole in the road" in first
        assert "\x1b" not in shown(app)

    played(play)


def test_f10_leaves_and_textuals_own_keys_do_nothing() -> None:
    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        before = shown(app)
        await pilot.press("ctrl+q", "ctrl+p", "ctrl+c")
        assert shown(app) == before
        await pilot.press("f10")

    assert played(play).return_value == 0


def test_a_crash_shows_nothing_of_the_caller(capsys: pytest.CaptureFixture[str]) -> None:
    made = station()

    async def play(app: DeskApp, pilot: Pilot[int]) -> None:
        secret = "Maria Lopez 617 555 0142"

        def fail() -> None:
            raise RuntimeError(secret)

        app.post_message(WorkDone(fail))
        await pilot.pause()

    app = DeskApp(made, status_of(made), lambda _app: None)

    async def work() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await play(app, pilot)

    with pytest.raises(RuntimeError):
        asyncio.run(work())
    assert isinstance(app.crashed, RuntimeError)
    told = capsys.readouterr()
    assert "Maria" not in told.out + told.err
