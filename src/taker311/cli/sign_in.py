"""`taker311 sign-in`: makes an agent's key slot at a seat, or checks the passphrase of one."""

from __future__ import annotations

import argparse
import base64
import binascii
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import noted, say

if TYPE_CHECKING:
    from taker311.base.keyslots import KeySlots, Unlocked

HELP = "Makes or checks who can sign in at a seat."
_MEANING = noted(
    "What callers say is sealed under this seat's key, and your passphrase opens it. It is written down nowhere: "
    "whoever forgets it needs another slot of this seat, or the city's recovery key."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat

    add_seat(parser)
    parser.add_argument("--agent", default="", metavar="NAME", help="who signs in; default: the login name")
    parser.add_argument("--new", action="store_true", help="add a slot for --agent; somebody who has one opens it")
    parser.add_argument("--by", default="", metavar="NAME", help="with --new: who has a slot already")
    parser.add_argument(
        "--recovery-key", type=Path, metavar="FILE", help="the city's public recovery key, to add its slot"
    )
    parser.add_argument(
        "--passphrase-fd", type=int, metavar="N", help="read passphrases from this file descriptor, one a line as asked"
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.base.text import clean_line
    from taker311.base.throwaway_key import THROWAWAY
    from taker311.cli._start import login_name
    from taker311.cli.at_seat import seat_folder, speak
    from taker311.station.volunteers_seat import refuse_volunteers_seat

    speak()
    folder = seat_folder(arguments)
    refuse_volunteers_seat(folder)
    if (folder / THROWAWAY).exists():
        raise UserError(
            say(
                "{folder}: this is a demo's seat, whose key lies beside its data; nobody signs in there.", folder=folder
            )
        )
    agent = clean_line(arguments.agent, limit=40) or login_name()
    recovery = read_recovery_key(arguments.recovery_key) if arguments.recovery_key else b""
    slots, ask = KeySlots(folder, SystemClock()), asker(arguments.passphrase_fd)
    if not slots.exists():
        from taker311.cli._start import checked

        print(say(_MEANING))
        slots.create(agent, checked(_chosen(agent, ask)), recovery=recovery)
        print(say("{agent} can sign in at {folder} now.", agent=agent, folder=folder))
    elif arguments.new:
        _add(slots, agent, arguments.by, ask, recovery)
    else:
        _check(slots, agent, ask, recovery)
    _tell_recovery(slots)
    return 0


def _add(slots: KeySlots, agent: str, by: str, ask: Callable[[str], str], recovery: bytes) -> None:
    from taker311.cli._start import checked

    names = _names(slots)
    by = by or (names[0] if len(names) == 1 else "")
    if not by:
        raise UserError(say("Say who adds the slot, with --by and one of: {names}.", names=", ".join(names)))
    opened = slots.unlock(by, ask(say("Passphrase of {agent}", agent=by) + ": "))
    print(say(_MEANING))
    slots.add(opened, "agent", agent, checked(_chosen(agent, ask)))
    print(say("{agent} can sign in too now.", agent=agent))
    _give_recovery(slots, opened, recovery)


def _check(slots: KeySlots, agent: str, ask: Callable[[str], str], recovery: bytes) -> None:
    names = _names(slots)
    if agent not in names:
        raise UserError(
            say(
                "{agent} has no slot at this seat ({names} can sign in); "
                "add one with  taker311 sign-in --new --agent {agent}",
                agent=agent,
                names=", ".join(names),
            )
        )
    opened = slots.unlock(agent, ask(say("Passphrase of {agent}", agent=agent) + ": "))
    print(say("That is {agent}'s passphrase.", agent=agent))
    if not opened.intact:
        print(
            "! " + say("The slots were changed by somebody without the desk's key: tell whoever looks after this desk.")
        )
    _give_recovery(slots, opened, recovery)


def _give_recovery(slots: KeySlots, opened: Unlocked, recovery: bytes) -> None:
    if recovery:
        slots.add_recovery(opened, "city", recovery)
        print(say("The city's recovery key was added; cases from now on open with it too."))


def _tell_recovery(slots: KeySlots) -> None:
    if not any(slot.kind == "recovery" for slot in slots.slots()):
        print(
            say(
                "There is no recovery slot: with every passphrase forgotten, the cases that wait here are lost. "
                "taker311 sign-in --recovery-key FILE adds the city's public key."
            )
        )


def _names(slots: KeySlots) -> list[str]:
    return [slot.name for slot in slots.slots() if slot.kind != "recovery"]


def _chosen(agent: str, ask: Callable[[str], str]) -> str:
    """A new passphrase; typed twice where a person types it."""
    first = ask(say("Choose a passphrase for {agent}: at least eight characters", agent=agent) + ": ")
    if getattr(ask, "typed", False) and ask(say("The same once more") + ": ") != first:
        raise UserError(say("The two were not the same, so nothing was made; try again."))
    return first


class _Typed:
    """Asks at the terminal, unseen."""

    typed = True

    def __call__(self, prompt: str) -> str:
        import getpass

        return getpass.getpass(prompt)


def asker(descriptor: int | None) -> Callable[[str], str]:
    """Gives one passphrase after another: lines of `descriptor`, or typed. Raises UserError where there is neither."""
    if descriptor is None:
        if not sys.stdin.isatty():
            raise UserError(say("Nobody is there to type a passphrase; give it with --passphrase-fd."))
        return _Typed()
    try:
        with os.fdopen(descriptor, encoding="utf-8") as file:
            lines = iter(file.read(20_000).splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(say("--passphrase-fd {number}: nothing can be read from it.", number=descriptor)) from error

    def given(prompt: str) -> str:
        for line in lines:
            return line
        raise UserError(
            say(
                "--passphrase-fd {number}: a line is missing there ({prompt}).",
                number=descriptor,
                prompt=prompt.strip(" :"),
            )
        )

    return given


def read_recovery_key(file: Path) -> bytes:
    """The 32 bytes of an X25519 public key, written as hex or base64."""
    try:
        text = file.expanduser().read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            say("{file}: the recovery key can't be read; give the file with the city's public key.", file=file)
        ) from error
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True)):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == 32:
            return key
    raise UserError(
        say(
            "{file}: is no public recovery key (32 bytes as hex or base64); ask the city for the right file.", file=file
        )
    )
