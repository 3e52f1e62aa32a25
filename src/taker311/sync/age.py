"""How old the desk's knowledge is, in a sentence; old knowledge is marked and shown, never hidden."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from taker311.base.codec import Value
from taker311.base.words import plural, say
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
        return Age(
            None, "never", expired=False, sentence=say("This desk has not had a knowledge base from the city yet.")
        )
    since = max(timedelta(0), now - state.checked_at)
    expired = state.expires is not None and now >= state.expires
    level: Literal["fresh", "old", "very-old"] = "very-old" if since >= VERY_OLD else "old" if since >= OLD else "fresh"
    sentence = (
        say("Knowledge checked {time} ago.", time=spoken(since))
        if since >= timedelta(minutes=1)
        else say("Knowledge checked just now.")
    )
    if level != "fresh":
        sentence = say("No word from the city for {time}: answers may have changed since.", time=spoken(since))
    if expired:
        sentence += " " + say("The city's signature has run out.")
    return Age(since.total_seconds(), level, expired=expired, sentence=sentence)


def spoken(span: timedelta) -> str:
    """'3 minutes', '26 hours', '4 days'."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= 72 * 60:
        return plural(minutes // (24 * 60), "{count} day", "{count} days")
    if minutes >= 120:
        return plural(minutes // 60, "{count} hour", "{count} hours")
    return plural(minutes, "{count} minute", "{count} minutes")


def unsigned_for_long(state: State, now: datetime) -> str:
    """A sentence from half of a signature's life on, while there is time to renew it; else ''."""
    if state.expires is None or state.signed_at is None:
        return ""
    if not state.signed_at + (state.expires - state.signed_at) / 2 <= now < state.expires:
        return ""
    return say(
        "The city's signature runs out in {time} and has not been renewed: 'taker311 kb re-sign' belongs into a daily timer at the publisher's.",
        time=spoken(state.expires - now),
    )


def notices(state: State, now: datetime) -> tuple[str, ...]:
    """What stands on a desk's ready screen about the age of its answers: nothing while all is well."""
    age = age_of(state, now)
    found = []
    if age.level in ("old", "very-old") or age.expired:
        found.append(age.sentence)
        if state.trouble:
            found.append(say("The last look brought nothing: {why}", why=state.trouble))
    half = unsigned_for_long(state, now)
    return (*found, half) if half else tuple(found)


def warnings(state: State, now: datetime) -> tuple[str, ...]:
    """What the city's IT should hear before it matters, a sentence each."""
    found: list[str] = []
    half = unsigned_for_long(state, now)
    if half:
        found.append(half)
    if state.root_expires is not None and now < state.root_expires < now + _ROOT_NOTICE:
        found.append(
            f"The city's root keys end on {state.root_expires:%Y-%m-%d}: 'taker311 kb keys renew' at the publisher's gives them two more years."
        )
    if state.trouble:
        found.append(say("The last look brought nothing: {why}", why=state.trouble))
    return tuple(found)
