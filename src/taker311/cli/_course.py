"""What stands around the drills of a course: its screens before, its quiz after."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from taker311.knowledge.drills import DrillSet

_WIDTH = 72
Write = Callable[[str], object]


def tell_course(found: DrillSet, write: Write, pause: Callable[[], object] = lambda: None) -> None:
    minutes = f", about {found.minutes} minutes" if found.minutes else ""
    write(f"DRILL {found.title}: {len(found.drills)} drills{minutes}")
    for number, screen in enumerate(found.screens, 1):
        write(f"\n[{number} of {len(found.screens)}] {screen.title}\n{wrapped(screen.text)}")
        pause()


def quiz_in_terminal(found: DrillSet, lines: Iterator[str], write: Write) -> tuple[int, int]:
    """Asks each question once; how many were right, and of how many."""
    right = 0
    for number, one in enumerate(found.quiz, 1):
        write(f"\nDRILL quiz {number} of {len(found.quiz)}: {one.ask}")
        write("\n".join(f"{i} {choice}" for i, choice in enumerate(one.choices, 1)))
        given = next(lines, "").strip()
        good = given == str(one.right)
        right += good
        answer = one.choices[one.right - 1]
        write(wrapped(f"{'Right.' if good else f'No: {answer}.'} {one.why}".strip()))
    write(f"\nDRILL quiz: {right} of {len(found.quiz)} right.")
    return right, len(found.quiz)


def wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _WIDTH, subsequent_indent="  "))
