"""A volunteer's start: the pack and the certificate are verified, the disk and the clock looked at, the key made or opened, the
hub's token asked for; then a place of work that knows nothing of the machine's own desk."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.clock import SystemClock
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.ids import SystemIds
from taker311.base.keyslots import KeySlots, Unlocked
from taker311.base.paths import find_paths
from taker311.base.text import clean_line
from taker311.base.words import languages, moment, say, use
from taker311.cases.reference import is_desk_code
from taker311.cases.seat import MIRROR, SeatInUseError
from taker311.cli import _pack_trust
from taker311.cli._tell import tell
from taker311.station.handing_over import Finishing, complete, read_finishing
from taker311.station.volunteer import Folders, know_reviewers, permissions, settings
from taker311.sync.packs import OpenedPack
from taker311.sync.terms import Terms

if TYPE_CHECKING:
    from taker311.call.model import Permissions
    from taker311.crm.client import Open311
    from taker311.drills.certificates import Certificate
    from taker311.knowledge.bundle import Bundle
    from taker311.station.workplace import MakeNews, Watch, Workplace

KEPT = "certificate"
_VARIABLE = "TAKER311_API_KEY"
_TRIES = 5
_CODE_WITHIN_S = 6.0
_ROOM_NEEDED = 50_000_000  # bytes: some thousand cases with their journal


class FinishedError(UserError):
    """Nothing is left to finish here; `done` says what was."""

    def __init__(self, done: Finishing | None) -> None:
        super().__init__(say("Everything was handed over and deleted here already."))
        self.done = done


class PackOpening:
    """Everything that is verified before a volunteer's first call. Raises UserError, a sentence, at the first thing wrong.

    `for_calls` False: to finish what was begun; then an end that has passed is no hindrance.
    """

    def __init__(self, arguments: argparse.Namespace, *, for_calls: bool) -> None:
        use(_language(arguments.language))
        self._for_calls = for_calls
        self.arguments, self.clock, self.ids = arguments, SystemClock(), SystemIds()
        self.pack = Path(arguments.pack).expanduser().absolute()
        packs = Path(find_paths().data) / "packs"
        now = self.clock.now()
        self.fingerprint = _pack_trust.trusted_fingerprint(packs, self.pack, arguments.fingerprint)
        found, self.bundle, number = _pack_trust.opened(packs, self.pack, self.fingerprint, now, for_calls=for_calls)
        if found.over and for_calls and not _begun_here(packs / number):
            raise UserError(say("{pack}: this emergency pack has ended; ask the city for a new one.", pack=self.pack))
        assert found.terms is not None  # noqa: S101 - `opened` refuses a pack without
        self.opened: OpenedPack = found
        self.terms: Terms = found.terms
        self.home = packs / number
        for folders in Folders.that_finished(self.home):
            complete(folders, self.clock)
        self.certificate = self._certificate(now, for_calls=for_calls)
        self.name = self.certificate.name
        self.folders = Folders.of(self.home, self.name)
        self.until = min(self.terms.ends, found.ends, self.certificate.expires)
        self.slots = KeySlots(self.folders.seat, self.clock)

    # ------------------------------------------------------------ the certificate
    def _certificate(self, now: datetime, *, for_calls: bool) -> Certificate:
        """The certificate that admits to this incident. To finish, one that has ended is as good."""
        from taker311.drills.certificates import check, lacking, load

        file = self._certificate_file()
        found = check(load(file), self.terms.trainers, now, clean_line(str(file), limit=200))
        if found.standing == "untrusted":
            raise UserError(
                say(
                    "{file}: this certificate was signed by a trainer whom this pack does not name; ask for the pack or the certificate that goes with it.",
                    file=file,
                )
            )
        if found.standing != "valid" and not (
            found.standing == "expired" and (not for_calls or self._has_seat(found.certificate.name))
        ):
            raise UserError(say("{file}: this certificate does not count: {why}.", file=file, why=found.why))
        why = lacking(found.certificate, self.terms.incident, self.terms.drills)
        if why:
            raise UserError(say("{file}: this certificate does not count here: {why}.", file=file, why=why))
        self._certificate_read = file
        return found.certificate

    def _has_seat(self, name: str) -> bool:
        return Folders.of(self.home, name).seat.is_dir()

    def _certificate_file(self) -> Path:
        if self.arguments.certificate is not None:
            return Path(self.arguments.certificate).expanduser()
        kept = sorted((self.home / "people").glob(f"*/{KEPT}"))
        if len(kept) == 1:
            return kept[0]
        if not kept and not self._for_calls:
            for folders in Folders.that_finished(self.home):
                raise FinishedError(read_finishing(folders))
        if not sys.stdin.isatty():
            raise UserError(say("Give your certificate with --certificate: nobody is there to name it."))
        tell(say("Your trainer gave you a certificate, a small file."))
        for _ in range(_TRIES):
            try:
                typed = input(say("Where is it? ")).strip().strip("\"'")
            except EOFError:
                break
            file = Path(typed).expanduser()
            if typed and file.is_file():
                return file
            tell(
                say("! There is no file {file}; drag it into this window, or type its path.", file=file)
                if typed
                else ""
            )
        raise UserError(say("Without a certificate no call can be taken; ask your trainer for it."))

    # ------------------------------------------------------------ the seat
    def unfinished(self) -> Finishing | None:
        """A hand-over that was begun here and not brought to its end."""
        found = read_finishing(self.folders)
        return found if found is not None and found.done is None else None

    def make_folders(self) -> None:
        """Also the test of the disk: something is written, and there is room. Raises UserError."""
        self.folders.make(self.name)
        try:
            kept = self.folders.seat / KEPT
            data = self._certificate_read.read_bytes()
            if not kept.exists() or kept.read_bytes() != data:
                write_atomically(kept, data)
            room = shutil.disk_usage(self.folders.seat).free
        except OSError as error:
            raise UserError(
                say(
                    "{folder}: can't be used ({why}); free some room.",
                    folder=self.folders.seat,
                    why=error.strerror or error,
                )
            ) from error
        if room < _ROOM_NEEDED:
            raise UserError(
                say(
                    "{folder}: only {megabytes} MB are free on this disk, and a shift needs {needed}; free some room.",
                    folder=self.folders.seat,
                    megabytes=room // 1_000_000,
                    needed=_ROOM_NEEDED // 1_000_000,
                )
            )

    def unlock(self) -> Unlocked:
        """Opens this volunteer's key; the first time a passphrase is chosen for it, and the city's key can open it too."""
        from taker311.cli.sign_in import asker

        ask = asker(self.arguments.passphrase_fd)
        if self.slots.exists():
            return self._again(ask)
        tell(say("What callers tell you is sealed on this machine under a passphrase of your own."))
        tell(say("You need it at each start. Forgotten, only the city can open what waits here."))
        return self.slots.create(self.name, self._chosen(ask), recovery=self.terms.recovery)

    def _chosen(self, ask: Callable[[str], str]) -> str:
        """A new passphrase; a person who types it gets further tries."""
        from taker311.cli._start import checked

        typed = getattr(ask, "typed", False)
        for tries in range(_TRIES):
            try:
                first = checked(ask(say("Choose a passphrase, at least eight characters: ")))
                if typed and ask(say("The same once more: ")) != first:
                    raise UserError(say("The two were not the same; try again."))
            except UserError as error:
                if not typed or tries == _TRIES - 1:
                    raise
                tell(f"! {error}")
            else:
                return first
        raise UserError(say("No passphrase was chosen, so nothing was made; try again."))

    def _again(self, ask: Callable[[str], str]) -> Unlocked:
        typed = getattr(ask, "typed", False)
        for tries in range(3 if typed else 1):
            try:
                return self.slots.unlock(self.name, ask(say("Your passphrase: ")))
            except UserError as error:
                if tries == 2 or not typed:
                    raise UserError(
                        say(
                            "{why} Forgotten? What waits here is not lost: take the folder {folder} to the city.",
                            why=error,
                            folder=self.folders.seat,
                        )
                    ) from error
                tell(f"! {error}")
        raise UserError(say("That is not the passphrase."))

    def token(self) -> str:
        """The personal token for the city's hub, in memory alone; '' where there is none: cases wait sealed then."""
        if not self.terms.crm:
            return ""
        found = os.environ.get(_VARIABLE, "").strip()
        if found or not sys.stdin.isatty() or self.arguments.passphrase_fd is not None:
            return found
        import getpass

        tell(say("With your certificate came a token for the city's hub. It is kept in memory only."))
        return clean_line(getpass.getpass(say("Token (Enter: none, cases wait sealed): ")), limit=300).strip()

    def allotted_code(self, token: str) -> str:
        """The desk code that the hub allots to a seat which has none, so that no two volunteers' references meet; '' where it
        is not asked or does not answer: one is drawn by chance then."""
        if not token or (self.folders.seat / MIRROR).exists():
            return ""
        from taker311 import __version__
        from taker311.crm.desk_link import DeskLink
        from taker311.net.http import Http

        try:
            link = DeskLink(Http(f"taker311/{__version__}"), self.terms.crm, token, total_s=_CODE_WITHIN_S)
            code = link.code(self.folders.used_codes())
        except UserError:
            return ""
        return code if is_desk_code(code) else ""

    def workplace(self, unlocked: Unlocked, token: str = "") -> Workplace:
        """The place of work with what the pack allows, and nothing of the machine's own desk."""
        from taker311.station.seat import Seat
        from taker311.station.volunteer import Reading
        from taker311.station.workplace import Workplace

        try:
            seat = Seat(self.folders.seat, self.clock, unlocked, desk_code=self.allotted_code(token))
        except SeatInUseError as error:
            raise UserError(
                say(
                    "Your desk is open in another window on this machine; go on there, or leave it there first (F10), {name}.",
                    name=self.name,
                )
            ) from error
        try:
            topics = frozenset(topic.id for topic in self.bundle.knowledge.topics)
            place = Workplace(
                self.bundle, _pack_trust.bundle_file(self.folders, self.opened.version), seat,
                settings(self.terms, _language(self.arguments.language), self.arguments.theme), self.clock, self.ids,
                agent=self.name, permissions=permissions(self.terms, topics, self.until),
            )  # fmt: skip
            place.kb_age = self._age
            place.station.calls_before = len(seat.journal.calls())
            self.folders.note_code(seat.desk_code)
            know_reviewers(self.folders.reviewers, self.terms.reviewers)
            place.reviewers_in = self.folders.reviewers
            reading = Reading(self.folders.seat, place.station)
            place.taken.append(reading.again)
            place.make_news = self._news_for(place) if self.terms.newest_at else None
        except BaseException:
            seat.close()
            raise
        return place

    def _age(self) -> float:
        """Seconds since the pack was made: nothing newer comes by itself."""
        return (self.clock.now() - self.opened.made).total_seconds()

    def _news_for(self, place: Workplace) -> MakeNews:
        from taker311.knowledge.bundle import Bundle

        def take(found: OpenedPack) -> Permissions:
            assert found.terms is not None  # noqa: S101 - one without is refused where it is fetched
            self.opened, self.terms = found, found.terms
            self.until = min(found.terms.ends, found.ends, self.certificate.expires)
            topics = frozenset(topic.id for topic in Bundle.open(Path(found.file)).knowledge.topics)
            return permissions(found.terms, topics, self.until)

        def make(tell: Callable[[Callable[[], None]], None], compare: Callable[[Bundle], None]) -> Watch:
            from taker311 import __version__
            from taker311.cli._pack_news import PackWatch
            from taker311.net.http import Http
            from taker311.sync.pack_news import PackNews
            from taker311.sync.schedule import Schedule

            http = Http(f"taker311/{__version__}")
            news = PackNews(self.home, self.fingerprint, self.opened, self.bundle.city.id, http, self.clock)
            return PackWatch(news, place, Schedule(self.ids), take, tell, compare)

        return make

    def connection(self, place: Workplace, token: str) -> Callable[[], Open311 | None]:
        return lambda: place.connect(key=token) if token else None

    def checks(self, token: str) -> tuple[str, ...]:
        """The self-test's findings that are known before the screen stands, each a sentence of what is right."""
        zone = self.bundle.city.time_zone
        from zoneinfo import ZoneInfo

        local = ZoneInfo(zone)
        return (
            say("The pack is the city's: {incident}, {count} topics.", incident=self.terms.incident, count=len(self.bundle.knowledge.topics)),
            say("Your certificate counts, {name}. New calls until {when}.", name=self.name, when=moment(self.until.astimezone(local))),
            say("The disk takes what is written, sealed; the clock fits the pack and the certificate."),
            say("A hub is set: {address}.", address=self.terms.crm)
            if token
            else say("No hub or no token: cases wait here sealed, and you hand them over at the end."),
        )  # fmt: skip


def _begun_here(home: Path) -> bool:
    """Somebody has worked with a pack of this incident here: what they left can be finished."""
    return any((home / "people").glob(f"*/{KEPT}"))


def _language(given: str) -> str:
    """What was asked for, else the system's, else English."""
    system = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "")[:2]
    return given or (system if system in languages() else "en")
