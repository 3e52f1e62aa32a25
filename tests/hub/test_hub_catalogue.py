"""What a city's scripts become at the hub."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from helpers.hub_server import running_hub
from helpers.mini_city import knowledge
from taker311.base.clock import ManualClock
from taker311.crm.form import encode_form
from taker311.hub.catalogue import Offer, catalogue_of
from taker311.net.http import Http

NEW_YORK_NOON = datetime.fromisoformat("2026-11-24T12:00:00-05:00")


@pytest.fixture(scope="module")
def offers() -> dict[str, Offer]:
    return dict(catalogue_of(knowledge()).offers)


def test_every_code_of_a_script_and_its_routes_is_a_service(offers: dict[str, Offer]) -> None:
    assert set(offers) == {"POTHOLE", "TREE", "TREE-UTIL", "TRASH-MISSED", "YARD-MISSED"}
    assert offers["TREE"].service.name == "Problem with a tree"
    assert offers["TREE-UTIL"].service.name.startswith("Problem with a tree (")
    assert offers["TREE"].service.group == "Trees and animals"


def test_questions_with_a_code_are_attributes_and_notes_are_texts_to_show(offers: dict[str, Offer]) -> None:
    found = offers["POTHOLE"].definition.attributes
    assert [(attribute.code, attribute.variable) for attribute in found] == [("position", True), ("lights", False)]
    assert [value.key for value in found[0].values] == ["LANE01", "CURB01", "alley"]
    assert not any(attribute.required for attribute in found)


@pytest.mark.parametrize(
    ("code", "fields", "due"),
    [
        ("TREE", [("attribute[tree_location]", "street")], date(2026, 12, 10)),
        ("TREE", [("attribute[tree_location]", "park")], date(2026, 12, 17)),
        ("TREE-UTIL", [("attribute[tree_location]", "wires")], date(2026, 11, 25)),
        ("YARD-MISSED", [("attribute[stream]", "yard")], date(2026, 12, 3)),
        # Whether the hole is deep is never posted, so the longer of the two times is given.
        ("POTHOLE", [("attribute[position]", "LANE01")], date(2026, 12, 1)),
    ],
)
def test_a_case_is_due_when_the_desk_promised_it(code: str, fields: list[tuple[str, str]], due: date) -> None:
    expected = catalogue_of(knowledge()).expected(code, NEW_YORK_NOON, fields)
    assert expected is not None
    assert expected.date() == due


def test_the_listing_shows_the_day(offers: dict[str, Offer]) -> None:
    web = Http("tests")
    with running_hub(knowledge=knowledge(), clock=ManualClock(NEW_YORK_NOON)) as hub:
        fields = [
            ("service_code", "TREE"),
            ("attribute[tree_location]", "street"),
            ("lat", "1"),
            ("long", "1"),
            ("api_key", hub.key),
        ]
        kind = {"content-type": "application/x-www-form-urlencoded"}
        web.request("POST", hub.url + "requests.json", headers=kind, body=encode_form(fields))
        (row,) = json.loads(web.request("GET", hub.url + "requests.json").body)
    assert row["expected_datetime"] == "2026-12-10T22:00:00Z"
    assert row["agency_responsible"] == offers["TREE"].agency
