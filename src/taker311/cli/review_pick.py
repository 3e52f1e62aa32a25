"""`taker311 review pick`: keeps a call for review that was not chosen, while its journal is there."""

from __future__ import annotations

import argparse

HELP = "Seals a call of this seat to the reviewers whom the desk knows. Needs somebody who can sign in at the seat."


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli.at_seat import add_seat, add_sign_in

    parser.add_argument("call", metavar="CALL", help="the id of the call, or its beginning ('review list --mine')")
    add_seat(parser)
    add_sign_in(parser)


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.clock import SystemClock
    from taker311.base.words import say
    from taker311.cli._review import SHORT, OwnSeat, Room
    from taker311.review.keeping import Keeper

    room, seat = Room(arguments.folder), OwnSeat(arguments)
    call_id = seat.open(arguments.call).call_id
    places = [seat.folder / "review", *([room.shared] if room.shared is not None else [])]
    keeper = Keeper(places, room.reviewers, room.settings.review, SystemClock(), desk=room.settings.desk.code)
    if keeper.pick(seat.calls, call_id, seat.unlocked.name):
        names = ", ".join(one.name for one in room.reviewers())
        print(say("{call} is kept for review, sealed to {names}.", call=call_id[:SHORT], names=names))
    else:
        print(say("{call} is kept for review already.", call=call_id[:SHORT]))
    return 0
