"""`taker311 desk --pack FILE --finish`: delivers what it can, hands the rest over, asks what there is to say, and deletes."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from taker311.base.errors import UserError
from taker311.base.text import clean
from taker311.base.words import plural, say
from taker311.cases.model import State
from taker311.cli._pack import FinishedError, PackOpening
from taker311.cli._tell import tell
from taker311.station.handing_over import Finishing, HandOver, read_finishing
from taker311.station.volunteer_notes import FEEDBACK_LIMIT

if TYPE_CHECKING:
    from taker311.base.keyslots import Unlocked
    from taker311.station.workplace import Workplace

_DELIVER_S = 60.0
_QUEUED: tuple[State, ...] = ("queued",)
_SILENT_TRIES = 4  # of one case, without any answer: there is no hub now
_MARKED = ("marked-for-review",)
_REVIEW = "calls.review"


def run_finish(arguments: argparse.Namespace) -> int:
    """The command as it is typed; where all was done before, it says so."""
    try:
        opening = PackOpening(arguments, for_calls=False)
    except FinishedError as error:
        if error.done is not None:
            _tell(error.done)
        return 0
    return finish(opening)


def finish(opening: PackOpening, unlocked: Unlocked | None = None, token: str | None = None) -> int:
    """Every step tells what it did; given again, it goes on where it was. Raises UserError, and then nothing was deleted that
    is not handed over."""
    hand = HandOver(opening.folders, opening.terms.recovery, opening.clock)
    under_way = opening.unfinished()
    if under_way is None and not opening.slots.exists():
        _nothing(opening)
        return 0
    if under_way is None or not under_way.shredding:
        _hand_over(opening, hand, unlocked, token)
    done = hand.shred()
    _tell(done)
    return 0


def _nothing(opening: PackOpening) -> None:
    before = read_finishing(opening.folders)
    if before is not None and before.done is not None:
        _tell(before)
    else:
        tell(say("You took no call with this pack on this machine: there is nothing to hand over or to delete."))


def _hand_over(opening: PackOpening, hand: HandOver, unlocked: Unlocked | None, token: str | None) -> None:
    place = opening.workplace(unlocked or opening.unlock())
    try:
        if hand.state is None or hand.state.done is not None or not hand.state.kept:
            _deliver(place, opening.token() if token is None else token)
        hand.begin(_folder(opening))
        if not hand.under_way.told:
            words = _feedback(opening)
            hand.write_notes(place.seat, incident=opening.terms.incident, name=opening.name, feedback=words)
        hand.write_cases(place.seat, actor=opening.name)
        _marked_calls(opening, place, hand)
        hand.verify(place.seat)
    finally:
        place.stop()


def _deliver(place: Workplace, token: str) -> None:
    """What the hub takes within a minute; the rest is handed over."""
    waiting = len(place.store.rows(("queued", "unknown", "blocked")))
    crm = place.connect(key=token) if token and waiting else None
    if crm is None:
        return
    from taker311.cases.delivery import Delivery
    from taker311.cases.waits import waits_from

    tell(plural(waiting, "Sending {count} case to the city ...", "Sending {count} cases to the city ..."))
    quick = replace(place.settings.delivery, first_wait_s=1.0, longest_wait_s=5.0, reconnect_spread_s=0.0, total_s=20.0)
    delivery = Delivery(place.store, crm, place.dialect, place.clock, place.ids, waits_from(quick))
    end, silent = time.monotonic() + _DELIVER_S, 0
    while (
        silent < _SILENT_TRIES
        and time.monotonic() < end
        and place.store.rows(("queued", "unknown"))
        and not place.store.paused()
    ):
        try:
            wait = delivery.step()
        except UserError:
            break
        if wait is None:
            break
        silent = max((row.attempts for row in place.store.rows(_QUEUED) if row.last_status is None), default=0)
        time.sleep(max(0.0, min(wait, 1.0, end - time.monotonic())))
    left = len(place.store.rows(("queued", "unknown", "blocked", "held")))
    tell(plural(waiting - left, "{count} case reached the city.", "{count} cases reached the city."))


def _feedback(opening: PackOpening) -> str:
    given = opening.arguments.feedback
    if given is not None or not sys.stdin.isatty():
        return clean(given or "", limit=FEEDBACK_LIMIT)
    tell(say("What should the city know of your shifts: what went well, what was missing? It is sealed for the city."))
    tell(say("Write as many lines as you like; an empty line ends."))
    lines: list[str] = []
    while sum(map(len, lines)) < FEEDBACK_LIMIT:
        try:
            line = input("> ")
        except EOFError:
            break
        if not line.strip():
            break
        lines.append(line)
    return clean("\n".join(lines), limit=FEEDBACK_LIMIT)


def _marked_calls(opening: PackOpening, place: Workplace, hand: HandOver) -> None:
    """Calls that were chosen for review leave sealed to the reviewers whom the pack names; with none they are not kept."""
    unlocked, reviewers = place.seat.unlocked, opening.terms.reviewers
    if unlocked is None or not reviewers or hand.has(_REVIEW):
        return
    from taker311.review.carrying import export
    from taker311.review.keeping import recorded
    from taker311.review.record import SUFFIX, keep, path_in
    from taker311.review.sampling import reasons
    from taker311.review.watching import FOLDER

    folder = place.seat.folder / FOLDER
    for call_id in place.seat.journal.calls_with(_MARKED):
        if path_in(folder, call_id).exists():
            continue  # sealed when the call ended
        entries = place.seat.journal.events(call_id)
        why = reasons(entries, place.settings.review, unlocked.sealer.mac)
        with contextlib.suppress(UserError):  # what was said in it has had its time
            found = recorded(entries, why, desk=place.seat.desk_code, sealer=unlocked.sealer)
            keep(folder, found, reviewers, place.clock.now())
    if any(folder.glob(f"*{SUFFIX}")):
        export([folder], Path(hand.under_way.folder) / _REVIEW)
        hand.adopt(_REVIEW)


def _folder(opening: PackOpening) -> Path:
    """Where the hand-over goes: as asked, else beside the pack, else the home folder."""
    slug = re.sub(r"[^a-z0-9]+", "-", f"{opening.terms.incident} {opening.name}".casefold()).strip("-")
    name = f"hand-over-{slug}-{opening.clock.now():%Y%m%d-%H%M}"
    wanted = opening.arguments.hand_over
    if wanted is not None:
        return Path(wanted).expanduser().absolute() / name
    for place in (opening.pack.parent, Path.cwd(), Path.home()):
        if os.access(place, os.W_OK):
            return place / name
    raise UserError(say("No folder here can be written to; name one with --hand-over."))


def _tell(done: Finishing) -> None:
    if done.kept:
        if done.cases:
            tell(
                plural(
                    done.cases,
                    "{count} case that the city does not have yet is in the hand-over.",
                    "{count} cases that the city does not have yet are in the hand-over.",
                )
            )
        tell(say("The hand-over lies in  {folder}", folder=done.folder))
        tell(say("Bring this whole folder to whoever gave you the pack. It is sealed: only the city opens it."))
    else:
        tell(say("The city has every case, and there was nothing more to hand over."))
    tell(say("What callers told you was deleted from this machine, with its keys. Thank you for your help."))
