"""Where `taker311 floor` reads from: the folder that all desks report to, or the hub."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.settings import Settings
from taker311.cases.standing import Standing, from_hub, leave_answer, read_floor
from taker311.crm.desk_link import DeskLink
from taker311.crm.desk_model import AnswerGiven, HelpAnswer, floor_name


class FolderSource:
    every_s = 2.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)

    def read(self) -> tuple[list[Standing], list[str]]:
        return read_floor(self.folder)

    def answer(self, desk: Standing, by: str) -> None:
        since = desk.doing.help_since if desk.doing is not None else None
        if since is not None:
            leave_answer(self.folder, desk, HelpAnswer(since, datetime.now(UTC), by))


class HubSource:
    """Asked less often than a folder: 500 desks are 800 KB, in gzip 110 KB."""

    every_s = 10.0
    place = "The hub"

    def __init__(self, link: DeskLink) -> None:
        self._link = link

    def read(self) -> tuple[list[Standing], list[str]]:
        return [from_hub(row) for row in self._link.floor()], []

    def answer(self, desk: Standing, by: str) -> None:
        since = desk.doing.help_since if desk.doing is not None else None
        if since is not None:
            self._link.answer(AnswerGiven(floor_name(desk.desk, desk.seat), since, by))


def hub_source(settings: Settings) -> HubSource:
    from taker311 import __version__
    from taker311.base.apikey import read_key
    from taker311.net.http import Http

    crm = settings.crm
    if not crm.endpoint:
        raise UserError("No hub is set (crm.endpoint); give the folder that the desks report to.")
    return HubSource(DeskLink(Http(f"taker311/{__version__}"), crm.endpoint, read_key(crm)))


def folder_source(given: Path | None, settings: Settings) -> FolderSource:
    named = str(given) if given is not None else settings.desk.status_folder
    if not named:
        raise UserError("Say which folder the desks report to, or set desk.status_folder.")
    return FolderSource(Path(named).expanduser())
