from __future__ import annotations

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, MARKER, make_case, make_submission
from scripted_crm import ScriptedCrm

from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases import outbox
from taker311.cases.chores import chores
from taker311.cases.delivery import Delivery
from taker311.cases.inbox import Request, leave
from taker311.cases.journal import open_journal
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.crm.model import Accepted, Dialect, NotSent, Receipt

SEALER = Sealer(new_secrets())
OK = Accepted(Receipt(request_id="17"), 200)


class Desk:
    def __init__(self, folder):
        self.folder, self.clock, self.ids = folder, ManualClock(AT), SeededIds(4)
        self.store = open_store(folder, self.clock, SEALER)
        self.journal = open_journal(folder, self.clock, SEALER)
        self.chores = chores(folder, self.store, self.journal, SEALER, self.clock)
        self.case = make_case(self.store.next_reference(), self.ids)
        self.store.enqueue(self.case, make_submission(self.case, self.ids))


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "seat")
    yield made
    made.journal.close()
    made.store.close()


def test_what_has_had_its_time_is_forgotten_every_hour_without_anybody_asking(desk):
    desk.journal.append("call", 1, AT, "typed", {}, {"text": MARKER})
    desk.journal.end("call", AT, purge_at=AT + timedelta(days=7))
    desk.store.begin_attempt(desk.case.id, AT)
    sent = partial(outbox.after_attempt, outcome=OK, at=AT, ids=desk.ids, waits=Waits())
    desk.store.change(desk.case.id, sent, AT, event="sent")
    desk.chores()
    assert desk.store.row(desk.case.id).state == "sent"
    desk.clock.advance(8 * 86400)
    assert desk.chores() is False
    assert desk.store.row(desk.case.id).state == "purged"
    assert [e.sealed for e in desk.journal.events("call")] == [None]
    desk.clock.advance(90 * 86400)
    desk.chores()
    assert desk.journal.events("call") == []


def test_a_command_beside_the_desk_reaches_the_running_sender(desk):
    crm = ScriptedCrm([NotSent("busy", 429, 3000), OK])
    sent = threading.Event()
    sender = Delivery(
        desk.store,
        crm,
        Dialect(honours_idempotency_key=True),
        desk.clock,
        desk.ids,
        on_change=lambda row: sent.set() if row.state == "sent" else None,
    )
    sender.chores = desk.chores
    stop = threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        end = time.monotonic() + 60
        while desk.store.row(desk.case.id).last_class != "not-sent" and time.monotonic() < end:
            time.sleep(0.01)
        answer = leave(desk.folder, Request("send", "ana", desk.case.id), SEALER, wait_s=20)
        assert answer.problem == ""
        assert sent.wait(60)
    finally:
        stop.set()
        sender.wake()
        thread.join(60)
    assert ("send", "ana") in [(e.event, e.actor) for e in desk.store.audit_entries()]
