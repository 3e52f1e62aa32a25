"""The end of a volunteer's work: what was not delivered leaves sealed to the city's key, and only when those files are written,
read back and found whole is everything of a caller shredded here. Killed at any moment, it goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from taker311.base import crash
from taker311.base.clock import Clock
from taker311.base.codec import Value, from_json, to_json
from taker311.base.errors import UserError
from taker311.base.files import private_folder, write_atomically
from taker311.base.words import plural, say
from taker311.cases import handover
from taker311.cases.model import State
from taker311.station.seat import Seat
from taker311.station.shredding import shred_folder
from taker311.station.volunteer import Folders
from taker311.station.volunteer_notes import SUFFIX, collect, sealed

# Where a test may end the program as a power cut would (`base.crash`).
POINTS = (
    "finish.notes-written", "finish.cases-left", "finish.cases-recorded", "finish.verified", "finish.shredding",
    "finish.shredded",
)  # fmt: skip
_UNSENT: tuple[State, ...] = ("queued", "sending", "unknown", "blocked", "held")
_LEFT: tuple[State, ...] = ("exported",)
_CASES = "cases.sealed"


class Kept(Value, frozen=True):
    """A file of the hand-over as it was read back: its name in the folder, and SHA-256 of its bytes, hex."""

    file: str
    sha256: str
    count: int = 0


class Finishing(Value, frozen=True):
    """How far the end has come. `folder`: where the files go. `told`: the volunteer was asked what there is to say."""

    begun: datetime
    folder: str
    told: bool = False
    kept: tuple[Kept, ...] = ()
    shredding: bool = False
    done: datetime | None = None

    @property
    def cases(self) -> int:
        return sum(one.count for one in self.kept)


class HandOver:
    """`recovery` is the public half of the city's key. Every step may be taken again."""

    def __init__(self, folders: Folders, recovery: bytes, clock: Clock) -> None:
        self._folders, self._recovery, self._clock = folders, recovery, clock
        self.state = read_finishing(folders)

    def begin(self, out: Path) -> None:
        """`out`: the folder that is made for the files; one that was begun with stays, while it can be written."""
        if self.state is not None and self.state.done is None:
            with contextlib.suppress(UserError):
                private_folder(Path(self.state.folder))
                self._leave_out_what_is_lost()
                return
        self._write(Finishing(self._clock.now(), str(private_folder(out))))

    def _leave_out_what_is_lost(self) -> None:
        """Files that are gone or altered, on a stick that was pulled out, are written anew: what they held is still here."""
        whole = tuple(one for one in self.under_way.kept if self._whole(one))
        if len(whole) < len(self.under_way.kept):
            told = self.under_way.told and all(one in whole for one in self.under_way.kept if one.file.endswith(SUFFIX))
            self._write(replace(self.under_way, kept=whole, told=told))

    @property
    def under_way(self) -> Finishing:
        if self.state is None or self.state.done is not None:
            raise UserError(say("Nothing is being finished here."))
        return self.state

    # ------------------------------------------------------------ what leaves
    def write_notes(self, seat: Seat, *, incident: str, name: str, feedback: str) -> None:
        """Call backs, calls that never ended, and the volunteer's own words; no file where there is nothing to say."""
        if self.under_way.told:
            return
        notes = collect(seat.journal, incident=incident, name=name, desk=seat.desk_code, feedback=feedback)
        kept = self.under_way.kept
        if not notes.empty:
            now = self._clock.now()
            file = f"{self._folders.person}{SUFFIX}"
            kept = (*kept, self.keep(file, sealed(notes, self._recovery, now)))
        crash.point("finish.notes-written")
        self._write(replace(self.under_way, told=True, kept=kept))

    def keep(self, name: str, data: bytes) -> Kept:
        """Writes a file of the hand-over and reads it back. Raises UserError."""
        file = Path(self.under_way.folder) / name
        try:
            write_atomically(file, data)
            if file.read_bytes() != data:
                raise UserError(say("{file}: reads back as something else; use another place.", file=file))
        except OSError as error:
            raise _unwritable(file, error) from error
        return Kept(name, hashlib.sha256(data).hexdigest())

    def has(self, name: str) -> bool:
        return any(one.file == name for one in self.under_way.kept)

    def adopt(self, name: str) -> None:
        """A file that another room wrote into the folder belongs to the hand-over from here on. Raises UserError."""
        file = Path(self.under_way.folder) / name
        try:
            kept = Kept(name, hashlib.sha256(file.read_bytes()).hexdigest())
        except OSError as error:
            raise _unwritable(file, error) from error
        self._write(replace(self.under_way, kept=(*self.under_way.kept, kept)))

    def write_cases(self, seat: Seat, *, actor: str) -> None:
        """What was not delivered leaves as one file; what left with a file that is gone is taken back and leaves anew."""
        store, now = seat.disk, self._clock.now()
        file = Path(self.under_way.folder) / _CASES
        if not self.under_way.cases and handover.holds(store, file) is None:
            file.unlink(missing_ok=True)
            part = file.with_name(f"{file.name}.part")
            if store.rows(_LEFT) and handover.holds(store, part) is None:
                handover.reclaim(store, "", now, actor=actor, unread=False)
            if handover.holds(store, part) is not None or handover.exportable(store):
                number = str(uuid.uuid4())
                handover.export(store, file, self._recovery, now, actor=actor, number=number, desk=seat.desk_code)
        crash.point("finish.cases-left")
        count = handover.holds(store, file)
        if count and not self.under_way.cases:
            try:
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
            except OSError as error:
                raise _unwritable(file, error) from error
            self._write(replace(self.under_way, kept=(*self.under_way.kept, Kept(_CASES, digest, count))))
        crash.point("finish.cases-recorded")

    # ------------------------------------------------------------ what goes
    def verify(self, seat: Seat) -> None:
        """Raises UserError while a single case or file would be lost with this seat."""
        left = seat.disk.rows(_UNSENT)
        if left:
            raise UserError(
                plural(
                    len(left),
                    "{count} case here can't be opened or sent, so nothing was deleted: take the folder {folder} to the city, whose recovery key opens it.",
                    "{count} cases here can't be opened or sent, so nothing was deleted: take the folder {folder} to the city, whose recovery key opens it.",
                    folder=self._folders.seat,
                )
            )
        for one in self.under_way.kept:
            if not self._whole(one):
                raise UserError(
                    say(
                        "{file}: is not there any more, or not as it was written, so nothing was deleted; give the same command again.",
                        file=Path(self.under_way.folder) / one.file,
                    )
                )
        gone = len(seat.disk.rows(_LEFT))
        if gone != self.under_way.cases:
            raise UserError(
                say("The hand-over does not hold every case that left here, so nothing was deleted; ask the city's IT.")
            )
        crash.point("finish.verified")
        self._write(replace(self.under_way, shredding=True))

    def shred(self) -> Finishing:
        """Everything of the seat, and of the pack where nobody else works with it here. Only after `verify`."""
        if not self.under_way.shredding:
            raise UserError(say("Nothing is deleted before the hand-over was verified."))
        crash.point("finish.shredding")
        shred_folder(self._folders.seat)
        if not _others_work(self._folders):
            shred_folder(self._folders.cache)
            shred_folder(self._folders.knowledge)
        crash.point("finish.shredded")
        done = replace(self.under_way, done=self._clock.now())
        self._write(done)
        with contextlib.suppress(OSError):
            Path(done.folder).rmdir()  # where nothing had to be handed over
        return done

    # ------------------------------------------------------------ inside
    def _whole(self, one: Kept) -> bool:
        try:
            data = (Path(self.under_way.folder) / one.file).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(data).hexdigest() == one.sha256

    def _write(self, state: Finishing) -> None:
        try:
            write_atomically(self._folders.finishing, to_json(state).encode())
        except OSError as error:
            raise _unwritable(self._folders.finishing, error) from error
        self.state = state


def _unwritable(file: Path, error: OSError) -> UserError:
    return UserError(
        say("{file}: can't be written or read ({why}); nothing was deleted.", file=file, why=error.strerror or error)
    )


def read_finishing(folders: Folders) -> Finishing | None:
    """None where nothing was begun, or the note of it is damaged: the steps can be taken again."""
    try:
        return from_json(folders.finishing.read_bytes(), Finishing)
    except (OSError, ValueError):
        return None


def complete(folders: Folders, clock: Clock) -> None:
    """Goes on with deleting where that was cut off: all of it had been handed over and verified. Needs no key."""
    state = read_finishing(folders)
    if state is not None and state.shredding and state.done is None:
        HandOver(folders, b"", clock).shred()


def _others_work(folders: Folders) -> bool:
    with contextlib.suppress(OSError):
        return any(path.is_dir() and path != folders.seat for path in folders.seat.parent.iterdir())
    return False
