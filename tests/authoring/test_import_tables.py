"""Open Referral packages and tables as topics: they pass the check, say who answers, and what people wrote stays theirs."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taker311.authoring.import_csv import read_table
from taker311.authoring.import_hsds import hours_of, read_package
from taker311.authoring.import_open311_city import CityOptions
from taker311.authoring.import_tables import numbers_in, spoken_case
from taker311.authoring.import_topics import Entry, import_topics
from taker311.authoring.source import read_source
from taker311.base.errors import UserError
from taker311.cli import main
from taker311.knowledge.model import Knowledge, Topic

OPTIONS = CityOptions(name="Testville", time_zone="America/New_York", today=date(2026, 11, 25))
TABLES = {
    "services": "id,organization_id,name,alternate_name,description,url,application_process,fees,status\n"
    "s1,o1,FOOD PANTRY,Soup line,Boxes of food.\\nCall 305-555-0100.,www.food.example,Walk in,Free,active\n"
    "s2,o1,Counseling,,Talk to somebody,,,,\n"
    "s3,o2,Counseling,,Talk to somebody else,,,,\n"
    "s4,o2,Closed long ago,,x,,,,inactive\n",
    "organizations": "id,name,url\no1,HELPING HANDS INC.,www.hands.example\no2,Friends,\n",
    "phones": "id,service_id,location_id,number\np1,s1,,305-555-0199 ext 4\np2,,l3,(305) 555-0177\n",
    "services_at_location": "id,service_id,location_id\nx,s3,l3\n",
    "regular_schedules": "service_id,weekday,opens_at,closes_at,original_text\n"
    + "".join(f"s1,{day},9:00am,5:00pm,x\n" for day in ("Monday", "Tuesday", "Wednesday"))
    + "s1,Saturday,9:00am,12:00pm,x\n",
    "eligibility": "id,service_id,eligibility\n,,nobody's\ne1,s1,Residents\n",
    "languages": "id,service_id,language\nl,s1,English\nl,s1,Spanish\n",
    "physical_addresses": "id,location_id,address_1,address_2,city,state_province,postal_code\na,l3,1 Main Street,Suite 2,Testville,FL ,33132\n",
}


def package(folder: Path, **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in (TABLES | changed).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def again(package_folder: Path, out: Path):
    read = read_package(package_folder)
    return import_topics(read.entries, out, OPTIONS, record=".import-hsds.json", source="the package")


def compiled(folder: Path) -> Knowledge:
    source = read_source(folder, today=OPTIONS.today)
    assert not source.findings.errors, [str(finding) for finding in source.findings]
    assert source.knowledge is not None
    return source.knowledge


def topic(folder: Path, key: str) -> Topic:
    return next(one for one in compiled(folder).topics if one.external_id == key)


# ---------------------------------------------------------------- packages
def test_a_package_becomes_referral_topics_that_say_who_and_how(tmp_path: Path) -> None:
    report = again(package(tmp_path / "p"), tmp_path / "kb")
    assert report.services == 3
    pantry = topic(tmp_path / "kb", "s1")
    text = pantry.texts["en"]
    assert text.title == "Food Pantry"
    assert pantry.theme == "food-and-shelter"
    assert text.said == ("Soup line",)
    assert pantry.transfer is not None
    assert pantry.transfer.agency == pantry.agency == "helping-hands-inc"
    assert "305-555-0100" in text.details
    asked = {one.question: one.answer for one in text.asked}
    assert asked["When are they open?"] == "Mon-Wed 9:00am to 5:00pm, Sat 9:00am to 12:00pm"
    assert asked["Who can use it?"] == "Residents"
    assert asked["Which languages do they speak?"] == "English, Spanish"
    assert asked["How do I apply?"] == "Walk in"
    assert asked["What does it cost?"] == "Free"
    phones = {phone.id: phone.number for phone in compiled(tmp_path / "kb").city.phones}
    assert phones[pantry.phones[0]] == "305-555-0199"


def test_rows_are_joined_over_the_place_where_a_service_is_given(tmp_path: Path) -> None:
    again(package(tmp_path / "p"), tmp_path / "kb")
    other = topic(tmp_path / "kb", "s3")
    asked = {one.question: one.answer for one in other.texts["en"].asked}
    assert asked["Where is it?"] == "1 Main Street Suite 2, Testville, FL 33132"
    assert other.phones


def test_services_of_one_name_are_told_apart_by_who_gives_them(tmp_path: Path) -> None:
    again(package(tmp_path / "p"), tmp_path / "kb")
    titles = {topic(tmp_path / "kb", key).texts["en"].title for key in ("s2", "s3")}
    assert titles == {"Counseling (Helping Hands Inc.)", "Counseling (Friends)"}


def test_rows_that_belong_to_nothing_are_told_of(tmp_path: Path) -> None:
    (warning,) = read_package(package(tmp_path / "p")).warnings
    assert "eligibility: 1 rows" in warning


def test_a_second_import_changes_nothing_and_a_third_follows_the_package(tmp_path: Path) -> None:
    source, kb = package(tmp_path / "p"), tmp_path / "kb"
    again(source, kb)
    files = {path: path.read_bytes() for path in kb.rglob("*") if path.is_file()}
    report = again(source, kb)
    assert (report.created, report.updated, report.removed) == ([], [], [])
    assert {path: path.read_bytes() for path in kb.rglob("*") if path.is_file()} == files
    package(source, services=TABLES["services"].replace("Walk in", "Call first").replace("s2,o1", "s9,o1"))
    report = again(source, kb)
    assert any("food-pantry" in line for line in report.updated)
    assert len(report.created) == len(report.removed) == 1
    compiled(kb)


def test_what_people_wrote_stays_theirs(tmp_path: Path) -> None:
    source, kb = package(tmp_path / "p"), tmp_path / "kb"
    again(source, kb)
    page = next(kb.glob("topics/*/food-pantry.md"))
    page.write_text(
        page.read_text().replace("## Details\nBoxes of food.", "## Details\nBoxes, on Fridays.").replace(
            "said: [Soup line]", "said: [Soup line, I am hungry]"
        )
    )  # fmt: skip
    package(source, services=TABLES["services"].replace("Boxes of food", "Bags of food").replace("Walk in", "Call"))
    report = again(source, kb)
    text = topic(kb, "s1").texts["en"]
    assert "Fridays" in text.details
    assert "I am hungry" in text.said
    assert {one.question: one.answer for one in text.asked}["How do I apply?"] == "Call"
    assert any("## Details" in line for line in report.kept)
    package(source, services=TABLES["services"].replace("s1,", "s7,"))
    report = again(source, kb)
    assert page.exists()
    assert any("somebody has written here" in line for line in report.warnings)


def test_a_folder_without_services_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"services\.csv is missing"):
        read_package(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        read_package(tmp_path / "none")


def test_all_of_a_countys_services_come_in_and_pass_the_check(shared: Path, tmp_path: Path, capsys) -> None:
    folder = shared / "hsds" / "miami"
    if not folder.is_dir():
        pytest.skip(f"the shared data has no package ({folder})")
    began = time.process_time()
    assert main(["kb", "import", "hsds", str(folder), "-o", str(tmp_path / "kb"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["services"] == 4089
    assert report["check"] == {"errors": 0, "warnings": 0}
    assert time.process_time() - began < 30


# ---------------------------------------------------------------- hours, numbers, names
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], ""),
        ([{"weekday": "Monday", "opens_at": "", "closes_at": "", "original_text": "24 hours"}], "24 hours"),
        ([{"weekday": "7", "opens_at": "9", "closes_at": "10"}], "Sun 9 to 10"),
        ([{"byday": "MO,TU,FR", "opens_at": "9", "closes_at": "5"}], "Mon-Tue 9 to 5, Fri 9 to 5"),
        ([{"weekday": "Monday", "opens_at": "9", "closes_at": "12"}, {"weekday": "Monday", "opens_at": "1", "closes_at": "5"}],
         "Mon 9 to 12 and 1 to 5"),
    ],
)  # fmt: skip
def test_hours_are_said_in_the_weeks_order(rows: list[dict[str, str]], said: str) -> None:
    assert hours_of(rows) == said


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("305-555-0100", ["305-555-0100"]),
        ("(305) 555-0100 ext. 22", ["(305) 555-0100"]),
        ("1-800-555-0100 / 305 555 0101", ["1-800-555-0100", "305 555 0101"]),
        ("911", ["911"]),
        ("1-800-GET-FOOD", ["1-800-GET-FOOD"]),
        ("call us", []),
        ("", []),
    ],
)
def test_numbers_are_found_in_what_people_type(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers


def test_capitals_are_read_as_people_write_them() -> None:
    assert spoken_case("GIRL SCOUTS OF FLORIDA, INC.") == "Girl Scouts of Florida, Inc."
    assert spoken_case("YMCA OF THE KEYS") == "YMCA of the Keys"
    assert spoken_case("MIAMI CHILDREN'S HOSPITAL") == "Miami Children's Hospital"
    assert spoken_case("iMentor") == "iMentor"


# ---------------------------------------------------------------- tables
def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_becomes_topics(tmp_path: Path, capsys) -> None:
    path = table(
        tmp_path,
        "Title;Answer;Department;Phone;Tags;Odd column\nDog license;Bring the papers.;City Clerk;305-555-0100;dog, pet;x\n"
        "Año nuevo;Cerrado;;;;\n",
        "cp1252",
    )
    assert main(["kb", "import", "csv", str(path), "-o", str(tmp_path / "kb")]) == 0
    out = capsys.readouterr().out
    assert "column 'odd_column' is not used" in out
    assert "0 errors" in out
    dog = topic(tmp_path / "kb", "dog license")
    assert (dog.theme, dog.agency, dog.texts["en"].keywords) == ("trees-and-animals", "city-clerk", ("dog", "pet"))
    assert topic(tmp_path / "kb", "ano nuevo").transfer is None


def test_a_text_that_may_not_be_read_aloud_is_not(tmp_path: Path) -> None:
    long = " ".join(["word"] * 30)
    good, bad = read_table(table(tmp_path, f"title,say\na,Call them.\nb,{long}\n")).entries
    assert (good.say, bad.say) == ("Call them.", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no columns"), ("a,b\n1,2\n", "no column holds titles"), ("title\n", "no row"), ("title\n \n", "no row")],
)
def test_a_table_that_is_none_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_table(table(tmp_path, text))


_TEXT = st.text(max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(
        st.builds(
            Entry,
            key=st.from_regex(r"[!-~]{1,8}", fullmatch=True),
            title=_TEXT,
            agency=st.tuples(_TEXT, _TEXT),
            phone=st.sampled_from(["", "305-555-0100", "911", "1-800-GET-FOOD"]),
            hours=_TEXT,
            details=_TEXT,
            said=st.lists(_TEXT, max_size=3).map(tuple),
            keywords=st.lists(_TEXT, max_size=3).map(tuple),
            asked=st.lists(st.tuples(st.just("Why?"), _TEXT), max_size=2).map(tuple),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda entry: entry.key,
    )
)
def test_whatever_a_table_holds_the_result_passes_the_check(entries: list[Entry], tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("kb")
    import_topics(entries, folder, OPTIONS, record=".r.json", source="the table")
    compiled(folder)
    report = import_topics(entries, folder, OPTIONS, record=".r.json", source="the table")
    assert (report.created, report.updated, report.removed) == ([], [], [])


def test_an_agency_whose_name_would_read_as_a_list_is_not_put_into_the_words_to_say(tmp_path: Path) -> None:
    entry = Entry(key="1", title="Permit", agency=("", "-"), phone="305-555-0100")
    import_topics([entry], tmp_path, OPTIONS, record=".r.json", source="the table")
    compiled(tmp_path)
