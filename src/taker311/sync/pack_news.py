"""A newer pack of the same incident, looked for where the pack in use says: fetched, and verified as the first one was."""

from __future__ import annotations

from pathlib import Path

from taker311.base.clock import Clock
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.base.words import say
from taker311.knowledge.bundle import Bundle
from taker311.knowledge.parts import MAX_FILE
from taker311.net.http import Http, HttpError
from taker311.sync.packs import OpenedPack, open_pack

NEWER = "newer.pack"
_UNCHANGED = 304
_OK = 200


class PackNews:
    """`folder` keeps the newer pack for the next start. `in_use` is what it must follow: same
    `city` (its id), same incident, made later."""

    def __init__(self, folder: Path, fingerprint: str, in_use: OpenedPack, city: str, http: Http, clock: Clock) -> None:
        self._folder, self._fingerprint, self._http, self._clock = folder, fingerprint, http, clock
        self.in_use = in_use
        self._city = city
        self._validators: dict[str, str] = {}

    def look(self) -> OpenedPack | None:
        """One conditional request. None: nothing newer is there. Raises UserError where nobody answers, or with what does."""
        terms = self.in_use.terms
        if terms is None or not terms.newest_at:
            return None
        try:
            reply = self._http.request("GET", terms.newest_at, headers=self._validators, max_bytes=MAX_FILE)
        except HttpError as error:
            raise UserError(str(error)) from error
        if reply.status == _UNCHANGED:
            return None
        if reply.status != _OK:
            raise UserError(
                say("{address}: no pack is there ({status}).", address=terms.newest_at, status=reply.status)
            )
        found = self._verified(reply.body, terms.newest_at)
        names = {"etag": "if-none-match", "last-modified": "if-modified-since"}
        self._validators = {asked: reply.headers[given] for given, asked in names.items() if given in reply.headers}
        if found is not None:
            self.in_use = found
        return found

    def _verified(self, data: bytes, address: str) -> OpenedPack | None:
        """Nothing of it is kept or used before it is known to be the city's, of this incident, and newer."""
        incoming = self._folder / "incoming.pack"
        try:
            write_atomically(incoming, data)
            found = open_pack(incoming, self._fingerprint, self._folder / "opening", self._clock.now())
            if found.terms is None or self.in_use.terms is None:
                raise UserError(
                    say("{address}: the pack there is for no volunteer's desk; it was not used.", address=address)
                )
            same = found.terms.incident.casefold() == self.in_use.terms.incident.casefold()
            if not same or Bundle.open(Path(found.file)).city.id != self._city:
                raise UserError(
                    say("{address}: the pack there is of another incident; it was not used.", address=address)
                )
            if found.made <= self.in_use.made:
                return None
            incoming.replace(self._folder / NEWER)
        except OSError as error:
            raise UserError(
                say(
                    "{folder}: can't be written ({why}); free some room.",
                    folder=self._folder,
                    why=error.strerror or error,
                )
            ) from error
        finally:
            incoming.unlink(missing_ok=True)
        return found
