"""`taker311 queue show`: what a person sees before deciding about a doubt."""

from __future__ import annotations

import json
import os
from functools import partial

import pytest
from case_values import make_case
from hub_server import running_hub
from test_cases_submission import CITY

from taker311 import cli
from taker311.base.clock import SystemClock
from taker311.base.ids import SystemIds
from taker311.base.keyslots import KeySlots
from taker311.base.passphrase import Cost
from taker311.cases import outbox
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.submission import make_submission
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.model import Accepted, Unknown
from taker311.net.http import Http


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))

    def running(*words):
        read, write = os.pipe()
        os.write(write, b"right words\n")
        os.close(write)
        code = cli.main([*words, "--folder", str(tmp_path / "seat"), "--passphrase-fd", str(read)])
        os.close(read)
        out = capsys.readouterr()
        return code, out.out + out.err

    return running


def test_a_doubt_is_shown_with_its_decisions_and_with_the_citys_cases_that_may_be_it(run, tmp_path, monkeypatch):
    clock, ids = SystemClock(), SystemIds()
    by = KeySlots(tmp_path / "seat", clock, Cost(8, 1, 1)).create("ana", "right words")
    store = open_store(tmp_path / "seat", clock, by.sealer)
    dialect = BUILT_IN["hub"]
    numbers = {}
    with running_hub() as hub:
        client = Open311(Http("tests"), hub.url, dialect, hub.key)
        for which in ("doubtful", "claimed", "another desk"):
            case = make_case(store.next_reference(), ids, created_at=clock.now(), service="TREE")
            submission = make_submission(case, dialect, CITY, ids.uuid())
            outcome = client.submit(submission, service_type="realtime", after_unknown=False)
            assert isinstance(outcome, Accepted)
            numbers[which] = outcome.receipt.request_id
            if which == "another desk":
                continue
            store.enqueue(case, submission)
            store.begin_attempt(case.id, clock.now())
            result = Unknown(None, "?") if which == "doubtful" else outcome
            rule = partial(outbox.after_attempt, outcome=result, at=clock.now(), ids=ids, waits=Waits())
            store.change(case.id, rule, clock.now(), event="x")
            if which == "doubtful":
                ref = case.ref
        store.close()
        code, out = run("queue", "show", ref)
        assert code == 0
        assert "If it is there after all, the city has it twice." in out
        code, out = run("queue", "show", ref, "--candidates")
        assert (code, "No CRM is set" in out) == (2, True)
        config = tmp_path / "home" / "config"
        config.mkdir(parents=True)
        (config / "settings.toml").write_text(f'[crm]\nendpoint = "{hub.url}"\ndialect = "hub"\n')
        monkeypatch.setenv("TAKER311_API_KEY", hub.key)
        code, out = run("queue", "show", ref, "--candidates", "--json")
        assert code == 0, out
        found = json.loads(out)
        assert sorted(found["decisions"]) == ["close", "landed", "resend"]
        assert {c["request_id"] for c in found["candidates"]} == {numbers["doubtful"], numbers["another desk"]}
        _, out = run("queue", "show", ref, "--candidates")
        assert numbers["doubtful"] in out
        assert numbers["claimed"] not in out
