"""The sender against the real hub over real HTTP on loopback."""

from __future__ import annotations

import time

import pytest
from case_values import MARKER, make_case
from hub_server import running_hub
from msgspec.structs import replace
from test_cases_submission import CITY

from taker311.base.clock import SystemClock
from taker311.base.ids import SystemIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases.delivery import Delivery
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.submission import make_submission
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.net.http import Http

FAST = Waits(first_s=0.01, longest_s=0.05, offline_s=0.05, look_gap_s=0.05, spread_s=0, settle_s=0.05, recovery_gap_s=0)


class Desk:
    def __init__(self, hub, folder, *, key=None, service_type="realtime", **dialect):
        self.hub, self.clock, self.ids = hub, SystemClock(), SystemIds()
        self.dialect = replace(BUILT_IN["hub"], token_waits_s=(0.01,), **dialect)
        self.store = open_store(folder, self.clock, Sealer(new_secrets()))
        http = Http("taker311-tests")
        client = Open311(http, hub.url, self.dialect, hub.key if key is None else key)
        self.sender = Delivery(
            self.store, client, self.dialect, self.clock, self.ids, FAST, service_type=lambda _: service_type
        )

    def put(self, service="TREE"):
        case = make_case(self.store.next_reference(), self.ids, created_at=self.clock.now(), service=service)
        self.store.enqueue(case, make_submission(case, self.dialect, CITY, self.ids.uuid()))
        return case

    def until(self, condition):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if condition():
                return
            wait = self.sender.step()
            time.sleep(min(0.05, 0.01 if wait is None else wait))
        raise AssertionError([(r.state, r.last_reason) for r in self.store.rows()])

    def all_in(self, *states):
        return all(r.state in states for r in self.store.rows())

    def close(self):
        self.store.close()


@pytest.fixture
def hub():
    with running_hub() as running:
        yield running


@pytest.fixture
def open_desk(hub, tmp_path):
    opened = []

    def opening(**more):
        opened.append(Desk(hub, tmp_path / str(len(opened)), **more))
        return opened[-1]

    yield opening
    for desk in opened:
        desk.close()


def test_a_case_arrives_once_with_what_the_crew_needs_and_the_citys_number_comes_back(hub, open_desk):
    desk = open_desk()
    case = desk.put()
    desk.until(lambda: desk.all_in("sent"))
    (stored,) = hub.cases()
    row = desk.store.row(case.id)
    assert row.request_id == stored.request_id
    assert stored.description.endswith(f"Ref {case.tag}")
    assert MARKER not in stored.description


def test_through_an_outage_the_case_waits_and_goes_out_once(hub, open_desk):
    desk = open_desk()
    hub.switch("off")
    desk.put()
    for _ in range(3):
        desk.until(lambda: desk.store.rows()[0].attempts >= 1)
    assert desk.all_in("queued")
    hub.switch("on")
    desk.until(lambda: desk.all_in("sent"))
    assert len(hub.cases()) == 1


@pytest.mark.parametrize("keys", [True, False])
def test_an_error_after_the_hub_stored_it_makes_no_double(hub, open_desk, keys):
    desk = open_desk(honours_idempotency_key=keys)
    hub.switch("error-after-commit")
    desk.put()
    desk.until(lambda: desk.all_in("unknown"))
    hub.switch("on")
    desk.until(lambda: desk.all_in("sent"))
    (stored,) = hub.cases()
    assert desk.store.rows()[0].request_id == stored.request_id


@pytest.mark.parametrize("mode", ["html-portal", "busy"])
def test_a_portal_or_a_busy_hub_charges_nothing(hub, open_desk, mode):
    desk = open_desk()
    hub.switch(mode)
    desk.put()
    desk.until(lambda: desk.store.rows()[0].last_class == "not-sent")
    assert (desk.store.rows()[0].state, desk.store.rows()[0].charged) == ("queued", 0)
    hub.switch("on")
    desk.sender.send_now(desk.store.rows()[0].case_id, "ana")
    desk.until(lambda: desk.all_in("sent"))
    assert len(hub.cases()) == 1


def test_a_bad_key_stops_the_sender_and_asks(hub, open_desk):
    desk = open_desk(key="wrong")
    desk.put()
    desk.until(lambda: desk.all_in("blocked"))
    assert "key" in desk.store.paused()
    assert hub.cases() == []


def test_a_batch_service_gives_its_number_later_and_a_blackbox_never(hub, open_desk):
    batch = open_desk()
    batch.put("NOISE")
    batch.until(lambda: all(r.request_id for r in batch.store.rows()))
    blackbox = open_desk(service_type="blackbox")
    blackbox.put("TIP")
    blackbox.until(lambda: blackbox.all_in("sent"))
    assert blackbox.store.rows()[0].request_id == ""
    assert len(hub.cases()) == 2


def test_a_refused_case_is_held_with_the_citys_words_in_the_audit_alone(hub, open_desk):
    desk = open_desk()
    case = desk.put("NO-SUCH-SERVICE")
    desk.until(lambda: desk.all_in("held"))
    entry = next(e for e in desk.store.audit_entries(case.id) if e.event == "refused")
    assert entry.said
    assert entry.said not in desk.store.row(case.id).last_reason
