"""What stands around the drills of a course: its screens before, its quiz after."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from taker311.base.errors import UserError
from taker311.base.words import plural, say
from taker311.knowledge.drills import DrillSet

_WIDTH = 72
Write = Callable[[str], object]


def tell_course(found: DrillSet, write: Write, pause: Callable[[], object] = lambda: None) -> None:
    drills = plural(len(found.drills), "{count} drill", "{count} drills")
    if found.minutes:
        drills = say("{drills}, about {minutes} minutes", drills=drills, minutes=found.minutes)
    write(wrapped(f"{say('DRILL')} {found.title}: {drills}"))
    for number, screen in enumerate(found.screens, 1):
        where = say("{number} of {count}", number=number, count=len(found.screens))
        write(f"\n[{where}] {screen.title}\n{wrapped(screen.text)}")
        try:
            pause()
        except EOFError:
            raise UserError(say("The course was stopped before its drills."), exit_code=1) from None


def quiz_in_terminal(found: DrillSet, lines: Iterator[str], write: Write) -> bool:
    """Each question counts once; True where enough were right. What nobody answered is wrong."""
    right = 0
    for number, one in enumerate(found.quiz, 1):
        ask = say("DRILL quiz {number} of {count}: {ask}", number=number, count=len(found.quiz), ask=one.ask)
        write("\n" + wrapped(ask))
        write("\n".join(wrapped(f"{i} {choice}") for i, choice in enumerate(one.choices, 1)))
        given = _choice(lines, len(one.choices), write)
        good = given == str(one.right)
        right += good
        answer = one.choices[one.right - 1]
        write(wrapped(f"{say('Right.') if good else say('No: {answer}.', answer=answer)} {one.why}".strip()))
    passed = right * 100 >= found.pass_mark * len(found.quiz)
    write("\n" + say("DRILL quiz: {right} of {count} right.", right=right, count=len(found.quiz)))
    write(
        say("To pass: {mark} percent.", mark=found.pass_mark) + " " + (say("PASSED") if passed else say("NOT PASSED"))
    )
    return passed


def _choice(lines: Iterator[str], choices: int, write: Write) -> str:
    """What was typed as soon as it is a choice's digit; '' once nothing more comes."""
    for line in lines:
        given = line.strip()
        if given.isdecimal() and 1 <= int(given) <= choices:
            return str(int(given))
        write(say("Type a digit from 1 to {most}.", most=choices))
    return ""


def wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _WIDTH, break_long_words=False))
