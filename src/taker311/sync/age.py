"""How old the desk's knowledge is, in a sentence; old knowledge is marked and shown, never hidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from taker311.base.codec import Value
from taker311.sync.state import State

OLD = timedelta(hours=24)
VERY_OLD = timedelta(hours=72)
_ROOT_NOTICE = timedelta(days=180)


class Age(Value, frozen=True):
    """`seconds` since the city last said that this is the newest; None before the first time. `level`: fresh, old (a banner),
    very-old (a red one), never. `expired`: the city's last signature has run out."""

    seconds: float | None
    level: Literal["fresh", "old", "very-old", "never"]
    expired: bool
    sentence: str


def age_of(state: State, now: datetime) -> Age:
    if state.checked_at is None:
        return Age(None, "never", expired=False, sentence="This desk has not had a knowledge base from the city yet.")
    since = max(timedelta(0), now - state.checked_at)
    expired = state.expires is not None and now >= state.expires
    level: Literal["fresh", "old", "very-old"] = "very-old" if since >= VERY_OLD else "old" if since >= OLD else "fresh"
    sentence = (
        f"Knowledge checked {spoken(since)} ago." if since >= timedelta(minutes=1) else "Knowledge checked just now."
    )
    if level != "fresh":
        sentence = f"No word from the city for {spoken(since)}: answers may have changed since."
    if expired:
        sentence += " The city's signature has run out."
    return Age(since.total_seconds(), level, expired=expired, sentence=sentence)


def spoken(span: timedelta) -> str:
    """'3 minutes', '26 hours', '4 days'."""
    minutes = int(span.total_seconds() // 60)
    count, unit = (minutes, "minute")
    if minutes >= 72 * 60:
        count, unit = minutes // (24 * 60), "day"
    elif minutes >= 120:
        count, unit = minutes // 60, "hour"
    return f"{count} {unit}{'' if count == 1 else 's'}"


def warnings(state: State, now: datetime) -> tuple[str, ...]:
    """What the city's IT should hear before it matters, a sentence each."""
    found: list[str] = []
    if state.expires is not None and state.signed_at is not None:
        half = state.signed_at + (state.expires - state.signed_at) / 2
        if half <= now < state.expires:
            found.append(
                f"The city's signature runs out in {spoken(state.expires - now)} and has not been renewed: 'taker311 kb re-sign' "
                "belongs into a daily timer at the publisher's."
            )
    if state.root_expires is not None and now < state.root_expires < now + _ROOT_NOTICE:
        found.append(
            f"The city's root keys end on {state.root_expires:%Y-%m-%d}: 'taker311 kb keys renew' at the publisher's gives them two more years."
        )
    if state.trouble:
        found.append(f"The last look brought nothing: {state.trouble}")
    return tuple(found)
