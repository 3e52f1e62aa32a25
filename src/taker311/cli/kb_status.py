"""`taker311 kb status`: which knowledge base this desk has, how old it is, and why it has no newer one."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

HELP = "Which knowledge base this desk has, how old it is, and why it has no newer one. Exit code 1 when it is old or expired."


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.base.paths import find_paths
    from taker311.cli._sync import city_folder
    from taker311.sync.age import age_of, warnings
    from taker311.sync.state import load_state

    state = load_state(city_folder(find_paths()))
    now = datetime.now(UTC)
    age = age_of(state, now)
    if arguments.json:
        print(to_json({"age": age, "state": state}))
    else:
        if state.current:
            print(f"Version {state.version}, publication {state.release}, published {_day(state.made_at)}, here since {_day(state.changed_at)}.")  # fmt: skip
        print(age.sentence)
        if state.expires:
            print(f"The city's signature is good until {_day(state.expires)}; its root keys until {_day(state.root_expires)}.")  # fmt: skip
        for warning in warnings(state, now):
            print(warning)
    return 0 if age.level == "fresh" and not age.expired else 1


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "never"
