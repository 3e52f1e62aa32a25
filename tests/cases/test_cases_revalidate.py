"""A case that waited is compared with what the CRM takes now, right before it is sent; nothing else is held back by that."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from msgspec import structs

from helpers.case_values import AT, make_case, make_submission
from helpers.scripted_crm import ScriptedCrm
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.cases import acts
from taker311.cases.delivery import UNFIT, Delivery
from taker311.cases.memory import MemoryStore
from taker311.cases.model import OutboxRow
from taker311.cases.outbox import Waits
from taker311.cases.reference import References
from taker311.crm.model import Accepted, Dialect, Receipt, Submission
from taker311.crm.tree import CrmError

GONE = "The city no longer has the service TREE."


class Desk:
    def __init__(self, said: str | Exception | None = GONE, waited_s: float = 3600) -> None:
        self.clock, self.ids, self.asked = ManualClock(AT), SeededIds(1), 0
        line = References("7QX", b"sixteen bytes...")
        self.store = MemoryStore(self.clock, lambda: line.at(3))
        self.crm = ScriptedCrm([Accepted(Receipt(request_id="17"), 200)])
        self.sender = Delivery(
            self.store, self.crm, Dialect(honours_idempotency_key=True), self.clock, self.ids, Waits(spread_s=0)
        )

        def revalidate(_submission: Submission) -> str | None:
            self.asked += 1
            if isinstance(said, Exception):
                raise said
            return said

        self.sender.revalidate = revalidate
        case = make_case(self.store.next_reference(), self.ids, created_at=self.clock.now())
        self.store.enqueue(case, make_submission(case, self.ids))
        self.case_id = case.id
        self.clock.advance(waited_s)

    @property
    def row(self) -> OutboxRow:
        return self.store.row(self.case_id)


def test_a_case_that_no_longer_fits_is_held_with_the_reason_and_never_leaves() -> None:
    desk = Desk()
    desk.sender.step()
    assert (desk.row.state, desk.row.last_class, desk.row.last_reason) == ("held", UNFIT, GONE)
    assert desk.row.attempts == 0
    assert desk.crm.sent == []


@pytest.mark.parametrize("said", [None, CrmError("down"), RuntimeError("bug")])
def test_a_case_that_fits_or_can_not_be_compared_goes_out(said: Exception | None) -> None:
    desk = Desk(said)
    desk.sender.step()
    assert (desk.row.state, desk.asked) == ("sent", 1)


def test_a_case_that_was_just_taken_costs_no_question() -> None:
    desk = Desk(waited_s=60)
    desk.sender.step()
    assert (desk.row.state, desk.asked) == ("sent", 0)


def test_a_case_that_may_have_landed_goes_again_unchanged() -> None:
    desk = Desk()
    desk.store.change(
        desk.case_id, lambda r: structs.replace(r, ambiguous=True, ever_unknown=True), desk.clock.now(), event="x"
    )
    desk.sender.step()
    assert desk.asked == 0
    assert len(desk.crm.sent) == 1


def test_what_a_person_released_goes_out_as_it_is() -> None:
    desk = Desk()
    desk.sender.step()
    now = desk.clock.now() + timedelta(seconds=1)
    desk.store.change(desk.case_id, partial(acts.released, at=now), now, event="released", actor="sup")
    desk.clock.advance(2)
    desk.sender.step()
    assert (desk.row.state, desk.asked) == ("sent", 1)
