"""The floor in a terminal: the screen of `floor_view`, read anew behind it every few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from taker311.base.errors import UserError
from taker311.cases.standing import Standing
from taker311.desk.canvas import CanvasApp, WorkDone
from taker311.desk.floor_view import FloorView


class Source(Protocol):
    """Where all desks' words are read (a folder, a hub): `every_s` seconds apart. Both calls may wait, and raise UserError."""

    every_s: float

    def read(self) -> tuple[list[Standing], list[str]]: ...


class FloorApp(CanvasApp):
    """`work` is run in a worker and gives a sentence for the note, as an answer to a call for help does."""

    def __init__(
        self, view: FloorView, source: Source, now: Callable[[], datetime], *, theme: str = "dark", bell: bool = True
    ) -> None:
        super().__init__(theme)
        self.view, self._source, self._now, self._rings = view, source, now, bell
        self._over = threading.Event()
        self._again = threading.Event()

    def on_mount(self) -> None:
        self.set_interval(1.0, self.redraw)
        threading.Thread(target=self._read, name="taker311-floor", daemon=True).start()

    def on_unmount(self) -> None:
        self._over.set()
        self._again.set()

    def read_again(self) -> None:
        self._again.set()

    def behind(self, work: Callable[[], str]) -> None:
        """Does something that may wait, and shows its sentence."""

        def run() -> None:
            try:
                text = work()
            except UserError as error:
                text = str(error)
            self.post_message(WorkDone(lambda: setattr(self.view, "note", text)))
            self.read_again()

        threading.Thread(target=run, name="taker311-answer", daemon=True).start()

    def _read(self) -> None:
        while not self._over.is_set():
            take: Callable[[], object]
            try:
                desks, problems = self._source.read()
                take = self._shows(desks, problems)
            except UserError as error:
                take = self._fails(str(error))
            except Exception as error:  # noqa: BLE001 - a floor that stands still in silence would be worse than any error
                take = self._fails(f"({type(error).__name__})")
            self.post_message(WorkDone(take))
            self._again.wait(self._source.every_s)
            self._again.clear()

    def _shows(self, desks: list[Standing], problems: list[str]) -> Callable[[], None]:
        def take() -> None:
            if self.view.show(desks, problems, self._now()) and self._rings:
                self.bell()

        return take

    def _fails(self, sentence: str) -> Callable[[], None]:
        return lambda: self.view.failed(sentence)

    def redraw(self) -> None:
        width, height = self.size
        self._canvas.show(self.view.draw(width, height, self._now()))
        if self.view.leaving:
            self.exit(0)

    def press(self, key: str, character: str | None) -> None:  # noqa: ARG002 - nothing is typed here
        self.view.key(key)
