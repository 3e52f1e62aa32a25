"""What talking to a CRM costs on the wire (bytes of HTTP both ways without TLS, and requests), and how long imports take.

The CRM is the hub on the demo city with 1,000 open cases, behind a relay that counts; imports read the recorded cities and the
county of the shared data where those are here. Prints JSON."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import structs

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.hub_server import RunningHub, running_hub  # noqa: E402 - the tests' own hub
from helpers.port_ellery import knowledge  # noqa: E402
from taker311.authoring.import_hsds import RECORD, THEMES, read_package  # noqa: E402
from taker311.authoring.import_open311 import import_open311  # noqa: E402
from taker311.authoring.import_open311_city import CityOptions  # noqa: E402
from taker311.authoring.import_open311_sources import Found, from_endpoint, from_folder  # noqa: E402
from taker311.authoring.import_topics import import_topics  # noqa: E402
from taker311.authoring.source import read_source  # noqa: E402
from taker311.base.ids import SeededIds  # noqa: E402
from taker311.cases.city_cases import CityCases  # noqa: E402
from taker311.cases.model import Case, CaseAnswer  # noqa: E402
from taker311.cases.submission import make_submission  # noqa: E402
from taker311.crm.client import Open311  # noqa: E402
from taker311.crm.compare import codes_of  # noqa: E402
from taker311.crm.dialects import BUILT_IN  # noqa: E402
from taker311.crm.model import Accepted  # noqa: E402
from taker311.crm.probe import probe  # noqa: E402
from taker311.hub.store import NewCase  # noqa: E402
from taker311.intake.model import Caller  # noqa: E402
from taker311.net.http import Http  # noqa: E402
from taker311.places.model import Place  # noqa: E402

CASES = 1_000
TODAY = date(2026, 11, 22)


class Relay:
    """Loopback to loopback, counting what passes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sent = self.received = self.requests = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def reset(self) -> None:
        self.sent = self.received = self.requests = 0

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.requests += 1
            far = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._pass, args=(near, far, "sent"), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, "received"), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, what: str) -> None:
        try:
            while data := source.recv(65536):
                setattr(self, what, getattr(self, what) + len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return


def a_case(ids: SeededIds, service: str) -> Case:
    texts = [f"Question number {n} of the script?" for n in range(8)]
    return Case(
        id=ids.uuid(), ref="K3F7QX2D", created_at=datetime.now(UTC), agent="ana", topic_id="t", topic_title="Pothole", script_id="s",
        script_version=1, kb_version="v", service_code=service, agency="streets",
        answers=tuple(CaseAnswer(f"q{n}", text, "An answer of some words", key="key", public=True, open311=f"A{n}" if n < 4 else "") for n, text in enumerate(texts)),
        place=Place(kind="address", label="1204 Washington Street", lat=42.65, lon=-70.61),
        caller=Caller(anonymous=False, first_name="Ann", last_name="Example", phone="+12025550142", consent=True),
    )  # fmt: skip


def wire(hub: RunningHub) -> dict[str, object]:
    codes = sorted({code for script in knowledge().scripts for code in codes_of(script)})
    near = sorted({code for script in knowledge().scripts if script.duplicates_m for code in codes_of(script)})
    now = datetime.now(UTC)
    for number in range(CASES):
        code = codes[number % len(codes)]
        at = now - timedelta(minutes=number * 60)
        hub.store.add_case(
            NewCase(
                "x",
                code,
                "realtime",
                (),
                at,
                description="x" * 200,
                address=f"{number} Elm Street",
                lat=42.6 + number / 10_000,
                lon=-70.6,
            )
        )
    relay = Relay(int(hub.url.split(":")[2].split("/")[0]))
    url = f"http://127.0.0.1:{relay.port}/open311/v2/"
    dialect = BUILT_IN["hub"]
    client = Open311(Http("taker311/bench"), url, dialect, hub.key)
    city = knowledge().city
    found: dict[str, object] = {}

    def counted(name: str, work) -> object:
        relay.reset()
        began = time.perf_counter()
        result = work()
        took = time.perf_counter() - began
        found[name] = {
            "requests": relay.requests,
            "sent": relay.sent,
            "received": relay.received,
            "ms": round(took * 1000),
        }
        return result

    ids = SeededIds(1)
    submission = make_submission(a_case(ids, codes[0]), dialect, city, ids.uuid())
    outcome = counted("submit", lambda: client.submit(submission))
    assert isinstance(outcome, Accepted), outcome
    assert counted("status_look_up", lambda: client.request(outcome.receipt.request_id))
    cases = CityCases()
    counted("duplicates_refresh", lambda: cases.refresh(client, near, now))
    found["duplicates_kept"] = len(cases.near((), 42.65, -70.6, 1e7))
    plain = Open311(Http("taker311/bench"), url, structs.replace(dialect, accept_encoding=False), hub.key)
    counted("duplicates_refresh_unpacked", lambda: CityCases().refresh(plain, near, now))
    counted("services", client.services)
    counted("probe", lambda: probe(Http("taker311/bench"), url, key=hub.key))
    relay.close()
    return found


def imported(name: str, found: Found) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        report = import_open311(found, Path(folder), CityOptions(name=name, today=TODAY))
        took = time.perf_counter() - began
        source = read_source(Path(folder), today=TODAY)
    return {
        "services": report.services,
        "definitions": report.definitions,
        "s": round(took, 2),
        "check_errors": source.findings.errors,
    }


def imports(hub: RunningHub) -> dict[str, object]:
    began = time.perf_counter()
    live = from_endpoint(hub.url, http=Http("taker311/bench"), dialect="hub")
    rows: dict[str, object] = {
        "live_hub_fetch_s": round(time.perf_counter() - began, 2),
        "live_hub": imported("Port Ellery", live),
    }
    shared = Path(os.environ.get("TAKER311_SHARED") or ROOT.parent / "shared") / "data"
    for city in ("washington_dc", "bloomington"):
        if (shared / "open311" / city).is_dir():
            rows[city] = imported(city, from_folder(shared / "open311" / city))
    if (shared / "hsds" / "miami").is_dir():
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            package = read_package(shared / "hsds" / "miami")
            report = import_topics(
                package.entries,
                Path(folder),
                CityOptions(name="Miami", today=TODAY),
                record=RECORD,
                source="the package",
                themes=THEMES,
            )
            took = time.perf_counter() - began
            source = read_source(Path(folder), today=TODAY)
            rows["hsds_miami"] = {
                "services": report.services,
                "s": round(took, 2),
                "with_check_s": round(time.perf_counter() - began, 2),
                "check_errors": source.findings.errors,
            }
    return rows


def main() -> None:
    with running_hub(knowledge=knowledge()) as hub:
        result = {"benchmark": "open311", "cases": CASES, "imports": imports(hub), "wire": wire(hub)}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
