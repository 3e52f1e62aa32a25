"""A whole conversation with each family: list, ask, submit, refuse, find again, in its own manners and under its own dialect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from helpers.families import FAMILIES, T0, Boston, Playing, family
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, Dialect, Outcome, Refused, RequestUpdate, Submission, Unknown
from taker311.crm.tree import CrmError
from taker311.net.http import Http

TAG = "K3F7QX2D/9f3a61c2"
NAMED = {"zuerich": "zurich", "standard": "standard"}
SHOWS_ONLY = {"fixmystreet"}
NO_DEFINITION = {"govflow", "fixmystreet"}


def dialect_of(name: str) -> Dialect:
    dialect = BUILT_IN[NAMED.get(name, name)]
    return structs.replace(dialect, jurisdiction="testville.gov") if name == "fixmystreet" else dialect


def client_of(server: Playing, name: str, key: str | None = None) -> Open311:
    return Open311(Http("tests"), server.url, dialect_of(name), server.key if key is None else key, total_s=5)


def case(server: Playing, name: str, **more: str) -> Submission:
    """As the desk writes it: point and address where both are wanted, e-mail where that is, several values in its style."""
    dialect = dialect_of(name)
    fields = [("service_code", server.manners.codes[0]), ("lat", "42.652600"), ("long", "-70.610000")]
    if dialect.location == "both":
        fields.append(("address_string", "1204 Washington Street"))
    if "email" in dialect.compulsory:
        fields.append(("email", "desk@testville.example"))
    many = "attribute[WHERE][]" if dialect.multi_value == "brackets" else "attribute[WHERE]"
    fields += [(many, "ST"), (many, "AL"), *more.items(), ("description", f"A hole\nRef {TAG}")]
    path = f"requests.{dialect.format}" if dialect.suffix else "requests"
    return Submission(path, encode_form(fields), "8c7d1f0e-5a55-4a3e-9a8e-0123456789ab", server.manners.codes[0], TAG)


def send(server: Playing, name: str, **given: object) -> Outcome:
    kind = "batch" if name in ("boston", "chicago") else "realtime"
    return client_of(server, name).submit(case(server, name), service_type=kind, **given)  # type: ignore[arg-type]


TAKING = sorted(set(FAMILIES) - SHOWS_ONLY)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_services_are_read_from_every_family(name: str) -> None:
    with family(name) as server:
        services = client_of(server, name).services()
    assert [service.code for service in services] == server.manners.codes


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - NO_DEFINITION))
def test_the_questions_of_a_service_are_read_from_every_family_that_has_them(name: str) -> None:
    with family(name) as server:
        definition = client_of(server, name).definition(server.manners.codes[0])
    where = definition.attributes[0]
    assert (where.code, where.required, where.datatype) == ("WHERE", True, "singlevaluelist")
    assert [value.key for value in where.values] == ["ST", "AL"]


@pytest.mark.parametrize("name", TAKING)
def test_a_case_is_accepted_and_stands_in_the_ledger_once(name: str) -> None:
    with family(name) as server:
        before = len(server.manners.cases)
        outcome = send(server, name)
        assert isinstance(outcome, Accepted), outcome
        assert len(server.manners.cases) == before + 1
        stored = server.manners.cases[-1]
    assert outcome.receipt.request_id in (stored.id, "")
    assert outcome.receipt.token in (stored.token, "")
    assert outcome.receipt.request_id or outcome.receipt.token


@pytest.mark.parametrize("name", sorted(set(TAKING) - {"chicago", "sanfrancisco", "govflow", "toronto"}))
def test_a_case_is_found_again_by_its_reference_where_descriptions_are_listed(name: str) -> None:
    with family(name) as server:
        send(server, name)
        client = client_of(server, name)
        rows = client.find(server.manners.codes[0], T0 - timedelta(hours=1), T0 + timedelta(hours=1))
        codes = {row.service_code for row in rows}
    assert [row.request_id for row in rows if TAG in (row.description or "")] == [server.manners.cases[-1].id]
    assert codes <= {server.manners.codes[0], ""}


@pytest.mark.parametrize("name", ["boston", "chicago", "sanfrancisco"])
def test_a_token_becomes_a_number(name: str) -> None:
    with family(name) as server:
        outcome = send(server, name)
        assert isinstance(outcome, Accepted)
        client = client_of(server, name)
        asked = [client.token(outcome.receipt.token) for _ in range(2)]
    assert asked[-1] == server.manners.cases[-1].id


@pytest.mark.parametrize("name", ["ureport", "mysociety", "eindhoven", "standard"])
def test_a_wrong_key_stops_the_sender_in_every_way_of_saying_so(name: str) -> None:
    with family(name) as server:
        outcome = client_of(server, name, "wrong").submit(case(server, name))
    assert isinstance(outcome, Refused)
    assert outcome.reply_class == "blocked"


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"govflow"}))
def test_a_case_that_is_none_is_none(name: str) -> None:
    with family(name) as server:
        assert client_of(server, name).request("none-such") is None


def test_a_list_of_others_cases_is_never_a_receipt() -> None:
    with family("ureport") as server:
        nameless = structs.replace(case(server, "ureport"), body=encode_form([("description", f"Ref {TAG}")]))
        outcome = client_of(server, "ureport").submit(nameless)
    assert isinstance(outcome, Unknown)
    assert "12 cases" in outcome.sentence


def test_a_duplicate_after_a_doubt_means_that_it_landed() -> None:
    with family("boston", Boston()) as server:
        assert isinstance(send(server, "boston"), Accepted)
        assert isinstance(send(server, "boston"), Refused)
        assert isinstance(send(server, "boston", after_unknown=True), Accepted)


def test_several_values_are_refused_in_the_wrong_style_only() -> None:
    with family("mysociety") as server:
        bracketed = structs.replace(
            case(server, "mysociety"), body=encode_form([("service_code", "001"), ("attribute[WHERE][]", "ST")])
        )
        assert isinstance(client_of(server, "mysociety").submit(bracketed), Refused)
        assert isinstance(send(server, "mysociety"), Accepted)


def test_an_empty_time_is_an_empty_list_at_mark_a_spot() -> None:
    with family("markaspot") as server:
        past = datetime(1990, 1, 1, tzinfo=UTC)
        assert client_of(server, "markaspot").find("001", past, past) == []


def test_what_a_server_does_not_offer_is_one_sentence() -> None:
    with family("govflow") as server:
        client = client_of(server, "govflow")
        for ask in (lambda: client.definition("001"), lambda: client.find("001")):
            with pytest.raises(CrmError, match="501"):
                ask()


def test_the_updates_of_mysociety_are_read() -> None:
    with family("mysociety") as server:
        assert client_of(server, "mysociety").updates(T0, T0) == ()


def test_an_update_is_refused_where_there_is_no_such_call() -> None:
    with family("standard") as server:
        outcome = client_of(server, "standard").post_update(RequestUpdate("u1", "1000", description="more"))
    assert isinstance(outcome, Refused)


# ---------------------------------------------------------------- open cases nearby
def test_open_cases_are_read_page_by_page_within_the_dialects_limit() -> None:
    with family("markaspot") as server:
        for pages, expected in ((1, 25), (2, 36)):
            dialect = structs.replace(BUILT_IN["markaspot"], nearby_pages=pages)
            client = Open311(Http("tests"), server.url, dialect)
            found = client.near(["001"], T0 - timedelta(days=60), T0 + timedelta(hours=1))
            assert len(found.cases) == expected
            assert found.whole == (pages == 2)


def test_a_place_is_sent_only_where_the_endpoint_searches_around_one() -> None:
    asked = {}
    for name in ("citysdk", "standard"):
        with family(name) as server:
            client_of(server, name).near(["001"], T0 - timedelta(days=5), T0, (60.17, 24.94))
            asked[name] = server.manners.asked[-1][1]
    assert "lat=60.170000&long=24.940000&radius=1000" in asked["citysdk"]
    assert "radius" not in asked["standard"]
