"""Asking an endpoint what it can do: every family is known by its manners, nothing is written to it, and the file that comes
out is read back as what was found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import structs

from helpers.families import FAMILIES, KEY, Chicago, SeeClickFix, Standard, family
from helpers.hub_server import running_hub
from helpers.liar import http, liar
from taker311.base.clock import ManualClock, SystemClock
from taker311.base.ids import SeededIds
from taker311.cli import main
from taker311.crm.client import Open311
from taker311.crm.dialect_file import dialect_text, with_traits
from taker311.crm.dialects import BUILT_IN, load_dialect
from taker311.crm.families import SIGNS, recognise_family
from taker311.crm.probe import Probed, probe
from taker311.crm.probe_submit import submit_test
from taker311.crm.tree import CrmError
from taker311.net.http import Http

HTTP = Http("tests")
TODAY = date(2026, 11, 22)
AT = (42.65, -70.61)
# family -> (the base that is named, what was seen to differ)
SEEN = {
    "standard": ("standard", {"format": "json", "descriptions_listed": True, "listing_by_date": True}),
    "ureport": ("ureport", {"descriptions_listed": True}),
    "mysociety": ("mysociety", {"updates": True}),
    "eindhoven": ("eindhoven", {"listing_by_date": False}),
    "govflow": ("govflow", {"descriptions_listed": False}),
    "fixmystreet": ("fixmystreet", {"jurisdiction": "testville.gov"}),
    "markaspot": ("markaspot", {"listing_cap": 25, "empty_listing_is_404": True, "descriptions_listed": False}),
    "sanfrancisco": ("sanfrancisco", {"format": "xml", "descriptions_listed": False}),
    "boston": ("boston", {}),
    "chicago": ("chicago", {"listing_cap": 50, "dates_with_zone": False, "descriptions_listed": False}),
    "washingtondc": ("standard", {"format": "xml"}),
    "seeclickfix": ("seeclickfix", {"listing_cap": 20}),
    "citysdk": ("citysdk", {}),
    "toronto": ("toronto", {"descriptions_listed": False}),
    "westberkshire": ("standard", {"format": "xml", "suffix": False, "capitals": True}),
    "alexandria": ("standard", {"accept_encoding": False}),
    "greenwich": ("standard", {"format": "xml"}),
    "zuerich": ("zurich", {}),
}


def probed(name: str, manners: Standard | None = None) -> Probed:
    with family(name, manners) as server:
        found = probe(HTTP, server.url, key=KEY, jurisdiction="testville.gov" if name == "fixmystreet" else "")
        assert server.manners.posts == 0, "probing must not write"
        assert {method for method, _ in server.manners.asked} == {"GET"}
        assert found.requests == len(server.manners.asked) <= 25
        return found


def test_every_family_of_the_conversations_has_its_expectation() -> None:
    assert set(SEEN) == set(FAMILIES)


@pytest.mark.parametrize("name", sorted(SEEN))
def test_a_family_is_known_by_its_manners_and_its_file_is_read_back(name: str, tmp_path: Path) -> None:
    found = probed(name)
    base, differs = SEEN[name]
    values = {trait.field: trait.value for trait in found.traits}
    assert found.base == base
    assert differs.items() <= values.items()
    assert len(found.services) == 2
    path = tmp_path / "city.toml"
    path.write_text(dialect_text(found, today=TODAY), encoding="utf-8")
    assert load_dialect(str(path)) == structs.replace(found.dialect, name="city")


def test_every_line_of_the_file_says_how_it_was_found() -> None:
    lines = dialect_text(probed("chicago"), today=TODAY).splitlines()
    for place, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[place - 1].startswith("# "), line


def test_the_hub_is_known_by_its_own_word() -> None:
    with running_hub() as hub:
        found = probe(HTTP, hub.url, key=hub.key)
    assert (found.base, found.claims_keys) == ("hub", True)
    assert found.dialect.honours_idempotency_key
    assert found.dialect.descriptions_listed


def test_a_family_is_named_only_for_good_reasons() -> None:
    assert recognise_family({"cookie": "PHPSESSID=1"}) == ("standard", ())
    assert recognise_family({}) == ("standard", ())
    assert {sign.family for sign in SIGNS} <= set(BUILT_IN)


@pytest.mark.parametrize("address", ["services.json", "services.xml?x=1", "discovery.json", "requests.json", ""])
def test_the_address_of_a_call_leads_to_the_endpoint(address: str) -> None:
    with family("standard") as server:
        assert probe(HTTP, server.url.rstrip("/") + "/" + address).endpoint == server.url


def test_an_endpoint_that_wants_a_jurisdiction_says_so() -> None:
    with family("fixmystreet") as server, pytest.raises(CrmError, match="--jurisdiction"):
        probe(HTTP, server.url)


def test_a_jurisdiction_that_is_not_taken_is_left_out() -> None:
    class Picky(Standard):
        def refuse_get(self, what, query, form):
            return self.error(400, "Error in input", form) if "jurisdiction_id" in query else None

    with family("picky", Picky()) as server:
        found = probe(HTTP, server.url, jurisdiction="city.gov")
    assert found.dialect.jurisdiction == ""
    assert any("city.gov" in note for note in found.notes)


def test_a_key_that_reading_needs_is_found_out() -> None:
    class Closed(Standard):
        def refuse_get(self, what, query, form):
            return None if query.get("api_key") == KEY else self.error(403, "api_key was not provided", form)

    with family("closed", Closed()) as server:
        assert probe(HTTP, server.url, key=KEY).dialect.key_in_reads == "query"
        with pytest.raises(CrmError, match="--key-env"):
            probe(HTTP, server.url)


def test_a_discovery_above_leads_to_the_endpoint_on_the_same_host() -> None:
    with running_hub() as hub:
        top = hub.url.removesuffix("open311/v2/")
        assert probe(HTTP, top).endpoint == hub.url


@pytest.mark.parametrize(
    "answer",
    [
        http(200, "<!doctype html><html></html>", kind="text/html"),
        http(500),
        http(200, "{"),
        http(200, "[]"),
        http(404),
        b"HTTP/1.1 2",
    ],
)
def test_what_is_no_endpoint_gets_one_sentence_with_its_address(answer: bytes) -> None:
    with liar(answer) as server, pytest.raises(CrmError) as failure:
        probe(HTTP, server.url)
    assert server.url in str(failure.value)
    assert len(server.asked) < 20


def test_where_nobody_listens_that_is_said_at_once() -> None:
    with pytest.raises(CrmError, match="Check the address"):
        probe(HTTP, "http://127.0.0.1:1/")


# ---------------------------------------------------------------- the one test case
def after_a_test(manners: Standard, **given: object) -> tuple[Probed, int]:
    with family("x", manners) as server:
        found = probe(HTTP, server.url, key=KEY)
        client = Open311(HTTP, found.endpoint, found.dialect, KEY, total_s=5)
        what = submit_test(client, found, ManualClock(datetime(2026, 11, 20, 13, tzinfo=UTC)), SeededIds(1), **given)  # type: ignore[arg-type]
        return with_traits(found, what.traits, what.notes), server.manners.posts


def test_a_test_case_is_sent_once_and_looked_for() -> None:
    found, posts = after_a_test(Standard(), at=AT)
    assert posts == 1
    assert any("was accepted" in note for note in found.notes)
    assert any("listed at once" in note for note in found.notes)


def test_a_refused_test_case_tells_what_is_compulsory() -> None:
    manners = SeeClickFix()
    found, posts = after_a_test(manners, service="TREE")
    assert posts == 1
    assert found.dialect.compulsory == ("email",)
    assert not [case for case in manners.cases if case.fields]


def test_a_city_that_wants_point_and_address_gets_both() -> None:
    manners = Chicago()
    after_a_test(manners, service=manners.codes[0])
    assert next(case for case in manners.cases if case.fields).fields["address_string"] == "Test"


def test_a_hub_is_sent_the_same_case_twice_and_keeps_one() -> None:
    with running_hub() as hub:
        found = probe(HTTP, hub.url, key=hub.key)
        client = Open311(HTTP, hub.url, found.dialect, hub.key)
        what = submit_test(client, found, SystemClock(), SeededIds(2), service="TREE", at=AT)
        assert len(hub.cases()) == 1
    assert next((t.field, t.value) for t in what.traits) == ("honours_idempotency_key", True)


# ---------------------------------------------------------------- the command
def test_the_command_writes_a_file_that_the_desk_can_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "city.toml"
    with family("mysociety") as server:
        assert main(["crm", "probe", server.url, "-o", str(path)]) == 0
    assert load_dialect(str(path)).multi_value == "repeated"
    out = capsys.readouterr().out
    assert f'dialect = "{path}"' in out
    assert f'endpoint = "{server.url}"' in out


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    with family("standard") as server:
        assert main(["crm", "probe", server.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["base"] == "standard"


def test_the_command_says_which_key_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crm", "probe", "http://127.0.0.1:1/", "--key-env", "TAKER311_NO_SUCH_KEY"]) == 2
    assert "TAKER311_NO_SUCH_KEY" in capsys.readouterr().err


# ---------------------------------------------------------------- what real servers once wrote
@pytest.mark.parametrize(
    ("folder", "files", "family_name"),
    [
        ("chicago", {"services": "services_2021_excerpt.json"}, "chicago"),
        ("san_francisco", {"services": "services_2010.xml"}, "sanfrancisco"),
        ("washington_dc", {"services": "services.xml"}, "standard"),
        ("bloomington", {"services": "services_2018.json"}, "standard"),
    ],
)
def test_recorded_lists_are_told_apart_as_far_as_they_tell(
    shared: Path, folder: str, files: dict[str, str], family_name: str
) -> None:
    texts = {}
    for where, name in files.items():
        path = shared / "open311" / folder / name
        if not path.is_file():
            pytest.skip(f"the shared data has no {path}")
        texts[where] = path.read_text(encoding="utf-8", errors="replace")
    assert recognise_family(texts)[0] == family_name  # type: ignore[arg-type]
