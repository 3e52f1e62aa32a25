from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taker311.authoring.import_open311_parts import join, merge, split_script, split_topic
from taker311.authoring.import_open311_texts import Phones, markdown, plain, slug, times_in
from taker311.authoring.import_open311_themes import theme_of
from taker311.crm.model import Service


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("one<br><br />two", "one\n\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n\n- b"),
        ("<p>a</p><p>b &amp; c</p>", "a\n\nb & c"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("&lt;script&gt;", "<script>"),
        ("a\t b\u00a0c  ", "a b c"),
        ("<a href='x'>here</a>", "here"),
    ],
)
def test_markup_becomes_plain_paragraphs(text: str, meant: str) -> None:
    assert plain(text) == meant


def test_no_heading_hides_in_a_crms_text() -> None:
    assert markdown("# Big\ntext\n## Say") == "\\# Big\ntext\n\\## Say"


@given(st.text())
def test_an_id_is_always_an_id(text: str) -> None:
    ident = slug(text)
    assert ident
    assert ident == slug(ident)
    assert set(ident) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    "number",
    [
        "202-555-0142",
        "(202) 555-0142",
        "202.555.0142",
        "202 555-0142",
        "+1 202-555-0142",
        "2025550142",
        "1-202-555-0142",
    ],
)
def test_one_number_has_one_name_however_it_is_written(number: str) -> None:
    phones = Phones({"desk": "202-555-0142"})
    assert phones.named(f"Call {number}, please.") == "Call {phone:desk}, please."
    assert not phones.new


def test_what_is_no_phone_number_stays() -> None:
    text = "Since 2012, 10-14 days, $1,200, code 12345, 2026-11-25."
    assert Phones({}).named(text) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Potholes are repaired within 3 business days (72 hours).", ["3 working days", "72 hours"]),
        (
            "Response time:<br>STOP sign replacement: 24 hours<br>Parking sign replacement: 60 days",
            ["24 hours", "60 days"],
        ),
        ("Temporary repairs: 7-14 business days", ["14 working days"]),
        ("Inspected within two weeks.", ["14 days"]),
        ("It must be more than 7 days before the hearing.", []),
        ("We require a minimum of 5 people.", []),
        ("The owner has 10 days to move it.", []),
    ],
)
def test_a_time_that_is_about_the_work_is_found(text: str, found: list[str]) -> None:
    assert [sla for sla, _ in times_in(text)] == found


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        ("Pothole", "my-street"), ("Parks and Recreation", "parks-and-events"), ("Parking Meter Repair", "parking-and-traffic"),
        ("Rat Abatement", "trees-and-animals"), ("Trash Collection - Missed", "my-trash"), ("Abandoned Vehicle", "parking-and-traffic"),
        ("Live Wire and Power Outages", "health-and-safety"), ("Sewer backup", "water-and-sewer"), ("Xyz", "unsorted"),
    ],
)  # fmt: skip
def test_a_service_finds_its_theme(name: str, theme: str) -> None:
    assert theme_of(Service(code="1", name=name)) == theme


@given(st.text(alphabet=st.sampled_from(list("ab:-# \n'\"{}"))))
def test_splitting_and_joining_loses_nothing(text: str) -> None:
    for split in (split_topic, split_script):
        whole = join(split(text))
        assert whole in (text, text + "\n")


def test_two_sections_of_one_name_stay_two() -> None:
    parts = split_topic("---\nid: a\n---\n## Say\nx\n## Say\ny\n")
    assert [part.name for part in parts] == ["---", "id", "--- end", "## Say", "## Say 2"]


def test_without_a_record_everything_belongs_to_people() -> None:
    mine = split_topic("---\nid: a\ntitle: Mine\n---\n## Say\nx\n")
    merged = merge(mine, {}, split_topic("---\nid: a\ntitle: Theirs\nkeywords: [k]\n---\n## Say\ny\n"))
    assert merged.text == "---\nid: a\ntitle: Mine\nkeywords: [k]\n---\n## Say\nx\n"
