"""What the commands that take calls share: their arguments, the seat, and signing in."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from taker311.base.clock import SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SystemIds
from taker311.base.keyslots import KeySlots, Unlocked
from taker311.base.paths import Paths, find_paths
from taker311.base.settings import Settings, load_settings
from taker311.base.text import clean_line
from taker311.base.words import say, use
from taker311.cli._city import Known, Opener, find_city
from taker311.knowledge.bundle import Bundle
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

if TYPE_CHECKING:
    from taker311.sync.desk import Syncer


def configure_calls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kb", default="", metavar="PATH", help="a bundle or a source folder; default: the settings'")
    parser.add_argument("--seat", default="main", metavar="NAME", help="for two people on one machine: a seat each")
    parser.add_argument("--agent", default="", metavar="NAME", help="who takes the calls; default: the login name")
    add_language(parser)
    parser.add_argument(
        "--passphrase-fd", type=int, metavar="N", help="read the agent's passphrase from this open file descriptor"
    )


def add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language", default="", metavar="CODE", help="of the desk's own words, en or es; default: the settings'"
    )


def login_name() -> str:
    return clean_line(os.environ.get("USER") or os.environ.get("USERNAME") or "agent", limit=40) or "agent"


class Opening:
    """The parts of a place of work as a command line asks for them."""

    def __init__(self, arguments: argparse.Namespace, opener: Opener = Bundle.open) -> None:
        self.paths: Paths = find_paths()
        self.settings: Settings = load_settings(self.paths.settings_file)
        use(arguments.language or self.settings.desk.language)
        self._given_kb: str = arguments.kb
        self.known: Known = find_city(arguments.kb, self.settings, self.paths, opener)
        self.agent = clean_line(arguments.agent, limit=40) or login_name()
        self.folder = self.paths.seat(arguments.seat)
        self.clock, self.ids = SystemClock(), SystemIds()
        self.slots = KeySlots(self.folder, self.clock)
        self._passphrase_fd: int | None = arguments.passphrase_fd

    def workplace(self) -> Workplace:
        """Opens the seat, signed in where a passphrase was given. Raises UserError for all that can be wrong with it."""
        unlocked = self.sign_in(_read_passphrase(self._passphrase_fd)) if self._passphrase_fd is not None else None
        seat = Seat(self.folder, self.clock, unlocked, desk_code=self.settings.desk.code)
        try:
            if unlocked is not None:
                from taker311.cases.rekey import finish_rekey

                seat.unlocked = finish_rekey(self.slots, unlocked, seat.disk, seat.journal)
            return Workplace(
                self.known.bundle, self.known.file, seat, self.settings, self.clock, self.ids, agent=self.agent
            )
        except BaseException:
            seat.close()
            raise

    def syncer(self) -> Syncer | None:
        """What fetches the city's news; None where no origin is set or the command line names another base."""
        from taker311.cli._sync import make_syncer

        return make_syncer(self.settings, self.paths) if not self._given_kb else None

    def sign_in(self, passphrase: str) -> Unlocked:
        """Opens the agent's slot; the first agent of a seat makes it."""
        if not self.slots.exists():
            return self.slots.create(self.agent, checked(passphrase))
        return self.slots.unlock(self.agent, passphrase)


def checked(passphrase: str) -> str:
    """A new passphrase, if it is worth having."""
    if len(passphrase) < 8:
        raise UserError(say("A passphrase has at least eight characters; a short sentence is easiest to keep in mind."))
    return passphrase


def _read_passphrase(fd: int) -> str:
    try:
        with os.fdopen(fd, "r", encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--passphrase-fd {fd}: no passphrase can be read there ({error}).") from error
