"""The compiled knowledge base as one file: four parts that travel and change apart.

`T311KB1\\n`, the header's length (4 bytes, big endian), the header (canonical JSON: a list of parts with name, size,
raw_size, sha256 of the compressed bytes), then the parts, each one zstd frame, in the header's order.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from taker311.base.codec import Value, from_json, pack, to_json, unpack
from taker311.base.errors import UserError
from taker311.base.files import write_atomically
from taker311.knowledge.drills import Drill, DrillSet
from taker311.knowledge.model import (
    Agency,
    Bulletin,
    City,
    Gazetteer,
    Knowledge,
    Phone,
    Rumour,
    Script,
    Theme,
    Topic,
)
from taker311.knowledge.scrub import scrubbed

T = TypeVar("T")

MAGIC = b"T311KB1\n"
PARTS = ("text", "bulletins", "places", "learned")
# Above the largest real city by a wide margin; what is larger is no bundle of ours.
MAX_FILE = 256_000_000
MAX_HEADER = 64_000
MAX_RAW = {"text": 256_000_000, "bulletins": 32_000_000, "places": 512_000_000, "learned": 32_000_000}
# Written down, since another level or version of the library gives other bytes for the same source.
LEVEL = 19
LEVEL_OF_PLACES = 12


class Part(Value, frozen=True):
    """One line of the header: bytes in the file, bytes when decompressed, SHA-256 of the bytes in the file."""

    name: str
    size: int
    raw_size: int
    sha256: str


class Header(Value, frozen=True):
    parts: tuple[Part, ...]


class _Text(Value, frozen=True):
    city: City
    agencies: tuple[Agency, ...]
    topics: tuple[Topic, ...]
    scripts: tuple[Script, ...]
    drills: tuple[Drill, ...] = ()
    drill_sets: tuple[DrillSet, ...] = ()


class _Notices(Value, frozen=True):
    bulletins: tuple[Bulletin, ...] = ()
    rumours: tuple[Rumour, ...] = ()


def encode_bundle(knowledge: Knowledge, gazetteer: Gazetteer, learned: bytes = b"") -> bytes:
    """The same values give the same bytes, on every machine with the pinned zstandard."""
    raw = {
        "text": pack(
            _Text(
                knowledge.city,
                knowledge.agencies,
                knowledge.topics,
                knowledge.scripts,
                knowledge.drills,
                knowledge.drill_sets,
            )
        ),
        "bulletins": pack(_Notices(knowledge.bulletins, knowledge.rumours)),
        "places": pack(gazetteer),
        "learned": learned,
    }
    return join_parts({name: compress(name, data) for name, data in raw.items() if data})


def compress(name: str, raw: bytes) -> tuple[int, bytes]:
    """Raw size and one zstd frame."""
    import zstandard

    level = LEVEL_OF_PLACES if name == "places" else LEVEL
    return len(raw), zstandard.ZstdCompressor(level=level, write_checksum=False, write_content_size=True).compress(raw)


def join_parts(parts: dict[str, tuple[int, bytes]]) -> bytes:
    """A bundle from parts as `compress` gives them; in the order of PARTS whatever the order of the dict."""
    listed = [name for name in PARTS if name in parts]
    header = to_json(
        Header(
            tuple(
                Part(name, len(parts[name][1]), parts[name][0], hashlib.sha256(parts[name][1]).hexdigest())
                for name in listed
            )
        )
    ).encode()
    return b"".join([MAGIC, len(header).to_bytes(4, "big"), header, *(parts[name][1] for name in listed)])


class Bundle:
    """A knowledge base as a desk uses it. `knowledge` is decoded when it is made, the places when they are asked for."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._parts = _split(data, name)
        self._raw_hashes: dict[str, str] = {}
        text = self._decode("text", _Text)
        notices = self._decode("bulletins", _Notices) if "bulletins" in self._parts else _Notices()
        self.knowledge = Knowledge(
            text.city,
            text.agencies,
            text.topics,
            text.scripts,
            notices.bulletins,
            notices.rumours,
            text.drills,
            text.drill_sets,
        )
        # By content where it was unpacked anyway: a desk that got a part as a delta packs it in its own way.
        self.version = hashlib.sha256(
            "".join(f"{n}:{self._raw_hashes.get(n, p.sha256)};" for n, (p, _) in self._parts.items()).encode()
        ).hexdigest()[:12]
        self._gazetteer: Gazetteer | None = None
        self._look_up(self.knowledge)
        if not text.city.languages or text.city.languages[0] not in text.city.names:
            raise _broken(name, "its city has no first language")
        first = text.city.languages[0]
        if any(first not in topic.texts for topic in text.topics):
            raise _broken(name, "a topic lacks its text in the first language")

    def _look_up(self, knowledge: Knowledge) -> None:
        self._agencies = _by_id(knowledge.agencies)
        self._topics = _by_id(knowledge.topics)
        self._scripts = _by_id(knowledge.scripts)
        self._phones = _by_id(knowledge.city.phones)
        self._themes = _by_id(knowledge.city.themes)
        self._bulletins = _by_id(knowledge.bulletins)
        self._rumours = _by_id(knowledge.rumours)

    @classmethod
    def of(cls, knowledge: Knowledge, gazetteer: Gazetteer) -> Bundle:
        """A bundle of values that were never packed: what the checker plays drills on before anything is built."""
        made = cls.__new__(cls)
        made._name, made._parts, made._raw_hashes = "the source", {}, {}  # noqa: SLF001 - one of its own kind
        made.knowledge, made.version, made._gazetteer = knowledge, "", gazetteer  # noqa: SLF001 - one of its own kind
        made._look_up(knowledge)  # noqa: SLF001 - one of its own kind
        return made

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Raises UserError where the file can't be read or is no whole bundle."""
        try:
            size = path.stat().st_size
            if size > MAX_FILE:
                raise UserError(
                    f"{path}: this file is too large for a knowledge base ({size:,} bytes, at most {MAX_FILE:,}); name another."
                )
            data = path.read_bytes()
        except OSError as error:
            raise UserError(
                f"{path}: the knowledge base can't be read ({error.strerror or error}); check the path, or build it with 'taker311 kb build'."
            ) from error
        return cls(data, str(path))

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "the knowledge base") -> Bundle:
        return cls(data, name)

    def with_topic(self, topic: Topic) -> Bundle:
        """The same knowledge with this one topic as given: a drill's world, never what a desk serves."""
        made = copy.copy(self)
        made._topics = {**self._topics, topic.id: topic}  # noqa: SLF001 - one of its own kind
        made.knowledge = structs.replace(
            self.knowledge, topics=tuple(topic if one.id == topic.id else one for one in self.knowledge.topics)
        )
        return made

    def part_hash(self, name: str) -> str:
        """SHA-256 of a part's bytes in the file, hex; empty when it isn't there."""
        return self._parts[name][0].sha256 if name in self._parts else ""

    def part_bytes(self, name: str) -> bytes:
        """A part as it travels, compressed; empty when it isn't there."""
        return self._parts[name][1] if name in self._parts else b""

    def raw_bytes(self, name: str) -> bytes:
        """A part unpacked; empty when it isn't there. Raises UserError where it can't be."""
        return self._raw(name) if name in self._parts else b""

    def gazetteer(self) -> Gazetteer:
        """Decoded at the first call; raises UserError where it can't be."""
        if self._gazetteer is None:
            self._gazetteer = self._decode("places", Gazetteer) if "places" in self._parts else Gazetteer()
        return self._gazetteer

    def learned(self) -> bytes:
        """What search learned, as its own bytes; empty when nothing was."""
        return self._raw("learned") if "learned" in self._parts else b""

    def topic(self, topic_id: str) -> Topic | None:
        return self._topics.get(topic_id)

    def script(self, script_id: str) -> Script | None:
        return self._scripts.get(script_id)

    def agency(self, agency_id: str) -> Agency | None:
        return self._agencies.get(agency_id)

    def phone(self, phone_id: str) -> Phone | None:
        return self._phones.get(phone_id)

    def theme(self, theme_id: str) -> Theme | None:
        return self._themes.get(theme_id)

    def bulletin(self, bulletin_id: str) -> Bulletin | None:
        return self._bulletins.get(bulletin_id)

    def rumour(self, rumour_id: str) -> Rumour | None:
        return self._rumours.get(rumour_id)

    def _raw(self, name: str) -> bytes:
        import zstandard

        part, data = self._parts[name]
        try:
            if zstandard.frame_content_size(data) != part.raw_size:
                raise _broken(self._name, f"the size of its part '{name}' is not what the header says")
            raw = zstandard.ZstdDecompressor().decompress(data, max_output_size=part.raw_size, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise _broken(self._name, f"its part '{name}' can't be unpacked") from error
        if len(raw) != part.raw_size:
            raise _broken(self._name, f"the size of its part '{name}' is not what the header says")
        return raw

    def _decode(self, name: str, kind: type[T]) -> T:
        raw = self._raw(name)
        self._raw_hashes[name] = hashlib.sha256(raw).hexdigest()
        try:
            return scrubbed(unpack(raw, kind), kind)
        except (ValueError, RecursionError, OverflowError) as error:
            raise _broken(
                self._name, f"its part '{name}' holds something else than it should (perhaps a newer taker311 made it)"
            ) from error


def write_bundle(path: Path, data: bytes) -> None:
    """Raises UserError where the disk refuses; `path` is as it was then."""
    try:
        write_atomically(path, data, mode=0o644)
    except OSError as error:
        raise UserError(
            f"{path}: the file can't be written ({error.strerror or error}); name a folder that exists and that you may write to."
        ) from error


def _by_id(values: Iterable[Any]) -> dict[str, Any]:
    return {value.id: value for value in values}


def _broken(name: str, why: str) -> UserError:
    return UserError(f"{name}: this knowledge base is damaged ({why}); fetch or build it again.")


def _split(data: bytes, name: str) -> dict[str, tuple[Part, bytes]]:
    """The parts by name, each with its hash checked; nothing is unpacked yet."""
    if len(data) > MAX_FILE:
        raise _broken(name, f"it has {len(data):,} bytes, more than any city needs")
    if not data.startswith(MAGIC):
        raise UserError(
            f"{name}: this file is no taker311 knowledge base; build one with 'taker311 kb build DIR -o FILE'."
        )
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "big")
    if len(data) < start or length > MAX_HEADER or len(data) < start + length:
        raise _broken(name, "it ends too early")
    try:
        header = from_json(data[start : start + length], Header)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _broken(name, "its table of contents can't be read") from error
    found: dict[str, tuple[Part, bytes]] = {}
    at = start + length
    for part in header.parts:
        if (
            part.name not in PARTS
            or part.name in found
            or part.size < 0
            or not 0 <= part.raw_size <= MAX_RAW[part.name]
        ):
            raise _broken(name, "its table of contents names parts that can't be")
        piece = data[at : at + part.size]
        if len(piece) != part.size or hashlib.sha256(piece).hexdigest() != part.sha256:
            raise _broken(name, f"its part '{part.name}' is not what was published")
        found[part.name] = part, piece
        at += part.size
    if at != len(data) or "text" not in found:
        raise _broken(name, "it holds more or less than its table of contents says")
    return found
