"""A server on loopback that says exactly what a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request as it came: the request line's parts, lower-case headers, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = bytes | Callable[[socket.socket, Asked], None]


@dataclass
class Liar:
    """`url` ends in a slash; `asked` grows with each request; answers are used in turn, the last one for ever."""

    url: str
    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)


def http(status: int, body: bytes | str = b"", *, kind: str = "application/json", **headers: str) -> bytes:
    """A whole reply; `retry_after="3"` becomes the header Retry-After."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever", f"content-type: {kind}", "connection: close"]
    if "content_length" not in headers:
        lines.append(f"content-length: {len(content)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def hang_up(_connection: socket.socket, _asked: Asked) -> None:
    """The request was read and the line goes dead."""


@contextlib.contextmanager
def liar(*answers: Answer) -> Iterator[Liar]:
    listener = socket.create_server(("127.0.0.1", 0))
    told = Liar(url=f"http://127.0.0.1:{listener.getsockname()[1]}/", answers=list(answers))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_converse, args=(connection, told), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _converse(connection: socket.socket, told: Liar) -> None:
    with contextlib.suppress(OSError), connection:
        connection.settimeout(10)
        asked = _read(connection)
        if asked is None:
            return
        told.asked.append(asked)
        answer = told.answers[min(len(told.asked), len(told.answers)) - 1]
        if callable(answer):
            answer(connection, asked)
        else:
            connection.sendall(answer)


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return Asked(method, path, headers, body)


def replies(*bodies: bytes | str) -> Sequence[bytes]:
    """200 replies in JSON."""
    return [http(200, body) for body in bodies]
