"""The program that the fault tests end. It loads everything once, then forks a fresh desk for each line it reads, so that
five hundred kills take minutes and not an hour. Lines in: JSON {"do", "folder", ...}; lines out: the child's number, then
what the child reports, then {"ended": status}."""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import cryptography.hazmat.primitives.ciphers.aead
from case_values import make_case, make_submission
from ledger_crm import LedgerCrm

from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds, SystemIds
from taker311.base.sealing import DeskSecrets, Sealer
from taker311.cases import handover
from taker311.cases.delivery import Delivery
from taker311.cases.interface import NotSavedError
from taker311.cases.journal import open_journal
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.receive_keys import ReceiveKeys
from taker311.crm.model import Dialect

SECRETS = DeskSecrets(key=b"k" * 32, mac=b"m" * 32)
SEALER = Sealer(SECRETS)
FAST = Waits(
    first_s=0.001, longest_s=0.01, offline_s=0.01, look_gap_s=0.01, spread_s=0, settle_s=0.01, recovery_gap_s=0
)
CLOCK = SystemClock()


def say(**what: object) -> None:
    # One write, so that a line is there whole or not at all, however the program ends.
    os.write(1, (json.dumps(what) + "\n").encode())


def put(store, ids):
    case = make_case(store.next_reference(), ids, created_at=CLOCK.now())
    store.enqueue(case, make_submission(case, ids))
    say(saved=case.id, ref=case.ref)
    return case


def work(folder: Path, ask: dict) -> None:
    """Saves and sends until it is killed."""
    ids = SystemIds()
    store = open_store(folder, CLOCK, SEALER)
    dialect = Dialect(honours_idempotency_key=ask["keys"], consistent_reads=True, listing_cap=1_000_000)
    crm = LedgerCrm(Path(ask["ledger"]), honours_keys=ask["keys"])
    sender = Delivery(store, crm, dialect, CLOCK, ids, FAST)
    while True:
        put(store, ids)
        for _ in range(2):
            sender.step()


def pass_every_point(folder: Path, ask: dict) -> None:
    """One of everything, in an order that reaches each named crash point."""
    ids = SystemIds()
    store = open_store(folder, CLOCK, SEALER)
    journal = open_journal(folder, CLOCK, SEALER)
    journal.append("call", 1, CLOCK.now(), "typed", {}, {"text": "words"})
    say(journalled="call")
    put(store, ids)
    crm = LedgerCrm(Path(ask["ledger"]), honours_keys=True)
    sender = Delivery(store, crm, Dialect(honours_idempotency_key=True), CLOCK, ids, FAST)
    sender.step()
    store.purge(CLOCK.now() + timedelta(days=30))
    new = DeskSecrets(key=b"n" * 32, mac=SECRETS.mac, previous=(SECRETS.key,))
    store.rewrap(Sealer(new))
    store.close()
    journal.close()


def hand_over(folder: Path, ask: dict) -> None:
    """Two cases leave one desk on a stick and come to another; done again it changes nothing."""
    ids = SystemIds()
    here = open_store(folder, CLOCK, SEALER)
    while len(here.rows()) < 2:
        put(here, ids)
    there_folder, stick = Path(ask["there"]), Path(ask["stick"])
    there = open_store(there_folder, CLOCK, SEALER)
    keys = ReceiveKeys(there_folder)
    if not stick.exists():
        handover.export(here, stick, keys.public(SEALER), CLOCK.now(), actor="ana", number=ids.uuid())
    handover.import_file(there, stick, lambda key: keys.private(key, SEALER), CLOCK.now(), actor="bob")
    say(done=True)


def fill_the_disk(folder: Path, ask: dict) -> None:
    """Saves until the disk is full (here: until no file may grow), then makes room and saves again."""
    ids = SeededIds(ask["seed"])
    store = open_store(folder, CLOCK, SEALER)
    put(store, ids)
    references = [store.next_reference() for _ in range(200)]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = max(p.stat().st_size for p in folder.iterdir()) + ask["room"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    refused = None
    for ref in references:
        case = make_case(ref, ids, created_at=CLOCK.now())
        submission = make_submission(case, ids)
        try:
            store.enqueue(case, submission)
            say(saved=case.id, ref=case.ref)
        except NotSavedError as error:
            refused = (case, submission)
            say(refused=case.id, sentence=str(error), rows=[r.case_id for r in store.rows()])
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    if refused is not None:
        store.enqueue(*refused)
        say(saved=refused[0].id, ref=refused[0].ref, again=True)
    put(store, ids)
    store.close()


def main() -> None:
    assert cryptography
    SEALER.seal(b"", "warm")
    for line in sys.stdin:
        ask = json.loads(line)
        child = os.fork()
        if child == 0:
            if ask.get("crash_at"):
                os.environ["TAKER311_CRASH_AT"] = ask["crash_at"]
            code = 0
            try:
                globals()[ask["do"]](Path(ask["folder"]), ask)
            except BaseException as error:  # noqa: BLE001 - the parent must hear of it
                say(error=repr(error))
                code = 1
            os._exit(code)
        say(child=child)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
