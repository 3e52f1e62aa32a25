from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from case_values import MARKER, make_case
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from taker311.base.ids import SeededIds
from taker311.cases.model import CaseAnswer
from taker311.cases.submission import description, make_submission, without_personal
from taker311.crm.model import Dialect
from taker311.intake.model import Caller
from taker311.knowledge.model import City, EmergencyCard
from taker311.places.model import Place

CITY = City(
    id="port-ellery",
    names={"en": "Port Ellery"},
    languages=("en", "es"),
    time_zone="America/New_York",
    greeting={"en": "Hello"},
    opens="08:30",
    closes="17:00",
    working_days=(0, 1, 2, 3, 4),
    closures=(),
    closures_until=date(2027, 12, 31),
    themes=(),
    phones=(),
    emergency_words={},
    emergency_card=EmergencyCard(say={"en": "911"}),
)
CASE = make_case("K3F7QX2D", SeededIds(1))


def fields(case=CASE, **dialect):
    submission = make_submission(case, Dialect(**dialect), CITY, "key")
    return parse_qsl(submission.body.decode(), keep_blank_values=True)


def answered(*answers):
    return replace(CASE, answers=answers)


def test_a_case_becomes_the_fields_of_the_standard():
    sent = dict(fields())
    assert sent["service_code"] == "TREE"
    assert (sent["lat"], sent["long"]) == ("42.500000", "-71.250000")
    assert sent["address_string"] == "1204 Washington Street, Port Ellery"
    assert sent["attribute[tree_location]"] == "street"
    assert (sent["first_name"], sent["phone"]) == (MARKER, "+12025550142")
    submission = make_submission(CASE, Dialect(), CITY, "key")
    assert (submission.path, submission.idem_key, submission.reference) == ("requests.json", "key", CASE.tag)
    assert len(submission.body) < 4096


def test_the_reference_stands_in_the_last_line_with_the_case_beside_it():
    last = dict(fields())["description"].splitlines()[-1]
    assert last == f"Ref K3F7QX2D/{CASE.id[:8]}"


def test_what_the_caller_said_freely_is_not_public_unless_the_script_says_so():
    note = CaseAnswer(id="n", question="What happened?", label=f"{MARKER} fell", personal=True)
    assert MARKER not in dict(fields(answered(note)))["description"]
    assert f"What happened? {MARKER} fell" in dict(fields(answered(replace(note, public=True))))["description"]
    plain = CaseAnswer(id="c", question="How big", label="Larger than a plate")
    assert "How big: Larger than a plate" in dict(fields(answered(plain)))["description"]


def test_an_answer_with_an_attribute_goes_there_as_a_key_and_nowhere_else():
    answer = CaseAnswer(id="c", question="Which?", label="The left one", key="L-001", open311="SIDE")
    sent = dict(fields(answered(answer)))
    assert sent["attribute[SIDE]"] == "L-001"
    assert "left" not in sent["description"]


@pytest.mark.parametrize(("style", "name"), [("brackets", "attribute[A][]"), ("repeated", "attribute[A]")])
def test_many_values_go_in_the_dialects_style(style, name):
    answer = CaseAnswer(id="c", question="Which?", label="x, y", key=("x", "y"), open311="A")
    assert [(n, v) for n, v in fields(answered(answer), multi_value=style) if n.startswith("attribute")] == [
        (name, "x"),
        (name, "y"),
    ]


def test_what_the_caller_does_not_know_is_not_sent():
    answer = CaseAnswer(id="c", question="Which?", label="doesn't know", how="unknown", open311="A")
    assert not [n for n, _ in fields(answered(answer)) if n.startswith("attribute")]


@pytest.mark.parametrize(
    ("location", "names"),
    [
        ("any", {"lat", "long", "address_string"}),
        ("both", {"lat", "long", "address_string"}),
        ("point", {"lat", "long"}),
        ("address", {"address_string"}),
    ],
)
def test_the_location_goes_as_the_dialect_takes_it(location, names):
    assert {n for n, _ in fields(location=location)} & {"lat", "long", "address_string"} == names


def test_an_unverified_place_still_says_where():
    case = replace(CASE, place=Place(kind="unverified", label="behind the old mill", detail="call 202 555 0142"))
    sent = dict(fields(case, location="point"))
    assert sent["address_string"] == "behind the old mill (call [number]), Port Ellery"


@pytest.mark.parametrize(
    "caller",
    [
        Caller(anonymous=True, first_name=MARKER, consent=True),
        Caller(anonymous=None, first_name=MARKER, consent=True),
        Caller(anonymous=False, first_name=MARKER, consent=False),
    ],
)
def test_without_consent_or_anonymous_nobody_is_named(caller):
    case = replace(CASE, caller=caller, answers=())
    assert MARKER not in make_submission(case, Dialect(), CITY, "key").body.decode()


def test_language_link_and_own_fields_go_along():
    case = replace(CASE, lang="es", linked_to="K3F7QX2D")
    sent = dict(fields(case, extra={"device_id": "desk"}, reference_field="external_id", jurisdiction="city.gov"))
    assert "Caller's language: es" in sent["description"]
    assert "Adds to K3F-7QX2-D" in sent["description"]
    assert (sent["device_id"], sent["external_id"], sent["jurisdiction_id"]) == ("desk", CASE.tag, "city.gov")


@given(st.integers(20, 400), st.text(max_size=600))
def test_however_long_the_answers_the_reference_fits_into_the_limit(limit, text):
    case = answered(CaseAnswer(id="c", question="Q", label=text, public=True))
    made = description(case, limit, CITY)
    assert len(made) <= max(limit, len(f"Ref {CASE.tag}"))
    assert made.endswith(f"Ref {CASE.tag}")


@pytest.mark.parametrize(
    "text",
    [
        "202-555-0142",
        "(202) 555 0142",
        "+1 202.555.0142",
        "555 0142",
        "5 5 5 0 1 4 2",
        "4111 1111 1111 1111",
        "a123456789b",
        "٢٠٢٥٥٥٠١٤٢",
        "zeb@example.org",
        "zeb [at] example.org",
        "zeb at example dot com",
        "2025550142 since 2026-11-25",
    ],
)
def test_numbers_and_addresses_that_lead_to_a_person_are_filtered(text):
    filtered = without_personal(f"call me: {text} thanks")
    assert "[number]" in filtered or "[e-mail]" in filtered
    assert "0142" not in filtered
    assert "example" not in filtered


@pytest.mark.parametrize(
    "text", ["since 2026-11-25", "2026-11-25T14:00:00Z", "about 12 feet", "1204 Elm", "route 66, mile 120"]
)
def test_ordinary_numbers_stay(text):
    assert without_personal(text) == text
