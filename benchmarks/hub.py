"""How many cases the hub takes in, and how fast it answers: POSTs over kept connections from threads of this program, on SQLite
and, where TAKER311_POSTGRES names a server (`python3 tools/dev.py postgres .venv/bin/python benchmarks/hub.py`), on PostgreSQL,
with one, two and four hub processes. Prints JSON: requests a second, milliseconds."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from taker311.hub.store import HubStore

ROOT = Path(__file__).resolve().parent.parent
POSTS = int(os.environ.get("TAKER311_BENCH_POSTS", "600"))
THREADS = 8
FORM = "application/x-www-form-urlencoded"


@contextlib.contextmanager
def hubs(database: str, count: int) -> Iterator[list[str]]:
    started: list[subprocess.Popen[str]] = []
    try:
        for _ in range(count):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            words = [sys.executable, "-m", "taker311", "hub", "--kb", str(ROOT / "kb_cache" / "port-ellery")]
            words += ["--port", str(port), "--database", database, "--rate", "0", "--json"]
            started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        yield [json.loads(process.stdout.readline())["url"] for process in started if process.stdout]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(20)


@contextlib.contextmanager
def fresh(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'hub.db'}"
        return
    import sqlalchemy as sa

    address = os.environ["TAKER311_POSTGRES"]
    schema = f"bench_{uuid.uuid4().hex}"
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        yield f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        engine.dispose()


def post(url: str, key: str, count: int, service: str, took: list[float]) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(count):
        idem = str(uuid.uuid4())
        fields = {
            "service_code": service,
            "lat": "42.65",
            "long": "-70.61",
            "description": f"A case of the benchmark\nRef K3F7QX2D/{idem[:8]}",
        }
        headers = {"content-type": FORM, "idempotency-key": f'"{idem}"', "x-api-key": key}
        began = time.perf_counter()
        connection.request("POST", f"{parts.path}requests.json", urlencode(fields), headers)
        reply = connection.getresponse()
        body = reply.read()
        took.append(time.perf_counter() - began)
        assert reply.status == 200, body
    connection.close()


def measure(kind: str, processes: int) -> dict[str, object]:
    with fresh(kind) as database:
        store = HubStore(database)
        key = store.add_key("bench", now=datetime.now(UTC))
        with hubs(database, processes) as urls:
            service = json.loads(_get(f"{urls[0]}services.json"))[0]["service_code"]
            for url in urls:
                post(url, key, 5, service, [])
            alone: list[float] = []
            post(urls[0], key, 100, service, alone)
            took: list[float] = []
            each = POSTS // THREADS
            threads = [
                threading.Thread(target=post, args=(urls[n % len(urls)], key, each, service, took))
                for n in range(THREADS)
            ]
            began = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            wall = time.perf_counter() - began
        store.close()
    return {
        "database": kind,
        "processes": processes,
        "posts": len(took),
        "per_s": round(len(took) / wall, 1),
        "one_at_a_time_ms": _quantiles(alone),
        f"{THREADS}_at_once_ms": _quantiles(took),
    }


def _quantiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50": round(cuts[49] * 1000, 1), "p99": round(cuts[98] * 1000, 1)}


def _get(url: str) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", parts.path)
    return connection.getresponse().read()


def main() -> None:
    kinds = ["sqlite", *(["postgresql"] if os.environ.get("TAKER311_POSTGRES") else [])]
    rows = [measure(kind, processes) for kind in kinds for processes in (1, 2, 4)]
    print(json.dumps({"benchmark": "hub", "cores": os.cpu_count(), "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
