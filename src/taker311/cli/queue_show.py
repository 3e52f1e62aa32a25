"""`taker311 queue show`: one case with what the caller said, and, where it waits for a person, what may be decided: each
decision with its consequence, and the city's cases that may be this one."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from taker311.base.errors import UserError
from taker311.base.words import say
from taker311.cli.at_seat import sign_in

if TYPE_CHECKING:
    from taker311.cases.model import Case, OutboxRow
    from taker311.crm.model import RequestRecord


def show(folder: Path, row: OutboxRow, arguments: argparse.Namespace) -> int:
    from taker311.base.codec import to_json
    from taker311.cases.acts import DECISIONS
    from taker311.cases.reading import read_case
    from taker311.cli._queue_case import as_plain, print_row

    unlocked = sign_in(arguments, folder)
    case = read_case(folder, row.case_id, unlocked.sealer)
    now = datetime.now(UTC)
    decisions = DECISIONS if row.state in ("unknown", "held", "blocked") else {}
    found = _candidates(folder, case, row) if arguments.candidates else None
    if arguments.json:
        more = {"decisions": decisions, **({"candidates": found} if found is not None else {})}
        print(to_json({**as_plain(row, now), "case": case, **more}))
        return 0
    print_row(row, now, as_json=False)
    _print_case(case)
    if decisions:
        print(say("You may decide, with  taker311 queue resolve:"))
        for decision, consequence in decisions.items():
            print(f"  {decision:<7}  {say(consequence)}")
        if found is None:
            print(say("--candidates asks the city's system for cases that may be this one."))
    for record in found or ():
        print(_line(record))
    if found is not None and not found:
        print(say("The city's system shows no case that may be this one: same service, within 50 m and ten minutes."))
    return 0


def _print_case(case: Case) -> None:
    print(case.topic_title)
    if case.place is not None:
        detail = f" ({case.place.detail})" if case.place.detail else ""
        print(say("Where: {place}", place=f"{case.place.label}{detail}"))
    for answer in case.answers:
        print(f"{answer.question} {answer.label}")
    caller = case.caller
    name = " ".join(part for part in (caller.first_name, caller.last_name) if part)
    who = say("anonymous") if caller.anonymous else ", ".join(p for p in (name, caller.phone, caller.email) if p)
    print(say("Caller: {words}", words=who))


def _line(record: RequestRecord) -> str:
    when = f"{record.requested:%Y-%m-%d %H:%M}" if record.requested else say("no time")
    words = (record.description or "").replace("\n", " ")[:80]
    return f"  {record.request_id}  {when}  {record.address or ''}  {words}"


def _candidates(folder: Path, case: Case, row: OutboxRow) -> tuple[RequestRecord, ...]:
    """Asks the endpoint of the settings. Raises UserError where there is none or it does not answer."""
    from taker311 import __version__
    from taker311.base.apikey import read_key
    from taker311.base.paths import find_paths
    from taker311.base.settings import load_settings
    from taker311.cases.outbox import Waits
    from taker311.cases.reading import read_rows
    from taker311.cases.reconcile import candidates, listing
    from taker311.crm.client import Open311
    from taker311.crm.dialects import load_dialect
    from taker311.net.http import Http

    paths = find_paths()
    settings = load_settings(paths.settings_file)
    crm = settings.crm
    if not crm.endpoint:
        raise UserError(say("No CRM is set (crm.endpoint), so there is nobody to ask for candidates."))
    dialect = load_dialect(crm.dialect, jurisdiction=crm.jurisdiction, folder=paths.settings_file.parent)
    client = Open311(Http(f"taker311/{__version__}"), crm.endpoint, dialect, read_key(crm), total_s=15)
    claimed = {r.request_id for r in read_rows(folder) if r.request_id and r.case_id != row.case_id}
    records = listing(client, row, datetime.now(UTC), Waits())
    return candidates(case, row, records, taken=lambda number: number in claimed)
