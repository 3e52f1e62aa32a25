"""A caller rings back and wants to know how their case stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_station_workplace import REQUEST, workplace

from helpers.stations import play
from taker311.base.errors import UserError
from taker311.cases.reference import format_ref
from taker311.station.asking_back import standing

WITH_PHONE = (
    *REQUEST[:9],
    ("answer", "text"),
    ("answer", "617 555 0142"),
    ("answer", "Ana"),
    ("confirm", ""),
)


def test_a_reference_however_it_is_typed_tells_how_the_case_stands(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        play(made.station, *REQUEST)
        ref = made.store.rows()[0].ref
        said = standing(made.status_desk(None), made.store, format_ref(ref).lower(), "en")
        assert format_ref(ref) in said


def test_the_phone_that_was_given_finds_the_callers_cases(tmp_path: Path) -> None:
    with workplace(tmp_path) as made:
        play(made.station, *WITH_PHONE)
        ref = format_ref(made.store.rows()[0].ref)
        assert ref in standing(made.status_desk(None), made.store, "(617) 555-0142", "en")
        assert ref not in standing(made.status_desk(None), made.store, "617 555 9999", "en")


def test_nothing_typed_says_what_to_type(tmp_path: Path) -> None:
    with workplace(tmp_path) as made, pytest.raises(UserError, match="reference"):
        standing(made.status_desk(None), made.store, " ", "en")
