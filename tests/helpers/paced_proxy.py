"""A TCP proxy on loopback as slow as a modem line: so many bytes a second each way, and a delay before the first of them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit


@contextlib.contextmanager
def paced_proxy(url: str, *, bytes_per_s: float, delay_s: float = 0.0) -> Iterator[str]:
    """Gives the address to use in place of `url`."""
    aim = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection((aim.hostname or "", aim.port or 80))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink, bytes_per_s, delay_s), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{aim.path}"
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _pump(source: socket.socket, sink: socket.socket, bytes_per_s: float, delay_s: float) -> None:
    due = time.monotonic() + delay_s
    with contextlib.suppress(OSError):
        while chunk := source.recv(700):
            due = max(due, time.monotonic()) + len(chunk) / bytes_per_s
            time.sleep(max(0.0, due - time.monotonic()))
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
