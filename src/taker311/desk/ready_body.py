"""The ready screen: what an agent must know before the phone rings, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from taker311.base.words import number, plural, say, span, stopwatch
from taker311.desk.draw import BLANK, Line, cut, line, paragraph, width_of, wrap
from taker311.desk.theme import Role
from taker311.station.model import Notice, Status


def _crm(status: Status) -> tuple[str, Role]:
    if not status.crm:
        return say("no CRM is set"), "warn"
    if status.online is None:
        return say("CRM not asked yet"), "dim"
    return (say("CRM online"), "good") if status.online else (say("CRM not answering"), "warn")


def _queue(status: Status) -> str:
    if not status.waiting and not status.attention:
        return say("queue empty")
    parts = []
    if status.waiting:
        parts.append(say("{count} waiting, oldest {age}", count=number(status.waiting), age=span(status.oldest_s)))
    if status.attention:
        parts.append(say("{count} for a person to decide", count=number(status.attention)))
    return say("queue: {what}", what="; ".join(parts))


def _at_a_glance(first: Line, rest: str, width: int) -> list[Line]:
    """On one line where there is room, else on as many as it takes."""
    whole = line(*first, (f" · {rest}", "dim"))
    return [whole] if width_of(whole) <= width else [first, *paragraph(rest, width, "dim")]


def _notices(found: tuple[Notice, ...], width: int, room: int) -> list[Line]:
    """Whole sentences where there is room, else a line of each, and how many are left where even that is too much."""
    marks = [" ! " if one.kind in ("bulletin", "task", "trouble") else "   " for one in found]
    whole = [
        line((mark if i == 0 else "   ", "key"), (text, "text"))
        for mark, one in zip(marks, found, strict=True)
        for i, text in enumerate(wrap(one.text, width - 4))
    ]
    if len(whole) <= room:
        return whole
    rows = [line((mark, "key"), (cut(one.text, width - 4), "text")) for mark, one in zip(marks, found, strict=True)]
    if len(rows) <= room:
        return rows
    left = len(rows) - max(0, room - 1)
    more = plural(left, "and {count} more; a larger window shows it", "and {count} more; a larger window shows them")
    return [*rows[: max(0, room - 1)], line(("   ", "key"), (cut(more, width - 4), "dim"))]


def ready(
    status: Status, width: int, height: int, lead: Callable[[int], str] = lambda _number: "!"
) -> tuple[list[Line], tuple[int, int] | None]:
    """At most `height` lines, the last of them how a call begins. `lead` gives what stands before the nth call that waits,
    from 0."""
    calls = plural(status.calls, "{count} call", "{count} calls")
    if status.calls:
        calls = say("{calls}, {time} average", calls=calls, time=stopwatch(status.handled_s / status.calls))
    age = span(status.kb_age_s)
    old: Role = "bad" if status.kb_age_s > 72 * 3600 else "warn" if status.kb_age_s > 24 * 3600 else "dim"
    rows: list[Line] = [
        BLANK,
        *_at_a_glance(
            line((f" {say('Knowledge {age} old', age=age)}", old), (" · ", "dim"), _crm(status)),
            f"{_queue(status)} · {calls}",
            width,
        ),
    ]
    if not status.signed_in:
        rows += [
            BLANK,
            *paragraph(
                "! "
                + say(
                    "Nobody is signed in: calls are kept in memory only and are lost if this desk stops. Ctrl+L signs in."
                ),
                width,
                "warn",
            ),
        ]
    for nth, call in enumerate(status.open_calls[:4]):
        rows += [
            BLANK,
            *paragraph(
                f"{lead(nth)} " + say("A call waits: {about}. Enter takes it up as it was.", about=call.about),
                width,
                "warn",
            ),
        ]
    if status.changed:
        rows += [
            BLANK,
            line((" ! " + say("New since you last looked ({count}): F6", count=number(len(status.changed))), "title")),
        ]
        rows += [line(("   ", "text"), (cut(text, width - 4), "text")) for text in status.changed[:3]]
    last = [BLANK, *paragraph(say("Type what the caller says to start a call."), width, "title")]
    if status.notices:
        rows = [*rows, BLANK, *_notices(status.notices, width, height - len(rows) - len(last) - 1)]
    return [*rows[: max(0, height - len(last))], *last], None
