"""Looks behind a volunteer's running desk for a newer pack, and hands over what came: it is used from the next call on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.knowledge.bundle import Bundle
from taker311.station.fresh import Fresh, prepare, prepare_at_once
from taker311.sync.pack_news import PackNews
from taker311.sync.packs import OpenedPack
from taker311.sync.schedule import Schedule

if TYPE_CHECKING:
    from taker311.call.model import Permissions
    from taker311.station.workplace import Workplace


class PackWatch:
    """`take` is told of the pack that is in use from here on, and gives what it allows; `tell` carries a change into the
    thread that draws."""

    def __init__(
        self,
        news: PackNews,
        place: Workplace,
        schedule: Schedule,
        take: Callable[[OpenedPack], Permissions],
        tell: Callable[[Callable[[], None]], None],
        compare: Callable[[Bundle], None],
    ) -> None:
        self._news, self._place, self._schedule, self._take = news, place, schedule, take
        self._tell, self._compare = tell, compare
        self._told = ""
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="pack-news", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        wait = self._schedule.first()
        while not self._over.wait(wait):
            wait = self._schedule.after(failed=not self.look(), waited=False, urgent=True)

    def look(self) -> bool:
        """False where it failed; the desk goes on with what it has."""
        try:
            found = self._news.look()
            if found is not None:
                self._came(found)
        except UserError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._place.said(say("Nothing newer came: {why}", why=error))
            return False
        self._told = ""
        return True

    def _came(self, found: OpenedPack) -> None:
        cache = self._place.cache
        assert cache is not None  # noqa: S101 - looked for after the desk was made ready
        allowed = self._take(found)
        index = self._place.station.desk.index
        fresh, whole = prepare_at_once(Path(found.file), cache, index.learned if index is not None else b"")
        self._adopt(fresh, allowed)
        self._compare(fresh.bundle)
        self._place.said(say("A newer pack is here; it is used from the next call on."))
        if not whole:
            self._adopt(prepare(Path(found.file), cache), allowed)

    def _adopt(self, fresh: Fresh, allowed: Permissions) -> None:
        self._tell(lambda: self._place.adopt(fresh._replace(permissions=allowed)))
