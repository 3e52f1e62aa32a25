"""Lines that break, disks that are full, programs that are killed: the old base or the new one, never a mixture."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.publishing import City, bundle
from helpers.static_origin import Origin, static_origin
from taker311.knowledge.bundle import Bundle
from taker311.sync import desk as desk_module
from taker311.sync.crash_points import POINTS
from taker311.sync.desk import Syncer
from taker311.sync.fetch import Pace

OLD = Bundle.from_bytes(bundle()).version
NEW = Bundle.from_bytes(bundle("news", filler=30)).version
THIRTY = Bundle.from_bytes(bundle(filler=30)).version
FORTY_FIVE = Bundle.from_bytes(bundle("news", filler=45)).version


def opened(desk: Syncer) -> str:
    path = desk.current()
    return Bundle.open(path).version if path else ""


def without_deltas(city: City) -> None:
    shutil.rmtree(city.repo.folder / "deltas", ignore_errors=True)
    city.poll_file()


def test_a_line_that_breaks_at_every_kilobyte_is_resumed_where_it_broke(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(filler=30))
    size = next((city.repo.folder / "targets").glob("*.text.zst")).stat().st_size
    assert size > 8_000
    for cut in range(0, size, 1024):
        desk = city.desk(tmp_path / f"desk-{cut}", origin.url, pace=Pace(attempts=1))

        def hang_up(path: str, body: bytes, cut: int = cut) -> bytes:
            origin.cut_after = cut if ".text." in path else None
            return body

        origin.change = hang_up
        first = desk.step()
        assert first.kind == "failed", cut
        assert desk.current() is None
        origin.change = origin.cut_after = None
        origin.forget()
        again = city.desk(tmp_path / f"desk-{cut}", origin.url)  # another start of the program
        assert again.step().kind == "updated"
        wanted = next(headers for path, headers in origin.asked if ".text." in path)
        assert wanted.get("range", "bytes=0-") == f"bytes={cut}-"
        assert opened(again) == Bundle.from_bytes(bundle(filler=30)).version


def test_a_delta_that_breaks_at_every_kilobyte_is_resumed_where_it_broke(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(filler=30))
    old = city.desk(tmp_path / "old", origin.url)
    assert old.step().kind == "updated"
    city.publish(bundle("news", filler=45))
    size = next((city.repo.folder / "deltas").glob("*.zst")).stat().st_size
    assert size > 4_000
    for cut in (*range(0, size, 1024), size - 1):
        folder = tmp_path / f"desk-{cut}"
        shutil.copytree(tmp_path / "old", folder)
        desk = city.desk(folder, origin.url, pace=Pace(attempts=1))

        def hang_up(path: str, body: bytes, cut: int = cut) -> bytes:
            origin.cut_after = cut if path.startswith("deltas/") else None
            return body

        origin.change = hang_up
        assert desk.step().kind == "failed", cut
        assert opened(desk) == THIRTY
        origin.change = origin.cut_after = None
        origin.forget()
        again = city.desk(folder, origin.url)  # another start of the program
        assert again.step().kind == "updated"
        (wanted,) = [headers for path, headers in origin.asked if path.startswith("deltas/")]
        assert wanted.get("range", "bytes=0-") == f"bytes={cut}-"
        assert not [path for path in origin.paths() if ".text." in path]  # never the whole part
        assert opened(again) == FORTY_FIVE


def test_a_delta_that_came_whole_before_the_program_was_killed_is_used(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(filler=30))
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    city.publish(bundle("news", filler=45))
    delta = next((city.repo.folder / "deltas").glob("*.zst"))
    kept = tmp_path / "desk" / "incoming" / f"deltas-{delta.name}"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(delta.read_bytes())
    origin.forget()
    assert desk.step().kind == "updated"
    assert opened(desk) == FORTY_FIVE
    assert not [path for path in origin.paths() if ".text." in path]


@pytest.mark.parametrize("piece", [b"\0" * 2_000, b"\0" * 900_000])
def test_pieces_of_a_delta_that_do_not_fit_are_fetched_from_the_beginning(
    city: City, origin: Origin, tmp_path: Path, piece: bytes
) -> None:
    city.publish(bundle(filler=30))
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    city.publish(bundle("news", filler=45))
    delta = next((city.repo.folder / "deltas").glob("*.zst"))
    kept = tmp_path / "desk" / "incoming" / f"deltas-{delta.name}"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(piece)
    origin.forget()
    assert desk.step().kind == "updated"
    assert opened(desk) == FORTY_FIVE
    assert not [path for path in origin.paths() if ".text." in path]


def test_a_long_line_is_taken_in_several_attempts_of_one_look(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle(filler=30))
    origin.cut_after = 6_000
    desk = city.desk(tmp_path / "desk", origin.url, pace=Pace(least=1_000))
    assert desk.step().kind == "updated"
    assert len([path for path in origin.paths() if ".text." in path]) > 1


@pytest.mark.parametrize("fault", ["ranges", "etags"])
def test_a_server_without_ranges_or_with_changing_etags_is_no_obstacle(
    city: City, origin: Origin, tmp_path: Path, fault: str
) -> None:
    city.publish(bundle(filler=30))
    origin.ranges = fault != "ranges"
    origin.new_etags = fault == "etags"
    origin.cut_after = 5_000
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    origin.cut_after = None
    assert desk.step().kind == "updated"
    assert opened(desk) == Bundle.from_bytes(bundle(filler=30)).version


def test_a_partial_file_that_the_disk_damaged_is_fetched_from_its_beginning(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(filler=30))
    origin.cut_after = 5_000
    desk = city.desk(tmp_path / "desk", origin.url, pace=Pace(attempts=1))
    desk.step()
    origin.cut_after = None
    kept = next(path for path in (tmp_path / "desk" / "incoming").iterdir() if path.stat().st_size)
    kept.write_bytes(b"\0" * kept.stat().st_size)
    assert desk.step().kind == "updated"


def test_a_server_error_is_tried_again_later(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    origin.status["latest.t311"] = 503
    desk = city.desk(tmp_path / "desk", origin.url)
    result = desk.step()
    assert (result.kind, result.why) == ("failed", "offline")
    assert "503" in result.sentence
    origin.status.clear()
    assert desk.step().kind == "updated"


@pytest.mark.parametrize("call", ["write_atomically", "save_state"])
def test_a_disk_that_is_full_while_swapping_leaves_the_old_base(
    city: City, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    city.publish(bundle("news", filler=30))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(desk_module, call, full)
        result = desk.step()
    assert (result.kind, result.why) == ("failed", "disk")
    assert "No space left" in result.sentence
    assert opened(desk) == OLD
    assert desk.step().kind == "updated"
    assert opened(desk) == NEW


# ---------------------------------------------------------------- whole programs
def command(home: Path, *words: str, crash_at: str = "", limit: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TAKER311_HOME": str(home), "TAKER311_CRASH_AT": crash_at}
    before: Callable[[], None] | None = None
    if limit:

        def before() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "taker311", *words],
        env=environment,
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settle(home: Path, url: str, fingerprint: str) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text(f'[city]\norigin = "{url}"\nfingerprint = "{fingerprint}"\n')


@pytest.fixture
def live(tmp_path: Path) -> City:
    """A city on the machine's own clock, for programs that ask the machine."""
    return City(tmp_path / "live", datetime.now(UTC))


def test_every_named_point_of_the_code_is_tried() -> None:
    code = Path(desk_module.__file__).parent
    named = {found for file in code.glob("*.py") for found in re.findall(r'point\("(sync\..+?)"\)', file.read_text())}
    assert named == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_every_named_point_leaves_the_old_base_or_the_new_one(live: City, tmp_path: Path, point: str) -> None:
    live.publish(bundle())
    home = tmp_path / "home"
    with static_origin(live.repo.folder) as origin:
        settle(home, origin.url, live.fingerprint)
        desk = live.desk(home / "data" / "city", origin.url)
        if point != "sync.after-trust":
            assert desk.step().kind == "updated"
        live.publish(bundle("news", filler=30))
        without_deltas(live)
        killed = command(home, "sync", "--once", crash_at=point)
        assert killed.returncode == 137, killed.stderr
        assert opened(desk) == (NEW if point == "sync.after-swap" else "" if point == "sync.after-trust" else OLD)
        after = command(home, "sync", "--once")
        assert after.returncode == 0, after.stderr
        assert opened(desk) == NEW


@pytest.mark.parametrize("limit", [100, 1_000, 8_000])
def test_a_disk_that_takes_no_more_leaves_the_old_base(live: City, tmp_path: Path, limit: int) -> None:
    live.publish(bundle())
    home = tmp_path / "home"
    with static_origin(live.repo.folder) as origin:
        settle(home, origin.url, live.fingerprint)
        desk = live.desk(home / "data" / "city", origin.url)
        desk.step()
        live.publish(bundle("news", filler=30))
        without_deltas(live)
        full = command(home, "sync", "--once", limit=limit)
        assert full.returncode == 1, full.stdout
        assert "Traceback" not in full.stderr
        assert full.stderr.startswith("error: ")
        assert opened(desk) == OLD
        assert command(home, "sync", "--once").returncode == 0
        assert opened(desk) == NEW
