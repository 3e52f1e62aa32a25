"""The knowledge base against what a CRM offers now, and a waiting case against it right before it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from helpers.families import Standard, family
from helpers.hub_server import running_hub
from helpers.mini_city import FOLDER, knowledge
from taker311.base.clock import ManualClock
from taker311.cli import main
from taker311.crm.catalogue import LiveCatalogue, catalogue_file, fetch_catalogue, keep_catalogue, kept_catalogue
from taker311.crm.client import Open311
from taker311.crm.compare import Difference, codes_of, compare
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Attribute, AttributeValue, Definition, Service, Submission
from taker311.crm.revalidate import Revalidator, misfit
from taker311.crm.tree import CrmError
from taker311.hub.catalogue import catalogue_of
from taker311.knowledge.model import Choice, City, Knowledge, Question, Route, Script, Topic, TopicText
from taker311.net.http import Http

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
WHERE = Attribute(
    code="WHERE",
    datatype="singlevaluelist",
    required=True,
    description="Where is it?",
    values=(AttributeValue(key="ST", name="Street"), AttributeValue(key="AL", name="Alley")),
)
HOLE = Service(code="001", name="Pothole", metadata=True)
LIVE = LiveCatalogue(NOW, (HOLE,), (Definition(code="001", attributes=(WHERE,)),))
ASKED = Question(
    id="where",
    type="choice",
    ask={"en": "Where is it?"},
    open311="WHERE",
    choices=(Choice("street", {"en": "Street"}, "ST"), Choice("alley", {"en": "Alley"}, "AL")),
)


def kb(*questions: Question, service: str = "001", title: str = "Pothole") -> Knowledge:
    script = Script("hole", 1, questions or (ASKED,), (Route("streets"),), service=service)
    city: City = structs.replace(knowledge().city, languages=("en",))
    topic = Topic("hole", "my-street", "streets", {"en": TopicText(title)}, script="hole")
    return Knowledge(city, (), (topic,), (script,))


def kinds(*found: Difference) -> list[tuple[str, str]]:
    return [(one.kind, one.weight) for one in found]


def with_definition(*attributes: Attribute) -> LiveCatalogue:
    return structs.replace(LIVE, definitions=(Definition(code="001", attributes=attributes),))


# ---------------------------------------------------------------- compare
def test_a_knowledge_base_that_fits_has_no_differences() -> None:
    assert compare(kb(), LIVE) == ()


def test_a_service_that_is_gone_is_an_error() -> None:
    assert kinds(*compare(kb(service="ZZ", title="Streetlight"), LIVE)) == [("gone", "error")]


def test_a_service_with_the_same_name_and_a_new_code_is_proposed() -> None:
    (found,) = compare(kb(service="old-17", title="POTHOLE"), LIVE)
    assert (found.kind, found.proposed) == ("renamed", "001")
    assert "service: 001" in found.sentence


def test_a_name_that_two_services_have_proposes_nothing() -> None:
    two = structs.replace(LIVE, services=(HOLE, structs.replace(HOLE, code="002")))
    assert kinds(*compare(kb(service="old"), two)) == [("gone", "error")]


def test_the_name_that_the_crm_used_last_time_finds_the_new_code_too() -> None:
    before = LiveCatalogue(NOW, (Service(code="old", name="Pothole"),))
    (found,) = compare(kb(service="old", title="A hole in my street"), LIVE, before)
    assert (found.kind, found.proposed) == ("renamed", "001")


def test_a_required_attribute_that_is_never_asked_is_an_error() -> None:
    other = Question(id="size", type="number", ask={"en": "How deep?"})
    assert kinds(*compare(kb(other), LIVE)) == [("required-not-asked", "error")]


def test_a_choice_that_the_crm_does_not_know_is_an_error_and_a_new_one_a_note() -> None:
    live = with_definition(structs.replace(WHERE, values=(WHERE.values[0], AttributeValue("PK", "Park"))))
    found = compare(kb(), live)
    assert kinds(*found) == [("choice-unknown", "error"), ("choice-not-offered", "note")]
    assert "AL" in found[0].sentence
    assert "Park" in found[1].sentence


def test_yes_and_no_are_compared_with_the_keys_that_go_out() -> None:
    question = Question(id="wet", type="yesno", ask={"en": "Wet?"}, open311="WHERE")
    assert kinds(*compare(kb(question), LIVE))[:2] == [("choice-unknown", "error")] * 2


def test_an_attribute_that_the_crm_does_not_have_is_a_warning() -> None:
    more = Question(id="size", type="number", ask={"en": "How deep?"}, open311="DEPTH")
    assert kinds(*compare(kb(ASKED, more), LIVE)) == [("attribute-unknown", "warning")]


def test_another_type_is_a_changed_definition() -> None:
    live = with_definition(Attribute(code="WHERE", datatype="number", required=True))
    assert kinds(*compare(kb(), live)) == [("definition-changed", "warning")]


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ((WHERE, Attribute(code="NEW", description="New?")), "NEW is new"),
        ((structs.replace(WHERE, required=False),), "no longer required"),
        ((structs.replace(WHERE, values=(*WHERE.values, AttributeValue("PK", "Park"))),), "choices of WHERE"),
        ((structs.replace(WHERE, description="Where exactly?"),), "text of WHERE"),
    ],
)
def test_what_changed_since_the_last_time_is_told(after: tuple[Attribute, ...], said: str) -> None:
    found = [one for one in compare(kb(), with_definition(*after), LIVE) if one.kind == "definition-changed"]
    assert len(found) == 1
    assert said in found[0].sentence
    assert "2026-11-25" in found[0].sentence


def test_a_definition_that_could_not_be_read_is_no_error() -> None:
    live = structs.replace(LIVE, definitions=(), missing=("001",))
    assert kinds(*compare(kb(), live)) == [("unread", "note")]


def test_rows_that_make_no_case_need_no_service() -> None:
    script = Script("s", 1, (), (Route("nobody", service="GONE"), Route("streets", service="001")), service="X")
    assert codes_of(script) == ("001",)


def test_the_hubs_own_services_fit_the_knowledge_that_they_were_made_from() -> None:
    offers = catalogue_of(knowledge()).offers.values()
    live = LiveCatalogue(NOW, tuple(o.service for o in offers), tuple(o.definition for o in offers))
    assert [one.sentence for one in compare(knowledge(), live) if one.weight == "error"] == []


# ---------------------------------------------------------------- a waiting case
def waiting(*fields: tuple[str, str], code: str = "001", path: str = "requests.json") -> Submission:
    return Submission(path, encode_form([("service_code", code), *fields]), "k", code, "K3F7QX2D/9f3a61c2")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (waiting(("attribute[WHERE]", "ST")), None),
        (waiting(("attribute[WHERE][]", "ST"), ("attribute[WHERE][]", "AL")), None),
        (waiting(("attribute[WHERE]", "ST"), code="ZZ"), "no longer has the service ZZ"),
        (waiting(), "now requires"),
        (waiting(("attribute[WHERE]", "")), "now requires"),
        (waiting(("attribute[WHERE]", "PK")), "no longer knows"),
        (waiting(code="", path="servicerequestupdates.json"), None),
    ],
)
def test_a_waiting_case_is_held_only_for_a_reason(case: Submission, said: str | None) -> None:
    found = misfit(case, LIVE)
    assert (found is None) == (said is None)
    assert said is None or said in (found or "")


def test_the_crm_is_asked_at_most_every_half_hour_and_its_silence_holds_nothing() -> None:
    clock, asked = ManualClock(NOW), []

    def fetch(code: str) -> LiveCatalogue:
        asked.append(code)
        if len(asked) == 1:
            raise CrmError("down")
        return LIVE

    check = Revalidator(fetch, clock)
    gone = waiting(code="ZZ")
    assert check(gone) is None
    assert check(gone) is None
    assert asked == ["ZZ"]
    clock.advance(301)
    assert "no longer has" in (check(gone) or "")
    clock.advance(1_700)
    check(gone)
    assert asked == ["ZZ", "ZZ"]
    clock.advance(200)
    check(gone)
    check(waiting(("attribute[WHERE]", "ST")))
    assert asked == ["ZZ", "ZZ", "ZZ", "001"]
    clock.jump(NOW - timedelta(days=400))
    check(gone)
    assert len(asked) == 5
    assert check(waiting(path="servicerequestupdates.json")) is None


# ---------------------------------------------------------------- fetched, kept, and the command
def test_a_catalogue_is_fetched_and_kept(tmp_path: Path) -> None:
    with family("eindhoven") as server:
        client = Open311(Http("tests"), server.url, BUILT_IN["eindhoven"])
        live = fetch_catalogue(client, NOW)
        assert [definition.code for definition in live.definitions] == ["001"]
        assert fetch_catalogue(client, NOW, only=()).definitions == ()
    path = catalogue_file(tmp_path, server.url)
    assert kept_catalogue(path) is None
    keep_catalogue(path, live)
    assert kept_catalogue(path) == live
    path.write_text("{")
    assert kept_catalogue(path) is None


def test_an_empty_list_of_services_is_no_catalogue() -> None:
    class Empty(Standard):
        def services(self, query, form):
            return self.write("services", [], form)

    with family("empty", Empty()) as server, pytest.raises(CrmError, match="empty"):
        fetch_catalogue(Open311(Http("tests"), server.url, BUILT_IN["standard"]), NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_command_compares_the_citys_scripts_with_what_the_hub_offers(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_hub(knowledge=knowledge()) as hub:
        arguments = ["--kb", str(FOLDER), "--endpoint", hub.url, "--dialect", "hub"]
        assert main(["crm", "check", *arguments]) == 0
        assert "0 of them errors" in capsys.readouterr().out
        hub.hub.catalogue.offers = {"NEW": next(iter(hub.hub.catalogue.offers.values()))}
        hub.hub.catalogue.offers["NEW"] = structs.replace(
            hub.hub.catalogue.offers["NEW"], service=Service(code="NEW", name="Something else")
        )
        assert main(["crm", "check", *arguments, "--json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {one["kind"] for one in told} <= {"gone", "renamed"}
    assert {one["weight"] for one in told} == {"error"}


def test_the_command_says_that_no_endpoint_is_set(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crm", "check", "--kb", str(FOLDER)]) == 2
    assert "--endpoint" in capsys.readouterr().err
