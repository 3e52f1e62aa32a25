"""A review form: the marks, critical errors and comments of one reviewer on one call, as a plain value, and its QA score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from taker311.base.codec import Value, from_json
from taker311.base.errors import UserError
from taker311.base.people_keys import Public
from taker311.base.settings import ReviewSettings
from taker311.base.text import clean, clean_line, did_you_mean
from taker311.base.words import plural, say, stopwatch
from taker311.drills.rubric import tenths
from taker311.review.prefill import looks, prefill
from taker311.review.rubric import BEST, CRITERIA, CRITICAL, POINTS
from taker311.review.tale import Beat, Tale

_COMMENT = 2_000
LEFT = "left"


class Mark(Value, frozen=True):
    """`mark` 0 to 5; without one it is `open` (still to be judged) or left out of the score. `by` says who set it: the
    journal or the reviewer; `why` what the journal shows, `at_s` and `step` where: a second, and how many events had happened."""

    id: str
    mark: int | None = None
    open: bool = False
    by: str = ""
    why: str = ""
    at_s: int = 0
    step: int = 0
    comment: str = ""


class Fault(Value, frozen=True):
    """A critical error. `found` None: the journal hints at it, and nobody has judged it yet."""

    id: str
    found: bool | None = False
    why: str = ""
    at_s: int = 0
    step: int = 0
    comment: str = ""


class Form(Value, frozen=True):
    """`chosen` are the reasons for which the call was kept. `blind`: this reviewer had not seen another's form of the call.
    `finished` None: a draft."""

    v: int
    call_id: str
    agent: str
    desk: str
    kb_version: str
    call_began: datetime
    chosen: tuple[str, ...]
    reviewer: str
    reviewer_id: str
    begun: datetime
    marks: tuple[Mark, ...]
    faults: tuple[Fault, ...]
    comment: str = ""
    blind: bool = True
    same_knowledge: bool = True
    finished: datetime | None = None

    @property
    def sampled(self) -> bool:
        """Chosen by chance: only such calls stand for all of an agent's."""
        return "sample" in self.chosen


class Qa(NamedTuple):
    """`points` of `of` in hundredths; `score` in tenths of a percent, 0 after a critical error; None: nothing was observed."""

    points: int
    of: int
    score: int | None
    critical: tuple[str, ...]
    left_out: tuple[str, ...]


def new_form(tale: Tale, reviewer: Public, wanted: ReviewSettings, now: datetime, *, blind: bool = True) -> Form:
    record, seen = tale.record, prefill(tale, wanted)
    hints = {look.id: look for look in looks(tale)}
    marks = tuple(
        Mark(name, one.mark, one.open, "journal" if one.mark is not None else "", one.why, *_moment(one.at))
        for name, one in ((name, seen[name]) for name in CRITERIA)
    )
    faults = tuple(
        Fault(name, None, hints[name].why, *_moment(hints[name].at)) if name in hints else Fault(name)
        for name in CRITICAL
    )
    return Form(
        v=1,
        call_id=record.call_id,
        agent=record.agent,
        desk=record.desk,
        kb_version=record.kb_version,
        call_began=record.began,
        chosen=record.why,
        reviewer=reviewer.name,
        reviewer_id=reviewer.id,
        begun=now,
        marks=marks,
        faults=faults,
        blind=blind,
        same_knowledge=tale.same,
    )


def _moment(at: Beat | None) -> tuple[int, int]:
    return (at.second, at.number) if at is not None else (0, 0)


def qa(form: Form) -> Qa:
    """QA = points / possible over what was observed; a critical error is 0 (calls.md §7)."""
    judged = [mark for mark in form.marks if mark.mark is not None]
    points = sum(POINTS[mark.id] * (mark.mark or 0) // BEST for mark in judged)
    possible = sum(POINTS[mark.id] for mark in judged)
    critical = tuple(fault.id for fault in form.faults if fault.found)
    score = int(Fraction(points * 1000, possible) + Fraction(1, 2)) if possible else None
    if critical:
        score = 0
    left = tuple(mark.id for mark in form.marks if mark.mark is None and not mark.open)
    return Qa(points, possible, score, critical, left)


# ---------------------------------------------------------------- what a reviewer does
def mark(form: Form, name: str, value: int | None) -> Form:
    """`value` 0 to 5; None leaves the criterion out: nobody could observe it. Raises UserError."""
    if value is not None and not 0 <= value <= BEST:
        raise UserError(say("A mark is 0 to {best}.", best=BEST))
    return _with_mark(form, name, mark=value, open=False, by="reviewer")


def comment(form: Form, name: str, text: str) -> Form:
    """On a criterion, a critical error, or the whole call ('')."""
    text = clean(text, limit=_COMMENT).strip()
    if not name:
        return replace(form, comment=text)
    if name in CRITICAL:
        return _with_fault(form, name, comment=text)
    return _with_mark(form, name, comment=text)


def judge(form: Form, name: str, *, found: bool) -> Form:
    """Whether a critical error happened."""
    return _with_fault(form, name, found=found)


def undecided(form: Form) -> tuple[str, ...]:
    """What must be judged before the form can be finished."""
    return (
        *(one.id for one in form.marks if one.open),
        *(one.id for one in form.faults if one.found is None),
    )


def finish(form: Form, now: datetime) -> Form:
    """Raises UserError while something is undecided."""
    left = undecided(form)
    if left:
        names = ", ".join(title(name) for name in left)
        raise UserError(
            plural(
                len(left), "One thing is still to be judged: {names}.", "{count} things are to be judged: {names}.", names=names
            )
        )  # fmt: skip
    if all(one.mark is None for one in form.marks):
        raise UserError(say("Nothing of this call was judged, so there is no score; mark at least one criterion."))
    return replace(form, finished=now)


def title(name: str) -> str:
    return say((CRITERIA | CRITICAL).get(name, name))


def _with_mark(form: Form, name: str, **changes: Any) -> Form:
    if name not in CRITERIA:
        raise UserError(_unknown(name))
    return replace(form, marks=tuple(replace(one, **changes) if one.id == name else one for one in form.marks))


def _with_fault(form: Form, name: str, **changes: Any) -> Form:
    if name not in CRITICAL:
        raise UserError(_unknown(name))
    return replace(form, faults=tuple(replace(one, **changes) if one.id == name else one for one in form.faults))


def _unknown(name: str) -> str:
    shown, known = clean_line(name, limit=40), [*CRITERIA, *CRITICAL]
    return say(
        "A form has no '{name}'{near}; it has {known}.",
        name=shown,
        near=did_you_mean(shown, known),
        known=", ".join(known),
    )


# ---------------------------------------------------------------- from a program
class _Given(Value, frozen=True, forbid_unknown_fields=True):
    mark: int | str | None = None
    comment: str | None = None


class _Answers(Value, frozen=True, forbid_unknown_fields=True):
    """`marks`: criterion -> 0 to 5, "left", or {"mark": ..., "comment": ...}; `critical`: error -> true, false or such an
    object with a comment."""

    marks: dict[str, int | str | _Given] = {}
    critical: dict[str, bool | str] = {}
    comment: str | None = None


def filled_in(form: Form, data: bytes, name: str) -> Form:
    """The form with what a program's JSON says. Raises UserError."""
    try:
        given = from_json(data, _Answers)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UserError(f"{name}: these are no answers to a form ({clean_line(str(error), limit=200)}).") from error
    for which, value in given.marks.items():
        one = value if isinstance(value, _Given) else _Given(mark=value)
        if one.mark is not None:
            form = mark(form, which, _mark_of(one.mark))
        if one.comment is not None:
            form = comment(form, which, one.comment)
    for which, found in given.critical.items():
        form = comment(form, which, found) if isinstance(found, str) else judge(form, which, found=found)
        form = judge(form, which, found=True) if isinstance(found, str) else form
    return comment(form, "", given.comment) if given.comment is not None else form


def _mark_of(value: int | str) -> int | None:
    if isinstance(value, int):
        return value
    text = value.strip().lower()
    if text == LEFT:
        return None
    if text.isdecimal() and len(text) == 1:
        return int(text)
    raise UserError(say("A mark is 0 to {best}, or 'left' where nobody could observe it.", best=BEST))


def as_text(form: Form) -> list[str]:
    """For reading: the score, each criterion with its moment, the critical errors."""
    found = qa(form)
    rows = [head(form, found)]
    rows += [row for one in form.marks for row in _mark_rows(one)]
    for fault in form.faults:
        if fault.found:
            rows.append(say("CRITICAL {time}  {error}", time=stopwatch(fault.at_s), error=title(fault.id)))
            rows += [f"          {fault.comment}"] if fault.comment else []
    if found.left_out:
        rows.append(say("Not observed, so left out: {names}.", names=", ".join(map(title, found.left_out))))
    return [*rows, form.comment] if form.comment else rows


def head(form: Form, found: Qa) -> str:
    score = say("no score") if found.score is None else say("QA {score} %", score=tenths(found.score))
    state = say("finished") if form.finished else say("draft")
    return say(
        "{agent}, {began}, by {reviewer} ({state}): {score}",
        agent=form.agent,
        began=f"{form.call_began:%Y-%m-%d %H:%M} UTC",
        reviewer=form.reviewer,
        state=state,
        score=score,
    )


def _mark_rows(one: Mark) -> Sequence[str]:
    if one.mark is None and not one.open:
        return [f"          {one.comment}"] if one.comment else []
    value = say("to judge") if one.mark is None else f"{one.mark}/{BEST}"
    rows = [f"{value:>8}  {stopwatch(one.at_s)}  {title(one.id)}: {one.why}"]
    return [*rows, f"          {one.comment}"] if one.comment else rows
