"""A CRM that lies, three hundred desks that come back at once, and senders that are broken on purpose."""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from datetime import timedelta

import pytest
from case_values import AT, make_case, make_submission
from msgspec.structs import replace
from scripted_crm import LyingCrm
from virtual_time import drive

from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.cases.delivery import Delivery
from taker311.cases.memory import MemoryStore
from taker311.crm.model import Accepted, Dialect, NotSent, Receipt

DAY = 86400.0


class DeletesBeforeSending(Delivery):
    """Broken: notes the case as sent, then sends, whatever comes of it."""

    def _attempt(self, row, now):
        submission = self._store.submission(row.case_id)
        self._store.change(row.case_id, lambda r: replace(r, state="sent", next_at=None), now, event="sent")
        self._crm.submit(submission)


class ResendsWithoutLooking(Delivery):
    """Broken: takes every doubt for a failure."""

    def _work_on(self, row, now):
        if row.state != "sent":
            self._attempt(row, now)


def campaign(cases, seed, *, keys, consistent=True, sender=Delivery, faulty=0.75):
    """One desk against a lying CRM, with calls coming in, restarts of the program, and health at the very end. The line's
    figures come from the CRM's ledger alone."""
    chance = random.Random(seed)
    clock, ids = ManualClock(AT), SeededIds(seed)
    store = MemoryStore(clock)
    crm = LyingCrm(clock, seed, faulty=faulty, honours_keys=keys)
    dialect = Dialect(honours_idempotency_key=keys, consistent_reads=consistent, listing_cap=1_000_000)
    desk = sender(store, crm, dialect, clock, ids)
    acknowledged = []
    for _ in range(cases):
        case = make_case(store.next_reference(), ids, created_at=clock.now())
        store.enqueue(case, make_submission(case, ids))
        acknowledged.append(case.tag)
        drive(desk, clock, chance.uniform(0, 240))
        if chance.random() < 0.05:
            # The program ends in the middle of an attempt, of the kind that it would have made.
            for row in store.rows(("queued", "unknown") if keys else ("queued",))[:1]:
                store.begin_attempt(row.case_id, clock.now())
                if chance.random() < 0.5:
                    crm.submit(store.submission(row.case_id))
            store.recover_at_start(clock.now())
            desk = sender(store, crm, dialect, clock, ids)
        if chance.random() < 0.01:
            clock.jump(clock.now() + timedelta(days=chance.choice((-365, 365))))
            drive(desk, clock, 0)
            clock.jump(clock.now() - (clock.now() - AT) + timedelta(seconds=clock.monotonic()))
    drive(desk, clock, 2 * DAY)
    crm.healthy = True
    drive(desk, clock, 5 * DAY)
    stored = Counter(tag for _, tag, _ in crm.ledger)
    rows = {r.case_id[:8]: r for r in store.rows()}
    twice = [tag for tag, times in stored.items() if times > 1]
    told = [tag for tag in twice if "more than once" in rows[tag[-8:]].last_reason]
    left = [r for r in rows.values() if r.state in ("unknown", "held")]
    return {
        "campaign": "lying CRM",
        "seed": seed,
        "keys": keys,
        "consistent_reads": consistent,
        "requests": crm.requests,
        "faulty": round(crm.faults / crm.requests, 2),
        "acknowledged": len(acknowledged),
        "delivered": sum(stored[tag] > 0 for tag in acknowledged),
        "lost": sum(stored[tag] == 0 and rows[tag[-8:]].state in ("sent", "purged") for tag in acknowledged),
        "waiting": sum(r.state in ("queued", "blocked") for r in rows.values()),
        "doubled": len(twice),
        "silent_doubles": len(set(twice) - set(told)),
        "unknown_left_for_a_person": len(left),
    }


def told(result):
    print(json.dumps(result))  # noqa: T201 - a campaign prints its line
    return result


def check(result, cases):
    told(result)
    assert result["acknowledged"] == cases
    assert (result["lost"], result["doubled"], result["silent_doubles"], result["waiting"]) == (0, 0, 0, 0)
    assert result["delivered"] + result["unknown_left_for_a_person"] >= cases


@pytest.mark.parametrize(("keys", "consistent"), [(True, True), (False, True), (False, False)])
def test_against_a_lying_crm_nothing_is_lost_and_nothing_doubled(keys, consistent):
    check(campaign(120, 311 + keys, keys=keys, consistent=consistent), 120)


@pytest.mark.soak
@pytest.mark.parametrize(("keys", "consistent"), [(True, True), (False, True), (False, False)])
def test_two_thousand_cases_against_a_lying_crm(keys, consistent):
    check(campaign(2_000, 4 + keys, keys=keys, consistent=consistent), 2_000)


def test_the_campaign_catches_a_sender_that_deletes_before_sending():
    assert told(campaign(60, 1, keys=True, sender=DeletesBeforeSending))["lost"] > 0


def test_the_campaign_catches_a_sender_that_resends_without_looking():
    assert told(campaign(60, 1, keys=False, sender=ResendsWithoutLooking))["silent_doubles"] > 0


# ---------------------------------------------------------------- the herd
class Busy:
    """A CRM behind an outage that takes `limit` requests in any second and asks the rest to wait."""

    def __init__(self, clock, limit):
        self.clock, self.limit = clock, limit
        self.per_second = Counter()
        self.stored = Counter()
        self.up = False

    def submit(self, submission, *, service_type="realtime", after_unknown=False):
        if not self.up:
            return NotSent("refused")
        second = int(self.clock.monotonic())
        self.per_second[second] += 1
        if self.per_second[second] > self.limit:
            return NotSent("busy", status=429, retry_after_s=5)
        self.stored[submission.reference] += 1
        return Accepted(Receipt(request_id=str(self.stored.total())), 200)

    def token(self, token):
        return None

    def request(self, request_id):
        return None

    def find(self, service_code="", start=None, end=None):
        return []


@pytest.mark.parametrize("seed", [1, 2])
def test_three_hundred_desks_come_back_without_a_stampede(seed):
    clock, chance = ManualClock(AT), random.Random(seed)
    crm = Busy(clock, limit=20)
    dialect = Dialect(honours_idempotency_key=True)
    desks = []
    for number in range(300):
        ids = SeededIds(seed * 1000 + number)
        store = MemoryStore(clock)
        sender = Delivery(store, crm, dialect, clock, ids)
        for _ in range(10):
            case = make_case(store.next_reference(), ids)
            store.enqueue(case, make_submission(case, ids))
        desks.append(sender)
    due = [(chance.uniform(0, 60), number) for number in range(300)]
    heapq.heapify(due)
    outage = 3600.0
    while due:
        at, number = heapq.heappop(due)
        clock.advance(max(0.0, at - clock.monotonic()))
        crm.up = clock.monotonic() >= outage
        wait = desks[number].step()
        if wait is not None:
            heapq.heappush(due, (clock.monotonic() + max(wait, 0.001), number))
    requests = crm.per_second.total()
    result = {
        "campaign": "herd",
        "seed": seed,
        "desks": 300,
        "acknowledged": 3000,
        "delivered": len(crm.stored),
        "lost": 3000 - len(crm.stored),
        "doubled": sum(n > 1 for n in crm.stored.values()),
        "silent_doubles": sum(n > 1 for n in crm.stored.values()),
        "unknown_left_for_a_person": 0,
        "drained_s": round(max(crm.per_second) - outage),
        "busiest_second": max(crm.per_second.values()),
        "retries": round((requests - 3000) / requests, 3),
    }
    told(result)
    assert (result["delivered"], result["lost"], result["doubled"]) == (3000, 0, 0)
    assert result["drained_s"] <= 600
    assert result["busiest_second"] <= 24
    assert result["retries"] <= 0.10
