"""`taker311 hub desks`: gives out keys and takes them back: a desk's own, or a volunteer's token that ends with the incident."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.cli._arguments import a_day

if TYPE_CHECKING:
    from taker311.hub.store import HubStore

HELP = "give out, take back and list desks' keys and volunteers' tokens"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("add", "revoke", "list"))
    parser.add_argument("name", nargs="?", default="", help="the desk's name, or the volunteer's")
    parser.add_argument(
        "--post-only",
        action="store_true",
        help="a volunteer's token: it hands cases in and reads back its own, nothing else",
    )
    parser.add_argument(
        "--incident",
        default="",
        metavar="NAME",
        help="what it is given out for; with revoke: all tokens of that incident",
    )
    parser.add_argument("--expires", type=a_day, metavar="DATE", help="the last day it holds, as 2026-12-31")
    parser.add_argument("--database", metavar="URL", default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, store: HubStore) -> int:
    name, incident = clean_line(arguments.name, limit=200), clean_line(arguments.incident, limit=100)
    now = datetime.now(UTC)
    if arguments.act == "list":
        for row in store.list_keys():
            if not incident or row["incident"] == incident:
                print(json.dumps(row) if arguments.json else line(row, now))
        return 0
    if arguments.act == "revoke":
        if not name and not incident:
            raise UserError("hub desks revoke: say whose key, or which incident's with --incident.")
        count = store.revoke_keys(name, now=now, incident=incident)
        whose = " ".join(part for part in (name, f"for {incident}" if incident else "") if part)
        if not count:
            raise UserError(f"hub desks revoke: there is no valid key {whose}.")
        print(f"{count} key{'s' if count != 1 else ''} {whose} taken back")
        return 0
    _check(arguments, name, incident, now, store.list_keys())
    key = store.add_key(name, now=now, post_only=arguments.post_only, until=arguments.expires, incident=incident)
    given = {"desk": name, "key": key}
    if arguments.post_only:
        given |= {"incident": incident, "expires": arguments.expires.isoformat()}
    print(json.dumps(given) if arguments.json else key)
    if not arguments.json:
        print(
            "This is shown once; the hub keeps only its hash. The desk takes it from TAKER311_API_KEY.", file=sys.stderr
        )
    return 0


def _check(arguments: argparse.Namespace, name: str, incident: str, now: datetime, rows: list[dict[str, Any]]) -> None:
    """A volunteer's token has an incident, an end, and a name that is no desk's: what a key reads back goes by its name."""
    if not name:
        raise UserError("hub desks add: say whose it is, as in  taker311 hub desks add front-desk-1")
    if arguments.expires and arguments.expires < now.date():
        raise UserError(f"hub desks add: {arguments.expires} is over; --expires names the last day it holds.")
    if arguments.post_only and (not incident or not arguments.expires):
        raise UserError(
            "hub desks add --post-only: say for what with --incident NAME, and the last day with --expires DATE."
        )
    if any(row["name"] == name and bool(row["post_only"]) != arguments.post_only for row in rows):
        what = "a desk's own key" if arguments.post_only else "a volunteer's token"
        raise UserError(
            f"hub desks add: there is {what} under the name '{name}', and each sees what goes by its name; take another name."
        )


def line(row: dict[str, Any], now: datetime) -> str:
    notes = [f"made {str(row['created_at'])[:10]}"]
    if row["post_only"]:
        notes.append("may only post")
    if row["incident"]:
        notes.append(f"for {row['incident']}")
    if row["until"]:
        over = now.date().isoformat() > str(row["until"])
        notes.append(f"{'ENDED with' if over else 'until'} {row['until']}")
    if row["revoked_at"]:
        notes.append(f"REVOKED {str(row['revoked_at'])[:10]}")
    return f"{row['name']}: {', '.join(notes)}"
