"""How long "saved" takes, how fast a queue drains, and how soon a full one is open again. Prints one JSON object."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from case_values import make_case
from hub_server import SERVICES, running_hub

from taker311.base.clock import SystemClock
from taker311.base.ids import SystemIds
from taker311.base.sealing import Sealer, new_secrets
from taker311.cases.delivery import Delivery
from taker311.cases.opening import open_store
from taker311.cases.outbox import Waits
from taker311.cases.store import SqliteStore
from taker311.cases.submission import make_submission
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.knowledge.model import City, EmergencyCard
from taker311.net.http import Http

CLOCK, IDS = SystemClock(), SystemIds()
CITY = City(
    id="x",
    names={"en": "Port Ellery"},
    languages=("en",),
    time_zone="UTC",
    greeting={"en": ""},
    opens="08:00",
    closes="17:00",
    working_days=(0, 1, 2, 3, 4),
    closures=(),
    closures_until=CLOCK.now().date(),
    themes=(),
    phones=(),
    emergency_words={},
    emergency_card=EmergencyCard(say={"en": ""}),
)
ROWS = 10_000
DRAINED = 1_000


def percentiles(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {"p50_ms": round(times[len(times) // 2] * 1e3, 2), "p99_ms": round(times[int(len(times) * 0.99)] * 1e3, 2)}


def timed(count: int, work: Callable[[], object]) -> dict[str, float]:
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return percentiles(times)


def fill(store: SqliteStore, count: int, service: str = "TREE") -> list[float]:
    times = []
    for _ in range(count):
        case = make_case(store.next_reference(), IDS, created_at=CLOCK.now(), service=service)
        submission = make_submission(case, BUILT_IN["hub"], CITY, IDS.uuid())
        start = time.perf_counter()
        store.enqueue(case, submission)
        times.append(time.perf_counter() - start)
    return times


def drain(folder: Path) -> dict[str, float]:
    """Cases a second to a hub in this same process, so both share its processor."""
    store = open_store(folder, CLOCK, Sealer(new_secrets()))
    fill(store, DRAINED)
    waits = Waits(spread_s=0, recovery_gap_s=0)
    with running_hub(SERVICES) as hub:
        dialect = BUILT_IN["hub"]
        client = Open311(Http("taker311-bench"), hub.url, dialect, hub.key)
        sender = Delivery(store, client, dialect, CLOCK, IDS, waits)
        start = time.perf_counter()
        while sender.step() is not None:
            pass
        took = time.perf_counter() - start
        arrived = len(hub.cases())
    assert arrived == DRAINED, arrived
    store.close()
    return {"cases": arrived, "seconds": round(took, 1), "cases_per_s": round(arrived / took, 1)}


def main() -> None:
    result: dict[str, object] = {"benchmark": "store"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "seat"
        sealer = Sealer(new_secrets())
        store = open_store(folder, CLOCK, sealer)
        case = make_case(store.next_reference(), IDS)
        result["commit"] = timed(500, lambda: store.audit("bench", CLOCK.now(), actor="bench"))
        result["next_reference"] = timed(300, store.next_reference)
        result["enqueue_sealed"] = percentiles(fill(store, 500))
        body = make_submission(case, BUILT_IN["hub"], CITY, IDS.uuid()).body
        result["submit_body_bytes"] = len(body)
        fill(store, ROWS - 500)
        store.close()
        start = time.perf_counter()
        store = open_store(folder, CLOCK, sealer)
        result["open_with_10000_rows_ms"] = round((time.perf_counter() - start) * 1e3)
        result["due_with_10000_rows"] = timed(50, lambda: store.due(CLOCK.now()))
        result["bytes_per_case_on_disk"] = round((folder / "queue.db").stat().st_size / ROWS)
        store.close()
        result["drain"] = drain(Path(name) / "drain")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
