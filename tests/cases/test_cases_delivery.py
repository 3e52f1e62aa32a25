from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, make_case, make_submission
from scripted_crm import ScriptedCrm, record
from virtual_time import drive

from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.base.sealing import SealBrokenError, Sealer, new_secrets
from taker311.cases import acts
from taker311.cases.delivery import Delivery
from taker311.cases.interface import LockedError, NotSavedError
from taker311.cases.memory import MemoryStore
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.crm.model import Accepted, Dialect, NotSent, Receipt, Refused, Unknown

OK = Accepted(Receipt(request_id="17"), 200)
KEYS = Dialect(honours_idempotency_key=True)
LOOKS = Dialect(consistent_reads=True)


@pytest.fixture(params=["memory", "disk"], autouse=True)
def _where(request, tmp_path):
    """Every test runs on both stores: a rule that is right must not be wrong inside a transaction."""
    opened = []

    def make(clock):
        on_disk = request.param == "disk"
        made = open_store(tmp_path / str(len(opened)), clock, Sealer(new_secrets())) if on_disk else MemoryStore(clock)
        opened.append(made)
        return made

    Desk.make_store = staticmethod(make)
    yield
    for store in opened:
        store.close()


class Desk:
    def __init__(self, answers, dialect=KEYS, cases=1, waits=None):
        self.clock = ManualClock(AT)
        self.ids = SeededIds(2)
        self.store = self.make_store(self.clock)
        self.crm = ScriptedCrm(answers)
        self.changes = []
        self.sender = Delivery(
            self.store, self.crm, dialect, self.clock, self.ids, waits or Waits(), on_change=self.changes.append
        )
        self.cases = [self.put() for _ in range(cases)]

    def put(self):
        case = make_case(self.store.next_reference(), self.ids, created_at=self.clock.now())
        self.store.enqueue(case, make_submission(case, self.ids))
        return case

    def run(self, seconds=0.0):
        return drive(self.sender, self.clock, seconds)

    def states(self):
        return [r.state for r in self.store.rows()]

    @property
    def row(self):
        return self.store.row(self.cases[0].id)


def test_a_case_goes_out_and_its_number_comes_back():
    desk = Desk([OK])
    assert desk.sender.step() == 0
    assert (desk.row.state, desk.row.request_id) == ("sent", "17")
    assert [r.state for r in desk.changes] == ["sending", "sent"]
    assert desk.sender.step() is None
    assert [e.event for e in desk.store.audit_entries()] == ["queued", "accepted"]


def test_the_attempt_is_on_the_disk_before_anything_leaves():
    desk = Desk([OK])
    seen = []
    submit = desk.crm.submit

    def spying(*given, **named):
        seen.append(desk.row.state)
        return submit(*given, **named)

    desk.crm.submit = spying
    desk.run()
    assert seen == ["sending"]


def test_the_same_bytes_and_the_same_key_go_every_time():
    desk = Desk([Unknown(None, "?"), NotSent("no"), Unknown(500, "?"), OK])
    desk.run(3600)
    assert desk.states() == ["sent"]
    assert len(desk.crm.sent) == 4
    assert len({(s.body, s.idem_key) for s in desk.crm.sent}) == 1
    assert desk.crm.after_unknown == [False, True, True, True]
    assert desk.crm.looks == 0


def test_with_the_network_gone_nothing_is_charged_and_all_goes_out_when_it_is_back():
    desk = Desk([NotSent("offline")], cases=4)
    desk.run(3600)
    assert set(desk.states()) == {"queued"}
    assert all(r.charged == 0 for r in desk.store.rows())
    numbers = iter(range(100))
    desk.crm.submit = lambda *_, **__: Accepted(Receipt(request_id=str(next(numbers))), 200)
    desk.run(600)
    assert set(desk.states()) == {"sent"}


def test_without_keys_a_doubtful_case_is_looked_for_and_never_blindly_resent():
    desk = Desk([Unknown(None, "?"), OK], LOOKS)
    desk.run(14 * 60)
    assert len(desk.crm.sent) == 1
    assert desk.crm.looks >= 1
    desk.run(10 * 60)
    assert (len(desk.crm.sent), desk.states()) == (2, ["sent"])


def test_a_doubtful_case_that_landed_is_found_and_not_sent_again():
    desk = Desk([Unknown(None, "?"), OK], LOOKS)
    desk.sender.step()
    desk.crm.records.append(record("44", desk.crm.sent[0], desk.clock.now()))
    desk.run(3600)
    assert (desk.row.state, desk.row.request_id, len(desk.crm.sent)) == ("sent", "44", 1)


def test_a_listing_that_cannot_be_read_proves_nothing():
    desk = Desk([Unknown(None, "?"), OK], LOOKS)
    desk.crm.down = True
    desk.run(3600)
    assert (desk.states(), len(desk.crm.sent)) == (["unknown"], 1)
    assert desk.crm.looks > 5


def test_where_descriptions_are_hidden_a_doubt_waits_for_a_person():
    desk = Desk([Unknown(None, "?"), OK], Dialect(descriptions_listed=False))
    desk.run(86400)
    assert (desk.states(), desk.crm.looks, len(desk.crm.sent)) == (["unknown"], 0, 1)
    assert "person" in desk.row.last_reason
    resend = partial(acts.decided, decision="resend", at=desk.clock.now())
    desk.store.change(desk.cases[0].id, resend, desk.clock.now(), event="resend", actor="ana")
    desk.run(60)
    assert desk.states() == ["sent"]


def test_a_duplicate_after_a_doubt_landed_and_only_its_number_is_looked_for():
    desk = Desk([Unknown(None, "?"), Accepted(Receipt(), 400)], KEYS)
    desk.run(3600)
    assert (desk.row.state, desk.row.last_class) == ("unknown", "landed")
    desk.crm.records.append(record("44", desk.crm.sent[0], AT + timedelta(seconds=1)))
    desk.run(7200)
    assert (desk.row.state, desk.row.request_id, len(desk.crm.sent)) == ("sent", "44", 2)


def test_a_blackbox_service_needs_no_number():
    desk = Desk([Accepted(Receipt(), 200)])
    desk.run(60)
    assert (desk.row.state, desk.row.request_id) == ("sent", "")


def test_a_bad_key_stops_the_sender_and_asks_charging_nothing():
    desk = Desk([Refused("blocked", 403, "bad key"), OK], cases=3)
    desk.run(86400)
    assert desk.states() == ["blocked", "queued", "queued"]
    assert "key" in desk.store.paused()
    assert desk.row.charged == 0
    numbers = iter(range(100))
    desk.crm.submit = lambda *_, **__: Accepted(Receipt(request_id=str(next(numbers))), 200)
    assert desk.store.resume("sam", desk.clock.now()) == 1
    desk.run(3600)
    assert set(desk.states()) == {"sent"}


def test_three_cases_refused_alike_stop_the_sender_before_it_holds_them_all():
    desk = Desk([Refused("held", 404, "no")], cases=10)
    desk.run(86400)
    assert sorted(desk.states()) == ["held"] * 3 + ["queued"] * 7
    assert "refused alike" in desk.store.paused()


def test_a_refused_case_is_passed_by():
    desk = Desk([Refused("held", 400, "attribute missing"), OK], cases=2)
    desk.crm.answers[1:] = [OK]
    desk.run(60)
    assert desk.states() == ["held", "sent"]
    entry = next(e for e in desk.store.audit_entries() if e.event == "refused")
    assert (entry.detail, entry.said) == ("held, answer 400", "attribute missing")


def test_one_poisoned_case_delays_no_other():
    def needed(poisoned):
        desk = Desk([OK], cases=51)
        numbers = iter(range(1000))

        def submit(submission, **_):
            desk.crm.sent.append(submission)
            desk.clock.advance(1)
            if poisoned and desk.cases[0].tag.encode() in submission.body.replace(b"+", b" "):
                return Unknown(500, "?")
            return Accepted(Receipt(request_id=str(next(numbers))), 200)

        desk.crm.submit = submit
        while sum(s == "sent" for s in desk.states()) < 50:
            desk.clock.advance(desk.sender.step() or 0)
        return desk.clock.monotonic()

    assert needed(poisoned=True) <= 2 * needed(poisoned=False)


def test_one_number_for_two_cases_is_a_receipt_for_neither_until_the_city_says_whose_it_is():
    desk = Desk([OK], LOOKS, cases=2)
    desk.run(10)
    assert desk.states() == ["unknown", "unknown"]
    assert "receipt-gone" in [e.event for e in desk.store.audit_entries(desk.cases[0].id)]


def test_a_number_goes_to_the_case_that_the_citys_own_record_names():
    desk = Desk([OK], LOOKS, cases=2)
    desk.sender.step()
    second = desk.store.submission(desk.cases[1].id)
    desk.crm.records.append(record("17", second, desk.clock.now()))
    desk.run(10)
    assert [(r.state, r.request_id) for r in desk.store.rows()] == [("unknown", ""), ("sent", "17")]
    desk.crm.records[:] = [record("17", desk.crm.sent[0], desk.clock.now())]
    desk = Desk([OK], LOOKS, cases=2)
    desk.sender.step()
    desk.crm.records.append(record("17", desk.crm.sent[0], desk.clock.now()))
    desk.run(10)
    assert [(r.state, r.request_id) for r in desk.store.rows()] == [("sent", "17"), ("unknown", "")]


def test_a_crm_restored_from_a_backup_is_noticed_and_what_it_forgot_is_in_doubt_again():
    numbers = iter(range(10))
    desk = Desk([OK], LOOKS, cases=4)

    def submit(submission, **_):
        number = str(next(numbers))
        desk.crm.records.append(record(number, submission, desk.clock.now()))
        return Accepted(Receipt(request_id=number), 200)

    desk.crm.submit = submit
    for _ in range(4):
        desk.sender.step()
        desk.clock.advance(1)
    for _ in range(5):
        desk.clock.advance(3601)
        desk.sender.step()
    assert set(desk.states()) == {"sent"}
    backup, desk.crm.records[:] = desk.crm.records[:2], desk.crm.records[:2]
    for _ in range(3):
        desk.clock.advance(3601)
        desk.sender.step()
    desk.run(3 * 3600)
    assert sorted(r.request_id for r in desk.store.rows(["sent"])) == ["0", "1", "4", "5"]
    assert len(desk.crm.records) == len(backup) + 2


def test_a_token_is_asked_for_its_number_until_it_has_one():
    desk = Desk([Accepted(Receipt(token="t-1"), 200)])
    desk.run(120)
    assert (desk.row.state, desk.row.request_id) == ("sent", "")
    assert 3 <= desk.crm.polls <= 6
    desk.crm.tokens["t-1"] = "99"
    desk.run(3600)
    assert desk.row.request_id == "99"
    polls = desk.crm.polls
    desk.run(86400)
    assert desk.crm.polls == polls


def test_retry_after_is_honoured_and_uncharged():
    desk = Desk([NotSent("busy", 429, 600), OK])
    desk.sender.step()
    start = desk.clock.monotonic()
    while len(desk.crm.sent) < 2:
        desk.clock.advance(desk.sender.step() or 0)
    assert 600 <= desk.clock.monotonic() - start <= 1000
    assert desk.row.charged == 0


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_that_jumps_a_year_neither_hastens_nor_stops_anything(days):
    desk = Desk([Unknown(None, "?"), OK], LOOKS)
    desk.sender.step()
    desk.crm.records.clear()
    desk.clock.jump(desk.clock.now() + timedelta(days=days))
    desk.run(14 * 60)
    assert len(desk.crm.sent) == 1
    desk.run(20 * 60)
    assert (len(desk.crm.sent), desk.states()) == (2, ["sent"])


def test_an_error_of_our_own_client_leaves_the_case_in_doubt_and_not_lost():
    desk = Desk([RuntimeError("bug"), OK], LOOKS)
    desk.sender.step()
    assert desk.row.state == "unknown"


def test_an_answer_that_could_not_be_written_is_written_before_anything_else_leaves():
    desk = Desk([OK, Accepted(Receipt(request_id="18"), 200)], cases=2)
    change = desk.store.change

    def full(*_, **__):
        raise NotSavedError("NOT SAVED. The disk is full.")

    desk.store.change = full
    for _ in range(3):
        with pytest.raises(NotSavedError):
            desk.sender.step()
    assert len(desk.crm.sent) == 1
    desk.store.change = change
    desk.run(60)
    assert [r.request_id for r in desk.store.rows()] == ["17", "18"]
    assert len(desk.crm.sent) == 2


def test_an_answer_that_comes_after_the_seat_was_locked_is_kept_until_somebody_signs_in(tmp_path):
    desk = Desk([OK])
    if isinstance(desk.store, MemoryStore):
        return
    sealer = desk.store._sealer
    submit = desk.crm.submit

    def locking(*given, **named):
        desk.store.lock()
        return submit(*given, **named)

    desk.crm.submit = locking
    for _ in range(3):
        with pytest.raises(LockedError):
            desk.sender.step()
    desk.store.unlock(sealer)
    desk.sender.step()
    assert (desk.states(), len(desk.crm.sent)) == (["sent"], 1)


def test_nothing_leaves_while_the_attempt_cannot_be_written():
    desk = Desk([OK])

    def full(*_, **__):
        raise NotSavedError("NOT SAVED. The disk is full.")

    desk.store.begin_attempt = full
    with pytest.raises(NotSavedError):
        desk.sender.step()
    assert desk.crm.sent == []


def test_a_body_that_cannot_be_opened_holds_that_case_alone():
    desk = Desk([OK], cases=2)
    body, damaged = desk.store._body, desk.cases[0].id

    def damaged_body(case_id):
        if case_id == damaged:
            raise SealBrokenError("altered")
        return body(case_id)

    desk.store._body = damaged_body
    desk.run(60)
    assert desk.states() == ["held", "sent"]


def test_send_now_skips_the_waiting_and_says_who_asked():
    desk = Desk([NotSent("busy", 429, 3000), OK])
    desk.sender.step()
    assert desk.sender.step() > 1000
    desk.sender.send_now(desk.cases[0].id, "ana")
    desk.sender.step()
    assert desk.states() == ["sent"]
    assert ("send-now", "ana") in [(e.event, e.actor) for e in desk.store.audit_entries()]


def test_the_senders_thread_sends_what_it_is_woken_for_and_ends_when_told():
    desk = Desk([OK], cases=0)
    done, stop = threading.Event(), threading.Event()
    desk.sender._on_change = lambda row: done.set() if row.state == "sent" else None
    thread = threading.Thread(target=desk.sender.run, args=(stop,))
    thread.start()
    desk.put()
    desk.sender.wake()
    assert done.wait(60)
    stop.set()
    desk.sender.wake()
    thread.join(60)
    assert not thread.is_alive()


def test_a_start_with_a_backlog_is_spread():
    desk = Desk([OK], cases=3)
    late = Delivery(desk.store, desk.crm, KEYS, desk.clock, desk.ids)
    assert 0 < late.step() <= 60
