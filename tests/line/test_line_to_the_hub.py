"""Calls taken by a program through the line, as a process of its own, to a real hub; and one on a real city's services."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.demo import demo_cache
from helpers.hub_server import running_hub
from taker311.authoring.build import build
from taker311.authoring.source import read_source
from taker311.base.clock import SystemClock
from taker311.base.ids import SeededIds
from taker311.base.settings import CrmSettings, Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.cli.kb import dispatch as kb
from taker311.knowledge.bundle import Bundle, write_bundle
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace


class Line:
    """`taker311 demo --line --json` as a child: `say` gives one input and the object that answers it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.child = subprocess.Popen(
            [sys.executable, "-m", "taker311", "demo", "--line", "--json", "--folder", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TAKER311_HOME": str(folder / "home")},
        )
        self.shown = self._read()

    def _read(self) -> dict[str, Any]:
        assert self.child.stdout is not None
        return json.loads(self.child.stdout.readline())  # type: ignore[no-any-return]

    def say(self, do: str, value: str = "") -> dict[str, Any]:
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps({"do": do, "value": value}) + "\n")
        self.child.stdin.flush()
        self.shown = self._read()
        assert not self.shown["problem"], f"{do} {value!r}: {self.shown['problem']}"
        return self.shown

    def end(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        self.child.wait(60)
        assert self.child.stdout is not None
        self.child.stdout.close()


def take(line: Any, topic: str, place: str) -> str:
    """A whole request: the first choice for every question, no name. Gives the reference."""
    line.say("type", topic)
    line.say("open", topic)
    shown = line.say("intake")
    for _ in range(25):
        if shown["state"] == "done":
            return str(shown["ref"])
        allowed = shown["allowed"]
        if shown["state"] == "readback":
            shown = line.say("new") if "new" in allowed else line.say("confirm")
        elif "new" in allowed:
            shown = line.say("new")
        elif "pick" in allowed and shown["choices"]:
            shown = line.say("pick", "1")
        elif "confirm" in allowed:
            shown = line.say("confirm")
        elif shown["ask"].startswith("Where is it"):
            shown = line.say("answer", place)
        elif any(choice["key"] and "Without a name" in choice["label"] for choice in shown["choices"]):
            shown = line.say("answer", "anonymous")
        else:
            shown = line.say("unknown")
    raise AssertionError(f"the call never ended: {shown}")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(demo_cache(), folder / "cache")
    made = Line(folder)
    yield made
    made.end()


def test_a_program_takes_requests_on_five_topics_and_the_hub_has_each_once(line: Line) -> None:
    topics = ("pothole", "street-light", "missed-collection", "graffiti", "dead-animal")
    refs = []
    for topic in topics:
        refs.append(take(line, topic, "1204 Washington Street"))
        line.say("wrapup")
        assert line.say("end")["state"] == "ready"
    assert len(set(refs)) == 5
    found = _cases(line.folder, 5)
    assert sorted(ref.replace("-", "") for ref in refs) == sorted(found)


def _cases(folder: Path, wanted: int) -> list[str]:
    """The references that stand in the hub's own database, waited for."""
    import re
    import sqlite3
    import time

    end = time.monotonic() + 60
    while True:
        with sqlite3.connect(f"file:{folder / 'hub.db'}?mode=ro", uri=True) as database:
            rows = [row[0] for row in database.execute("SELECT description FROM hub_case")]
        database.close()
        found = [match[1] for row in rows if (match := re.search(r"Ref (\w{8})/", row))]
        if len(found) >= wanted or time.monotonic() > end:
            return found
        time.sleep(0.05)


def test_the_desk_takes_washingtons_pothole_call_with_its_real_questions_in_their_order(
    shared: Path, tmp_path: Path
) -> None:
    city = tmp_path / "dc"
    assert kb(["import", "open311", str(shared / "open311" / "washington_dc"), "-o", str(city)]) == 0
    source = read_source(city)
    assert source.knowledge is not None
    assert len(source.knowledge.topics) == 86
    data = build(source)
    bundle = Bundle.from_bytes(data)
    write_bundle(tmp_path / "dc.kb", data)
    topic = next(
        t for t in bundle.knowledge.topics if bundle.script(t.script) and _service(bundle, t.script) == "S0301"
    )
    with running_hub(knowledge=bundle.knowledge) as hub:
        settings = Settings(crm=CrmSettings(endpoint=hub.url, dialect="hub"))
        seat = Seat(tmp_path / "seat", SystemClock(), open_throwaway(tmp_path / "seat"))
        made = Workplace(bundle, tmp_path / "dc.kb", seat, settings, SystemClock(), SeededIds(5), agent="Sam")
        made.make_ready(tmp_path / "cache")()
        crm = made.connect(hub.url, hub.key)
        try:
            asked, told = _pothole(made, topic.id)
            assert asked[:4] == [
                "Where is the pothole located?",
                "If possible, please identify the type of material is it?",
                "Is it hazardous?",
                "Was there property damage?",
            ]
            assert any("standard is to repair potholes" in text for text in told)
            assert made.station.view().state == "done"
            assert crm is not None
            submission = made.store.submission(made.station.state.finished[-1].case_id)
            outcome = crm.submit(submission)
            assert type(outcome).__name__ == "Accepted", outcome
            assert hub.cases()[0].service_code == "S0301"
        finally:
            made.stop()


def _service(bundle: Bundle, script_id: str) -> str:
    script = bundle.script(script_id)
    return script.service if script else ""


def _pothole(made: Workplace, topic_id: str) -> tuple[list[str], list[str]]:
    """What was asked and what was told, in their order."""
    asked: list[str] = []
    told: list[str] = []
    station = made.station
    station.do("type", "pothole")
    station.do("open", topic_id)
    shown = station.do("intake")
    for _ in range(30):
        if shown.state == "done":
            break
        if shown.state == "readback":
            shown = station.do("confirm")
        elif shown.kind == "place":
            station.do("answer", "14th and U")
            shown = station.do("unverified", "Outside the street list")
        elif shown.kind == "confirm":
            told.append(shown.say)
            shown = station.do("confirm")
        elif any(choice.label == "Without a name" for choice in shown.choices):
            shown = station.do("answer", "anonymous")
        else:
            asked.append(shown.ask)
            shown = station.do("answer", "1") if shown.choices else station.do("unknown")
        assert not shown.problem
    return asked, told
