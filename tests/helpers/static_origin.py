"""A static web server on loopback with ETags and ranges, which can be told to do what bad lines and bad servers do."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Origin:
    """`asked`: (path, headers) in order. `bytes_out`, `bytes_in` count HTTP bytes, heads included.

    `cut_after`: a body ends so many bytes after it began, without a word; `change`: (path, body) -> another body;
    `ranges` False ignores Range; `new_etags` gives another ETag every time; `status`: path -> a status instead.
    """

    folder: Path
    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bytes_in: int = 0
    bytes_out: int = 0
    cut_after: int | None = None
    change: Callable[[str, bytes], bytes] | None = None
    ranges: bool = True
    new_etags: bool = False
    portal: bool = False
    status: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def forget(self) -> None:
        self.asked.clear()
        self.bytes_in = self.bytes_out = 0


@contextlib.contextmanager
def static_origin(folder: Path) -> Iterator[Origin]:
    origin = Origin(folder)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(origin, self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    origin.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def answer(origin: Origin, request: BaseHTTPRequestHandler) -> None:
    path = request.path.lstrip("/")
    headers = {name.lower(): value for name, value in request.headers.items()}
    with origin.lock:
        origin.asked.append((path, headers))
        origin.bytes_in += len(request.requestline) + 2 + sum(len(n) + len(v) + 4 for n, v in headers.items()) + 2
        count = len(origin.asked)
    file = origin.folder / path
    status = origin.status.get(path, 200 if file.is_file() else 404)
    body = file.read_bytes() if status == 200 else b"not here\n"
    sent = {"content-type": "application/octet-stream", "cache-control": "no-cache"}
    if origin.portal:
        status, body, sent = 200, b"<!doctype html><title>Guest network</title>", {"content-type": "text/html"}
    if origin.change and status == 200:
        body = origin.change(path, body)
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}{count if origin.new_etags else ""}"'
    if status == 200 and not origin.portal:
        sent["etag"] = etag
        wanted = headers.get("range", "")
        if headers.get("if-none-match") == etag:
            status, body = 304, b""
        elif wanted.startswith("bytes=") and origin.ranges:
            start = int(wanted[6:].partition("-")[0])
            if start >= len(body):
                sent["content-range"] = f"bytes */{len(body)}"
                status, body = 416, b""
        if status == 200 and wanted.startswith("bytes=") and origin.ranges:
            sent["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            status, body = 206, body[start:]
    if status != 304:
        sent["content-length"] = str(len(body))
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{n}: {v}\r\n" for n, v in sent.items()) + "connection: close\r\n\r\n"
    data = head.encode() + (body if origin.cut_after is None else body[: origin.cut_after])
    with origin.lock:
        origin.bytes_out += len(data)
    request.close_connection = True
    with contextlib.suppress(OSError):
        request.wfile.write(data)
