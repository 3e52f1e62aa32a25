"""`taker311 rekey`: a new key for a seat; the old one opens nothing afterwards."""

from __future__ import annotations

import argparse

from taker311.base.errors import UserError
from taker311.cli.at_seat import add_seat, add_sign_in, seat_folder, sign_in

HELP = "Makes a new key for a seat and wraps everything sealed in it anew. The desk must be closed."


def configure(parser: argparse.ArgumentParser) -> None:
    add_seat(parser)
    add_sign_in(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.keyslots import KeySlots
    from taker311.base.throwaway_key import THROWAWAY
    from taker311.cases.journal import open_journal
    from taker311.cases.opening import open_store
    from taker311.cases.rekey import finish_rekey, rekey

    folder, clock = seat_folder(arguments), SystemClock()
    if (folder / THROWAWAY).exists():
        raise UserError(
            f"{folder}: this is a demo's seat, whose key lies beside its data; a new one would be no better."
        )
    slots = KeySlots(folder, clock)
    opened = sign_in(arguments, folder)
    store = open_store(folder, clock, opened.sealer, who="taker311 rekey")
    try:
        journal = open_journal(folder, clock, opened.sealer)
        try:
            # One that was interrupted first comes to its end, so that keys never pile up.
            opened = finish_rekey(slots, opened, store, journal)
            changed = rekey(slots, opened, store, journal)
            store.audit("rekeyed", clock.now(), actor=changed.name)
        finally:
            journal.close()
    finally:
        store.close()
    print(
        f"{folder} has a new key. All slots open it with the passphrases they had; copies of the old key open nothing here."
    )
    return 0
