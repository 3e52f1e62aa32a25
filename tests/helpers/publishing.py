"""A city that publishes: keys, a repository, and bundles that differ in what a test wants."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs
from tuf.api.metadata import Metadata

from helpers import mini_city
from taker311.authoring.publish import Published, publish, re_sign
from taker311.authoring.publish_keys import KeyFolder
from taker311.authoring.publish_repo import Repo
from taker311.base.clock import ManualClock
from taker311.base.ids import SeededIds
from taker311.knowledge.bundle import encode_bundle
from taker311.knowledge.model import Bulletin, Gazetteer, Topic
from taker311.net.http import Http
from taker311.sync.desk import Syncer
from taker311.sync.fetch import Pace
from taker311.sync.fingerprint import fingerprint_of, in_hex
from taker311.sync.layout import LATEST, Latest, encode_latest

START = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


class City:
    """`clock` is the publisher's and the desks'."""

    def __init__(self, folder: Path, start: datetime = START) -> None:
        self.clock = ManualClock(start)
        self.repo = Repo(folder / "repo")
        self.keys = KeyFolder(folder / "keys", "")
        self.fingerprint = in_hex(fingerprint_of(self.keys.init(self.clock.now())))

    def publish(self, data: bytes) -> Published:
        return publish(data, self.repo, self.keys, self.clock.now())

    def re_sign(self) -> datetime:
        return re_sign(self.repo, self.keys, self.clock.now())

    def desk(self, folder: Path, url: str, *, pace: Pace | None = None) -> Syncer:
        http = Http("tests", trust_env=False)
        return Syncer(folder, url, self.fingerprint, http, self.clock, SeededIds(1), pace=pace)

    def sign(self, content: Any, role: str) -> bytes:
        """A metadata file as this city's key for `role` signs it, whatever it says."""
        metadata: Metadata[Any] = Metadata(content)
        metadata.sign(self.keys.signer(role))
        return bytes(metadata.to_bytes())

    def tamper(self, role: str, change: Callable[[Any], None]) -> None:
        """Signs a changed copy of the newest file of `role` as the next publication: what only a thief of keys can do."""
        targets: Any = Metadata.from_bytes(
            self.repo.read(f"metadata/{self.repo.newest('targets')}.targets.json")
        ).signed
        snapshot: Any = Metadata.from_bytes(
            self.repo.read(f"metadata/{self.repo.newest('snapshot')}.snapshot.json")
        ).signed
        timestamp: Any = Metadata.from_bytes(self.repo.read("metadata/timestamp.json")).signed
        targets.version += 1
        snapshot.version += 1
        timestamp.version += 1
        snapshot.meta["targets.json"].version = targets.version
        timestamp.snapshot_meta.version = snapshot.version
        change({"targets": targets, "snapshot": snapshot, "timestamp": timestamp}[role])
        self.repo.write(f"metadata/{targets.version}.targets.json", self.sign(targets, "targets"))
        self.repo.write(f"metadata/{snapshot.version}.snapshot.json", self.sign(snapshot, "snapshot"))
        self.repo.write("metadata/timestamp.json", self.sign(timestamp, "timestamp"))
        self.poll_file()

    def poll_file(self) -> None:
        """Writes latest.t311 from the files as they are."""
        snapshot, targets = self.repo.newest("snapshot"), self.repo.newest("targets")
        names = ("timestamp.json", f"{snapshot}.snapshot.json", f"{targets}.targets.json")
        files = {name: self.repo.read(f"metadata/{name}") for name in names}
        self.repo.write(LATEST, encode_latest(Latest(max(self.keys.roots()), files)))

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())


@functools.cache
def bundle(mark: str = "", *, bulletin: str = "", places: bool = True, filler: int = 0) -> bytes:
    """The mini city; `mark` changes a topic's details, `bulletin` adds one, `filler` topics of prose make it larger."""
    city = mini_city.knowledge()
    topics = city.topics
    if mark:
        topics = (marked(topics[0], mark), *topics[1:])
    topics += tuple(filling(topics[0], number) for number in range(filler))
    bulletins = city.bulletins
    if bulletin:
        bulletins += (Bulletin("storm", {"en": bulletin}, {"en": bulletin}, urgent=True),)
    knowledge = structs.replace(city, topics=topics, bulletins=bulletins)
    return encode_bundle(knowledge, mini_city.gazetteer() if places else Gazetteer(), b"weights")


def marked(topic: Topic, mark: str) -> Topic:
    text = structs.replace(topic.texts["en"], details=f"{topic.texts['en'].details} {mark}")
    return structs.replace(topic, texts={**topic.texts, "en": text})


def filling(topic: Topic, number: int) -> Topic:
    import random

    chance = random.Random(number)
    words = " ".join("".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 8))) for _ in range(120))
    return structs.replace(marked(topic, words), id=f"zz-filler-{number:04}")
