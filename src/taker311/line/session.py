"""A session of the line: reads a line, does it, writes what follows. It ends with its input and keeps what was begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from taker311.base.text import clean_line
from taker311.line import contract, plain
from taker311.station.station import Station

Write = Callable[[str], None]


def run_json(station: Station, lines: Iterable[str], write: Write) -> None:
    """One object for the state at the start, then one for each line read."""
    write(contract.written(station.view()))
    for text in lines:
        asked = contract.read(text)
        if isinstance(asked, str):
            station.problem = asked
        elif asked.do == "quit":
            break
        else:
            write(contract.written(station.do(asked.do, asked.value)))
            continue
        write(contract.written(station.view()))
        station.problem = ""
    station.flush()


def run_plain(station: Station, lines: Iterable[str], write: Write) -> None:
    """Prompts for a person. `?` anywhere lists what is possible, `.quit` ends."""
    _tell(station, write)
    for text in lines:
        shown = station.view()
        if text.strip() == "?":
            write("\n".join(plain.possible(shown)))
            continue
        verb, value = plain.meant(shown, text)
        if verb == "quit":
            break
        if not verb:
            station.problem = f"'{clean_line(text, limit=40)}' means nothing here; ? lists what is possible."
        else:
            station.do(verb, value)
        _tell(station, write)
        station.problem = ""
    station.flush()


def _tell(station: Station, write: Write) -> None:
    shown = station.view()
    if shown.state == "ready" and not shown.problem:
        shown = replace(shown, notice="Type what the caller says. ? lists what is possible.")
    write("\n".join(plain.told(shown)))
