"""What a volunteer may not do, as rules on their `Permissions`: a front end asks here and never decides itself."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from taker311.base.words import say
from taker311.call.model import CallState, Permissions
from taker311.call.world import World


def volunteering_over(permissions: Permissions, at: datetime) -> str:
    """Why no new call may begin at the aware moment `at`; '' when one may."""
    if permissions.until is None or at < permissions.until:
        return ""
    return say(
        "This pack or your certificate has ended: take no new call. What waits here is still delivered or handed over."
    )


def marked_for_review(permissions: Permissions, number: int) -> bool:
    """Whether the `number`th call of this agent, from 1, is one of those that are reviewed."""
    return permissions.review_every > 0 and number > 0 and number % permissions.review_every == 0


def look_up_refused(permissions: Permissions) -> str:
    """Why a case's standing may not be asked for; '' when it may. A reference can be anybody's."""
    if permissions.look_up:
        return ""
    return say("Volunteers don't look up cases: transfer the caller, or take a number to ring back (Ctrl+R).")


def decision_refused(permissions: Permissions) -> str:
    """Why nothing may be decided about a case in the queue; '' when it may."""
    return "" if permissions.decide else say("Volunteers decide nothing about cases that wait; call for help (Ctrl+Y).")


def nothing_answers(world: World, state: CallState) -> bool:
    """True on the card for callers whom nothing here answers: it leads to a transfer or to a call back."""
    return world.permissions.elsewhere is not None and state.phase == "transfer" and not state.topic_id


def as_begun(permissions: Permissions) -> Permissions:
    """For a call that is taken up again: what stands before a new call must not cut one that had begun."""
    return replace(permissions, until=None, must_acknowledge=False, topics=None)
