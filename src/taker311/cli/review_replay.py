"""`taker311 review replay`: a call seen again, on the desk's own screens or as text, by a reviewer or by its agent."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.cli._review import Room
    from taker311.review.tale import Tale

HELP = (
    "Shows a call again: in a terminal the screens themselves (Space stops, arrows go one thing back or on, n and p jump to "
    "what the review looks at); with --text, or into a pipe, a line for each thing that happened."
)


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._review import add_kb, add_who

    parser.add_argument("call", metavar="CALL", help="the id of the call, or its beginning")
    add_who(parser)
    add_kb(parser)
    parser.add_argument("--text", action="store_true", help="lines instead of the screens")
    parser.add_argument("--screens", action="store_true", help="as text: also what stood on the screen after each key")
    parser.add_argument(
        "--speed", type=float, default=0.0, metavar="N", help="as text: 2 is twice as fast as it was; 0 does not wait"
    )


def run(arguments: argparse.Namespace) -> int:
    from taker311.cli._people import open_person
    from taker311.cli._review import OwnSeat, Room, tale_of

    room = Room(arguments.folder)
    found = (
        OwnSeat(arguments).open(arguments.call)
        if arguments.mine
        else room.open(arguments.call, open_person(arguments, "reviewer"))
    )
    tale = tale_of(found, arguments.kb, room)
    plain = arguments.text or arguments.screens or arguments.speed > 0
    if not plain and sys.stdin.isatty() and sys.stdout.isatty():
        return _on_screen(tale, room)
    return _as_text(tale, arguments.speed, screens=arguments.screens)


def _on_screen(tale: Tale, room: Room) -> int:
    from taker311.base.words import say
    from taker311.cli._review import index_of
    from taker311.cli.crash import screen_ended
    from taker311.desk.replay_app import ReplayDesk
    from taker311.desk.review_replay import other_knowledge, player_of, points_of
    from taker311.review.prefill import prefill

    player = player_of(tale, points_of(prefill(tale, room.settings.review)), index_of(tale, room))
    app = ReplayDesk(
        player, tale.bundle.knowledge.city, head=say("REVIEW"), agent=tale.record.agent, theme=room.settings.desk.theme
    )
    app.control.note = other_knowledge(tale)
    app.run(mouse=False)
    return screen_ended(app.crashed)


def _as_text(tale: Tale, speed: float, *, screens: bool) -> int:
    from taker311.base.words import say, stopwatch
    from taker311.call.shown import Situation
    from taker311.call.view import view
    from taker311.desk.replay_words import caption
    from taker311.desk.review_replay import other_knowledge
    from taker311.drills.replay import screen_rows

    if not tale.same:
        print(other_knowledge(tale))
    at = tale.record.began
    for beat in tale.beats:
        if speed > 0:
            time.sleep(max(0.0, (beat.at - at).total_seconds() / speed))
        at = beat.at
        print(f"{stopwatch(beat.second):>6}  {caption(beat.event)}", flush=True)
        if beat.refusal:
            print("        " + say("(this knowledge base would refuse it: {why})", why=beat.refusal))
        elif screens:
            print("\n".join(screen_rows(view(tale.world, beat.after, Situation(now=beat.at)))), flush=True)
    return 0
