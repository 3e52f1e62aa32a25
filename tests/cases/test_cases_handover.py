"""Cases that leave on a stick: whatever comes in whatever order, with crashes in between, none is lost and none is doubled."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from case_values import AT, MARKER, make_case, make_submission
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scripted_crm import LyingCrm
from virtual_time import drive

from taker311.base import crash
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.sealing import Sealer, key_id, new_pair, new_secrets
from taker311.cases import handover
from taker311.cases.delivery import Delivery
from taker311.cases.inbox import Inbox, Request, hand_over, leave
from taker311.cases.opening import open_store
from taker311.cases.outbox import RECLAIMED
from taker311.cases.receive_keys import ReceiveKeys
from taker311.crm.model import Dialect

DAY = 86400.0


class DiedError(BaseException):
    """The program ended here."""


class Desk:
    """A seat that can die at a named point and be started again."""

    def __init__(self, folder: Path, clock, seed, crm=None, *, keys=False):
        self.folder, self.clock, self.ids = folder, clock, SeededIds(seed)
        self.sealer = Sealer(new_secrets())
        self.crm = crm
        self.dialect = Dialect(honours_idempotency_key=keys, consistent_reads=True, listing_cap=1_000_000)
        self.store = None
        self.start()

    def start(self):
        if self.store is not None:
            self.store.close()
        self.store = open_store(self.folder, self.clock, self.sealer)
        self.sender = Delivery(self.store, self.crm, self.dialect, self.clock, self.ids) if self.crm else None

    def put(self):
        case = make_case(self.store.next_reference(), self.ids, created_at=self.clock.now())
        self.store.enqueue(case, make_submission(case, self.ids))
        return case

    def public(self):
        return ReceiveKeys(self.folder).public(self.sealer)

    def does(self, act, **more):
        return hand_over(self.folder, self.store, Request(act, "ana", **more), self.sealer, self.clock)

    def dies_at(self, point, act, **more):
        """As `does`, but the program ends at that point, if it gets there, and starts again."""
        real = crash.point

        def dying(name):
            if name == point:
                raise DiedError

        crash.point = dying
        try:
            self.does(act, **more)
        except (DiedError, UserError):
            pass
        finally:
            crash.point = real
            self.start()

    def states(self):
        return [r.state for r in self.store.rows()]


@pytest.fixture
def two(tmp_path):
    clock = ManualClock(AT)
    crm = LyingCrm(clock, 1, faulty=0, honours_keys=False)
    desks = Desk(tmp_path / "a", clock, 1, crm), Desk(tmp_path / "b", clock, 2, crm)
    yield desks
    for desk in desks:
        desk.store.close()


def sent(desk, seconds=DAY):
    drive(desk.sender, desk.clock, seconds)


def test_what_waits_leaves_sealed_and_another_desk_sends_it_with_the_same_bytes(two, tmp_path):
    here, there = two
    cases = [here.put() for _ in range(3)]
    file = tmp_path / "stick.cases"
    assert "3 cases left" in here.does("export", file=str(file), to=there.public())
    assert here.states() == ["exported"] * 3
    assert MARKER.encode() not in file.read_bytes()
    sent(here)
    assert here.crm.ledger == []
    assert "3 cases taken in" in there.does("import", file=str(file))
    assert there.states() == ["unknown"] * 3
    for case in cases:
        assert there.store.case(case.id) == case
        assert there.store.submission(case.id) == here.store.submission(case.id)
    sent(there)
    assert there.states() == ["sent"] * 3
    assert sorted(tag for _, tag, _ in there.crm.ledger) == sorted(c.tag for c in cases)


def test_taken_in_again_it_changes_nothing(two, tmp_path):
    here, there = two
    here.put()
    file = tmp_path / "stick.cases"
    here.does("export", file=str(file), to=there.public())
    there.does("import", file=str(file))
    sent(there)
    assert "0 cases taken in" in there.does("import", file=str(file))
    assert there.states() == ["sent"]


def test_taken_back_after_another_desk_sent_it_it_is_found_and_not_sent_again(two, tmp_path):
    here, there = two
    case = here.put()
    file = tmp_path / "stick.cases"
    here.does("export", file=str(file), to=there.public())
    there.does("import", file=str(file))
    sent(there)
    here.does("reclaim", case_id=case.id)
    sent(here)
    assert here.store.row(case.id).request_id == there.store.row(case.id).request_id
    assert len(here.crm.ledger) == 1
    assert [e.actor for e in here.store.audit_entries(case.id) if e.event == "reclaimed"] == ["ana"]


def test_taken_back_without_keys_only_a_person_or_a_destroyed_file_lets_it_go_out_here(two, tmp_path):
    here, there = two
    file = tmp_path / "stick.cases"
    case = here.put()
    here.does("export", file=str(file), to=there.public())
    here.does("reclaim")
    assert here.store.row(case.id).last_class == RECLAIMED
    sent(here)
    assert here.crm.ledger == []
    assert "person" in here.store.row(case.id).last_reason
    there.does("import", file=str(file))
    sent(there)
    sent(here)
    assert here.states() == there.states() == ["sent"]
    assert len(here.crm.ledger) == 1
    other = here.put()
    here.does("export", file=str(tmp_path / "again.cases"), to=there.public())
    here.does("reclaim", unread=True)
    sent(here)
    assert here.store.row(other.id).state == "sent"


def side_by_side(desks, clock, seconds):
    """Both senders at once: each takes its step at the same moment."""
    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        waits = [wait for desk in desks if (wait := desk.sender.step()) is not None]
        clock.advance(min([*waits, end - clock.monotonic()]) + 0.001)


ACTS = (
    "export",
    "export, dies before it is marked",
    "export, dies after it is marked",
    "export, dies before it has its name",
    "import",
    "import, dies in the middle",
    "import, dies between two cases",
    "reclaim",
    "here sends",
    "there sends",
    "a call",
)
_POINTS = {
    "export, dies before it is marked": "change-many.before-commit",
    "export, dies after it is marked": "change-many.after-commit",
    "export, dies before it has its name": "export.before-rename",
    "import, dies in the middle": "import.before-commit",
    "import, dies between two cases": "import.after-commit",
}


@settings(max_examples=25, deadline=None)
@given(keys=st.booleans(), faulty=st.sampled_from([0, 0.5]), acts=st.lists(st.sampled_from(ACTS), max_size=12))
@example(keys=False, faulty=0, acts=["export, dies after it is marked", "reclaim", "here sends", "export", "import"])
@example(keys=False, faulty=0, acts=["export", "reclaim", "import", "there sends", "here sends"])
@example(keys=True, faulty=0, acts=["export", "reclaim", "import", "there sends", "here sends"])
@example(keys=False, faulty=0, acts=["export, dies before it is marked", "here sends", "export", "import"])
def test_in_every_order_and_with_crashes_nothing_is_lost_and_nothing_doubled(keys, faulty, acts):
    root = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    clock = ManualClock(AT)
    crm = LyingCrm(clock, 5, faulty=faulty, honours_keys=keys)
    here, there = Desk(root / "a", clock, 1, crm, keys=keys), Desk(root / "b", clock, 2, crm, keys=keys)
    try:
        cases = [here.put(), here.put()]
        files = []
        for act in acts:
            what, _, _ = act.partition(", ")
            match what:
                case "export":
                    # A crashed export is begun again under the same name.
                    file = files[-1] if files and not files[-1].exists() else root / f"{len(files)}.cases"
                    files += [file] if file not in files else []
                    ask = {"file": str(file), "to": there.public()}
                    here.dies_at(_POINTS.get(act, ""), "export", **ask)
                case "import":
                    for file in files:
                        there.dies_at(_POINTS.get(act, ""), "import", file=str(file))
                case "reclaim":
                    here.dies_at("", "reclaim")
                case "here sends":
                    drive(here.sender, clock, 600)
                case "there sends":
                    drive(there.sender, clock, 600)
                case _:
                    cases.append(here.put())
        crm.healthy = True
        for file in files:
            there.dies_at("", "import", file=str(file))
        side_by_side((here, there), clock, 3 * 3600)
        stored = Counter(tag for _, tag, _ in crm.ledger)
        assert set(stored.values()) <= {1}
        for case in cases:
            rows = [r for d in (here, there) for r in d.store.rows() if r.case_id == case.id]
            if not stored[case.tag]:
                # Not delivered: then it waits somewhere where a person sees it.
                assert any(r.state in ("unknown", "exported", "held") for r in rows)
                assert all(r.state not in ("sent", "purged") for r in rows)
        assert here.store.verify_audit().problem == there.store.verify_audit().problem == ""
    finally:
        here.store.close()
        there.store.close()
        shutil.rmtree(root)


def test_an_export_that_was_cut_short_is_finished_by_the_same_command(two, tmp_path):
    here, there = two
    case = here.put()
    file = tmp_path / "stick.cases"
    ask = {"file": str(file), "to": there.public()}
    here.dies_at("export.before-rename", "export", **ask)
    assert not file.exists()
    assert here.states() == ["exported"]
    with pytest.raises(UserError, match="never finished"):
        there.does("import", file=f"{file}.part")
    assert "1 case left" in here.does("export", **ask)
    there.does("import", file=str(file))
    assert there.store.case(case.id) == case


def test_a_begun_export_whose_cases_were_taken_back_is_not_finished_but_made_anew(two, tmp_path):
    here, there = two
    here.put()
    file = tmp_path / "stick.cases"
    ask = {"file": str(file), "to": there.public()}
    here.dies_at("export.before-rename", "export", **ask)
    first = handover.read_label(Path(f"{file}.part")).id
    here.does("reclaim", unread=True)
    here.put()
    assert "2 cases left" in here.does("export", **ask)
    assert handover.read_label(file).id != first


def test_where_the_stick_is_full_or_gone_every_case_stays(two, tmp_path):
    here, there = two
    here.put()
    with pytest.raises(UserError, match="every case is still here"):
        here.does("export", file=str(tmp_path / "no" / "stick"), to=there.public())
    (tmp_path / "taken").write_text("x")
    with pytest.raises(UserError, match="is there already"):
        here.does("export", file=str(tmp_path / "taken"), to=there.public())
    assert here.states() == ["queued"]
    sent(here)
    with pytest.raises(UserError, match="Nothing waits"):
        here.does("export", file=str(tmp_path / "x"), to=there.public())
    with pytest.raises(UserError, match="No case has left"):
        here.does("reclaim")


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other key", "label", "not ours"])
def test_a_file_that_is_not_what_it_was_takes_nothing_in(two, tmp_path, harm):
    here, there = two
    here.put()
    file = tmp_path / "stick.cases"
    here.does("export", file=str(file), to=new_pair()[0] if harm == "other key" else there.public())
    data = bytearray(file.read_bytes())
    if harm == "cut":
        data = data[:-3]
    elif harm == "flip":
        data[-40] ^= 1
    elif harm == "empty":
        data = bytearray()
    elif harm == "label":
        data = data.replace(b'"count":1', b'"count":0')
    elif harm == "not ours":
        data = bytearray(json.dumps({"version": 1}).encode())
    file.write_bytes(data)
    with pytest.raises(UserError, match=r"stick\.cases"):
        there.does("import", file=str(file))
    assert there.states() == []


def test_a_forged_file_can_neither_name_another_path_nor_bring_control_characters(two, tmp_path):
    here, there = two
    case = here.put()
    parcel = handover.exportable(here.store)[0]
    public, file = there.public(), tmp_path / "forged.cases"

    def forge(parcel):
        file.unlink(missing_ok=True)
        label = handover.Label(1, "x", AT, "0CC", 1, key_id(public).hex())
        handover.write_part(file, [parcel], public, label)
        return there.does("import", file=str(file))

    for wrong in (
        replace(parcel, submission=replace(parcel.submission, path="../services.json")),
        replace(parcel, case=replace(parcel.case, ref="K3F7QX2A")),
        replace(parcel, row=replace(parcel.row, case_id=here.ids.uuid())),
    ):
        with pytest.raises(UserError, match="no case"):
            forge(wrong)
    forge(replace(parcel, case=replace(case, topic_title="Tree\x1b]0;x\x07")))
    assert "\x1b" not in there.store.case(case.id).topic_title


def test_beside_a_running_desk_its_own_sender_exports_and_imports(two, tmp_path):
    import threading

    here, there = two
    case = here.put()
    file = tmp_path / "stick.cases"
    stop = threading.Event()
    inboxes = [Inbox(d.folder, d.store, d.sealer, d.clock) for d in two]

    def serving():
        while not stop.wait(0.02):
            for inbox in inboxes:
                inbox.serve()

    thread = threading.Thread(target=serving)
    thread.start()
    try:
        answer = leave(here.folder, Request("export", "ana", file=str(file), to=there.public()), here.sealer)
        assert "1 case left" in answer.said
        answer = leave(there.folder, Request("import", "ana", file=str(file)), there.sealer)
        assert "1 case taken in" in answer.said
    finally:
        stop.set()
        thread.join()
    assert there.store.case(case.id) == case


def test_a_clock_that_ran_ahead_at_the_first_desk_hides_nothing_from_the_second(two, tmp_path):
    here, there = two
    here.clock.jump(AT.replace(year=AT.year + 1))
    here.put()
    sent(here, 60)
    assert here.states() == ["sent"]
    row = here.store.rows()[0]
    case, submission = here.store.case(row.case_id), here.store.submission(row.case_id)
    here.clock.jump(AT)
    file, public = tmp_path / "x.cases", there.public()
    parcel = handover.Parcel(case, submission, replace(row, state="queued"))
    handover.write_part(file, [parcel], public, handover.Label(1, "x", AT, "", 1, key_id(public).hex()))
    there.does("import", file=str(file))
    sent(there)
    assert there.states() == ["sent"]
    assert len(there.crm.ledger) == 1
