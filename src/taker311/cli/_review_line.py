"""The review form with plain prompts: one criterion and one line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say, stopwatch
from taker311.cli._tell import tell
from taker311.review import form as forms
from taker311.review.form import Fault, Mark
from taker311.review.rubric import BEST, WANTED

if TYPE_CHECKING:
    from taker311.cli._reviewing import Reviewing


class _LeftError(Exception):
    """The reviewer goes away; what was marked is kept."""


def prompts(desk: Reviewing) -> None:
    """Asks for every mark; an empty line takes what stands there, `q` leaves."""
    if desk.notice:
        print(desk.notice)
    print(say("0 to {best}; - could not be observed; Enter takes what stands there; 'c words' comments; q leaves.", best=BEST))  # fmt: skip
    try:
        for mark in desk.form.marks:
            _ask_mark(desk, mark)
        print(say("Critical errors: y or n."))
        for fault in desk.form.faults:
            _ask_fault(desk, fault)
        text = _line(say("Comment on the whole call"), desk.form.comment)
        if text:
            desk.save(forms.comment(desk.form, "", text))
        if _line(say("Finish the form? y or n"), "").lower() in ("y", "s"):
            desk.finish(forms.finish(desk.form, desk.room.now()))
    except UserError as error:
        print(error)
    except (_LeftError, EOFError):
        print(say("Left; what you marked is kept as a draft."))
        return
    tell("\n".join(forms.as_text(desk.form)))


def _line(prompt: str, stands: str) -> str:
    text = input(f"{prompt}{f' [{stands}]' if stands else ''}: ").strip()
    if text.lower() == "q":
        raise _LeftError
    return text


def _comment(desk: Reviewing, name: str, text: str) -> bool:
    if text[:2].lower() != "c ":
        return False
    desk.save(forms.comment(desk.form, name, text[2:]))
    return True


def _ask_mark(desk: Reviewing, mark: Mark) -> None:
    print(f"\n{forms.title(mark.id)}: {say(WANTED[mark.id])}")
    print(f"  {stopwatch(mark.at_s)}  {mark.why}")
    stands = "?" if mark.open else "-" if mark.mark is None else str(mark.mark)
    while True:
        text = _line("  0-5", stands)
        if not text and not mark.open:
            return
        if _comment(desk, mark.id, text):
            continue
        if text == "-" or (text.isdecimal() and len(text) == 1 and int(text) <= BEST):
            desk.save(forms.mark(desk.form, mark.id, None if text == "-" else int(text)))
            return
        print("  " + say("A mark is 0 to {best}, or - where nobody could observe it.", best=BEST))


def _ask_fault(desk: Reviewing, fault: Fault) -> None:
    if fault.why:
        print(f"  {stopwatch(fault.at_s)}  {fault.why}")
    stands = "?" if fault.found is None else "y" if fault.found else "n"
    while True:
        text = _line(f"{forms.title(fault.id)} y/n", stands)
        if not text and fault.found is not None:
            return
        if _comment(desk, fault.id, text):
            continue
        if text.lower() in ("y", "n", "s"):
            desk.save(forms.judge(desk.form, fault.id, found=text.lower() != "n"))
            return
        print("  " + say("Type y or n."))
