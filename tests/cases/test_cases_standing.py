"""status.json, the floor and the tasks of the ready screen."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from case_values import AT, MARKER, make_case, make_submission
from hub_server import running_hub
from msgspec.structs import replace

from taker311 import cli
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases import acts, outbox, reconcile
from taker311.cases.chores import chores, tell
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.standing import FILE, for_hub, from_hub, read_floor, standing
from taker311.cases.tasks import on_signing_out, tasks
from taker311.crm.desk_link import DeskLink
from taker311.crm.model import Dialect, Refused, Unknown
from taker311.net.http import Http


class Desk:
    def __init__(self, folder, clock=None, seed=1):
        self.folder, self.clock, self.ids = folder, clock or ManualClock(AT), SeededIds(seed)
        self.sealer = Sealer(new_secrets())
        self.store = open_store(folder, self.clock, self.sealer)

    def put(self, outcome=None):
        case = make_case(self.store.next_reference(), self.ids, created_at=self.clock.now())
        self.store.enqueue(case, make_submission(case, self.ids))
        if outcome is not None:
            now = self.clock.now()
            self.store.begin_attempt(case.id, now)
            rule = partial(outbox.after_attempt, outcome=outcome, at=now, ids=self.ids, waits=Waits())
            self.store.change(case.id, rule, now, event="x")
        return case


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "main")
    yield made
    made.store.close()


REFUSED = Refused("held", 400, f"no {MARKER}")


def test_the_desk_tells_every_minute_how_it_stands_and_nothing_of_callers(desk, tmp_path):
    shared = tmp_path / "floor"
    shared.mkdir()
    desk.put()
    refused = desk.put(REFUSED)
    run = chores(desk.folder, desk.store, None, desk.sealer, desk.clock, shared=shared)
    run()
    code = desk.store.line().code
    found = json.loads((shared / f"{code}-main.json").read_text())
    assert found["counts"] == {"held": 1, "queued": 1}
    assert [w["ref"] for w in found["waiting"]] == [refused.ref]
    assert found["audit"]["seq"] == desk.store.audit_head().seq
    for file in (shared / f"{code}-main.json", desk.folder / FILE):
        assert MARKER not in file.read_text()
        assert "TREE" not in file.read_text()
    before = (desk.folder / FILE).read_bytes()
    desk.put()
    run()
    assert (desk.folder / FILE).read_bytes() == before
    desk.clock.advance(61)
    run()
    assert json.loads((desk.folder / FILE).read_text())["counts"]["queued"] == 2


def test_a_shared_folder_that_is_away_disturbs_nothing(desk, tmp_path):
    desk.put()
    assert "can't be left there" in tell(desk.folder, desk.store, desk.clock, tmp_path / "unmounted")
    assert (desk.folder / FILE).exists()


def test_the_floor_shows_silent_desks_first_and_says_so_with_its_exit_code(tmp_path, capsys, monkeypatch):
    shared = tmp_path / "floor"
    shared.mkdir()
    now = SystemClock().now()
    for number, (name, ago, outcome) in enumerate((("a", 0, None), ("b", 3 * 86400, None), ("c", 0, REFUSED)), 1):
        desk = Desk(tmp_path / name, ManualClock(now - timedelta(seconds=ago)), number)
        desk.put(outcome)
        tell(desk.folder, desk.store, desk.clock, shared)
        desk.store.close()
    assert cli.main(["floor", str(shared)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert ["SILENT for 3 d" in lines[0], "for a person" in lines[1], len(lines)] == [True, True, 3]
    assert cli.main(["floor", str(shared), "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["seat"] for r in rows] == ["b", "c", "a"]
    assert [r["stale"] for r in rows] == [True, False, False]
    for name in ("b", "c"):
        next(shared.glob(f"*-{name}.json")).unlink()
    assert cli.main(["floor", str(shared)]) == 0
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    assert cli.main(["floor"]) == 2
    assert cli.main(["floor", str(tmp_path / "nowhere")]) == 2


def test_what_others_put_into_the_shared_folder_harms_nobody(desk, tmp_path, capsys):
    shared = tmp_path / "floor"
    shared.mkdir()
    (shared / "x.json").write_text("not json")
    (shared / "y.json").write_text("[" * 100_000)
    evil = standing(desk.store.rows(), AT, desk="0\x1b]0;x\x07", seat="s\x9b2J", paused="\x1b[31m")
    evil = replace(evil, counts={"a\x1b": 1})
    from taker311.base.codec import to_json

    (shared / "z.json").write_text(to_json(evil))
    found, problems = read_floor(shared)
    assert (len(found), len(problems)) == (1, 2)
    cli.main(["floor", str(shared)])
    out = capsys.readouterr()
    assert not set(out.out + out.err) & {"\x1b", "\x07", "\x9b"}
    with pytest.raises(UserError):
        read_floor(shared / "no")


def test_the_hub_shows_the_same_floor(desk, tmp_path, capsys, monkeypatch):
    refused = desk.put(REFUSED)
    desk.put()
    with running_hub() as hub:
        found = standing(desk.store.rows(), SystemClock().now(), desk="0CC", seat="main", audit=desk.store.audit_head())
        link = DeskLink(Http("tests"), hub.url, hub.key)
        link.tell(for_hub(found, kb_version="kb-1", kb_age_s=5, version="1"))
        (back,) = map(from_hub, link.floor())
        assert (back.for_a_person, back.counts, back.audit) == (1, {"queued": 1, "held": 1}, found.audit)
        monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("TAKER311_API_KEY", hub.key)
        config = tmp_path / "home" / "config"
        config.mkdir(parents=True)
        (config / "settings.toml").write_text(f'[crm]\nendpoint = "{hub.url}"\n')
        assert cli.main(["floor", "--hub", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["waiting"][0]["ref"] == refused.ref


# ---------------------------------------------------------------- tasks
def test_a_refused_case_is_a_task_with_its_reason_and_what_was_promised(desk):
    refused = desk.put(REFUSED)
    desk.put()
    row = replace(desk.store.row(refused.id), promise_day="2026-11-30")
    (task,) = tasks([row, *desk.store.rows(("queued",))], AT)
    assert task.ref == refused.ref
    assert "refused" in task.sentence
    assert "Nov 30" in task.sentence
    assert MARKER not in task.sentence


def test_a_doubt_becomes_a_task_only_when_nothing_but_a_person_can_settle_it(desk):
    doubtful = desk.put(Unknown(None, "?"))
    row = desk.store.row(doubtful.id)
    assert tasks([row], AT) == ()
    (task,) = tasks([reconcile.left_to_person(row)], AT)
    assert task.state == "unknown"
    looked = row
    for minutes in range(1, 60):
        at = AT + timedelta(minutes=minutes)
        looked = reconcile.after_look(looked, [], at, dialect=Dialect(), waits=Waits(), ours=frozenset())
    assert len(tasks([looked], AT)) == 1


def test_a_stick_that_nobody_answered_for_is_a_task_after_a_day(desk):
    row = acts.exported(desk.store.row(desk.put().id))
    assert tasks([row], AT + timedelta(hours=5)) == ()
    assert "stick" in tasks([row], AT + timedelta(days=2))[0].sentence


def test_signing_out_says_how_many_cases_wait_for_somebody_to_sign_in(desk):
    assert on_signing_out(desk.store.rows()) == ""
    desk.put()
    assert "1 case waits" in on_signing_out(desk.store.rows())
    desk.put()
    desk.put(REFUSED)
    assert "2 cases wait" in on_signing_out(desk.store.rows())
