"""A person's yes to an expired stick stands in the seat's signed audit too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from case_values import AT

from taker311.base.clock import ManualClock
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases.city_acts import EVENT, ActsChained
from taker311.cases.opening import open_store
from taker311.sync.acts import FILE, Act, record


def test_what_was_decided_about_the_knowledge_base_is_chained_once_and_by_name(tmp_path: Path) -> None:
    city, clock = tmp_path / "city", ManualClock(AT)
    store = open_store(tmp_path / "seat", clock, Sealer(new_secrets()))
    acts = ActsChained(city)
    assert acts.take(store, AT) == 0
    record(city, Act(AT - timedelta(days=1), "Pat", "accepts an expired timestamp from /media/stick"))
    record(city, Act(AT - timedelta(days=400), "Old", "accepts an expired timestamp from /media/old"))
    with (city / FILE).open("ab") as file:
        file.write(b"\x1b[31m no act at all\n")
    assert acts.take(store, AT) == 1
    assert acts.take(store, AT) == 0
    assert ActsChained(city).take(store, AT) == 0  # another start of the desk
    (entry,) = [entry for entry in store.audit_entries() if entry.event == EVENT]
    assert (entry.actor, entry.said.endswith("from /media/stick")) == ("Pat", True)
    assert not store.verify_audit().problem
    record(city, Act(AT, "Kim", "accepts an expired timestamp from /media/stick"))
    assert acts.take(store, AT) == 1
    store.close()
