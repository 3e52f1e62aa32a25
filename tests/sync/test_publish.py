"""The publisher: keys that stay private, metadata last, few files, and a way back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from helpers import publishing
from helpers.publishing import City, bundle
from taker311.authoring.publish import LIFE, bundle_of
from taker311.authoring.publish_keys import KeyFolder
from taker311.authoring.publish_repo import Repo
from taker311.base.errors import UserError
from taker311.knowledge.bundle import Bundle
from taker311.sync.layout import LATEST


def test_keys_are_files_that_only_their_owner_reads(city: City) -> None:
    files = list(city.keys.folder.glob("*.key"))
    assert len(files) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_keys_under_a_passphrase_open_with_it_alone(tmp_path: Path) -> None:
    KeyFolder(tmp_path / "keys", "a short sentence").init(publishing.START, root_keys=1, threshold=1)
    assert KeyFolder(tmp_path / "keys", "a short sentence").signer("targets")
    with pytest.raises(UserError, match="doesn't open the targets key"):
        KeyFolder(tmp_path / "keys", "another sentence").signer("targets")
    with pytest.raises(UserError, match="have a passphrase"):
        KeyFolder(tmp_path / "keys", "").signer("targets")


def test_a_key_that_others_can_read_is_not_used(city: City) -> None:
    (city.keys.folder / "targets.key").chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        city.publish(bundle())


def test_publishing_needs_no_root_key(city: City) -> None:
    for path in city.keys.folder.glob("root-*.key"):
        path.unlink()
    assert city.publish(bundle()).number == 1
    city.re_sign()
    with pytest.raises(UserError, match="too few root keys"):
        city.keys.rotate("targets", city.clock.now())


def test_rotation_needs_as_many_root_keys_as_the_threshold(city: City) -> None:
    (city.keys.folder / "root-3.key").unlink()
    city.keys.rotate("targets", city.clock.now())
    (city.keys.folder / "root-2.key").unlink()
    before = (city.keys.folder / "targets.key").read_bytes()
    with pytest.raises(UserError, match="too few root keys"):
        city.keys.rotate("targets", city.clock.now())
    assert (city.keys.folder / "targets.key").read_bytes() == before
    assert max(city.keys.roots()) == 2


def test_a_rotated_root_is_signed_by_the_old_keys_and_the_new_ones(city: City) -> None:
    old = city.keys.newest_root()
    city.keys.rotate("root-1", city.clock.now())
    new = city.keys.newest_root()
    for judge in (old.signed, new.signed):
        judge.verify_delegate("root", new.signed_bytes, new.signatures)
    assert new.signed.version == 2
    assert len(new.signed.roles["root"].keyids) == 3


def test_renewing_keeps_every_key_and_moves_the_end(city: City) -> None:
    city.later(days=300)
    before: Root = city.keys.newest_root().signed
    after: Root = Metadata[Root].from_bytes(city.keys.renew(city.clock.now())).signed
    assert after.expires > before.expires
    assert after.keys == before.keys


def test_keys_are_never_made_over_others(city: City) -> None:
    with pytest.raises(UserError, match="already there"):
        city.keys.init(city.clock.now())


def test_what_points_at_a_publication_is_written_last(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.publish(bundle())
    written: list[str] = []
    write = Repo.write

    def note(repo: Repo, name: str, data: bytes, *, once: bool = False) -> None:
        written.append(name)
        write(repo, name, data, once=once)

    monkeypatch.setattr(Repo, "write", note)
    city.publish(bundle("news"))
    assert written[-1] == LATEST
    assert written[-2] == "metadata/timestamp.json"
    assert written[-3] == "metadata/2.snapshot.json"
    assert written[-4] == "metadata/2.targets.json"
    assert not any(name.startswith("metadata/") for name in written[:-5])


@pytest.mark.parametrize("at", range(8))
def test_a_publication_that_is_cut_short_leaves_desks_the_old_one(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    city.publish(bundle())
    write = Repo.write
    left = [at]

    def fail(repo: Repo, name: str, data: bytes, *, once: bool = False) -> None:
        if left[0] == 0:
            raise UserError("the disk is full.")
        left[0] -= 1
        write(repo, name, data, once=once)

    with monkeypatch.context() as patched:
        patched.setattr(Repo, "write", fail)
        try:
            city.publish(bundle("news"))
            done = True
        except UserError:
            done = False
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    assert desk.take(city.repo.folder).kind == "updated"
    assert desk.state().version == Bundle.from_bytes(bundle("news" if done else "")).version
    city.publish(bundle("newer"))
    assert desk.take(city.repo.folder).kind == "updated"
    assert desk.state().version == Bundle.from_bytes(bundle("newer")).version


def test_the_same_content_is_signed_anew_and_not_published_twice(city: City) -> None:
    city.publish(bundle())
    again = city.publish(bundle())
    assert (again.number, again.changed) == (1, False)
    assert city.repo.timestamp_version() == 2


def test_signing_again_moves_the_end_and_changes_no_content(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    city.later(days=3)
    due = city.re_sign()
    assert due == city.clock.now() + LIFE["timestamp"] / 2
    assert city.repo.newest("targets") == 1
    city.later(days=200)
    city.re_sign()
    assert city.repo.newest("targets") == 2
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    assert desk.take(city.repo.folder).kind == "updated"


def test_a_rollback_is_a_new_publication_of_the_old_content(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    city.publish(bundle("mistake"))
    desk.take(city.repo.folder)
    done = city.publish(bundle_of(city.repo, 1))
    assert done.number == 3
    assert desk.take(city.repo.folder).kind == "updated"
    assert desk.state().version == Bundle.from_bytes(bundle()).version
    with pytest.raises(UserError, match="no publication 77"):
        bundle_of(city.repo, 77)


def test_a_delta_is_not_kept_when_it_saves_little(city: City) -> None:
    city.publish(bundle())
    assert city.publish(bundle(filler=60)).deltas == 0


def test_any_tuf_client_can_follow_the_folder(city: City, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from tuf.ngclient.fetcher import FetcherInterface
    from tuf.ngclient.updater import Updater

    live = City(tmp_path / "live", datetime.now(UTC))
    live.publish(bundle())

    class Files(FetcherInterface):
        def _fetch(self, url: str):  # type: ignore[no-untyped-def]
            from tuf.api.exceptions import DownloadHTTPError

            path = Path(url.removeprefix("file:"))
            if not path.is_file():
                raise DownloadHTTPError("absent", 404)
            return iter([path.read_bytes()])

    base = f"file:{live.repo.folder}/"
    updater = Updater(
        str(tmp_path / "client"),
        f"{base}metadata/",
        str(tmp_path),
        f"{base}targets/",
        Files(),
        bootstrap=live.keys.roots()[1],
    )
    info = updater.get_targetinfo("text.zst")
    assert info is not None
    got = Path(updater.download_target(info)).read_bytes()
    assert got == Bundle.from_bytes(bundle()).part_bytes("text")


def test_two_publishers_with_the_same_keys_take_turns(city: City) -> None:
    from taker311.sync.lock import only_one

    with only_one(city.keys.folder), pytest.raises(UserError, match="sign something else"):
        city.publish(bundle())
    assert city.publish(bundle()).number == 1
