"""`taker311 keys`: every action of the desk with its keys, and bindings of the settings that stand in each other's way."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taker311.desk.actions import Action

HELP = "Lists the keys of the desk. Exit code 1 when bindings of the settings stand in each other's way."
# Taken by terminals, tmux, browsers or editors, or the same bytes as another key.
TAKEN = frozenset(f"ctrl+{letter}" for letter in "abhijmnopqstwz")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cli._terminal_keys import described, unsent
    from taker311.desk.actions import ACTIONS, key_name, keymap

    own = load_settings(find_paths().settings_file).keys
    keys = keymap(own)
    here = unsent((key for row in keys.values() for key in row), os.environ, described(os.environ.get("TERM", "")))
    for action in ACTIONS:
        if arguments.json:
            row = {
                "id": action.id,
                "keys": keys[action.id],
                "label": action.label,
                "own": action.id in own,
                "unsent": [key for key in keys[action.id] if key in here],
            }
            print(json.dumps(row, ensure_ascii=False))
        else:
            names = ", ".join(key_name(key) for key in keys[action.id])
            print(f"{names:<14} {action.label:<22} {action.id}{'   (your own)' if action.id in own else ''}")
    if here and not arguments.json:
        print("\nIn this terminal:")
        for key, why in here.items():
            print(f"{key_name(key)}: {why}.")
        print("Ctrl+G on the desk does all of them without these keys; section [keys] of the settings binds others.")
    found = conflicts(own)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


def conflicts(own: Mapping[str, str]) -> list[str]:
    """Sentences on bindings of the settings: a key that two actions want on the same screen, of which only the first in the
    table gets it, and a key that does not reach the desk. Raises UserError for an action that there is none of."""
    from taker311.desk.actions import ACTIONS, key_name, keymap

    keys = keymap(dict(own))
    found = []
    for one, other in combinations(ACTIONS, 2):
        if not {one.id, other.id} & own.keys() or one.label == other.label or not _meet(one, other):
            continue
        found += [
            f"{key_name(key)} is bound to {one.id} and to {other.id}, which can be wanted on the same screen; {one.id} gets it."
            for key in keys[one.id]
            if key in keys[other.id]
        ]
    for id_ in own:
        if not keys[id_]:
            found.append(f"{id_} has no key at all; it is left in the menu only.")
        found += [
            f"{key_name(key)} for {id_} may never reach the desk: terminals and tmux take it."
            for key in keys[id_]
            if key in TAKEN
        ]
    return found


def _meet(one: Action, other: Action) -> bool:
    return not one.states or not other.states or bool(set(one.states) & set(other.states))
