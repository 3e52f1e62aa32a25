"""`taker311 review form`: a call judged by a reviewer: on the screen, with plain prompts, or by a program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.cli._reviewing import Reviewing

if TYPE_CHECKING:
    from taker311.review.form import Form

HELP = (
    "Judges a call on the review form. What the journal tells by itself stands in it already. Needs the reviewer's key."
)
_LARGEST = 1_000_000


def configure(parser: argparse.ArgumentParser) -> None:
    from taker311.cli._people import add_key
    from taker311.cli._review import add_kb
    from taker311.cli.at_seat import add_seat

    parser.add_argument("call", metavar="CALL", help="the id of the call, or its beginning")
    add_key(parser, "reviewer")
    add_seat(parser)
    add_kb(parser)
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--line", action="store_true", help="plain prompts instead of the screen")
    shape.add_argument(
        "--json",
        nargs="?",
        const="",
        metavar="FILE",
        help="print the form; with a FILE (- is standard input), fill it in from there first",
    )
    parser.add_argument("--finish", action="store_true", help="with --json FILE: finish the form")
    parser.add_argument("--release", action="store_true", help="let the call's agent read the finished form")
    parser.add_argument("--reopen", action="store_true", help="change a finished form")


def run(arguments: argparse.Namespace) -> int:
    desk = Reviewing(arguments)
    code = 0
    if arguments.json is not None:
        _program(desk, arguments.json, finish=arguments.finish)
    elif desk.form.finished is None:
        if arguments.line or not (sys.stdin.isatty() and sys.stdout.isatty()):
            from taker311.cli._review_line import prompts

            prompts(desk)
        else:
            code = _on_screen(desk)
    elif not arguments.release:
        raise UserError("This form is finished;  taker311 review show CALL  reads it, --reopen changes it.")
    if arguments.release and code == 0:
        desk.release()
        if arguments.json is None:
            print(f"Released to {desk.form.agent}'s seat.")
    return code


def _on_screen(desk: Reviewing) -> int:
    from taker311.base.words import say
    from taker311.cli._review import index_of
    from taker311.cli.crash import screen_ended
    from taker311.desk.review_app import ReviewDesk
    from taker311.desk.review_form import FormControl
    from taker311.desk.review_replay import player_of, points_of_form
    from taker311.review.form import as_text

    control = FormControl(desk.form, desk.save, desk.finish, desk.room.now, notice=desk.notice)
    player = player_of(desk.tale, points_of_form(desk.form), index_of(desk.tale, desk.room))
    app = ReviewDesk(player, desk.tale.bundle.knowledge.city, control, theme=desk.room.settings.desk.theme)
    app.run(mouse=False)
    if desk.form.finished is None:
        print(say("Left; what you marked is kept as a draft."))
    else:
        from taker311.cli._tell import tell

        tell("\n".join(as_text(desk.form)))
    return screen_ended(app.crashed)


def _program(desk: Reviewing, source: str, *, finish: bool) -> None:
    from taker311.review.form import filled_in
    from taker311.review.form import finish as finished

    if source:
        if desk.form.finished is not None:
            raise UserError("This form is finished; --reopen changes it.")
        form = filled_in(desk.form, _read(source), "standard input" if source == "-" else source)
        desk.save(form)
        if finish:
            desk.finish(finished(form, desk.room.now()))
    print(as_json(desk.form))


def as_json(form: Form) -> str:
    """The form with its score, in one object."""
    import json

    from taker311.base.codec import to_json
    from taker311.review.form import qa, undecided

    found = qa(form)
    plain = json.loads(to_json(form))
    plain |= {"qa": found.score, "points": found.points, "possible": found.of, "undecided": list(undecided(form))}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def _read(source: str) -> bytes:
    try:
        data = sys.stdin.buffer.read(_LARGEST + 1) if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise UserError(f"{source}: can't be read ({error.strerror or error}); check the path.") from error
    if len(data) > _LARGEST:
        raise UserError(f"{source}: this is no form's answers; it is too large.")
    return data
