"""HTTP with a deadline around the whole attempt, caps on what comes back, and failures that say whether bytes may have left.

The one place that speaks HTTP; the library is imported when the first request is made.
"""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    import ssl

    import httpx

MAX_BYTES = 16 * 1024 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` has lower-case names; `body` is decoded (gzip, deflate) and at most `max_bytes` long."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


# Given the status and the headers, what takes the body's bytes as they arrive; None leaves them to `Response.body`.
Receive = Callable[[int, Mapping[str, str]], Callable[[bytes], None] | None]


class HttpError(Exception):
    """No usable reply. `str()` is a sentence that begins with the address and holds nothing of the request's body."""


class NotConnected(HttpError):  # noqa: N818 - named for what is known, as its sibling is
    """Surely nothing was accepted: no such host, refused, no connection in time, no trusted TLS, or no byte of the body left."""


class Broken(HttpError):  # noqa: N818 - named for what is known, as its sibling is
    """Bytes may have left and no whole reply came back."""


@dataclass(slots=True)
class _Limits:
    connect_s: float
    read_s: float
    write_s: float
    max_bytes: int
    deadline: float

    def left(self) -> float:
        return self.deadline - time.monotonic()


@dataclass(slots=True)
class _Attempt:
    """What the worker of one request and the thread that waits for it share."""

    done: threading.Event = field(default_factory=threading.Event)
    body_started: bool = False
    given_up: bool = False
    response: Response | None = None
    error: BaseException | None = None
    client: Any = None
    receive: Receive | None = None


class Http:
    """Requests from any thread, each over a connection of its own: a kept connection that the server has just dropped would
    turn a POST that never left into one that may have."""

    def __init__(self, user_agent: str, *, trust_env: bool = True) -> None:
        self._user_agent = user_agent
        self._trust_env = trust_env
        self._tls: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def request(  # noqa: PLR0913 - the four deadlines are one idea, and every one has a default
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        connect_s: float = 5,
        read_s: float = 20,
        write_s: float = 30,
        total_s: float = 60,
        max_bytes: int = MAX_BYTES,
        receive: Receive | None = None,
    ) -> Response:
        """One reply, whatever its status. Raises NotConnected or Broken within `total_s` seconds, DNS and trickled bytes
        included. A GET follows up to three redirects on the same host, never from https to http; nothing else follows any.

        `receive` lets a caller keep what came before a line broke; it is called in another thread, which may outlive this
        call by one chunk."""
        limits = _Limits(connect_s, read_s, write_s, max_bytes, time.monotonic() + total_s)
        attempt = _Attempt(receive=receive)
        sent = {"user-agent": self._user_agent, "accept-encoding": "gzip, deflate", "connection": "close"}
        sent.update({name.lower(): value for name, value in (headers or {}).items()})

        def work() -> None:
            try:
                attempt.response = self._follow(attempt, method.upper(), url, sent, body, limits)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
                attempt.error = error
            finally:
                attempt.done.set()

        threading.Thread(target=work, name="http", daemon=True).start()
        place = _place(url)
        if not attempt.done.wait(total_s):
            attempt.given_up = True
            _close(attempt.client)
            if body is not None and not attempt.body_started:
                raise NotConnected(f"{place}: no connection within {total_s:g} seconds.")
            raise Broken(f"{place}: no whole reply within {total_s:g} seconds.")
        if attempt.response is not None:
            return attempt.response
        raise _as_ours(attempt, place, had_body=body is not None) from attempt.error

    def _follow(
        self, attempt: _Attempt, method: str, url: str, headers: dict[str, str], body: bytes | None, limits: _Limits
    ) -> Response:
        for _ in range(_MAX_REDIRECTS):
            response = self._once(attempt, method, url, headers, body, limits)
            target = urljoin(url, response.headers.get("location", ""))
            if method != "GET" or response.status not in _REDIRECTS or not _may_follow(url, target):
                return response
            url = target
        return self._once(attempt, method, url, headers, body, limits)

    def _once(
        self, attempt: _Attempt, method: str, url: str, headers: dict[str, str], body: bytes | None, limits: _Limits
    ) -> Response:
        import httpx

        if not _usable(url):
            raise NotConnected(f"{_place(url)}: this is no http or https address.")
        timeout = httpx.Timeout(
            connect=_within(limits, limits.connect_s),
            read=_within(limits, limits.read_s),
            write=_within(limits, limits.write_s),
            pool=_within(limits, limits.connect_s),
        )
        trust_env = self._trust_env and urlsplit(url).hostname not in _LOOPBACK
        client = httpx.Client(timeout=timeout, verify=self._tls_context(), trust_env=trust_env, follow_redirects=False)
        attempt.client = client
        sent = dict(headers)
        content: Iterator[bytes] | None = None
        if body is not None:
            sent["content-length"] = str(len(body))
            content = _body(attempt, body)
        try:
            with client.stream(method, url, headers=sent, content=content) as reply:
                came = {name.lower(): value for name, value in reply.headers.items()}
                take = attempt.receive(reply.status_code, came) if attempt.receive else None
                body = _read(attempt, reply, limits, take)
                return Response(status=reply.status_code, headers=came, body=body, url=url)
        finally:
            _close(client)

    def _tls_context(self) -> ssl.SSLContext:
        import ssl

        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls


def _usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _within(limits: _Limits, seconds: float) -> float:
    return max(0.001, min(seconds, limits.left()))


def _body(attempt: _Attempt, body: bytes) -> Iterator[bytes]:
    attempt.body_started = True
    yield body


def _read(
    attempt: _Attempt, reply: httpx.Response, limits: _Limits, take: Callable[[bytes], None] | None = None
) -> bytes:
    decode = _Decoder("" if take else reply.headers.get("content-encoding", ""), limits.max_bytes)
    raw = 0
    for chunk in reply.iter_raw():
        raw += len(chunk)
        if raw > limits.max_bytes:
            raise Broken(f"{_place(str(reply.url))}: the reply is longer than {limits.max_bytes:,} bytes.")
        (take or decode.feed)(chunk)
        if attempt.given_up or limits.left() <= 0:
            raise Broken(f"{_place(str(reply.url))}: no whole reply in time.")
    return decode.finish()


class _Decoder:
    """Undoes a content encoding without ever holding more than the cap."""

    def __init__(self, encoding: str, cap: int) -> None:
        self._encoding = encoding.strip().lower()
        self._cap = cap
        self._out = bytearray()
        self._zlib: Any = None
        if self._encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise Broken(f"the reply is packed as '{self._encoding[:20]}', which was not asked for.")

    def feed(self, chunk: bytes) -> None:
        if self._encoding in {"", "identity"}:
            self._out += chunk
            return
        if self._zlib is None and chunk:
            # Half of the servers that say deflate send it without the zlib header (RFC 9110, 8.4.1.2).
            bare = self._encoding == "deflate" and (chunk[0] & 0x0F) != 8
            self._zlib = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
        try:
            while chunk:
                self._out += self._zlib.decompress(chunk, self._cap + 1 - len(self._out))
                if len(self._out) > self._cap:
                    raise Broken(f"the reply unpacks to more than {self._cap:,} bytes.")
                chunk = self._zlib.unconsumed_tail
        except zlib.error as error:
            raise Broken("the reply's packing is damaged.") from error

    def finish(self) -> bytes:
        if self._zlib is not None and not self._zlib.eof:
            raise Broken("the reply's packing ends too early.")
        return bytes(self._out)


def _may_follow(url: str, target: str) -> bool:
    here, there = urlsplit(url), urlsplit(target)
    if here.hostname != there.hostname or target == url:
        return False
    if here.scheme == "http" and there.scheme == "https":
        return True
    return (here.scheme, here.port) == (there.scheme, there.port)


def _as_ours(attempt: _Attempt, place: str, *, had_body: bool) -> HttpError:
    import httpx

    error = attempt.error
    if isinstance(error, HttpError):
        sentence = str(error)
        return type(error)(sentence if sentence.startswith(place) else f"{place}: {sentence}")
    before_sending = isinstance(
        error,
        httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError | httpx.UnsupportedProtocol
        | httpx.InvalidURL,
    )  # fmt: skip
    if before_sending or (had_body and not attempt.body_started):
        return NotConnected(f"{place}: no connection ({_reason(error)}).")
    return Broken(f"{place}: the connection broke before a whole reply came ({_reason(error)}).")


def _reason(error: BaseException | None) -> str:
    from taker311.base.text import clean_line

    name = type(error).__name__
    words = {
        "ConnectTimeout": "it took too long",
        "ReadTimeout": "no answer in time",
        "WriteTimeout": "it would not take the request in time",
        "RemoteProtocolError": "it hung up or did not speak HTTP",
        "ReadError": "it was cut while reading",
        "WriteError": "it was cut while writing",
    }
    return words.get(name) or clean_line(str(error), limit=160) or name


def _place(url: str) -> str:
    """Scheme, host and port only: paths and queries may carry ids and keys."""
    from taker311.base.text import clean_line

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return clean_line(url, limit=60)
    return clean_line(f"{parts.scheme}://{host}{port}" if host else url, limit=120)


def _close(client: Any) -> None:
    if client is not None:
        with contextlib.suppress(Exception):
            client.close()
