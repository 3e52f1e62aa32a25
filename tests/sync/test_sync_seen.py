"""What an agent is told at the start of a shift, and what the city's IT is told in time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from helpers.publishing import START, City, bundle
from taker311.knowledge.bundle import Bundle
from taker311.sync.age import notices, warnings
from taker311.sync.seen import Seen
from taker311.sync.state import State

FIRST, NEWS = Bundle.from_bytes(bundle()), Bundle.from_bytes(bundle("news", bulletin="Storm tonight."))


def test_an_agent_sees_the_changes_since_they_last_looked_and_only_once(tmp_path: Path) -> None:
    seen = Seen(tmp_path, "Inés")
    assert seen.changes(FIRST) == ()
    seen.mark(FIRST)
    told = [change.sentence for change in seen.changes(NEWS)]
    assert told[0] == "Storm tonight.: new bulletin"
    assert len(told) == 2
    assert Seen(tmp_path, "Omar").changes(NEWS) == ()
    seen.mark(NEWS)
    assert seen.changes(NEWS) == ()


def test_a_damaged_copy_of_what_was_seen_tells_nothing(tmp_path: Path) -> None:
    seen = Seen(tmp_path, "Inés")
    seen.mark(FIRST)
    path = next((tmp_path / "seen").iterdir())
    path.write_bytes(path.read_bytes()[:50])
    assert seen.changes(NEWS) == ()


def test_half_of_a_signatures_life_is_the_time_to_say_so(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    desk.take(city.repo.folder)
    state = desk.state()
    assert warnings(state, START + timedelta(days=3)) == ()
    (told,) = warnings(state, START + timedelta(days=4))
    assert told.startswith("The city's signature runs out in 3 days")
    (told,) = warnings(State(root_expires=START + timedelta(days=100)), START)
    assert "kb keys renew" in told


def test_an_agent_is_told_from_a_day_without_a_word_from_the_city_on_and_why(city: City, tmp_path: Path) -> None:
    city.publish(bundle())
    desk = city.desk(tmp_path / "desk", "http://127.0.0.1:9/")
    desk.take(city.repo.folder)
    state = desk.state()
    assert notices(state, START + timedelta(hours=23)) == ()
    assert notices(state, START + timedelta(hours=25)) == (
        "No word from the city for 25 hours: answers may have changed since.",
    )
    desk.step()  # nobody answers there
    told = notices(desk.state(), START + timedelta(days=3, hours=13))
    assert told[0].startswith("No word from the city for 3 days")
    assert told[1].startswith("The last look brought nothing: http://127.0.0.1:9")
    assert told[2].startswith("The city's signature runs out in 3 days")
    assert notices(state, START + timedelta(days=8))[0].endswith("The city's signature has run out.")
    assert notices(State(), START) == ()
