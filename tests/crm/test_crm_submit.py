"""What a POST may come to: every reply a server was ever seen to give, and some that a liar would."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.liar import Answer, hang_up, http, liar
from taker311.crm.client import Open311
from taker311.crm.dialects import BUILT_IN
from taker311.crm.form import encode_form
from taker311.crm.model import Accepted, Dialect, NotSent, Outcome, Refused, Submission, Unknown
from taker311.crm.replies import WebPage, judge
from taker311.net.http import Http

TAG = "K3F7QX2D/9f3a61c2"
KEY = "8c7d1f0e-5a55-4a3e-9a8e-0123456789ab"
CASE = Submission(
    path="requests.json",
    body=encode_form([("service_code", "001"), ("description", f"A hole\n\nRef {TAG}")]),
    idem_key=KEY,
    service_code="001",
    reference=TAG,
)
PAGE = http(200, "<!doctype html><html><body>Sign in</body></html>", kind="text/html")
SERVICES = http(200, '[{"service_code":"001"}]')


def submit(
    *answers: Answer, dialect: str | Dialect = "standard", kind: str = "realtime", after: bool = False
) -> Outcome:
    chosen = BUILT_IN[dialect] if isinstance(dialect, str) else dialect
    with liar(*answers) as server:
        client = Open311(Http("tests"), server.url, chosen, "k", total_s=5)
        return client.submit(CASE, service_type=kind, after_unknown=after)


# ---------------------------------------------------------------- what goes out
def test_the_frozen_bytes_go_out_with_key_and_idempotency_key_once() -> None:
    with liar(http(200, '[{"service_request_id":"1"}]')) as server:
        Open311(Http("tests"), server.url.rstrip("/"), BUILT_IN["standard"], "se cret").submit(CASE)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/requests.json")
    assert asked.body == CASE.body + b"&api_key=se+cret"
    assert asked.headers["idempotency-key"] == f'"{KEY}"'
    assert asked.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert b"se cret" not in CASE.body


# ---------------------------------------------------------------- accepted
@pytest.mark.parametrize(
    "body",
    [
        '[{"service_request_id":293944,"service_notice":"Soon"}]',
        '{"service_requests":{"request":{"service_request_id":"293944"}}}',
        '{"data":{"service_request_id":"293944"},"success":true}',
        '[{"service_request_id":"293944","service_code":1}]',
        f'[{{"service_request_id":"293944","service_code":"001","description":"A hole. Ref {TAG}"}}]',
        "<service_requests><request><service_request_id>293944</service_request_id></request></service_requests>",
    ],
)
def test_one_item_with_a_number_that_agrees_is_a_receipt(body: str) -> None:
    outcome = submit(http(201, body))
    assert isinstance(outcome, Accepted)
    assert outcome.receipt.request_id == "293944"


def test_the_citys_notice_is_kept() -> None:
    outcome = submit(http(200, '[{"service_request_id":"1","service_notice":"Crew comes\\u001b[31m"}]'))
    assert isinstance(outcome, Accepted)
    assert outcome.receipt.notice == "Crew comes\ufffd[31m"


def test_a_token_is_a_receipt() -> None:
    outcome = submit(http(200, '[{"token":"abc"}]'), kind="batch")
    assert isinstance(outcome, Accepted)
    assert (outcome.receipt.request_id, outcome.receipt.token) == ("", "abc")


def test_neither_number_nor_token_is_a_receipt_from_a_black_box_alone() -> None:
    assert isinstance(submit(http(200, "[{}]"), kind="blackbox"), Accepted)
    assert isinstance(submit(http(200, "[{}]")), Unknown)


def test_a_refusal_as_duplicate_after_a_doubt_means_that_it_landed() -> None:
    refusal = http(400, '[{"code":400,"description":"Invalid service request: base is a duplicate."}]')
    assert isinstance(submit(refusal, dialect="boston", after=True), Accepted)
    first = submit(refusal, dialect="boston")
    assert isinstance(first, Refused)
    assert first.reply_class == "held"


# ---------------------------------------------------------------- unknown
@pytest.mark.parametrize(
    "answer",
    [
        http(200, '[{"service_request_id":"1"},{"service_request_id":"2"}]'),
        http(200, '[{"service_request_id":"1","service_code":"TREE"}]'),
        http(200, '[{"service_request_id":"1","service_code":"001","description":"Somebody else\'s"}]'),
        http(200, '[{"service_request_id":"1","requested_datetime":"2012-05-22T23:57:23Z"}]', date="Wed, 25 Nov 2026 12:00:00 GMT"),
        http(200, "[]"),
        http(200, ""),
        http(204),
        http(200, '{"ok":true}'),
        http(201, '[{"service_code":"001"}]'),
        http(200, "<service_requests>"),
        http(200, "thanks"),
        http(200, '[{"service_request_id":"1"}]', content_length="900"),
        http(200, gzip.compress(b"0" * 100_000_000), content_encoding="gzip"),
        http(408), http(409), http(500), http(502), http(503), http(504),
        http(500, '[{"code":500,"description":"stored all the same"}]'),
        hang_up,
        b"HTTP/1.1 2",
        b"\x15\x03\x01",
    ],
)  # fmt: skip
def test_what_is_not_surely_ours_is_unknown(answer: Answer) -> None:
    assert isinstance(submit(answer), Unknown)


def test_a_list_of_somebody_elses_cases_is_no_receipt_even_when_it_holds_one() -> None:
    listing = '[{"service_request_id":"77","service_code":1,"description":"old one","requested_datetime":"2026-11-25 09:00:00"}]'
    assert isinstance(submit(http(200, listing), dialect="ureport"), Unknown)


# ---------------------------------------------------------------- refused
@pytest.mark.parametrize(
    ("answer", "dialect", "reply_class"),
    [
        (http(401), "standard", "blocked"),
        (http(403, '[{"code":403,"description":"Invalid api_key received"}]'), "standard", "blocked"),
        (http(403, "The key has expired"), "standard", "blocked"),
        (http(403, "<error>Invalid api_key received -- can't proceed with create_request.</error>"), "standard", "blocked"),
        (http(400, '[{"description":"clients/unknownApiKey"}]'), "ureport", "blocked"),
        (http(403, '{"type":"e","code":"middleware_15","message":"Fout"}'), "eindhoven", "blocked"),
        (http(403, '[{"code":403,"description":"service_code unknown, see the key list"}]'), "eindhoven", "held"),
        (http(500, '[{"code":500,"description":"Invalid api_key"}]'), "mysociety", "blocked"),
        (http(400, '[{"code":400,"description":"Error in input for POST_Service_Request"}]'), "mysociety", "held"),
        (http(400, '[{"code":400,"description":"address_string is required"}]'), "standard", "held"),
        (http(404, '[{"code":404,"description":"service_code"}]'), "standard", "held"),
        (http(403), "standard", "held"), (http(413), "standard", "held"), (http(422), "hub", "held"),
    ],
)  # fmt: skip
def test_a_refusal_is_classed_by_the_dialects_table(answer: Answer, dialect: str, reply_class: str) -> None:
    outcome = submit(answer, dialect=dialect)
    assert isinstance(outcome, Refused)
    assert outcome.reply_class == reply_class


def test_a_refusal_says_what_the_server_said_cleaned() -> None:
    outcome = submit(http(400, '[{"code":400,"description":"no\\u001b]0;x\\u0007 location"}]'))
    assert isinstance(outcome, Refused)
    assert "\x1b" not in outcome.sentence
    assert "location" in outcome.sentence


# ---------------------------------------------------------------- not sent
def test_where_nobody_listens_it_was_not_sent_and_costs_nothing() -> None:
    outcome = Open311(Http("tests"), "http://127.0.0.1:1/", BUILT_IN["standard"], "k").submit(CASE)
    assert isinstance(outcome, NotSent)
    assert not outcome.charged


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Wed, 25 Nov 2026 12:01:00 GMT", 60.0),
        ("soon", None),
        ("-3", None),
        ("99999999", 86_400.0),
        ("", None),
    ],
)
def test_too_many_requests_waits_as_long_as_the_server_asks(value: str, seconds: float | None) -> None:
    outcome = submit(http(429, retry_after=value, date="Wed, 25 Nov 2026 12:00:00 GMT"))
    assert isinstance(outcome, NotSent)
    assert (outcome.retry_after_s, outcome.charged) == (seconds, False)


def test_maintenance_is_believed_of_the_hub_alone() -> None:
    assert isinstance(submit(http(503), dialect="hub"), NotSent)
    assert isinstance(submit(http(503), dialect="standard"), Unknown)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_post_that_is_sent_elsewhere_was_not_taken_in(status: int) -> None:
    outcome = submit(http(status, location="http://portal.example/"))
    assert isinstance(outcome, NotSent)
    assert "portal.example" in outcome.sentence


@pytest.mark.parametrize("first", [PAGE, http(302, location="http://portal.example/")])
def test_a_page_for_everything_is_a_portal(first: bytes) -> None:
    assert isinstance(submit(first, PAGE), NotSent)


@pytest.mark.parametrize("first", [PAGE, http(303, location="http://elsewhere.example/")])
def test_a_page_from_a_crm_that_is_otherwise_well_is_a_doubt(first: bytes) -> None:
    assert isinstance(submit(first, SERVICES), Unknown)
    assert isinstance(submit(first, hang_up), Unknown)


def test_a_page_from_a_crm_that_honours_keys_is_safe_to_send_again() -> None:
    assert isinstance(submit(PAGE, dialect="hub"), NotSent)


# ---------------------------------------------------------------- always
@settings(max_examples=300, deadline=None)
@given(
    status=st.sampled_from([200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 422, 429, 451, 500, 503, 599]),
    body=st.binary(max_size=60)
    | st.sampled_from([b"[{}]", b'[{"token":"t"}]', b'[{"service_request_id":"1"},{}]', b"<a/>"]),
    retry=st.text(max_size=10),
    dialect=st.sampled_from(sorted(BUILT_IN)),
)
def test_any_reply_is_one_of_the_outcomes(status: int, body: bytes, retry: str, dialect: str) -> None:
    try:
        outcome = judge(status, {"retry-after": retry, "date": retry}, body, submission=CASE, dialect=BUILT_IN[dialect])
    except WebPage:
        return
    assert isinstance(outcome, Accepted | Refused | Unknown | NotSent)
    if isinstance(outcome, Accepted):
        assert 200 <= status < 300
        assert outcome.receipt.request_id or outcome.receipt.token


# ---------------------------------------------------------------- the other calls
def _client(url: str, dialect: str = "standard") -> Open311:
    return Open311(Http("tests"), url, BUILT_IN[dialect], "k", total_s=5)


@pytest.mark.parametrize("body", ["[]", "[{}]", '[{"token":"t"}]', '[{"token":"other","service_request_id":"5"}]'])
def test_a_token_without_a_number_is_not_ready(body: str) -> None:
    with liar(http(200, body)) as server:
        assert _client(server.url).token("t") is None


def test_a_token_nobody_knows_yet_is_not_ready() -> None:
    with liar(http(404, '[{"code":404,"description":"not yet"}]')) as server:
        assert _client(server.url).token("t/1") is None
    assert server.asked[0].path == "/tokens/t%2F1.json"


@pytest.mark.parametrize(
    "body", ['[{"service_request_id":"5","status":"open"}]', "[]", '[{"service_request_id":"6","service_code":"1"}]']
)
def test_a_case_that_the_crm_made_up_is_none(body: str) -> None:
    with liar(http(200, body)) as server:
        assert _client(server.url).request("5") is None


def test_a_long_span_is_asked_for_in_pieces_of_ninety_days() -> None:
    with liar(http(200, '[{"service_request_id":"5"}]')) as server:
        found = _client(server.url).find("001", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    assert [record.request_id for record in found] == ["5"]
    assert len(server.asked) == 3
    assert "start_date=2026-04-02T00%3A00%3A00Z" in server.asked[0].path


def test_dates_are_written_as_the_dialect_reads_them() -> None:
    with liar(http(200, "[]")) as server:
        start = datetime(2026, 11, 1, tzinfo=UTC)
        _client(server.url, "chicago").find("1", start, start)
        _client(server.url, "eindhoven").find("1", start, start)
    assert "start_date=2026-11-01T00%3A00%3A00&" in server.asked[0].path
    assert "start_date" not in server.asked[1].path


def test_an_empty_listing_may_be_a_404_only_where_the_dialect_says_so() -> None:
    from taker311.crm.tree import CrmError

    with liar(http(404, '[{"code":404,"description":"No Service requests found"}]')) as server:
        assert _client(server.url, "markaspot").find("1") == []
        with pytest.raises(CrmError, match="404"):
            _client(server.url).find("1")


@pytest.mark.parametrize(
    "answer", [PAGE, http(302, location="http://portal.example/"), http(500), hang_up, http(200, "{")]
)
def test_a_read_that_fails_is_one_sentence_with_the_address(answer: Answer) -> None:
    from taker311.crm.tree import CrmError

    with liar(answer) as server, pytest.raises(CrmError) as failure:
        _client(server.url).services()
    assert server.url.rstrip("/") in str(failure.value)
    assert "api_key" not in str(failure.value)


def test_whoever_reads_much_waits_as_long_as_the_server_asks_and_nobody_else_does() -> None:
    from taker311.crm.tree import CrmError

    busy = http(429, '[{"code":429,"description":"too many requests"}]', retry_after="0")
    with liar(busy, busy, SERVICES) as server:
        assert [service.code for service in _client(server.url).patient(10).services()] == ["001"]
        assert len(server.asked) == 3
    with liar(busy, SERVICES) as server, pytest.raises(CrmError, match="429"):
        _client(server.url).services()
    with liar(http(429, "[]", retry_after="3600")) as server, pytest.raises(CrmError, match="429"):
        _client(server.url).patient(10).services()
