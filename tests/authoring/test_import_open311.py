"""A CRM's services as a knowledge base: real ones, made-up ones, live ones, and the same ones again later."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from helpers.hub_server import running_hub
from helpers.liar import http, liar
from helpers.mini_city import knowledge
from taker311.authoring.import_open311 import RECORD, ImportReport, import_open311
from taker311.authoring.import_open311_city import CityOptions, add_below
from taker311.authoring.import_open311_sources import Found, from_endpoint, from_folder
from taker311.authoring.source import Source, read_source
from taker311.base.errors import UserError
from taker311.cli import main
from taker311.crm.model import Attribute, AttributeValue, Definition, Service
from taker311.crm.tree import CrmError
from taker311.hub.catalogue import catalogue_of
from taker311.knowledge.model import Knowledge, Script
from taker311.net.http import Http

OPTIONS = CityOptions(name="Testville", time_zone="America/New_York", today=date(2026, 11, 25))
HOLE = Service(
    code="001",
    name="Pothole_Repair",
    description="Fixed <b>within</b> 3 business days.",
    metadata=True,
    group="Streets",
)
TREE = Service(
    code="T", name="Tree", description="Call 202-555-0142 first.", keywords=("limb", "tree"), group="Forestry"
)
WHERE = Attribute(
    code="WHERE",
    datatype="singlevaluelist",
    required=True,
    order=1,
    description="Where is it?",
    values=(AttributeValue(key="ST1", name="Street"), AttributeValue(key="UNK", name="Unknown")),
)
DEPTH = Attribute(
    code="DEPTH", datatype="number", order=2, description="How deep, in inches?", datatype_description="Whole inches"
)
TOLD = Attribute(code="N1", variable=False, order=3, description="Call us at (202) 555-0142 when it is not fixed.")
QUESTIONS = Definition(code="001", attributes=(WHERE, DEPTH, TOLD))


def found(*services: Service, definition: Definition = QUESTIONS) -> Found:
    return Found("x", services or (HOLE, TREE), {"001": definition})


def again(folder: Path, what: Found | None = None) -> ImportReport:
    return import_open311(what or found(), folder, OPTIONS)


def checked(folder: Path) -> Source:
    source = read_source(folder, today=OPTIONS.today)
    assert not source.findings.errors, [str(finding) for finding in source.findings]
    return source


def compiled(folder: Path) -> Knowledge:
    read = checked(folder).knowledge
    assert read is not None
    return read


def script_of(folder: Path, name: str) -> Script:
    return next(script for script in compiled(folder).scripts if script.id == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    again(tmp_path / "kb")
    return tmp_path / "kb"


# ---------------------------------------------------------------- the first time
def test_a_service_becomes_a_topic_with_its_script(folder: Path) -> None:
    kb = compiled(folder)
    topic = next(topic for topic in kb.topics if topic.id == "pothole-repair")
    assert (topic.theme, topic.agency, topic.status, topic.external_id) == ("my-street", "streets", "imported", "001")
    assert topic.texts["en"].title == "Pothole Repair"
    assert topic.texts["en"].details == "Fixed within 3 business days."
    assert len(topic.texts["en"].say.split()) <= 50


def test_questions_come_in_their_order_with_types_codes_and_notes(folder: Path) -> None:
    questions = script_of(folder, "pothole-repair").questions
    assert [(q.id, q.type, q.required, q.open311) for q in questions] == [
        ("where", "choice", True, "WHERE"),
        ("depth", "number", False, "DEPTH"),
        ("n1", "note", False, ""),
        ("anything-else", "text", False, ""),
    ]
    assert [(choice.key, choice.open311) for choice in questions[0].choices] == [
        ("street", "ST1"),
        ("not-known", "UNK"),
    ]
    assert questions[1].why == {"en": "Whole inches"}


def test_the_code_of_the_service_is_kept_as_it_is(folder: Path) -> None:
    script = script_of(folder, "pothole-repair")
    assert (script.service, script.routes[0].to, script.routes[0].sla) == ("001", "streets", None)


def test_a_time_in_prose_is_offered_and_never_promised(folder: Path) -> None:
    assert "# sla: 3 working days" in (folder / "scripts/pothole-repair.yaml").read_text(encoding="utf-8")


def test_numbers_in_prose_get_a_name(folder: Path) -> None:
    kb = compiled(folder)
    assert "{phone:crm-202-555-0142}" in (folder / "topics/trees-and-animals/tree.md").read_text(encoding="utf-8")
    assert "202-555-0142" in next(topic for topic in kb.topics if topic.id == "tree").texts["en"].details
    assert [phone.number for phone in kb.city.phones if phone.id.startswith("crm-")] == ["202-555-0142"]


def test_what_no_table_knows_is_unsorted(tmp_path: Path) -> None:
    again(tmp_path, found(Service(code="1", name="Zzyzx")))
    assert (tmp_path / "topics/unsorted/zzyzx.md").exists()
    checked(tmp_path)


_TEXT = st.text(
    alphabet=st.sampled_from(list("ab09 :#-'\"[]{},&*!|>%@`\\/\n\t<>.?;=~^$é\x07\u202e\u2028")), max_size=30
)
_PROSE = _TEXT | st.sampled_from(
    ["<br>", "# heading", "## Say", "---", "call 2025550142 now", "{phone:x}", "yes", "null", "no", "~", "- a"]
)
_SERVICE = st.builds(
    Service,
    code=_TEXT.map(lambda text: " ".join(text.replace("\x07", "").split())).filter(bool),
    name=_PROSE,
    description=_PROSE,
    group=_PROSE,
    keywords=st.lists(_PROSE, max_size=3).map(tuple),
    metadata=st.booleans(),
)
_ATTRIBUTE = st.builds(
    Attribute,
    code=_PROSE,
    datatype=st.sampled_from(["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]),
    variable=st.booleans(),
    required=st.booleans(),
    description=_PROSE,
    datatype_description=_PROSE,
    values=st.lists(st.builds(AttributeValue, key=_PROSE, name=_PROSE), min_size=1, max_size=3).map(tuple),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(_SERVICE, min_size=1, max_size=3, unique_by=lambda service: service.code), st.lists(_ATTRIBUTE, max_size=4)
)
def test_whatever_a_crm_calls_its_things_the_result_passes_the_check(
    tmp_path: Path, services: list[Service], attributes: list[Attribute]
) -> None:
    from taker311.crm.reader import read_definition, read_services

    target = tmp_path / "kb"
    shutil.rmtree(target, ignore_errors=True)
    listed = [{"service_code": s.code, "service_name": s.name, "description": s.description, "group": s.group,
               "keywords": ",".join(s.keywords)} for s in services]  # fmt: skip
    asked = [{"code": a.code, "datatype": a.datatype, "variable": a.variable, "required": a.required, "description": a.description,
              "datatype_description": a.datatype_description, "values": [{"key": v.key, "name": v.name} for v in a.values]}
             for a in attributes]  # fmt: skip
    read = read_services(json.dumps(listed).encode())
    definition = read_definition(json.dumps({"service_code": read[0].code, "attributes": asked}).encode())
    what = Found("x", tuple({s.code: s for s in read}.values()), {read[0].code: definition})
    import_open311(what, target, OPTIONS)
    checked(target)
    report = import_open311(what, target, OPTIONS)
    assert (report.created, report.updated, report.removed, report.kept) == ([], [], [], [])


# ---------------------------------------------------------------- again
def test_the_same_services_again_change_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    report = again(folder)
    assert (report.created, report.updated, report.removed, report.kept) == ([], [], [], [])
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_people_wrote_stays_and_what_the_crm_owns_follows_it(folder: Path) -> None:
    path = folder / "topics/my-street/pothole-repair.md"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "title: Pothole Repair\n", "title: Hole in the street\nsaid: [big hole, broke my tire]\nowner: streets desk\n"
    )
    text = (
        text.replace("I can send that to the right people for you.", "We fix holes.")
        + "## If asked\n**Who pays?** The city.\n"
    )
    path.write_text(text, encoding="utf-8")
    renamed = structs.replace(HOLE, name="Pothole Fix", description="Fixed soon.", group="Roads")
    report = again(folder, found(renamed, TREE))
    topic = next(topic for topic in compiled(folder).topics if topic.id == "pothole-repair")
    body = topic.texts["en"]
    assert (body.title, body.said, body.details) == ("Hole in the street", ("big hole", "broke my tire"), "Fixed soon.")
    assert body.say.startswith("We fix holes.")
    assert body.asked[0].question == "Who pays?"
    assert (topic.agency, topic.owner) == ("roads", "streets desk")
    assert any("'title' is yours" in line for line in report.kept)
    assert again(folder, found(renamed, TREE)).kept == []


def test_a_changed_definition_changes_the_questions_nobody_touched_and_the_version(folder: Path) -> None:
    path = folder / "scripts/pothole-repair.yaml"
    text = path.read_text(encoding="utf-8").replace("How deep, in inches?", "How deep is it?")
    mine = "  - id: mine\n    ask: Is anybody hurt?\n    type: yesno\n  - id: n1\n"
    path.write_text(
        text.replace("  - id: n1\n", mine).replace("    # sla: 3 working days", "    sla: 3 working days  #"),
        encoding="utf-8",
    )
    new = Attribute(code="NEW", datatype="datetime", order=2, description="Since when?")
    fewer = Definition(
        code="001",
        attributes=(structs.replace(WHERE, description="Where exactly?"), new, structs.replace(DEPTH, required=True)),
    )
    report = again(folder, found(definition=fewer))
    script = script_of(folder, "pothole-repair")
    assert [(q.id, q.ask["en"][:14]) for q in script.questions] == [
        ("where", "Where exactly?"),
        ("new", "Since when?"),
        ("depth", "How deep is it"),
        ("mine", "Is anybody hur"),
        ("anything-else", "Is there anyth"),
    ]
    assert script.version == 2
    assert script.routes[0].sla is not None
    assert any("'question depth' is yours" in line for line in report.kept)
    assert again(folder, found(definition=fewer)).updated == []
    assert script_of(folder, "pothole-repair").version == 2


def test_an_untouched_script_takes_the_crms_new_order(folder: Path) -> None:
    turned = Definition(code="001", attributes=(DEPTH, WHERE, TOLD))
    again(folder, found(definition=turned))
    assert [q.id for q in script_of(folder, "pothole-repair").questions][:2] == ["depth", "where"]


def test_what_people_took_out_stays_out(folder: Path) -> None:
    path = folder / "scripts/pothole-repair.yaml"
    text = path.read_text(encoding="utf-8")
    cut = text[: text.index("  - id: depth")] + text[text.index("  - id: n1") :]
    path.write_text(cut, encoding="utf-8")
    (folder / "topics/trees-and-animals/tree.md").unlink()
    (folder / "scripts/tree.yaml").unlink()
    again(folder)
    assert path.read_text(encoding="utf-8") == cut
    assert not (folder / "scripts/tree.yaml").exists()
    assert len(compiled(folder).topics) == 1


def test_a_topic_that_was_moved_to_another_theme_is_found_there(folder: Path) -> None:
    old = folder / "topics/trees-and-animals/tree.md"
    new = folder / "topics/my-street/tree.md"
    new.write_text(
        old.read_text(encoding="utf-8").replace("theme: trees-and-animals", "theme: my-street"), encoding="utf-8"
    )
    old.unlink()
    again(folder, found(HOLE, structs.replace(TREE, description="Other words.")))
    assert not old.exists()
    assert "Other words." in new.read_text(encoding="utf-8")
    checked(folder)


def test_a_service_that_is_gone_takes_its_untouched_files_along(folder: Path) -> None:
    report = again(folder, found(HOLE))
    assert sorted(report.removed) == ["scripts/tree.yaml", "topics/trees-and-animals/tree.md"]
    assert len(compiled(folder).topics) == 1


def test_a_service_that_is_gone_leaves_what_people_wrote_and_tells_of_it(folder: Path) -> None:
    path = folder / "topics/trees-and-animals/tree.md"
    path.write_text(path.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    for _ in range(2):
        report = again(folder, found(HOLE))
        assert any("no longer has the service T" in line for line in report.warnings)
    assert path.exists()


def test_a_service_with_a_new_code_is_told_of(folder: Path) -> None:
    report = again(folder, found(HOLE, structs.replace(TREE, code="T2")))
    assert any("T is T2 now" in line for line in report.warnings)
    checked(folder)


def test_a_definition_that_could_not_be_had_this_time_takes_no_question_away(folder: Path) -> None:
    again(folder, Found("x", (HOLE, TREE)))
    assert len(script_of(folder, "pothole-repair").questions) == 4
    again(folder)
    assert len(script_of(folder, "pothole-repair").questions) == 4


def test_peoples_own_files_beside_it_are_never_touched(folder: Path) -> None:
    own = folder / "topics/my-street/curb-repair.md"
    own.write_text(
        (folder / "topics/my-street/pothole-repair.md")
        .read_text(encoding="utf-8")
        .replace("pothole-repair", "curb-repair"),
        "utf-8",
    )
    (folder / "scripts/curb-repair.yaml").write_text("id: curb-repair\nmine: yes\n", encoding="utf-8")
    again(folder, found(HOLE, TREE, Service(code="C", name="Curb Repair")))
    assert (folder / "scripts/curb-repair.yaml").read_text(encoding="utf-8") == "id: curb-repair\nmine: yes\n"
    assert (folder / "topics/my-street/curb-repair-2.md").exists()


def test_windows_line_ends_are_no_change_of_peoples(folder: Path) -> None:
    path = folder / "topics/trees-and-animals/tree.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    report = again(folder, found(HOLE, structs.replace(TREE, description="New.")))
    assert report.kept == []
    assert "New." in path.read_text(encoding="utf-8")


def test_a_lost_or_broken_record_is_said_and_nothing_is_written(folder: Path) -> None:
    (folder / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"import-open311\.json"):
        again(folder)


def test_a_city_file_that_cannot_be_added_to_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'themes' stands on one line"):
        add_below("themes: {a: A}\n", "themes", {"b": "B"}, tmp_path / "city.yaml")


# ---------------------------------------------------------------- sources
def test_recorded_replies_are_known_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_text('[{"service_code":"1","service_name":"A","metadata":true}]', encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b").write_text('{"service_code":"1","attributes":[{"code":"Q"}]}', encoding="utf-8")
    (tmp_path / "c.json").write_text(
        '[{"service_request_id":"7","service_code":"1","service_name":"A"}]', encoding="utf-8"
    )
    (tmp_path / "d.html").write_text("<html></html>", encoding="utf-8")
    (tmp_path / "e.xml").write_text(
        "<service_definition><service_code>9</service_code><attributes/></service_definition>", encoding="utf-8"
    )
    read = from_folder(tmp_path)
    assert [service.code for service in read.services] == ["1"]
    assert set(read.definitions) == {"1", "9"}
    assert any("9, which is not in the service list" in warning for warning in read.warnings)


def test_a_folder_without_a_list_or_with_two_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="service list"):
        from_folder(tmp_path)
    for name in "ab":
        (tmp_path / name).write_text(f'[{{"service_code":"{name}","service_name":"A"}}]', encoding="utf-8")
    with pytest.raises(UserError, match="2 different service lists"):
        from_folder(tmp_path)


def test_a_live_endpoint_is_asked_for_its_definitions(tmp_path: Path) -> None:
    with running_hub(knowledge=knowledge()) as hub:
        read = from_endpoint(hub.url, http=Http("tests"))
        at_the_root = from_endpoint(hub.url.removesuffix("open311/v2/"), http=Http("tests"))
    assert at_the_root.services == read.services
    assert not read.warnings
    import_open311(read, tmp_path, OPTIONS)
    questions = script_of(tmp_path, "pothole").questions
    assert [(question.type, question.open311) for question in questions] == [
        ("choice", "position"),
        ("note", ""),
        ("text", ""),
    ]
    assert [choice.open311 for choice in questions[0].choices] == ["LANE01", "CURB01", "alley"]


def test_an_endpoint_that_speaks_xml_alone_and_lacks_a_definition_still_imports() -> None:
    services = "<services><service><service_code>1</service_code><service_name>A</service_name><metadata>true</metadata></service></services>"
    with liar(http(404), http(200, services, kind="text/xml"), http(500)) as server:
        read = from_endpoint(server.url, http=Http("tests"))
    assert [service.code for service in read.services] == ["1"]
    assert len(read.warnings) == 1
    assert "A (1): no definition" in read.warnings[0]


def test_a_discovery_that_points_to_another_host_needs_a_persons_yes() -> None:
    pointing = (
        '{"endpoints":[{"specification":"http://wiki.open311.org/GeoReport_v2","url":"https://other.example/v2"}]}'
    )
    with liar(http(404), http(404), http(200, pointing)) as server, pytest.raises(CrmError, match=r"other\.example"):
        from_endpoint(server.url, http=Http("tests"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["http://127.0.0.1:1/"], "127.0.0.1:1"),
        (["/no/such/folder"], "/no/such/folder"),
        ([".", "--time-zone", "America/New_Yrok"], "did you mean 'America/New_York'"),
        (["http://127.0.0.1:1/", "--key-env", "NO_SUCH_NAME"], "NO_SUCH_NAME"),
    ],
)
def test_an_import_that_cannot_work_is_one_sentence(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["kb", "import", "open311", *words, "-o", str(tmp_path / "kb")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "kb").exists()


# ---------------------------------------------------------------- real
def test_washington_becomes_a_knowledge_base_that_passes_the_check(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "dc"
    recorded = str(shared / "open311/washington_dc")
    words = [
        "kb",
        "import",
        "open311",
        recorded,
        "-o",
        str(target),
        "--name",
        "Washington DC",
        "--time-zone",
        "America/New_York",
    ]
    assert main([*words, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["services"], report["definitions"], report["check"]) == (86, 1, {"errors": 0, "warnings": 0})
    assert report["themes"].get("unsorted", 0) <= 4
    kb = compiled(target)
    assert len(kb.topics) == len(kb.scripts) == 86
    pothole = next(script for script in kb.scripts if script.service == "S0301")
    assert [(q.open311 or q.type, q.required) for q in pothole.questions] == [
        ("WHISPOLO", True), ("WHMAISAL", False), ("ISITHAZA", False), ("WATHPRDA", False), ("note", False), ("note", False), ("text", False),
    ]  # fmt: skip
    assert not any("<" in topic.texts["en"].details for topic in kb.topics)


def test_the_desk_and_the_hub_agree_with_the_crm_on_an_imported_definition(shared: Path, tmp_path: Path) -> None:
    read = from_folder(shared / "open311/washington_dc")
    import_open311(read, tmp_path, OPTIONS)
    offer = catalogue_of(compiled(tmp_path)).offers["S0301"]

    def asked(definition: Definition) -> list[tuple[str, str, list[str]]]:
        return [(a.code, a.datatype, [value.key for value in a.values]) for a in definition.attributes if a.variable]

    assert asked(offer.definition) == asked(read.definitions["S0301"])
    told = [a.description for a in read.definitions["S0301"].attributes if not a.variable]
    assert [a.description for a in offer.definition.attributes if not a.variable] == told


@pytest.mark.parametrize("city", ["san_francisco", "bloomington", "chicago"])
def test_other_cities_pass_the_check_too(shared: Path, tmp_path: Path, city: str) -> None:
    import_open311(from_folder(shared / "open311" / city), tmp_path, OPTIONS)
    checked(tmp_path)
