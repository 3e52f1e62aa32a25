"""A city with a trainer, a pack for volunteers and a certificate; and a volunteer on a machine that never saw that city."""

from __future__ import annotations

import io
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from helpers import mini_city
from helpers.publishing import City
from taker311 import cli
from taker311.authoring.packing import make_pack
from taker311.base import people_keys, sealing
from taker311.base.clock import SystemClock
from taker311.drills.certificates import Pass, issue
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import DistressCard, Transfer
from taker311.sync.terms import VERSION, Terms

INCIDENT = "Flood 2026"
DRILLS = ("dam-rumour",)
PASSPHRASE = "horses eat apples"
TOPICS = ("tree-problem", "pothole", "library-hours")
ELSEWHERE = Transfer("", "water-line", {"en": "I can connect you, or somebody rings you back."})


def flood_bundle() -> Bundle:
    """The mini city with a card for callers in distress and notices that are in force on every day."""
    known, gazetteer = mini_city.compiled()
    card = DistressCard({"en": "I hear you."}, ({"en": "Listen."},), ("water-line",))
    first = known.bulletins[0]
    bulletins = tuple(
        structs.replace(one, valid_from=None, valid_to=None, must_read=one.id == first.id) for one in known.bulletins
    )
    rumours = tuple(structs.replace(one, valid_to=None) for one in known.rumours)
    made = structs.replace(
        known, city=structs.replace(known.city, distress_card=card), bulletins=bulletins, rumours=rumours
    )
    return Bundle.from_bytes(encode_bundle(made, gazetteer), "flood")


class FloodCity:
    """`private` is the city's recovery key; `must` the bulletin that must be read."""

    def __init__(self, folder: Path, *, crm: str = "", now: datetime | None = None, days: int = 10) -> None:
        self.now = (now or SystemClock().now()).replace(microsecond=0)
        self.folder = folder
        self.signing = City(folder / "signing", self.now)
        self.trainer = people_keys.make(folder / "trainer", "trainer", "Ann", "")
        self.reviewer = people_keys.make(folder / "reviewer", "reviewer", "Rita", "")
        self.public, self.private = sealing.new_pair()
        self.bundle = flood_bundle()
        self.must = next(one.id for one in self.bundle.knowledge.bulletins if one.must_read)
        self.pack = self.make_pack(crm=crm, days=days)
        self.certificate = self.certify("Kim Lee")

    def make_pack(
        self, name: str = "flood.pack", *, crm: str = "", days: int = 10, made: datetime | None = None
    ) -> Path:
        made = made or self.now
        ends = self.now + timedelta(days=days)
        terms = Terms(
            VERSION, INCIDENT, made, ends, (self.trainer.public,), self.public, ELSEWHERE, DRILLS, crm,
            reviewers=(self.reviewer.public,), review_every=2,
        )  # fmt: skip
        data = make_pack(self.bundle, TOPICS, [], ends, self.signing.keys, made, terms)
        path = self.folder / name
        path.write_bytes(data)
        return path

    def certify(
        self, name: str, *, incident: str = INCIDENT, drills: tuple[str, ...] = DRILLS, days: int = 14,
        by: people_keys.Holder | None = None, at: datetime | None = None,
    ) -> Path:  # fmt: skip
        passed = [Pass(drill, 1, 900, "2026-11-20") for drill in drills or ("other",)]
        data = issue(by or self.trainer, name, incident, passed, at or self.now, timedelta(days=days), "1234abcd")
        path = self.folder / f"{name.replace(' ', '-')}-{len(list(self.folder.glob('*.cert')))}.cert"
        path.write_bytes(data)
        return path


class Volunteer:
    """Runs the commands as they are typed, in this process. `code` is the last one's exit code."""

    def __init__(self, city: FloodCity, home: Path, certificate: Path | None = None) -> None:
        self.city, self.home = city, home
        self.certificate = certificate or city.certificate
        self.code = 0

    def _run(self, command: str, *words: str, said: str = "", first: bool = True) -> int:
        read, write = os.pipe()
        os.write(write, f"{PASSPHRASE}\n".encode())
        os.close(write)
        given = (
            ["--fingerprint", self.city.signing.fingerprint, "--certificate", str(self.certificate)] if first else []
        )
        before, kept = sys.stdin, os.environ.get("TAKER311_HOME")
        sys.stdin, os.environ["TAKER311_HOME"] = io.StringIO(said), str(self.home)
        try:
            self.code = cli.main([command, "--pack", str(self.city.pack), *given, "--passphrase-fd", str(read), *words])
        finally:
            sys.stdin = before
            os.environ.pop("TAKER311_HOME")
            if kept is not None:
                os.environ["TAKER311_HOME"] = kept
        return self.code

    def line(self, *said: str, first: bool = True) -> int:
        return self._run("line", said="".join(f"{text}\n" for text in said), first=first)

    def finish(self, *words: str, first: bool = True) -> int:
        return self._run("desk", "--finish", "--hand-over", str(self.home.parent / "out"), *words, first=first)

    @property
    def seat(self) -> Path:
        """Only while there is one."""
        return next(path for path in self.home.glob("data/packs/*/people/*") if path.is_dir())

    @property
    def out(self) -> list[Path]:
        return sorted(path for path in (self.home.parent / "out").rglob("*") if path.is_file())
