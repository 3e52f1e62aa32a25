"""What runs behind the line: the city's news come between two calls, and a program's input is its own for passphrases too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers import mini_city
from helpers.publishing import City, bundle
from helpers.static_origin import static_origin
from helpers.stations import mini_bundle
from helpers.waiting import until
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.cases.reading import read_rows
from taker311.cli._line_behind import LineBehind
from taker311.knowledge.bundle import encode_bundle, write_bundle
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace


def test_new_knowledge_comes_in_between_two_calls_and_is_told(tmp_path: Path) -> None:
    city = City(tmp_path / "city")
    city.publish(bundle("Brought up to date."))
    file = tmp_path / "city.kb"
    write_bundle(file, encode_bundle(mini_bundle().knowledge, mini_bundle().gazetteer()))
    place = Workplace(
        mini_bundle(),
        file,
        Seat(tmp_path / "seat", city.clock, None),
        Settings(),
        city.clock,
        SeededIds(1),
        agent="Sam",
    )
    with static_origin(tmp_path / "city" / "repo") as origin:
        behind = LineBehind(
            place, tmp_path / "cache", lambda: None, lambda: city.desk(tmp_path / "fetched", origin.url)
        )
        try:
            behind.begin()
            place.station.do("type", "hole in the road")
            said: list[str] = []

            def came() -> bool:
                behind.take_in()
                said.extend(behind.heard())
                return bool(said) and place._fresh is not None

            until(came)
            assert place.bundle.version == mini_bundle().version, "the open call goes on with what it began with"
            place.station.do("wrapup")
            place.station.do("end", "silent")
            assert place.bundle.version != mini_bundle().version
        finally:
            behind.end()
            place.stop()


def test_from_a_pipe_a_passphrase_is_the_next_line_and_what_goes_to_stderr_is_as_narrow(tmp_path: Path) -> None:
    typed = ".sign-in\nhorses eat apples\nhorses eat apples\nhole in the road\n1\n\n100 wash\n1\n\n1\nno\n\n4\n\n.desk\n.callbacks\n"
    done = subprocess.run(
        [sys.executable, "-m", "taker311", "line", "--kb", str(mini_city.FOLDER), "--agent", "Ana"],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "TAKER311_HOME": str(tmp_path)},
    )
    assert "Signed in as Ana." in done.stdout
    assert "Your reference is" in done.stdout
    assert "horses" not in done.stdout + done.stderr
    assert "Nobody is signed in" in done.stderr
    assert max(len(row) for row in (done.stdout + done.stderr).splitlines()) <= 72
    (row,) = read_rows(tmp_path / "data" / "seats" / "main")
    assert row.topic_id == "pothole"
