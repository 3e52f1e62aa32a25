"""A desk on the mini city in which every text that strangers write holds a payload; see test_terminal_wall.py.

Run as  hostile_desk.py SOCKET DOORS ; with DOORS 'open' nothing is cleaned on the way in, so that only the exits hold.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from helpers import stations
from helpers.desk_child import MeasuredDesk
from helpers.mini_city import compiled
from helpers.screens import STATUS
from taker311.base.clock import ManualClock
from taker311.desk.draw import plain
from taker311.knowledge import bundle as bundles
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Gazetteer, Knowledge
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex
from taker311.station.model import Notice

# Fields that hold words for people; ids, conditions and numbers stay as they are.
_WORDS = frozenset(
    [
        "names",
        "titles",
        "title",
        "say",
        "said",
        "details",
        "question",
        "answer",
        "texts",
        "claims",
        "ask",
        "asks",
        "why",
        "whys",
        "label",
        "labels",
        "hours",
        "transfer",
        "keywords",
        "greeting",
        "hint",
    ]
)


def spoiled(value: Any, payload: str, inside: bool = False) -> Any:
    """A copy with the payload after every word for people."""
    if isinstance(value, str):
        return value + payload if inside else value
    if isinstance(value, dict):
        return {k: spoiled(v, payload, inside or k in _WORDS) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [spoiled(v, payload, inside) for v in value]
    return value


def hostile_city(payload: str) -> tuple[Knowledge, Gazetteer]:
    knowledge, gazetteer = compiled()
    topics = tuple(
        msgspec.structs.replace(topic, transfer=None) if topic.transfer else topic for topic in knowledge.topics
    )
    plain = msgspec.to_builtins(msgspec.structs.replace(knowledge, topics=topics))
    landmarks = tuple(msgspec.structs.replace(place, name=place.name + payload) for place in gazetteer.landmarks)
    made = msgspec.convert(spoiled(plain, payload), Knowledge)
    return made, msgspec.structs.replace(gazetteer, landmarks=landmarks)


class HostileDesk(MeasuredDesk):
    def __init__(self, socket: str) -> None:
        self._payload = ""
        clock = ManualClock(stations.NOW)

        class Place:
            station = stations.station(clock=clock)
            status = staticmethod(self._now)

        super().__init__(Place, clock, socket, "dark")  # type: ignore[arg-type]
        self.seen: list[str] = []

    def _now(self) -> Any:
        return msgspec.structs.replace(
            STATUS,
            city=f"Minton {self._payload}",
            agent=f"Sam {self._payload}",
            notices=(Notice("note", f"A notice {self._payload}"),),
            open_calls=(),
        )

    def do_walk(self, payload: str) -> None:
        self._task = asyncio.get_running_loop().create_task(self._walk(payload))

    async def _walk(self, payload: str) -> None:
        self._payload = payload
        self.seen.clear()
        bundle = Bundle.from_bytes(encode_bundle(*hostile_city(payload)))
        index = SearchIndex.build(bundle.knowledge, learn=False)
        places = PlaceIndex.in_memory(bundle.gazetteer())
        stations.mini_bundle = lambda: bundle
        stations.mini_index = lambda: index
        stations.mini_places = lambda: places
        control = self.control
        control.station = self.station = stations.station(clock=self.clock)
        control.refresh()
        await self._drawn()
        for step in self._steps(payload):
            step()
            await self._drawn()
        self.keys += 1
        self._answer()

    def _steps(self, payload: str) -> list[Callable[[], None]]:
        key = self._press
        return [
            lambda: self.control.paste("hole " + payload),
            lambda: self._type(payload),
            lambda: key("ctrl+u", *"brown water"),
            lambda: key("enter"),  # a card with an alert
            lambda: key("escape", "ctrl+u", *"road", "enter"),
            lambda: key("pagedown"),
            lambda: key("f6"),
            lambda: key("escape", "f1"),
            lambda: key("escape", "f9"),
            lambda: key("escape"),
            lambda: key("enter"),
            lambda: key(*"public librar"),
            lambda: key("enter"),
            lambda: key("enter"),
            lambda: key("1"),
            lambda: key("1"),
            lambda: key("f7"),
            lambda: key("escape", "escape", "escape", "escape", "escape"),
            lambda: self._note(payload),
            lambda: self.notify_agent(payload),
        ]

    def _press(self, *keys: str) -> None:
        for key in keys:
            self.control.key("space" if key == " " else key, key if len(key) == 1 else None)

    def _type(self, payload: str) -> None:
        for letter in payload:
            self.control.key(letter, letter)

    def _note(self, payload: str) -> None:
        self.control.menu = None
        self.control.note = f"The CRM says: {payload}"

    def notify_agent(self, payload: str) -> None:
        """A title is what a window manager would show; the desk never sends one."""
        self.title = self.sub_title = f"{payload}"

    async def _drawn(self) -> None:
        self.control.card_arrives()
        self.redraw()
        done = asyncio.Event()
        self.call_after_refresh(self.call_after_refresh, done.set)
        await done.wait()
        driver: Any = self._driver
        while driver._writer_thread._queue.qsize():  # noqa: ASYNC110 - the writer tells nobody when it is done; a frame that the terminal hasn't taken yet would swallow the next
            await asyncio.sleep(0.001)
        driver.flush()
        self.seen.append(plain(self._canvas._lines))

    def do_seen(self, path: str) -> None:
        """Every screen since the last walk began, as text in a file."""
        Path(path).write_text("\n".join(self.seen), encoding="utf-8")


def main(socket: str, doors: str) -> int:
    if doors == "open":
        bundles.scrubbed = lambda value, *rest, **named: value  # type: ignore[assignment]
    app = HostileDesk(socket)
    return app.run(mouse=False) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
