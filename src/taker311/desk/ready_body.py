"""The ready screen: what an agent must know before the phone rings, and nothing else."""

from __future__ import annotations

from taker311.desk.draw import BLANK, Line, cut, line, paragraph, width_of
from taker311.desk.theme import Role
from taker311.station.model import Status


def age_in_words(seconds: float) -> str:
    """'12 min', '5 h', '3 days'."""
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return "under a minute"
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def _crm(status: Status) -> tuple[str, Role]:
    if not status.crm:
        return "no CRM is set", "warn"
    if status.online is None:
        return "CRM not asked yet", "dim"
    return ("CRM online", "good") if status.online else ("CRM not answering", "warn")


def _queue(status: Status) -> str:
    if not status.waiting and not status.attention:
        return "queue empty"
    parts = []
    if status.waiting:
        parts.append(f"{status.waiting} waiting, oldest {age_in_words(status.oldest_s)}")
    if status.attention:
        parts.append(f"{status.attention} for a person to decide")
    return "queue: " + "; ".join(parts)


def _at_a_glance(first: Line, rest: str, width: int) -> list[Line]:
    """On one line where there is room, else on as many as it takes."""
    whole = line(*first, (f" · {rest}", "dim"))
    return [whole] if width_of(whole) <= width else [first, *paragraph(rest, width, "dim")]


def ready(status: Status, width: int) -> tuple[list[Line], tuple[int, int] | None]:
    average = (
        f", {int(status.handled_s / status.calls) // 60}:{int(status.handled_s / status.calls) % 60:02d} average"
        if status.calls
        else ""
    )
    calls = f"{status.calls} call{'' if status.calls == 1 else 's'}{average}"
    age = age_in_words(status.kb_age_s)
    old: Role = "bad" if status.kb_age_s > 72 * 3600 else "warn" if status.kb_age_s > 24 * 3600 else "dim"
    rows: list[Line] = [
        BLANK,
        *_at_a_glance(
            line((f" Knowledge {age} old", old), (" · ", "dim"), _crm(status)), f"{_queue(status)} · {calls}", width
        ),
    ]
    if not status.signed_in:
        rows += [
            BLANK,
            *paragraph(
                "! Nobody is signed in: calls are kept in memory only and are lost if this desk stops. Ctrl+L signs in.",
                width,
                "warn",
            ),
        ]
    for call in status.open_calls[:4]:
        rows += [BLANK, *paragraph(f"! A call waits: {call.about}. Enter takes it up as it was.", width, "warn")]
    if status.changed:
        rows += [BLANK, line((f" ! New since you last looked ({len(status.changed)}): F6", "title"))]
        rows += [line(("   ", "text"), (cut(text, width - 4), "text")) for text in status.changed[:3]]
    if status.notices:
        rows.append(BLANK)
    for notice in status.notices[:8]:
        rows.append(
            line((" ! " if notice.kind in ("bulletin", "task", "trouble") else "   ", "key"), (notice.text, "text"))
        )
    rows += [BLANK, *paragraph("Type what the caller says to start a call.", width, "title")]
    return rows, None
