"""Every order of events: two stores, one on disk and one in memory, live the same life and never differ; a CRM's ledger
knows in the end what arrived."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

from case_values import AT, make_case, make_submission
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases import acts, outbox
from taker311.cases.memory import MemoryStore
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.crm.model import Accepted, NotSent, Receipt, Refused, Unknown

SEALER = Sealer(new_secrets())
WAITS = Waits()
ANSWERS = ("accepted", "lost-answer", "never-arrived", "refused", "blocked", "offline", "busy")


class Life(RuleBasedStateMachine):
    cases = Bundle("cases")

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.clock = ManualClock(AT)
        self.ids = SeededIds(1)
        self.disk = open_store(self.folder / "seat", self.clock, SEALER)
        self.memory = MemoryStore(self.clock, self.disk.next_reference)
        self.ledger = Counter()
        self.resent_by_person = set()

    def teardown(self):
        self.disk.close()
        shutil.rmtree(self.folder)

    def both(self, act):
        """Does the same to both stores; they must agree on the result or on refusing it."""
        results = []
        for store in (self.disk, self.memory):
            try:
                results.append(act(store))
            except UserError as error:
                results.append(type(error))
        assert results[0] == results[1]
        return results[0]

    @rule(target=cases)
    def call_is_finished(self):
        case = make_case(self.disk.next_reference(), self.ids, created_at=self.clock.now())
        submission = make_submission(case, self.ids)
        self.both(lambda store: store.enqueue(case, submission))
        return case

    @rule(case=cases, answer=st.sampled_from(ANSWERS))
    def is_sent(self, case, answer):
        row = self.disk.row(case.id)
        if row.state != "queued":
            return
        self.both(lambda store: store.begin_attempt(case.id, self.clock.now()))
        if answer in ("accepted", "lost-answer"):
            self.ledger[case.id] += 1
        outcome = {
            "accepted": Accepted(Receipt(request_id=case.ref), 200),
            "lost-answer": Unknown(None, "?"),
            "never-arrived": Unknown(500, "?"),
            "refused": Refused("held", 400, "no"),
            "blocked": Refused("blocked", 403, "no"),
            "offline": NotSent("no"),
            "busy": NotSent("busy", 429, 5),
        }[answer]
        change = partial(outbox.after_attempt, outcome=outcome, at=self.clock.now(), waits=WAITS)
        self.both(
            lambda store: store.change(case.id, partial(change, ids=SeededIds(2)), self.clock.now(), event="answer")
        )

    @rule(case=cases, arrived=st.booleans())
    def program_ends_while_sending(self, case, arrived):
        if self.disk.row(case.id).state == "queued":
            self.both(lambda store: store.begin_attempt(case.id, self.clock.now()))
            self.ledger[case.id] += arrived
        self.program_starts_again()

    @rule()
    def program_starts_again(self):
        self.disk.close()
        self.disk = open_store(self.folder / "seat", self.clock, SEALER)
        assert self.disk.notices == ()
        self.memory.recover_at_start(self.clock.now())
        self.memory._next_reference = self.disk.next_reference

    @rule(case=cases, decision=st.sampled_from(["landed", "resend", "close"]))
    def person_decides(self, case, decision):
        if decision == "resend" and self.disk.row(case.id).state in ("unknown", "held", "blocked"):
            self.resent_by_person.add(case.id)
        rule_ = partial(acts.decided, decision=decision, at=self.clock.now(), request_id="77")
        self.both(lambda store: store.change(case.id, rule_, self.clock.now(), event=decision, actor="ana"))

    @rule(case=cases, act=st.sampled_from(["hold", "release", "now"]))
    def person_acts(self, case, act):
        rule_ = {
            "hold": partial(acts.held, reason="x"),
            "release": partial(acts.released, at=self.clock.now()),
            "now": partial(acts.sent_now, at=self.clock.now()),
        }[act]
        self.both(lambda store: store.change(case.id, rule_, self.clock.now(), event=act, actor="ana"))

    @rule()
    def key_is_good_again(self):
        self.both(lambda store: store.resume("ana", self.clock.now()))

    @rule(hours=st.integers(0, 24 * 9))
    def time_passes(self, hours):
        self.clock.advance(hours * 3600.0)
        self.both(lambda store: store.purge(self.clock.now()))

    @rule(days=st.integers(-400, 400))
    def clock_is_set(self, days):
        self.clock.jump(self.clock.now() + timedelta(days=days))
        self.both(lambda store: store.shift_waits(days * 86400.0))

    @invariant()
    def both_stores_tell_the_same(self):
        def by_id(store):
            return sorted(store.rows(), key=lambda r: r.case_id)

        assert by_id(self.disk) == by_id(self.memory)

    @invariant()
    def nothing_is_lost_and_nothing_doubled_but_by_a_persons_word(self):
        for row in self.disk.rows():
            if row.state in ("sent", "purged") and row.last_class != "by-hand":
                assert self.ledger[row.case_id] >= 1
            if row.case_id not in self.resent_by_person:
                assert self.ledger[row.case_id] <= 1

    @invariant()
    def the_audit_holds(self):
        assert self.disk.verify_audit().problem == ""


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
