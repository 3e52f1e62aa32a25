"""F6: what is in force, over the desk; here an agent says which bulletins they have read, before the first call too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taker311.base.words import noted, say
from taker311.desk.pages import Page
from taker311.knowledge.pressing import most_pressing, must_be_read

if TYPE_CHECKING:
    from taker311.desk.control import Control
    from taker311.desk.draw import Line
    from taker311.knowledge.model import Bulletin
    from taker311.station.model import Status

OVERLAY = "bulletins"
_KEY = "r"


def add(control: Control, status: Callable[[], Status]) -> None:
    def rows(width: int) -> list[Line]:
        from taker311.desk.overlays import bulletin_rows

        return bulletin_rows(control, status(), width)

    def key(pressed: str, _character: str | None) -> bool:
        bulletin = unread(control)
        if pressed != _KEY or bulletin is None:
            return False
        control.do("acknowledge", bulletin.id)
        world = control.station.world
        title = bulletin.titles.get(world.spoken(control.station.state)) or bulletin.titles[world.first]
        control.note = say("Read: {title}", title=title)
        return True

    def hints() -> tuple[tuple[str, str], ...]:
        return ((_KEY, noted("I have read it")),) if unread(control) else ()

    control.pages[OVERLAY] = Page(noted("Bulletins and rumours"), rows, key=key, hints=hints)


def unread(control: Control) -> Bulletin | None:
    """The uppermost bulletin that must be read and was not."""
    station = control.station
    now = station.desk.clock.now()
    known = station.state.acknowledged
    return next(
        (
            one
            for one in most_pressing(station.world.bundle.bulletins, known)
            if must_be_read(one, known) and station.world.in_force(one, now)
        ),
        None,
    )
