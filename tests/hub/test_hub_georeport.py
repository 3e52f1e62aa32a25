"""The hub as any GeoReport v2 client sees it, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from helpers.hub_server import RunningHub, running_hub
from taker311.base.clock import ManualClock
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, Refused, Submission
from taker311.crm.reader import read_errors
from taker311.crm.tree import CrmError
from taker311.hub.limits import RateLimit
from taker311.net.http import Http, Response

web = Http("tests")
FORM = {"content-type": "application/x-www-form-urlencoded"}
HOLE = [("service_code", "001"), ("lat", "41.5"), ("long", "-87.5"), ("attribute[WHERE]", "ST")]


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with running_hub() as running:
        yield running


def _quoted(text: str) -> str:
    return f"requests/{quote(text.encode('utf-8', 'replace'), safe='')}.json"


def post(hub: RunningHub, fields: list[tuple[str, str]], form: str = "json", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.request("POST", f"{hub.url}requests.{form}", headers=FORM | named, body=encode_form(fields))


def post_as_desk(hub: RunningHub, fields: list[tuple[str, str]], **headers: str) -> Response:
    return post(hub, [*fields, ("api_key", hub.key)], **headers)


def get(hub: RunningHub, path: str, *, key: str = "", **query: str) -> Response:
    headers = {"x-api-key": key} if key else {}
    return web.request("GET", f"{hub.url}{path}" + (f"?{urlencode(query)}" if query else ""), headers=headers)


def rows(reply: Response) -> list[dict[str, Any]]:
    assert reply.status == 200, reply.body
    found = json.loads(reply.body)
    assert isinstance(found, list)
    return found


# ---------------------------------------------------------------- reads
@pytest.mark.parametrize("form", ["json", "xml"])
def test_both_formats_tell_a_client_the_same(hub: RunningHub, form: str) -> None:
    client = Open311(web, hub.url, structs.replace(BUILT_IN["hub"], format=form), hub.key)
    assert [(service.code, service.type) for service in client.services()] == [
        ("001", "realtime"),
        ("TREE", "realtime"),
        ("NOISE", "batch"),
        ("TIP", "blackbox"),
    ]
    found = client.definition("001")
    assert [(attribute.code, attribute.variable, attribute.required) for attribute in found.attributes] == [
        ("WHERE", True, True),
        ("NOTE", False, False),
    ]
    assert [value.key for value in found.attributes[0].values] == ["ST", "AL"]
    assert client.discovery().endpoints[0].url + "/" == hub.url
    body = encode_form([*HOLE, ("description", "Ref A/1 <&>")])
    sent = Submission(path=f"requests.{form}", body=body, idem_key=f"both-{form}", service_code="001", reference="A/1")
    outcome = client.submit(sent)
    assert isinstance(outcome, Accepted)
    record = client.request(outcome.receipt.request_id)
    assert record is not None
    assert (record.description, record.lat, record.status) == ("Ref A/1 <&>", 41.5, "open")


def test_json_drops_the_root_and_xml_has_it(hub: RunningHub) -> None:
    assert get(hub, "services.json").body.startswith(b'[{"service_code":"001"')
    assert b"<services><service><service_code>001</service_code>" in get(hub, "services.xml").body
    assert get(hub, "services.xml").headers["content-type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "status"),
    [("services/NONE.json", 404), ("services/NONE.xml", 404), ("requests/26-999999.json", 404), ("tokens/none.xml", 404),
     ("nothing.json", 404), ("services.yaml", 404), ("requests.json?status=lost", 400), ("requests.json?start_date=monday", 400),
     ("requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400)],
)  # fmt: skip
def test_every_error_has_the_standards_form(hub: RunningHub, path: str, status: int) -> None:
    reply = get(hub, path)
    assert reply.status == status
    (error,) = read_errors(reply.body)
    assert error.code == str(status)
    assert error.description
    assert reply.body.startswith(b"<?xml") == path.endswith(".xml")


def test_a_method_that_is_not_offered_is_refused_in_the_standards_form(hub: RunningHub) -> None:
    reply = web.request("DELETE", f"{hub.url}services.json")
    assert (reply.status, read_errors(reply.body)[0].code) == (405, "405")


# ---------------------------------------------------------------- posts
@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ([("lat", "1"), ("long", "2")], 400, "service_code"),
        ([("service_code", "nope"), ("lat", "1"), ("long", "2")], 404, "nope"),
        ([("service_code", "TREE")], 400, "location"),
        ([("service_code", "TREE"), ("lat", "1")], 400, "lat and long"),
        ([("service_code", "TREE"), ("lat", "91"), ("long", "1")], 400, "lat and long"),
        ([("service_code", "TREE"), ("lat", "nan"), ("long", "1")], 400, "lat and long"),
        ([("service_code", "001"), ("lat", "1"), ("long", "2")], 400, "WHERE"),
        ([("service_code", "001"), ("lat", "1"), ("long", "2"), ("attribute[WHERE]", " ")], 400, "WHERE"),
        ([("service_code", "TREE"), ("address_id", "7"), ("description", "x" * 4001)], 400, "4000"),
        ([("service_code", "TREE"), ("address_id", "7"), ("media_url", "javascript:x")], 400, "media_url"),
    ],
)
def test_a_post_that_lacks_something_is_refused_with_a_sentence(
    hub: RunningHub, fields: list[tuple[str, str]], status: int, said: str
) -> None:
    before = len(hub.cases())
    reply = post_as_desk(hub, fields)
    assert reply.status == status
    assert said in read_errors(reply.body)[0].description
    assert len(hub.cases()) == before


@pytest.mark.parametrize("fields", [[*HOLE], [*HOLE, ("api_key", "wrong")]])
def test_without_a_valid_key_nothing_is_taken_in(hub: RunningHub, fields: list[tuple[str, str]]) -> None:
    before = len(hub.cases())
    assert post(hub, fields).status == 403
    assert len(hub.cases()) == before


def test_a_body_of_another_kind_or_size_is_refused(hub: RunningHub) -> None:
    address = f"{hub.url}requests.json"
    as_json = web.request("POST", address, headers={"content-type": "application/json"}, body=b"{}")
    assert as_json.status == 400
    assert web.request("POST", address, headers=FORM, body=b"a=" + b"x" * 300_000).status == 413


def test_hostile_texts_are_cleaned_at_the_door(hub: RunningHub) -> None:
    post_as_desk(hub, [("service_code", "TREE"), ("address_string", "1 Elm\x1b[2J"), ("description", "a\x07\u202eb")])
    assert (hub.cases()[0].address, hub.cases()[0].description) == ("1 Elm\ufffd[2J", "a\ufffd\ufffdb")


def test_a_batch_service_gives_a_token_and_later_a_number() -> None:
    clock = ManualClock()
    with running_hub(clock=clock, batch_delay_s=60) as hub:
        client = Open311(web, hub.url, BUILT_IN["hub"], hub.key)
        (item,) = rows(post_as_desk(hub, [("service_code", "NOISE"), ("address_string", "1 Elm")]))
        assert "service_request_id" not in item
        assert client.token(item["token"]) is None
        assert client.find("NOISE") == []
        clock.advance(61)
        number = client.token(item["token"])
        assert [record.request_id for record in client.find("NOISE")] == [number]


def test_a_black_box_gives_nothing_and_shows_nothing(hub: RunningHub) -> None:
    assert rows(post_as_desk(hub, [("service_code", "TIP"), ("address_string", "1 Elm")])) == [{}]
    assert post_as_desk(hub, [("service_code", "TIP"), ("address_string", "1 Elm")]).status == 200
    assert rows(get(hub, "requests.json", service_code="TIP", key=hub.key)) == []


# ---------------------------------------------------------------- idempotency
def test_the_same_key_and_body_give_the_same_reply_and_one_case(hub: RunningHub) -> None:
    before = len(hub.cases())
    first = post_as_desk(hub, HOLE, idempotency_key='"one"')
    again = post_as_desk(hub, HOLE, idempotency_key='"one"')
    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"
    assert len(hub.cases()) == before + 1


def test_a_renewed_api_key_does_not_make_a_second_case(hub: RunningHub) -> None:
    renewed = hub.store.add_key("desk", now=datetime.now(UTC))
    first = post_as_desk(hub, HOLE, idempotency_key='"renewed"')
    assert post(hub, [*HOLE, ("api_key", renewed)], idempotency_key='"renewed"').body == first.body


def test_the_same_key_with_another_body_is_refused(hub: RunningHub) -> None:
    post_as_desk(hub, HOLE, idempotency_key='"two"')
    assert post_as_desk(hub, [*HOLE, ("description", "more")], idempotency_key='"two"').status == 422


def test_without_a_key_two_posts_are_two_cases(hub: RunningHub) -> None:
    assert post_as_desk(hub, HOLE).body != post_as_desk(hub, HOLE).body


def test_an_idempotency_key_that_is_none_is_refused(hub: RunningHub) -> None:
    assert post_as_desk(hub, HOLE, idempotency_key="x" * 101).status == 400


# ---------------------------------------------------------------- listing
def test_a_listing_filters_by_service_status_date_and_number() -> None:
    clock = ManualClock(datetime(2026, 11, 25, 12, tzinfo=UTC))
    with running_hub(clock=clock) as hub:
        tree = [("service_code", "TREE"), ("address_string", "1 Elm")]
        (old,) = rows(post_as_desk(hub, tree))
        clock.advance(86_400)
        (new,) = rows(post_as_desk(hub, HOLE))
        hub.store.change_case(old["service_request_id"], now=clock.now(), status="closed", notes="Done")
        both = [new["service_request_id"], old["service_request_id"]]

        def ids(**query: str) -> list[str]:
            return [row["service_request_id"] for row in rows(get(hub, "requests.json", **query))]

        assert ids() == both
        assert ids(status="closed") == both[1:]
        assert ids(service_code="001,NOISE") == both[:1]
        assert ids(start_date="2026-11-26T00:00:00Z") == both[:1]
        assert ids(start_date="2026-11-25T00:00:00+00:00", end_date="2026-11-25T23:00:00Z") == both[1:]
        assert ids(service_request_id=",".join(both), status="open") == both
        assert ids(service_request_id="none") == []
        clock.advance(91 * 86_400)
        assert ids() == []


def test_descriptions_are_shown_to_whoever_posted_and_to_all_once_released(hub: RunningHub) -> None:
    (item,) = rows(post_as_desk(hub, [*HOLE, ("description", "private words")]))
    path = f"requests/{item['service_request_id']}.json"
    stranger = hub.store.add_key("other desk", now=datetime.now(UTC))
    post_only = hub.store.add_key("desk", now=datetime.now(UTC), post_only=True)
    assert "description" not in rows(get(hub, path))[0]
    assert "description" not in rows(get(hub, path, key=stranger))[0]
    assert "private" not in str(rows(get(hub, path, key=post_only))[0])
    assert rows(get(hub, path, key=hub.key))[0]["description"] == "private words"
    hub.store.change_case(item["service_request_id"], now=datetime.now(UTC), released=True)
    assert rows(get(hub, path))[0]["description"] == "private words"


# ---------------------------------------------------------------- keys and limits
def test_a_revoked_an_expired_and_a_made_up_key_are_refused(hub: RunningHub) -> None:
    now = datetime.now(UTC)
    expired = hub.store.add_key("temp", now=now, until=(now - timedelta(days=1)).date())
    today = hub.store.add_key("temp", now=now, until=(now + timedelta(days=1)).date())
    revoked = hub.store.add_key("gone", now=now)
    assert hub.store.revoke_keys("gone", now=now) == 1
    for key in (expired, revoked, "made-up"):
        assert post(hub, [*HOLE, ("api_key", key)]).status == 403
        assert get(hub, "requests.json", key=key).status == 403
    assert post(hub, [*HOLE, ("api_key", today)]).status == 200


def test_keys_are_nowhere_in_the_database(tmp_path: Any) -> None:
    with running_hub(database=f"sqlite:///{tmp_path / 'hub.db'}") as hub:
        post_as_desk(hub, HOLE, idempotency_key='"k"')
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert hub.key.encode() not in stored
    assert b"attribute[WHERE]" in stored


def test_a_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    clock = ManualClock()
    with running_hub(clock=clock, limit=RateLimit(clock, per_s=0.5, burst=2)) as hub:
        assert [post_as_desk(hub, HOLE).status for _ in range(3)] == [200, 200, 429]
        assert post_as_desk(hub, HOLE).headers["retry-after"] == "3"
        assert post_as_desk(hub, HOLE, form="xml").body.startswith(b"<?xml")
        clock.advance(2)
        assert post_as_desk(hub, HOLE).status == 200


# ---------------------------------------------------------------- updates
def test_an_update_is_kept_once_and_shown_to_the_cases_owner() -> None:
    with running_hub() as hub:
        (item,) = rows(post_as_desk(hub, HOLE))
        fields = [
            ("service_request_id", item["service_request_id"]),
            ("update_id", "u1"),
            ("description", "A second caller."),
        ]
        for _ in range(2):
            sent = web.request(
                "POST",
                f"{hub.url}servicerequestupdates.json",
                headers=FORM,
                body=encode_form([*fields, ("api_key", hub.key)]),
            )
            assert rows(sent) == [{"update_id": "u1"}]
        (update,) = rows(get(hub, "servicerequestupdates.json", key=hub.key))
        assert (update["update_id"], update["description"], update["status"]) == ("u1", "A second caller.", "open")
        assert rows(get(hub, "servicerequestupdates.json")) == []
        missing = [("service_request_id", "26-999999"), ("update_id", "u2"), ("api_key", hub.key)]
        assert (
            web.request("POST", f"{hub.url}servicerequestupdates.json", headers=FORM, body=encode_form(missing)).status
            == 404
        )


def test_a_refusal_reaches_the_desk_in_the_hubs_words(hub: RunningHub) -> None:
    client = Open311(web, hub.url, BUILT_IN["hub"], hub.key)
    case = Submission(path="requests.json", body=b"service_code=zz", idem_key="zz", service_code="zz", reference="R")
    outcome = client.submit(case)
    assert isinstance(outcome, Refused)
    assert "zz" in outcome.sentence
    with pytest.raises(CrmError, match="no service"):
        client.definition("zz")


# ---------------------------------------------------------------- always
_WORDS = st.text(max_size=12) | st.sampled_from(
    ["001", "TREE", "1", "-91", "nan", "1e999", "\x00", "\ud800", "a" * 5000]
)
_NAMES = st.sampled_from(
    [
        "service_code",
        "lat",
        "long",
        "address_string",
        "description",
        "attribute[WHERE]",
        "attribute[WHERE][]",
        "media_url",
        "email",
        "x",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(st.tuples(_NAMES, _WORDS), max_size=6), form=st.sampled_from(["json", "xml"]))
def test_whatever_is_posted_gets_a_receipt_or_the_standards_error(
    hub: RunningHub, fields: list[tuple[str, str]], form: str
) -> None:
    reply = post(hub, [*fields, ("api_key", hub.key)], form)
    assert reply.status in {200, 400, 404}
    if reply.status != 200:
        assert read_errors(reply.body)[0].code == str(reply.status)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["service_request_id", "service_code", "status", "start_date", "end_date", "api_key"]),
    value=_WORDS,
    path=st.sampled_from(["requests.json", "requests.xml", "servicerequestupdates.json"])
    | st.text(max_size=8).map(_quoted),
)
def test_whatever_is_asked_gets_an_answer_or_the_standards_error(
    hub: RunningHub, name: str, value: str, path: str
) -> None:
    asked = urlencode({name: value.encode("utf-8", "replace")})
    reply = web.request("GET", f"{hub.url}{path}?{asked}")
    assert reply.status in {200, 400, 403, 404}
    if reply.status != 200:
        assert read_errors(reply.body)[0].code == str(reply.status)
