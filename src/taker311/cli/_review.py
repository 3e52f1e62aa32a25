"""What the review's commands share: where calls and forms lie, who asks (a reviewer with their key, or an agent at their own
seat), which call a word names, and the knowledge base that it was taken with."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.paths import Paths, find_paths
from taker311.base.people_keys import Holder, NotForThemError, Public, trusted
from taker311.base.settings import Settings, load_settings
from taker311.base.text import clean_line
from taker311.base.words import say, use
from taker311.review import record
from taker311.review.record import Recorded

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked
    from taker311.knowledge.bundle import Bundle
    from taker311.review.keeping import SeatCalls
    from taker311.review.tale import Tale
    from taker311.review.watching import Watching
    from taker311.search.index import SearchIndex
    from taker311.station.workplace import Workplace

SHORT = 8  # characters of a call's id that lists show


def review_folder() -> Path:
    """Where this machine keeps the reviewers whom it knows, their forms, and calls brought from elsewhere."""
    return Path(find_paths().data) / "review"


def watch(workplace: Workplace) -> Watching:
    """Keeps the calls of a desk that are chosen for review, until its `end`."""
    from taker311.review.watching import Watching

    watching = Watching(workplace, workplace.reviewers_in or review_folder())
    watching.begin()
    return watching


def add_who(parser: argparse.ArgumentParser) -> None:
    """Arguments of what both a reviewer and an agent may do."""
    from taker311.cli._people import add_key
    from taker311.cli.at_seat import add_seat

    parser.add_argument("--mine", action="store_true", help="as an agent: calls of one's own, from the seat's journal")
    parser.add_argument("--as", dest="who", metavar="NAME", default="", help="with --mine: who signs in")
    add_seat(parser)
    add_key(parser, "reviewer")


def add_kb(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")


class Room:
    """The review as this machine sees it."""

    def __init__(self, seat: Path | None = None) -> None:
        self.paths: Paths = find_paths()
        self.settings: Settings = load_settings(self.paths.settings_file)
        use(self.settings.desk.language)
        self.folder = review_folder()
        told = self.settings.desk.shared_folder
        self.shared = told / "review" if told else None
        self._seat = seat
        from taker311.review.keeping import purge

        for folder in self.folders:
            purge(folder, self.now(), self.settings.review)

    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def written(self) -> tuple[Path, ...]:
        """Where forms go."""
        return (self.folder, self.shared) if self.shared is not None else (self.folder,)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where calls and forms are looked for."""
        seats = sorted((Path(self.paths.data) / "seats").glob("*/review"))
        given = [self._seat / "review"] if self._seat is not None else []
        return tuple(dict.fromkeys((*self.written, *given, *seats)))

    def reviewers(self) -> tuple[Public, ...]:
        return trusted(self.folder, "reviewer")

    def calls(self) -> dict[str, Path]:
        """Every kept call, by its id."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in sorted(folder.glob(f"*{record.SUFFIX}")):
                call_id = path.name.removesuffix(record.SUFFIX)
                if record.is_call_id(call_id):
                    found.setdefault(call_id, path)
        return found

    def open_all(self, reviewer: Holder) -> Iterator[Recorded | str]:
        """Each call that is kept, oldest first, or a sentence on why it can't be opened."""
        found: list[Recorded] = []
        troubles: list[str] = []
        for path in self.calls().values():
            try:
                found.append(record.open_call(path, reviewer))
            except UserError as error:
                troubles.append(str(error))
        yield from sorted(found, key=lambda one: one.began)
        yield from troubles

    def open(self, word: str, reviewer: Holder) -> Recorded:
        """The kept call that `word`, the beginning of its id, names."""
        calls = self.calls()
        call_id = named(word, list(calls))
        places = [record.path_in(folder, call_id) for folder in self.folders]
        trouble: UserError | None = None
        for path in (one for one in places if one.exists()):
            try:
                return record.open_call(path, reviewer)
            except UserError as error:
                trouble = trouble if trouble and not isinstance(trouble, NotForThemError) else error
        raise trouble or UserError(say("That call is not there any more."))


def named(word: str, known: list[str]) -> str:
    """The one id that begins so. Raises UserError where there is none, or several."""
    word = clean_line(word, limit=60).lower()
    found = [one for one in known if word and one.startswith(word)]
    if not found:
        raise UserError(say("No call '{word}' is kept here; 'taker311 review list' lists them.", word=word))
    if len(found) > 1:
        raise UserError(say("'{word}' begins several calls; give more of the id.", word=word))
    return found[0]


# ---------------------------------------------------------------- an agent at their own seat
class OwnSeat:
    """The journal of a seat, for whoever signed in there: an agent sees their own calls, a supervisor of the seat all."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        from taker311.base.throwaway_key import THROWAWAY
        from taker311.cli.at_seat import seat_folder, sign_in
        from taker311.review.keeping import SeatCalls

        self.folder = seat_folder(arguments)
        self.unlocked: Unlocked = sign_in(arguments, self.folder)
        self.calls: SeatCalls = SeatCalls(self.folder, self.unlocked.sealer)
        self._all = self.unlocked.kind == "supervisor" or (self.folder / THROWAWAY).exists()

    def ids(self) -> list[str]:
        """The calls that may be looked at, oldest first."""
        return [call_id for call_id in self.calls.calls() if self._may(call_id)]

    def _may(self, call_id: str) -> bool:
        started = next((one for one in self.calls.plain(call_id) if one.kind == "started"), None)
        return started is not None and self.may_read(started.fields.get("agent", ""))

    def may_read(self, agent: str) -> bool:
        """Whether what that agent did may be shown to whoever signed in."""
        return self._all or agent == self.unlocked.name

    def open(self, word: str) -> Recorded:
        """Raises UserError for another's call, and for one whose values had their time."""
        from taker311.review.keeping import recorded

        every = self.calls.calls()
        call_id = named(word, every)
        if not self._may(call_id):
            raise UserError(say("That call is another agent's; a supervisor of this seat or a reviewer may see it."))
        return recorded(self.calls.opened(call_id), (), desk="", sealer=self.unlocked.sealer)


# ---------------------------------------------------------------- the knowledge base of a call
def tale_of(found: Recorded, kb: str, room: Room) -> Tale:
    """The call with the knowledge base that it was taken with, where that is still here; else with the one in use."""
    from taker311.review.tale import Tale

    return Tale(found, _knowledge(found.kb_version, kb, room))


def _knowledge(version: str, kb: str, room: Room) -> Bundle:
    from taker311.cli._city import demo_city, find_city
    from taker311.knowledge.bundle import Bundle

    named_one = kb or room.settings.city.kb or room.settings.city.origin
    now = find_city(kb if named_one else str(demo_city()), room.settings, room.paths).bundle
    if now.version == version:
        return now
    for path in _others(room):
        with contextlib.suppress(UserError):
            earlier = Bundle.open(path)
            if earlier.version == version:
                return earlier
    return now


def _others(room: Room) -> Iterator[Path]:
    """Bundles that lie on this machine: the one before, and those that sources were compiled to."""
    from taker311.cli._sync import city_folder

    yield from sorted((city_folder(room.paths) / "bundles").glob("*.kb"))
    yield from sorted((Path(room.paths.cache)).glob("**/bundles/*.kb"))


def index_of(tale: Tale, room: Room) -> SearchIndex:
    """The search that shows the hits again: from the cache, or made without learning."""
    from taker311.search.cache import cached_index
    from taker311.search.index import SearchIndex

    kept = cached_index(tale.bundle, Path(room.paths.cache))
    return kept or SearchIndex.build(tale.bundle.knowledge, learn=False)
