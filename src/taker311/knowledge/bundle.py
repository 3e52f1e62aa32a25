"""The compiled knowledge base as a desk uses it, read from its file in two steps: what is shown before the phone rings, and,
when it is first asked for, what calls are taken with."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Raw, structs

from taker311.base.codec import Value, pack, unpack
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
from taker311.knowledge.parts import (
    MAX_FILE,
    DamagedError,
    beginning,
    compress,
    decompress,
    join_parts,
    split_parts,
)
from taker311.knowledge.scrub import scrubbed

T = TypeVar("T")

_FRONT_SIZE = 128_000  # bytes of the unpacked text in which most cities' front ends
_TRIES = 8
_TWO_FIELDS = b"\x82"  # the head of a packed map: agencies, city


class Text(Value, frozen=True):
    """What the part 'text' holds."""

    city: City
    agencies: tuple[Agency, ...]
    topics: tuple[Topic, ...]
    scripts: tuple[Script, ...]
    drills: tuple[Drill, ...] = ()
    drill_sets: tuple[DrillSet, ...] = ()


class Front(Value, frozen=True):
    """What of the part 'text' is shown before the phone rings."""

    city: City


class Notices(Value, frozen=True):
    """What the part 'bulletins' holds."""

    bulletins: tuple[Bulletin, ...] = ()
    rumours: tuple[Rumour, ...] = ()


def encode_bundle(knowledge: Knowledge, gazetteer: Gazetteer, learned: bytes = b"") -> bytes:
    """The same values give the same bytes, on every machine with the pinned zstandard."""
    raw = {
        "text": pack(
            Text(
                knowledge.city,
                knowledge.agencies,
                knowledge.topics,
                knowledge.scripts,
                knowledge.drills,
                knowledge.drill_sets,
            )
        ),
        "bulletins": pack(Notices(knowledge.bulletins, knowledge.rumours)),
        "places": pack(gazetteer),
        "learned": learned,
    }
    return join_parts({name: compress(name, data) for name, data in raw.items() if data})


class Bundle:
    """A knowledge base. Opened, it is whole; at a `glance`, only `city`, `bulletins` and `rumours` are there, and the rest is
    decoded, once, by whatever thread asks for it first. The places are decoded when they are asked for, always."""

    def __init__(self, data: bytes, name: str) -> None:
        """At a glance. Raises UserError where this is no bundle, or where what is read of it is not as it should be."""
        self._name = name
        self._parts = split_parts(data, name)
        self._lock = threading.RLock()
        self._knowledge: Knowledge | None = None
        self._damage: DamagedError | None = None
        self._version = ""
        self._gazetteer: Gazetteer | None = None
        # Kept until everything is decoded, so that nothing is unpacked twice.
        self._raw_text = b""
        self._raw_notices = self.raw_bytes("bulletins")
        self.city = self._front().city
        notices = self._decoded("bulletins", self._raw_notices, Notices) if "bulletins" in self._parts else Notices()
        self.bulletins, self.rumours = notices.bulletins, notices.rumours
        if not self.city.languages or self.city.languages[0] not in self.city.names:
            raise DamagedError(name, "its city has no first language")
        self._look_up_front()

    @classmethod
    def of(cls, knowledge: Knowledge, gazetteer: Gazetteer) -> Bundle:
        """A bundle of values that were never packed: what the checker plays drills on before anything is built."""
        made = cls.__new__(cls)
        made._name, made._parts, made._version = "the source", {}, ""  # noqa: SLF001 - one of its own kind
        made._raw_text = made._raw_notices = b""  # noqa: SLF001 - one of its own kind
        made._lock, made._damage, made._gazetteer = threading.RLock(), None, gazetteer  # noqa: SLF001 - one of its own kind
        made.city, made.bulletins, made.rumours = knowledge.city, knowledge.bulletins, knowledge.rumours
        made._look_up_front()  # noqa: SLF001 - one of its own kind
        made._take(knowledge)  # noqa: SLF001 - one of its own kind
        return made

    @classmethod
    def glance(cls, path: Path) -> Bundle:
        """What the first screen needs, and the hash of every part; raises UserError where the file can't be read or is no
        bundle. What is wrong inside the rest is told, as a DamagedError, to whoever asks for it first."""
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
    def open(cls, path: Path) -> Bundle:
        """Raises UserError where the file can't be read or is no whole bundle."""
        return cls.glance(path).whole()

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "the knowledge base") -> Bundle:
        return cls(data, name).whole()

    def whole(self) -> Bundle:
        """The same, with all that calls are taken with decoded; raises DamagedError where it can't be."""
        self._all()
        return self

    @property
    def knowledge(self) -> Knowledge:
        """Raises DamagedError where a bundle that was only glanced at turns out not to hold what it should."""
        return self._all()

    @property
    def decoded(self) -> bool:
        """Whether asking for a topic waits for nothing."""
        return self._knowledge is not None

    @property
    def damage(self) -> DamagedError | None:
        """What was found to be wrong with the rest of a bundle that was only glanced at."""
        return self._damage

    @property
    def version(self) -> str:
        """By content where it was unpacked anyway: a desk that got a part as a delta packs it in its own way."""
        with self._lock:
            if not self._version and self._parts:
                unpacked = {"text": self._unpacked_text(), "bulletins": self._raw_notices}
                hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in unpacked.items()}
                self._version = hashlib.sha256(
                    "".join(f"{n}:{hashes.get(n, p.sha256)};" for n, (p, _) in self._parts.items()).encode()
                ).hexdigest()[:12]
            return self._version

    def with_topic(self, topic: Topic) -> Bundle:
        """The same knowledge with this one topic as given: a drill's world, never what a desk serves."""
        known = self._all()
        made = copy.copy(self)
        made._topics = {**self._topics, topic.id: topic}  # noqa: SLF001 - one of its own kind
        made._knowledge = structs.replace(  # noqa: SLF001 - one of its own kind
            known, topics=tuple(topic if one.id == topic.id else one for one in known.topics)
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
        return decompress(*self._parts[name], self._name) if name in self._parts else b""

    def gazetteer(self) -> Gazetteer:
        """Decoded at the first call; raises UserError where it can't be."""
        if self._gazetteer is None:
            self._gazetteer = (
                self._decoded("places", self.raw_bytes("places"), Gazetteer) if "places" in self._parts else Gazetteer()
            )
        return self._gazetteer

    def learned(self) -> bytes:
        """What search learned, as its own bytes; empty when nothing was."""
        return self.raw_bytes("learned")

    # An id of nothing is nobody's, so a call without a topic yet waits for no decoding.
    def topic(self, topic_id: str) -> Topic | None:
        return self._topics.get(topic_id) if topic_id and self._all() else None

    def script(self, script_id: str) -> Script | None:
        return self._scripts.get(script_id) if script_id and self._all() else None

    def agency(self, agency_id: str) -> Agency | None:
        return self._agencies.get(agency_id) if agency_id and self._all() else None

    def phone(self, phone_id: str) -> Phone | None:
        return self._phones.get(phone_id)

    def theme(self, theme_id: str) -> Theme | None:
        return self._themes.get(theme_id)

    def bulletin(self, bulletin_id: str) -> Bulletin | None:
        return self._bulletins.get(bulletin_id)

    def rumour(self, rumour_id: str) -> Rumour | None:
        return self._rumours.get(rumour_id)

    def _look_up_front(self) -> None:
        self._knowledge = None
        self._phones = _by_id(self.city.phones)
        self._themes = _by_id(self.city.themes)
        self._bulletins = _by_id(self.bulletins)
        self._rumours = _by_id(self.rumours)

    def _front(self) -> Front:
        part, data = self._parts["text"]
        cut = _cut_to_front(beginning(part, data, _FRONT_SIZE, self._name))
        return self._decoded("text", cut or self._unpacked_text(), Front)

    def _unpacked_text(self) -> bytes:
        with self._lock:
            self._raw_text = self._raw_text or self.raw_bytes("text")
            return self._raw_text

    def _all(self) -> Knowledge:
        """Everything, decoded at the first call: later ones, in whatever thread, get the same or the same refusal."""
        known = self._knowledge
        if known is not None:
            return known
        with self._lock:
            if self._knowledge is not None:
                return self._knowledge
            if self._damage is None:
                try:
                    return self._take(self._decode_all())
                except DamagedError as error:
                    self._damage = error
            raise self._damage

    def _decode_all(self) -> Knowledge:
        text = self._decoded("text", self._unpacked_text(), Text)
        first = self.city.languages[0]
        if any(first not in topic.texts for topic in text.topics):
            raise DamagedError(self._name, "a topic lacks its text in the first language")
        self.version  # noqa: B018 - it is of what was unpacked, which goes now
        self._raw_text = self._raw_notices = b""
        return Knowledge(
            self.city,
            text.agencies,
            text.topics,
            text.scripts,
            self.bulletins,
            self.rumours,
            text.drills,
            text.drill_sets,
        )

    def _take(self, knowledge: Knowledge) -> Knowledge:
        self._agencies = _by_id(knowledge.agencies)
        self._topics = _by_id(knowledge.topics)
        self._scripts = _by_id(knowledge.scripts)
        self._knowledge = knowledge  # last: whoever sees it finds the look-ups made
        return knowledge

    def _decoded(self, part: str, raw: bytes, kind: type[T]) -> T:
        try:
            return scrubbed(unpack(raw, kind), kind)
        except (ValueError, RecursionError, OverflowError) as error:
            raise DamagedError(
                self._name, f"its part '{part}' holds something else than it should (perhaps a newer taker311 made it)"
            ) from error


def _cut_to_front(start: bytes) -> bytes:
    """The fields up to the city of a text's first bytes, as a text that holds nothing else; empty where they can't be told.

    Fields are packed in the order of their names, so one of three names follows. The same bytes may stand within a text:
    what was cut at such a place is no whole value, and the next place is tried.
    """
    behind = [pack(name) for name in sorted(Text.__struct_fields__) if name > "city"]
    for mark in behind:
        at = -1
        for _ in range(_TRIES):
            at = start.find(mark, at + 1)
            if at < 0:
                break
            cut = _TWO_FIELDS + start[1:at]
            try:
                if "city" in unpack(cut, dict[str, Raw]):
                    return cut
            except (ValueError, RecursionError):
                continue
    return b""


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
