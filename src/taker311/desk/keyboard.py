"""What comes from the keyboard, before Textual reads keys out of it: pasted text must not be able to press any, and Esc is
Esc whatever is pressed after it.

Textual takes an escape sequence inside a bracketed paste for keys when it doesn't know it, Enter among them. Most terminals keep
control bytes out of a paste; those that don't must not make a clipboard an agent.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_START, _END = "\x1b[200~", "\x1b[201~"
_LOOK_S = 0.1  # how often a waiting Esc and the end of the program are looked for


class PasteGate:
    """Lets everything through that is typed, and of what is pasted all but control bytes."""

    def __init__(self) -> None:
        self._inside = False
        self._matched = 0  # how much of the mark that is waited for has come

    def through(self, data: str) -> str:
        if not self._inside and not self._matched and "\x1b" not in data:
            return data
        return "".join(map(self._letter, data))

    def _letter(self, letter: str) -> str:
        mark = _END if self._inside else _START
        missed = ""
        if self._matched and letter != mark[self._matched]:
            missed, self._matched = mark[: self._matched], 0
        if letter == mark[self._matched]:
            self._matched += 1
            if self._matched < len(mark):
                return self._shown(missed) if self._inside else letter
            was_inside, self._inside, self._matched = self._inside, not self._inside, 0
            return _END if was_inside else letter
        return self._shown(missed + letter) if self._inside else letter

    @staticmethod
    def _shown(pasted: str) -> str:
        return "".join(c if c.isprintable() or c in "\r\n\t" else "\ufffd" for c in pasted)


_ESC = "\x1b"
_GO_ON = "[O"  # what begins a key of several bytes, after Esc


class EscGate:
    """Tells the key Esc from the first byte of another key. Where a line gathers what is typed, Esc and the key after it come
    together, and Textual would take them for one key with Alt, or for another letter; no key of the desk has Alt."""

    def __init__(self) -> None:
        self._held = False

    def pieces(self, data: str) -> Iterator[str]:
        """The data in pieces; one that is `\\x1b` alone is the key."""
        gathered = ""
        for letter in data:
            if self._held and letter in _GO_ON:
                gathered += _ESC + letter
                self._held = False
                continue
            if self._held or letter == _ESC:
                if gathered:
                    yield gathered
                gathered = ""
            if self._held:
                yield _ESC
            self._held = letter == _ESC
            gathered += "" if self._held else letter
        if gathered:
            yield gathered

    def paused(self) -> Iterator[str]:
        """Told that nothing came for a while: an Esc that waited was the key."""
        if self._held:
            self._held = False
            yield _ESC


class SafeInputDriver(LinuxDriver):
    """Textual's own driver, with the gate before its parser and nothing said of an error but to the app."""

    def run_input_thread(self) -> None:
        """Reads the keyboard until the driver stops; as Textual's, which has no place for a gate."""
        parser, gate, esc = XTermParser(self._debug), PasteGate(), EscGate()
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], _LOOK_S)
            if ready:
                read = os.read(self.fileno, 4096)
                if not read:
                    break
                self._take(parser, esc.pieces(gate.through(decode(read))))
            else:
                self._take(parser, esc.paused())
            for event in parser.tick():
                self.process_message(event)

    def _take(self, parser: XTermParser, pieces: Iterator[str]) -> None:
        for piece in pieces:
            for event in (events.Key("escape", _ESC),) if piece == _ESC else parser.feed(piece):
                self.process_message(event)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - the thread's last wall; the app ends with a sentence
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)  # noqa: SLF001 - its door for this
