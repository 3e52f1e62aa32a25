"""Where a published knowledge base is fetched from: a web server, or the same files in a folder on a stick.

An origin is never believed: it only gives bytes, never more of them than it was asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from taker311.base.text import clean_line
from taker311.net.http import Broken, Http, HttpError, Response
from taker311.sync.errors import SyncError

_GONE = (403, 404, 410)
_NO_MORE = 416  # of a file that is here to its end already


class Fetched(NamedTuple):
    """`body` is None when nothing changed since `etag`. `waited`: the server held the request until then."""

    body: bytes | None
    etag: str = ""
    waited: bool = False


class Origin(Protocol):
    """Every method raises SyncError; `name` is one of layout's, below the origin."""

    requests: int
    received: int

    @property
    def place(self) -> str:
        """How it is called in a sentence."""
        ...

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:
        """A small file of at most `cap` bytes; with `wait_s` a server that can holds the answer until there is news."""
        ...

    def pull(
        self,
        name: str,
        start: int,
        size: int,
        take: Callable[[int, bytes], None],
        *,
        total_s: float,
        exact: bool = True,
    ) -> None:
        """Gives `take` the file's bytes from `start` on, in order, each with its offset; an offset of 0 after others means that
        the server would not go on from there. What came before an error was given. Never beyond `size`; with `exact` False
        the file may be shorter, and has come to its end where nothing is raised."""
        ...


class HttpOrigin:
    """Counts what it asked for: `requests`, and `received` bytes of bodies."""

    def __init__(self, address: str, http: Http, *, read_s: float = 20) -> None:
        self._base = address if address.endswith("/") else address + "/"
        self._http = http
        self._read_s = read_s
        self.requests = 0
        self.received = 0

    @property
    def place(self) -> str:
        return clean_line(self._base, limit=120)

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:
        headers = {"accept-encoding": "identity"}
        if etag:
            headers["if-none-match"] = etag
        if wait_s:
            headers["prefer"] = f"wait={wait_s:.0f}"
        response = self._ask(name, headers, cap=cap, read_s=self._read_s + wait_s, total_s=total_s + wait_s)
        waited = "wait" in response.headers.get("preference-applied", "")
        if response.status == 304 and etag:
            return Fetched(None, etag, waited)
        self._expect(response, (200,), name)
        self.received += len(response.body)
        return Fetched(response.body, _strong(response.headers.get("etag", "")), waited)

    def pull(
        self,
        name: str,
        start: int,
        size: int,
        take: Callable[[int, bytes], None],
        *,
        total_s: float,
        exact: bool = True,
    ) -> None:
        sink = _Sink(self.place, start, size, take, exact=exact)
        headers = {"accept-encoding": "identity"}
        if start:
            headers["range"] = f"bytes={start}-"
        try:
            response = self._ask(name, headers, cap=size + 1, total_s=total_s, receive=sink.begin)
        except SyncError:
            if sink.trouble is not None:
                raise sink.trouble from None
            raise
        finally:
            self.received += sink.close()
        if sink.trouble is not None:
            raise sink.trouble
        if not sink.taken and not (response.status == _NO_MORE and start and not exact):
            self._expect(response, (200, 206), name)

    def _ask(
        self,
        name: str,
        headers: Mapping[str, str],
        *,
        cap: int,
        total_s: float,
        read_s: float | None = None,
        receive: Callable[[int, Mapping[str, str]], Callable[[bytes], None] | None] | None = None,
    ) -> Response:
        self.requests += 1
        try:
            return self._http.request(
                "GET",
                self._base + name,
                headers=headers,
                read_s=read_s or self._read_s,
                total_s=total_s,
                max_bytes=cap,
                receive=receive,
            )
        except Broken as error:
            if "longer than" in str(error):
                raise SyncError(
                    "refused", f"{self.place}: a file there is longer than it may be; nothing of it was used."
                ) from error
            raise SyncError("offline", str(error)) from error
        except HttpError as error:
            raise SyncError("offline", str(error)) from error

    def _expect(self, response: Response, statuses: tuple[int, ...], name: str) -> None:
        if response.status in statuses:
            if response.headers.get("content-type", "").startswith("text/html"):
                raise portal(self.place)
            return
        if response.status in _GONE:
            raise SyncError("missing", f"{self.place}: it has no {name} ({response.status}); check the address.")
        raise SyncError("offline", f"{self.place}: the server answered {response.status}; the desk tries again later.")


class _Sink:
    """Puts what arrives in the right place, also when the server ignores the range that was asked for."""

    def __init__(
        self, place: str, start: int, size: int, take: Callable[[int, bytes], None], *, exact: bool = True
    ) -> None:
        self._place, self._exact = place, exact
        self._at = start
        self._start = start
        self._size = size
        self._take = take
        self._lock = threading.Lock()
        self._closed = False
        self._count = 0
        self.taken = False
        self.trouble: SyncError | None = None

    def begin(self, status: int, headers: Mapping[str, str]) -> Callable[[bytes], None] | None:
        if headers.get("content-type", "").startswith("text/html") and status in (200, 206):
            self.trouble = portal(self._place)
            return None
        if headers.get("content-encoding", "identity") != "identity":
            self.trouble = SyncError("refused", f"{self._place}: the server packs files that were not to be packed.")
            return None
        if status == 206 and headers.get("content-range", "").replace(" ", "").startswith(f"bytes{self._start}-"):
            pass
        elif status == 200:
            length = headers.get("content-length", "")
            if length.isdigit() and (int(length) != self._size if self._exact else int(length) > self._size):
                self.trouble = SyncError(
                    "refused", f"{self._place}: a file there has another size than was signed; nothing of it was used."
                )
                return None
            self._at = 0
        else:
            return None
        self.taken = True
        return self._feed

    def _feed(self, chunk: bytes) -> None:
        with self._lock:
            if self._closed:
                raise Broken("given up.")
            self._count += len(chunk)
            try:
                if self._at + len(chunk) > self._size:
                    raise SyncError(
                        "refused", f"{self._place}: a file there is longer than was signed; nothing of it was used."
                    )
                self._take(self._at, chunk)
            except SyncError as error:
                self.trouble = error
                raise Broken("refused.") from error
            except OSError as error:
                self.trouble = SyncError(
                    "disk", f"the new knowledge base can't be written ({error.strerror or error}); free some room. What the desk has goes on being used."
                )  # fmt: skip
                raise Broken("refused.") from error
            self._at += len(chunk)

    def close(self) -> int:
        """After this no byte is taken any more; gives how many were."""
        with self._lock:
            self._closed = True
            return self._count


def portal(place: str) -> SyncError:
    return SyncError(
        "portal",
        f"{place}: something else answers there instead of the knowledge base, perhaps a guest network's sign-in page; open a "
        "browser and sign in, or ask the city's IT.",
    )


def _strong(etag: str) -> str:
    return etag if 0 < len(etag) < 200 and etag.isascii() and etag.isprintable() else ""


class WholeFiles:
    """An origin whose files lie there whole, so that nothing is fetched in pieces: a stick, a pack. It is not timed, and the
    hash tells whether it was all."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.requests = 0
        self.received = 0

    @property
    def place(self) -> str:
        return self._place

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:
        raise NotImplementedError

    def pull(
        self,
        name: str,
        start: int,
        size: int,
        take: Callable[[int, bytes], None],
        *,
        total_s: float,
        exact: bool = True,
    ) -> None:
        del total_s, exact
        take(start, (self.get(name, size).body or b"")[start:])


class FolderOrigin(WholeFiles):
    """The published files in a folder. Names are layout's own, so none leads out of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(clean_line(str(folder), limit=200))
        self._folder = folder

    def get(self, name: str, cap: int, *, etag: str = "", wait_s: float = 0, total_s: float = 60) -> Fetched:  # noqa: ARG002 - a folder has no news to wait for
        try:
            with (self._folder / name).open("rb") as file:
                data = file.read(cap + 1)
        except FileNotFoundError as error:
            raise SyncError(
                "missing", f"{self.place}: it has no {name}; name the folder that 'taker311 kb publish' made."
            ) from error
        except OSError as error:
            raise SyncError("disk", f"{self.place}: {name} can't be read ({error.strerror or error}).") from error
        if len(data) > cap:
            raise SyncError("refused", f"{self.place}: a file there is longer than it may be; nothing of it was used.")
        return Fetched(data)
