"""A desk in a pseudo-terminal whose bytes are counted: each act gives exactly the bytes that it made the desk send."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from helpers.terminal import Terminal
from helpers.waiting import PATIENCE_S

_HERE = Path(__file__).parent
_LEFT_OUT = ("NO_COLOR", "SSH_CONNECTION", "TMUX", "TAKER311_DRIVER", "TEXTUAL_DRIVER")


class City(NamedTuple):
    """A compiled knowledge base and a cache with its index."""

    bundle: Path
    cache: Path


class DeskTerminal:
    """`driver` 'stock' is Textual's own. `raw` of `terminal` is everything; the methods give what one act cost."""

    def __init__(
        self,
        city: City | None,
        folder: Path,
        *,
        driver: str = "",
        theme: str = "dark",
        size: tuple[int, int] = (80, 24),
        environment: dict[str, str] | None = None,
        hostile: str = "",
        kind: dict[str, str] | None = None,
    ) -> None:
        """`kind`: what the terminal says it is. `hostile` runs hostile_desk.py instead, with its doors 'open' or 'closed'."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "seat").mkdir(mode=0o700)
        self._server = socket.socket(socket.AF_UNIX)
        # A socket's name has to be short, however deep the folder of a test lies.
        self._at = Path(tempfile.mkdtemp(prefix="desk-"))
        path = self._at / "s"
        self._server.bind(str(path))
        self._server.listen(1)
        self._server.settimeout(PATIENCE_S)
        if city is not None:
            rest = ["desk_child.py", str(city.bundle), str(city.cache), str(folder / "seat"), str(path), theme]
        else:
            rest = ["hostile_desk.py", str(path), hostile]
        command = [sys.executable, str(_HERE / rest[0]), *rest[1:]]
        base = {k: v for k, v in os.environ.items() if k not in _LEFT_OUT}
        wanted = {"TAKER311_DRIVER": driver, "TAKER311_HOME": str(folder), "HOME": str(folder), **(environment or {})}
        wanted |= {"PYTHONPATH": str(_HERE.parent), "TEXTUAL_FPS": "1000"}  # a test waits for no frame
        self.terminal = Terminal(command, {**base, **wanted}, columns=size[0], lines=size[1], kind=kind)
        self._marks = self._keys = 0
        self._counted = 0
        self._control: socket.socket | None = None

    def __enter__(self) -> DeskTerminal:
        self.terminal.wait(lambda: bool(self.terminal.raw), "the desk to start")
        self._control, _ = self._server.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminal.__exit__(kind, error, trace)
        if self._control is not None:
            self._control.close()
        self._server.close()
        shutil.rmtree(self._at, ignore_errors=True)

    # ------------------------------------------------------------ acts, each with what it cost
    def started(self) -> bytes:
        """Everything up to the first screen."""
        return self._settled()

    def press(self, *keys: str) -> bytes:
        for key in keys:
            self.terminal.press(key)
            self._keys += 1
        return self._settled()

    def paste(self, text: str) -> bytes:
        self.terminal.press(f"\x1b[200~{text}\x1b[201~")
        self._keys += 1
        return self._settled()

    def card(self) -> bytes:
        """The pause after which the card is drawn is over."""
        return self._do("card")

    def advance(self, seconds: float) -> bytes:
        return self._do("advance", seconds=seconds)

    def note(self, text: str) -> bytes:
        return self._do("note", text=text)

    def walk(self, payload: str) -> bytes:
        """A hostile desk shows this payload wherever strangers' text stands."""
        self.tell("walk", payload=payload)
        self._keys += 1
        return self._settled()

    def seen(self, path: Path) -> str:
        """Every screen of the last walk, as text."""
        self._do("seen", path=str(path))
        return path.read_text(encoding="utf-8")

    def tell(self, do: str, **values: object) -> None:
        """An order that is not waited for."""
        assert self._control is not None
        self._control.sendall(json.dumps({"do": do, **values}).encode() + b"\n")

    def _do(self, do: str, **values: object) -> bytes:
        self.tell(do, **values)
        return self._settled()

    def _settled(self) -> bytes:
        self._marks += 1
        mark = f"\x1b[?9{self._marks:06d}h".encode()
        self.tell("mark", number=self._marks, keys=self._keys)
        self.terminal.wait(lambda: mark in self.terminal.raw[self._counted :], f"mark {self._marks}")
        sent = self.terminal.raw[self._counted :]
        self._counted = len(self.terminal.raw)
        return sent.replace(mark, b"")
