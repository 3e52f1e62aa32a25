"""Calls taken at a seat on the disk, and reviewers with keys of their own."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from helpers.stations import NOW, mini_bundle, play, station
from taker311.base.clock import ManualClock
from taker311.base.people_keys import Holder, make
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.base.settings import ReviewSettings
from taker311.cases.journal import open_journal
from taker311.review.keeping import Keeper, SeatCalls, recorded
from taker311.review.record import Recorded
from taker311.review.tale import Tale

MARKER = "zebra crossing by the tuba shop"
SEALER = Sealer(DeskSecrets(key=b"k" * 32, mac=b"m" * 32))
EVERY = ReviewSettings(every=1)
NONE = ReviewSettings(every=0)

REQUEST = (
    ("type", "big hole in the road"),
    ("open", "pothole"),
    "intake",
    ("answer", "100 Washington Street"),
    ("pick", "1"),
    "confirm",
    ("answer", "lane"),
    ("answer", "no"),
    ("answer", "tire"),
    ("answer", "anonymous"),
    "confirm",
)
TAKEN = (*REQUEST, "wrapup", ("end", "requested"))
ANSWERED = (("type", "library"), ("open", "library-hours"), "answered", ("end", "answered"))
ABUSED = (("type", MARKER), "wrapup", ("end", "abusive"))


class SeatOnDisk:
    """A seat whose calls are taken with two seconds between inputs."""

    def __init__(self, folder: Path, seed: int = 1, sealer: Sealer = SEALER) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = ManualClock(NOW)
        self._journal = open_journal(folder, self.clock, sealer)
        self.station = station(clock=self.clock, journal=self._journal, seed=seed)
        self.calls = SeatCalls(folder, sealer)

    def take(self, *inputs: tuple[str, str] | str, agent: str = "Sam", every: float = 2.0) -> str:
        """One call from its first word to its end; its id."""
        self.station.desk.agent = agent
        before = set(self._journal.calls())
        for item in inputs:
            self.clock.advance(every)
            play(self.station, item)
        (made,) = set(self._journal.calls()) - before
        return made

    def keeper(self, *people: Holder, wanted: ReviewSettings = EVERY, also: tuple[Path, ...] = ()) -> Keeper:
        folders = (self.folder / "review", *also)
        return Keeper(folders, lambda: [one.public for one in people], wanted, self.clock, desk="K3F")

    def close(self) -> None:
        self._journal.close()


@lru_cache(maxsize=4)
def _made(name: str, folder: str) -> Holder:
    return make(Path(folder), "reviewer", name, "")


def reviewer(folder: Path, name: str = "Rita") -> Holder:
    return _made(name, str(folder / name))


def record_of(seat: SeatOnDisk, call_id: str, *why: str) -> Recorded:
    return recorded(seat.calls.opened(call_id), why or ("sample",), desk="K3F", sealer=SEALER)  # type: ignore[arg-type]


def tale(seat: SeatOnDisk, call_id: str, *why: str) -> Tale:
    return Tale(record_of(seat, call_id, *why), mini_bundle())


def later(seat: SeatOnDisk, **span: float) -> None:
    seat.clock.jump(seat.clock.now() + timedelta(**span))
