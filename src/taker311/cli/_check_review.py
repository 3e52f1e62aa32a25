"""Doctor's look at the review of calls: whether anybody could read what is chosen."""

from __future__ import annotations

from pathlib import Path

from taker311.base.paths import Paths
from taker311.base.settings import Settings
from taker311.cli._findings import Finding


def check_review(paths: Paths, settings: Settings, seat: Path) -> Finding:
    from taker311.base.people_keys import trusted

    people = trusted(Path(paths.data) / "review", "reviewer")
    if not people:
        return Finding(
            "review",
            "note",
            "No reviewer is known here, so no call is kept for review; taker311 review keys trust FILE.",
        )
    kept = sum(1 for _ in (seat / "review").glob("*.call"))
    days = settings.review.keep_days
    names = ", ".join(one.name for one in people)
    return Finding("review", "ok", f"{kept} calls are kept for {names}, each for {days:g} days")
