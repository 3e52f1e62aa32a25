"""A desk follows its city: first trust, changes in few bytes, age, and sticks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.publishing import City, bundle
from helpers.static_origin import Origin
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.knowledge.bundle import Bundle
from taker311.net.http import Http
from taker311.sync.desk import Syncer
from taker311.sync.fingerprint import in_words, read_fingerprint


def version(desk: Syncer) -> str:
    path = desk.current()
    assert path is not None
    opened = Bundle.open(path)
    opened.gazetteer()
    return opened.version


def test_a_first_fetch_brings_exactly_what_was_published(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    assert desk.current() is None
    assert desk.age(city.clock.now()).level == "never"
    result = desk.step()
    assert result.kind == "updated", result.sentence
    assert version(desk) == Bundle.from_bytes(bundle()).version == result.version
    path = desk.current()
    assert path is not None
    assert path.read_bytes() == bundle()


def test_an_unchanged_poll_is_one_small_request(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    origin.forget()
    assert desk.step().kind == "unchanged"
    assert len(origin.asked) == 1
    assert origin.bytes_in + origin.bytes_out <= 1_500


def test_a_new_bulletin_is_one_request_of_at_most_3_kb(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    city.publish(bundle(bulletin="The tunnel is closed tonight; send drivers over the north bridge."))
    origin.forget()
    assert desk.step().kind == "updated"
    assert len(origin.asked) == 1
    assert origin.bytes_in + origin.bytes_out <= 3_000
    assert (
        version(desk)
        == Bundle.from_bytes(
            bundle(bulletin="The tunnel is closed tonight; send drivers over the north bridge.")
        ).version
    )


def test_a_desk_that_missed_publications_takes_one_delta_for_all_of_them(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(filler=40))
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    for mark in ("one", "two", "three"):
        city.publish(bundle(mark, filler=40))
    origin.forget()
    assert desk.step().kind == "updated"
    assert [path.partition("/")[0] for path in origin.paths()] == ["latest.t311", "deltas"]
    assert version(desk) == Bundle.from_bytes(bundle("three", filler=40)).version


def test_after_many_publications_the_folder_is_small_and_the_oldest_desk_takes_the_whole_part(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    for number in range(32):
        city.publish(bundle(f"mark {number}"))
    names = [path.name for path in city.repo.folder.rglob("*") if path.is_file()]
    assert len([name for name in names if name.endswith(".text.zst")]) == 31
    assert len([name for name in names if name.endswith(".targets.json")]) == 31
    assert len(list((city.repo.folder / "deltas").iterdir())) <= 60
    assert len(city.repo.read("latest.t311")) < 3_000
    origin.forget()
    assert desk.step().kind == "updated"
    assert any(path.startswith("targets/") for path in origin.paths())
    assert version(desk) == Bundle.from_bytes(bundle("mark 31")).version


def test_places_arrive_as_a_delta_byte_for_byte(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle(places=False))
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    city.publish(bundle())
    desk.step()
    assert version(desk) == Bundle.from_bytes(bundle()).version


def test_the_bundle_before_is_kept_and_older_ones_are_not(city: City, origin: Origin, tmp_path: Path) -> None:
    desk = city.desk(tmp_path / "desk", origin.url)
    for mark in ("one", "two", "three"):
        city.publish(bundle(mark))
        desk.step()
    before = desk.previous()
    assert before is not None
    assert Bundle.open(before).version == Bundle.from_bytes(bundle("two")).version
    assert len(list((tmp_path / "desk" / "bundles").iterdir())) == 2


def test_a_bundle_that_the_disk_damaged_is_fetched_anew(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    path = desk.current()
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1])
    city.re_sign()
    assert desk.step().kind == "updated"
    assert version(desk) == Bundle.from_bytes(bundle()).version


def test_the_first_fetch_can_be_used_as_soon_as_the_texts_are_here(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    origin.change = lambda path, body: b"" if ".places." in path else body
    desk = city.desk(tmp_path / "desk", origin.url)
    assert desk.step().kind == "failed"
    path = desk.current()
    assert path is not None
    assert Bundle.open(path).knowledge == Bundle.from_bytes(bundle()).knowledge
    origin.change = None
    origin.forget()
    assert desk.step().kind == "updated"
    assert version(desk) == Bundle.from_bytes(bundle()).version
    assert not any(".text." in path for path in origin.paths())


def test_a_bundle_that_could_not_be_opened_is_fetched_anew_without_news(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    path = desk.current()
    assert path is not None
    path.write_bytes(b"damaged")
    desk.distrust()
    assert desk.step().kind == "updated"
    assert version(desk) == Bundle.from_bytes(bundle()).version


def test_a_lost_state_file_costs_no_knowledge(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    (tmp_path / "desk" / "state.json").write_text("{ half a file")
    assert version(desk) == Bundle.from_bytes(bundle()).version
    assert desk.step().kind == "updated"


def test_age_is_told_with_a_banner_at_24_hours_and_red_at_72(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", origin.url)
    desk.step()
    ages = []
    for hours in (0, 23, 2, 46, 3):
        city.later(hours=hours)
        ages.append((desk.age(city.clock.now()).level, desk.age(city.clock.now()).sentence))
    assert [level for level, _ in ages] == ["fresh", "fresh", "old", "old", "very-old"]
    assert ages[2][1] == "No word from the city for 25 hours: answers may have changed since."
    city.later(days=5)
    age = desk.age(city.clock.now())
    assert age.expired
    assert "signature has run out" in age.sentence
    assert version(desk)


def test_the_next_look_is_within_minutes_and_sooner_while_a_bulletin_is_urgent(
    city: City, origin: Origin, tmp_path: Path
) -> None:
    city.publish(bundle(bulletin="Storm tonight."))
    desk = city.desk(tmp_path / "desk", origin.url)
    calm = Syncer(
        tmp_path / "desk",
        origin.url,
        city.fingerprint,
        Http("tests", trust_env=False),
        city.clock,
        SeededIds(1),
        urgent_s=0,
    )
    for one in (desk, calm):
        soon = [one.next_wait(one.step()) for _ in range(20)]
        assert min(soon) >= 45
        assert max(soon) <= 57
    state = tmp_path / "desk" / "state.json"
    state.write_text(state.read_text().replace('"urgent_until":"9999-12-31"', '"urgent_until":"2026-11-24"'))
    assert desk.next_wait(desk.step()) <= 57  # the first urgent one comes without a warning
    waits = [calm.next_wait(calm.step()) for _ in range(20)]
    assert min(waits) >= 240
    assert max(waits) <= 360
    assert len(set(waits)) > 10


def test_failures_wait_longer_and_longer_and_never_beyond_the_poll(city: City, tmp_path: Path) -> None:
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    waits = [desk.next_wait(desk.step()) for _ in range(8)]
    assert all(0 < wait <= 300 for wait in waits)
    assert waits[0] <= 60
    assert desk.state().trouble.startswith("http://127.0.0.1:9")


def test_a_stick_is_verified_like_a_server(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    stick = tmp_path / "stick"
    shutil.copytree(city.repo.folder, stick)
    assert desk.take(stick).kind == "updated"
    assert version(desk) == Bundle.from_bytes(bundle()).version
    part = next((stick / "targets").glob("*.text.zst"))
    part.write_bytes(b"x" * part.stat().st_size)
    assert city.desk(tmp_path / "other", "http://127.0.0.1:9/").take(stick).why == "refused"


def test_a_stick_carried_for_days_needs_a_persons_recorded_yes(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    desk.take(city.repo.folder)
    city.publish(bundle("news"))
    city.later(days=10)
    assert desk.take(city.repo.folder).why == "expired"
    assert version(desk) == Bundle.from_bytes(bundle()).version
    assert desk.take(city.repo.folder, accepted_by="Ines").kind == "updated"
    assert version(desk) == Bundle.from_bytes(bundle("news")).version
    assert '"who":"Ines"' in (tmp_path / "desk" / "acts.jsonl").read_text()
    age = desk.age(city.clock.now())
    assert (age.level, age.expired) == ("very-old", True)


def test_a_yes_never_accepts_an_older_stick(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    shutil.copytree(city.repo.folder, tmp_path / "old")
    city.publish(bundle("news"))
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    desk.take(city.repo.folder)
    city.later(days=10)
    assert desk.take(tmp_path / "old", accepted_by="Ines").why == "older"
    assert version(desk) == Bundle.from_bytes(bundle("news")).version


@pytest.mark.parametrize("days", [366, 800])
def test_a_yes_never_accepts_expired_targets_or_roots(city: City, tmp_path: Path, days: int) -> None:
    city.publish(bundle())
    city.later(days=days)
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    result = desk.take(city.repo.folder, accepted_by="Ines")
    assert (result.kind, result.why) == ("failed", "expired")
    assert desk.current() is None


def test_another_fingerprint_is_never_trusted_silently(city: City, origin: Origin, tmp_path: Path) -> None:
    city.publish(bundle())
    other = City(tmp_path / "other")
    desk = Syncer(tmp_path / "desk", origin.url, other.fingerprint, Http("t"), city.clock, SeededIds(1))
    result = desk.step()
    assert result.why == "refused"
    assert "fingerprint" in result.sentence
    assert desk.current() is None


def test_a_fingerprint_is_read_from_words_and_hex_and_refused_when_short_or_misspelt() -> None:
    mark = bytes(range(16))
    assert read_fingerprint(in_words(mark)) == mark
    assert read_fingerprint(in_words(mark).upper().replace(" ", ", ")) == mark
    assert read_fingerprint(mark.hex() + "ff" * 16) == mark
    for wrong, told in (("acid actor", "16 words"), ("abcd", "digits"), (in_words(mark).replace("acid", "acidd"), "did you mean 'acid'"), ("", "16 words")):  # fmt: skip
        with pytest.raises(UserError, match=told):
            read_fingerprint(wrong)
