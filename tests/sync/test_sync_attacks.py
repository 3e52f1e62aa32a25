"""Whatever an origin or the line to it does, the desk keeps what the city signed and says in a sentence why."""

from __future__ import annotations

import hashlib
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tuf.api.metadata import Metadata, Root, TargetFile

from helpers.liar import Asked, http, liar
from helpers.publishing import City, bundle
from helpers.static_origin import Origin
from taker311.knowledge.bundle import Bundle
from taker311.sync.desk import Result, Syncer
from taker311.sync.errors import SyncError
from taker311.sync.fetch import Pace
from taker311.sync.layout import LATEST, MAX_LATEST, Latest, decode_latest, encode_latest
from taker311.sync.patch import apply_delta, make_delta, unpack_part

OLD = Bundle.from_bytes(bundle()).version
NEWS = Bundle.from_bytes(bundle("news")).version


@pytest.fixture
def desk(city: City, origin: Origin, tmp_path: Path) -> Syncer:
    """It has publication 1."""
    city.publish(bundle())
    found = city.desk(tmp_path / "desk", origin.url)
    assert found.step().kind == "updated"
    return found


def serves(desk: Syncer, version: str) -> bool:
    path = desk.current()
    return path is not None and Bundle.open(path).version == version


def refused(result: Result, desk: Syncer, why: str, version: str = OLD) -> None:
    assert (result.kind, result.why) == ("failed", why), result
    assert serves(desk, version)
    assert result.sentence.count("\n") == 0
    assert result.sentence[-1] in ".)"
    assert desk.state().trouble == result.sentence


def edit_latest(city: City, change: Callable[[dict[str, bytes]], None]) -> None:
    latest = decode_latest(city.repo.read(LATEST))
    assert latest is not None
    files = dict(latest.files)
    change(files)
    city.repo.write(LATEST, encode_latest(Latest(latest.root, files)))


def test_rollback_to_an_earlier_publication(city: City, desk: Syncer, origin: Origin, tmp_path: Path) -> None:
    shutil.copytree(city.repo.folder, tmp_path / "first")
    city.publish(bundle("news"))
    desk.step()
    origin.folder = tmp_path / "first"
    refused(desk.step(), desk, "older", NEWS)


def test_rollback_is_seen_without_the_librarys_own_memory(
    city: City, desk: Syncer, origin: Origin, tmp_path: Path
) -> None:
    shutil.copytree(city.repo.folder, tmp_path / "first")
    city.publish(bundle("news"))
    desk.step()
    shutil.rmtree(tmp_path / "desk" / "tuf")
    origin.folder = tmp_path / "first"
    refused(desk.step(), desk, "older", NEWS)


def test_freeze_is_told_when_the_signature_runs_out_and_nothing_is_blocked(city: City, desk: Syncer) -> None:
    city.later(days=8)
    refused(desk.step(), desk, "expired")
    assert desk.age(city.clock.now()).level == "very-old"
    city.re_sign()
    assert desk.step().kind == "unchanged"
    assert desk.age(city.clock.now()).level == "fresh"


def test_a_frozen_origin_that_ignores_etags_is_told_too(city: City, desk: Syncer, origin: Origin) -> None:
    origin.new_etags = True
    city.later(days=8)
    refused(desk.step(), desk, "expired")


def test_mix_and_match_of_two_publications(city: City, desk: Syncer) -> None:
    older = decode_latest(city.repo.read(LATEST))
    assert older is not None
    city.publish(bundle("news"))
    edit_latest(city, lambda files: files.update({"2.snapshot.json": older.files["1.snapshot.json"]}))
    refused(desk.step(), desk, "older")


def test_an_older_part_under_the_new_parts_name(city: City, desk: Syncer, tmp_path: Path) -> None:
    old = next((city.repo.folder / "targets").glob("*.text.zst"))
    city.publish(bundle("news"))
    for path in (city.repo.folder / "targets").glob("*.text.zst"):
        if path != old:
            path.write_bytes(old.read_bytes())
    shutil.rmtree(city.repo.folder / "deltas")
    edit_latest(city, lambda files: [files.pop(name) for name in list(files) if name.startswith("deltas/")])
    refused(desk.step(), desk, "refused")


def test_wrong_keys(city: City, desk: Syncer, origin: Origin, tmp_path: Path) -> None:
    other = City(tmp_path / "other")
    for mark in ("one", "two", "three"):
        other.publish(bundle(mark))
    origin.folder = other.repo.folder
    refused(desk.step(), desk, "refused")


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_one_wrong_key(city: City, desk: Syncer, tmp_path: Path, role: str) -> None:
    city.publish(bundle("news"))
    thief = City(tmp_path / "thief")
    for name in {"targets": ("2.targets",), "snapshot": ("2.snapshot",), "timestamp": ("timestamp",)}[role]:
        content: Any = Metadata.from_bytes(city.repo.read(f"metadata/{name}.json")).signed
        edit_latest(city, lambda files, n=name, c=content: files.update({f"{n}.json": thief.sign(c, role)}))  # type: ignore[misc]
    refused(desk.step(), desk, "refused")


def test_a_new_root_with_one_signature_less_than_the_threshold(city: City, desk: Syncer, tmp_path: Path) -> None:
    thief = City(tmp_path / "thief")
    metadata: Any = Metadata[Root].from_bytes(city.keys.roots()[1])
    metadata.signed.version = 2
    metadata.signed.roles["timestamp"].keyids = list(thief.keys.newest_root().signed.roles["timestamp"].keyids)
    metadata.signed.keys |= thief.keys.newest_root().signed.keys
    metadata.signatures.clear()
    metadata.sign(city.keys.signer("root-1"))
    city.repo.write("metadata/2.root.json", metadata.to_bytes())
    latest = decode_latest(city.repo.read(LATEST))
    assert latest is not None
    timestamp: Any = Metadata.from_bytes(latest.files["timestamp.json"]).signed
    timestamp.version += 1
    city.repo.write(LATEST, encode_latest(Latest(2, {**latest.files, "timestamp.json": thief.sign(timestamp, "timestamp")})))  # fmt: skip
    refused(desk.step(), desk, "refused")


def test_a_desk_that_was_off_for_400_days_follows_three_new_roots(city: City, desk: Syncer, origin: Origin) -> None:
    for name in ("root-1", "targets", "timestamp"):
        city.later(days=133)
        city.keys.rotate(name, city.clock.now())
        city.re_sign()
    city.publish(bundle("news"))
    city.later(days=1)
    city.re_sign()
    origin.forget()
    assert desk.step().kind == "updated"
    assert [path for path in origin.paths() if "root" in path] == [f"metadata/{n}.root.json" for n in (2, 3, 4)]
    assert serves(desk, NEWS)


def test_a_new_desk_with_the_first_fingerprint_follows_the_roots_too(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    for name in ("root-2", "snapshot"):
        city.keys.rotate(name, city.clock.now())
    city.publish(bundle())
    assert city.desk(tmp_path / "new", origin.url).step().kind == "updated"


def test_a_revoked_key_signs_nothing_any_more(city: City, desk: Syncer, origin: Origin, tmp_path: Path) -> None:
    shutil.copytree(city.keys.folder, tmp_path / "stolen")
    for name in ("targets", "snapshot", "timestamp"):
        city.keys.rotate(name, city.clock.now())
    city.publish(bundle("news"))
    assert desk.step().kind == "updated"
    thief = City.__new__(City)
    thief.clock, thief.repo, thief.fingerprint = city.clock, city.repo, city.fingerprint
    thief.keys = type(city.keys)(tmp_path / "stolen", "")
    for _ in range(3):
        thief.tamper("targets", lambda targets: None)
    edit_latest(city, lambda files: None)
    refused(desk.step(), desk, "refused", NEWS)


def test_a_city_recovers_from_a_thief_who_ran_the_numbers_up(city: City, desk: Syncer) -> None:
    honest = {path.name: path.read_bytes() for path in (city.repo.folder / "metadata").iterdir()}
    city.tamper("timestamp", lambda timestamp: setattr(timestamp, "version", 2_000_000))
    desk.step()
    assert desk.state().timestamp == 2_000_000
    for name, data in honest.items():
        city.repo.write(f"metadata/{name}", data)
    for role in ("timestamp", "snapshot", "targets"):
        city.keys.rotate(role, city.clock.now())
    city.publish(bundle("news"))
    assert desk.step().kind == "updated"
    assert serves(desk, NEWS)


def test_a_part_that_is_signed_too_large_is_not_even_asked_for(city: City, desk: Syncer, origin: Origin) -> None:
    city.tamper("targets", lambda targets: setattr(targets.targets["text.zst"], "length", 10**12))
    origin.forget()
    refused(desk.step(), desk, "refused")
    assert not any(path.startswith("targets/") for path in origin.paths())


def test_a_part_that_is_signed_as_a_bomb_is_not_even_asked_for(city: City, desk: Syncer, origin: Origin) -> None:
    def bomb(targets: Any) -> None:
        targets.targets["text.zst"].unrecognized_fields["custom"]["raw"] = 200_000_000

    city.tamper("targets", bomb)
    origin.forget()
    refused(desk.step(), desk, "refused")
    assert not any(path.startswith("targets/") for path in origin.paths())


def test_a_signed_part_that_unpacks_to_more_than_it_says(city: City, desk: Syncer) -> None:
    bomb = zstandard.ZstdCompressor().compress(b"\0" * 100_000_000)
    digest = hashlib.sha256(bomb).hexdigest()
    city.repo.write(f"targets/{digest}.text.zst", bomb)

    def point(targets: Any) -> None:
        custom = {"custom": {"raw": 50_000, "raw_sha256": "0" * 64}}
        targets.targets["text.zst"] = TargetFile(len(bomb), {"sha256": digest}, "text.zst", custom)

    city.tamper("targets", point)
    refused(desk.step(), desk, "refused")


def test_a_signed_part_that_unpacks_to_something_else(city: City, desk: Syncer) -> None:
    def other_hash(targets: Any) -> None:
        targets.targets["text.zst"].unrecognized_fields["custom"]["raw_sha256"] = "0" * 64

    city.tamper("targets", other_hash)
    refused(desk.step(), desk, "refused")


@pytest.mark.parametrize("forged", [b"", b"not zstd", zstandard.ZstdCompressor().compress(b"\0" * 90_000_000), zstandard.ZstdCompressor().compress(b"other")])  # fmt: skip
def test_a_forged_delta_only_costs_the_whole_part(city: City, desk: Syncer, forged: bytes) -> None:
    city.publish(bundle("news"))
    for path in (city.repo.folder / "deltas").iterdir():
        path.write_bytes(forged)
    edit_latest(city, lambda files: [files.update({n: forged}) for n in list(files) if n.startswith("deltas/")])
    assert desk.step().kind == "updated"
    assert serves(desk, NEWS)


def test_names_that_lead_out_of_the_folder_are_no_names(city: City, desk: Syncer, origin: Origin) -> None:
    def stray(targets: Any) -> None:
        for name in ("../../../etc/passwd", "/etc/passwd", "..\\text.zst"):
            targets.targets[name] = TargetFile(10, {"sha256": "0" * 64}, name)

    city.tamper("targets", stray)
    origin.forget()
    assert desk.step().kind == "unchanged"
    city.tamper("targets", lambda targets: targets.targets["text.zst"].hashes.update(sha256="../../../../etc/passwd"))
    refused(desk.step(), desk, "refused")
    assert not any(".." in path or "etc" in path for path in origin.paths())


def test_signed_fields_of_another_kind(city: City, desk: Syncer) -> None:
    city.tamper("targets", lambda targets: targets.targets["text.zst"].unrecognized_fields.update(custom=["no"]))
    refused(desk.step(), desk, "refused")


def test_a_captive_portal(desk: Syncer, origin: Origin) -> None:
    origin.portal = True
    refused(desk.step(), desk, "portal")
    origin.portal = False
    assert desk.step().kind == "unchanged"


def test_a_portal_that_opens_in_the_middle_of_a_fetch(city: City, desk: Syncer, origin: Origin) -> None:
    city.publish(bundle("news", filler=30))
    origin.change = lambda path, body: b"<html>" if path.startswith(("targets/", "deltas/")) else body
    assert desk.step().kind == "failed"
    assert serves(desk, OLD)


@pytest.mark.parametrize("path", [LATEST, "targets/"])
def test_a_file_that_goes_on_and_on(city: City, desk: Syncer, origin: Origin, path: str) -> None:
    city.publish(bundle("news"))
    shutil.rmtree(city.repo.folder / "deltas")
    edit_latest(city, lambda files: [files.pop(n) for n in list(files) if n.startswith("deltas/")])
    origin.change = lambda asked, body: body + b"\0" * 300_000 if asked.startswith(path) else body
    refused(desk.step(), desk, "refused")


def test_endless_data_without_a_length(city: City, tmp_path: Path) -> None:
    def endless(connection: socket.socket, _asked: Asked) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        for _ in range(MAX_LATEST // 1000 * 50):
            connection.sendall(b"\0" * 1000)

    with liar(endless) as server:
        result = city.desk(tmp_path / "desk", server.url).step()
    assert (result.kind, result.why) == ("failed", "refused")


def test_a_trickle_is_given_up_and_what_came_is_kept(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    part = next((city.repo.folder / "targets").glob("*.text.zst")).read_bytes()

    def trickle(connection: socket.socket, asked: Asked) -> None:
        if ".text." not in asked.path:
            name = asked.path.lstrip("/")
            connection.sendall(http(200, (city.repo.folder / name).read_bytes(), kind="application/octet-stream"))
            return
        connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {len(part)}\r\n\r\n".encode() + part[:700])
        connection.recv(1)

    with liar(trickle) as server:
        desk = city.desk(tmp_path / "desk", server.url, pace=Pace(attempt_s=0.4, least=2_000, attempts=3))
        result = desk.step()
    assert result.kind == "failed"
    assert result.why in ("slow", "offline")
    assert desk.current() is None
    kept = next(path for path in (tmp_path / "desk" / "incoming").iterdir() if path.stat().st_size)
    assert kept.read_bytes() == part[:700]
    assert city.desk(tmp_path / "desk", origin.url).step().kind == "updated"
    assert any(headers.get("range") == "bytes=700-" for _, headers in origin.asked)


def test_every_file_with_a_flipped_byte_is_refused_or_changes_nothing(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    have = tmp_path / "have"
    assert city.desk(have, "http://127.0.0.1:9/").take(city.repo.folder).kind == "updated"
    city.publish(bundle("news", bulletin="Storm."))
    wanted = Bundle.from_bytes(bundle("news", bulletin="Storm.")).version
    tried = outcomes = 0
    for path in sorted(city.repo.folder.rglob("*")):
        if not path.is_file():
            continue
        honest = path.read_bytes()
        for at in range(0, len(honest), max(1, len(honest) // 6)):
            path.write_bytes(honest[:at] + bytes([honest[at] ^ 0x41]) + honest[at + 1 :])
            shutil.rmtree(tmp_path / "desk", ignore_errors=True)
            shutil.copytree(have, tmp_path / "desk", symlinks=True)
            desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
            result = desk.take(city.repo.folder)
            tried += 1
            outcomes += result.kind == "failed"
            assert serves(desk, wanted if result.kind == "updated" else OLD), (path, at, result)
        path.write_bytes(honest)
    assert tried > 60
    assert outcomes > 5


def test_an_older_signature_of_the_same_content_is_seen_without_the_librarys_own_memory(
    city: City, desk: Syncer, origin: Origin, tmp_path: Path
) -> None:
    shutil.copytree(city.repo.folder, tmp_path / "first")
    city.re_sign()
    assert desk.step().kind == "unchanged"
    shutil.rmtree(tmp_path / "desk" / "tuf")
    origin.folder = tmp_path / "first"
    refused(desk.step(), desk, "older")


def test_a_forged_delta_to_another_text_of_the_same_length_only_costs_the_whole_part(city: City, desk: Syncer) -> None:
    city.publish(bundle("news"))
    other = Bundle.from_bytes(bundle("fake")).raw_bytes("text")
    forged = make_delta(Bundle.from_bytes(bundle()).raw_bytes("text"), other, 12)
    assert len(other) == len(Bundle.from_bytes(bundle("news")).raw_bytes("text"))
    edit_latest(city, lambda files: [files.update({n: forged}) for n in list(files) if n.startswith("deltas/")])
    assert desk.step().kind == "updated"
    assert serves(desk, NEWS)


def test_a_frame_that_claims_another_size_is_refused_before_it_is_unpacked() -> None:
    claims = zstandard.ZstdCompressor().compress(b"\0" * 90_000_000)
    for unpack in (lambda: unpack_part(claims, 1_000, "0" * 64), lambda: apply_delta(b"old", claims, 1_000, "0" * 64)):
        with pytest.raises(SyncError, match="another size"):
            unpack()


def test_a_body_longer_than_was_signed_is_cut_off(city: City, tmp_path: Path) -> None:
    city.publish(bundle())

    def longer(connection: socket.socket, asked: Asked) -> None:
        body = (city.repo.folder / asked.path.lstrip("/")).read_bytes()
        more = body + b"\0" if ".text." in asked.path else body
        connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + more)

    with liar(longer) as server:
        desk = city.desk(tmp_path / "desk", server.url)
        result = desk.step()
    assert result.why == "refused"
    assert "longer than was signed" in result.sentence
    assert desk.current() is None


def test_another_citys_fingerprint_in_the_settings_begins_trust_anew(
    city: City, desk: Syncer, origin: Origin, tmp_path: Path
) -> None:
    other = City(tmp_path / "other")
    other.publish(bundle("news"))
    moved = other.desk(tmp_path / "desk", origin.url)
    refused(moved.step(), moved, "refused")
    origin.folder = other.repo.folder
    assert moved.step().kind == "updated"
    assert serves(moved, NEWS)
