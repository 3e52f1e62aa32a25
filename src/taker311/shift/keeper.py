"""What a desk keeps of its shift: a row of every ended call in the day's file, today's rows for the agent's own page, and the
watch over topics. Whatever goes wrong here is a notice on the screen; a call never waits for it or fails by it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.call import events as ev
from taker311.call import model as m
from taker311.knowledge.bundle import Bundle
from taker311.shift.calls import CallRow, Where, call_row
from taker311.shift.days import DayFiles, Problem, export
from taker311.shift.readings import Readings
from taker311.shift.surge import Surge
from taker311.shift.usual import LOOKS_BACK, TopicRates, Usual, Watch

_LOOK_EVERY_S = 60.0


class ShiftKeeper:
    """One seat's. `shared`: the folder that all desks report to; `with_agent`: whether agents' names go there."""

    def __init__(
        self,
        seat_folder: Path,
        desk_code: Callable[[], str],
        zone: Callable[[], ZoneInfo],
        clock: Clock,
        *,
        shared: Path | None = None,
        with_agent: bool = False,
    ) -> None:
        self._seat, self._desk_code, self._zone, self._clock = seat_folder, desk_code, zone, clock
        self._shared, self._with_agent = shared, with_agent
        self._files = DayFiles(seat_folder)
        self.readings = Readings(seat_folder)
        self._today: list[CallRow] = []
        self._watch = Watch(Usual(()))
        self._not_before = 0.0
        self._begun: date | None = None
        self.trouble = ""

    def now(self) -> datetime:
        """The moment in the city's zone."""
        return self._clock.now().astimezone(self._zone())

    # ------------------------------------------------------------ behind the first paint
    def load(self) -> Callable[[], None]:
        """Reads the past (in whatever thread); the callable it gives puts it in place, in the caller's own."""
        today = self.now().date()
        trouble = self._begin(today)
        problems: list[Problem] = []
        past = Usual(self._files.rows(today - LOOKS_BACK, today - timedelta(days=1), problems))
        kept = self._files.rows(today, today, problems)

        def take() -> None:
            meanwhile = {row.start for row in kept}
            rows = [*kept, *(row for row in self._today if row.start not in meanwhile and row.day == today)]
            self._today, self._watch = rows, Watch(past, rows)
            self.trouble = self.trouble or trouble

        return take

    def _begin(self, today: date) -> str:
        try:
            self._files.begin(today)
            self._files.forget(today)
            self._begun = today
        except (OSError, UserError) as error:
            return say("The day's figures can't be written: {why}", why=_why(error))
        return ""

    # ------------------------------------------------------------ a call ended
    def ended(self, state: m.CallState, events: Sequence[tuple[datetime, ev.Event]], bundle: Bundle) -> None:
        """Adds the call to the day's file. Never raises."""
        try:
            row = call_row(state, events, bundle, Where(state.agent, self._desk_code(), self._seat.name))
            if row is None:
                return
            now = self.now()
            self._today = [*(one for one in self._today if one.day >= now.date() - timedelta(days=1)), row]
            self._watch.add(row, now)
            self._files.append(row)
            self.trouble = ""
        except (OSError, UserError) as error:
            self.trouble = say("The last call is missing from the day's figures: {why}", why=_why(error))
        except Exception:  # noqa: BLE001 - the call itself is over and safe; figures must not end a desk
            self.trouble = say("The last call is missing from the day's figures; the call itself is safe.")
            logging.getLogger(__name__).warning("an ended call could not be counted")

    # ------------------------------------------------------------ what it tells
    def rows_today(self, agent: str = "") -> tuple[CallRow, ...]:
        """Today's calls at this seat, of one agent where one is named."""
        today = self.now().date()
        return tuple(row for row in self._today if row.day == today and agent in ("", row.agent))

    def surges(self) -> tuple[Surge, ...]:
        return self._watch.surges(self.now())

    def topic_rates(self) -> TopicRates:
        """Each topic's calls in the last half hour, and in a usual one."""
        return self._watch.rates(self.now())

    # ------------------------------------------------------------ now and then, behind the screen
    def behind(self) -> str:
        """Begins a new day's file and leaves newer ones in the shared folder, once a minute at most; '' or what failed. May
        wait on a network."""
        now = self._clock.monotonic()
        if now < self._not_before:
            return ""
        self._not_before = now + _LOOK_EVERY_S
        today = self.now().date()
        if today != self._begun:
            self._begin(today)
        if self._shared is None:
            return ""
        first = today - timedelta(days=7)  # what a week's outage of the folder kept back
        try:
            export(self._seat, self._shared / "days", self._desk_code(), with_agent=self._with_agent, first=first)
        except (OSError, UserError) as error:
            return _why(error)
        return ""


def _why(error: OSError | UserError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
