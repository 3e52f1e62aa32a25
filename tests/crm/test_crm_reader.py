"""Every shape of open311.md's divergences, replayed, and anything at all from hypothesis."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taker311.crm import reader
from taker311.crm.model import AttributeValue, Definition, Discovery, ErrorItem, RequestRecord
from taker311.crm.tree import CrmError, HtmlPage, read_tree

READERS = (
    reader.read_services,
    reader.read_definition,
    reader.read_post_reply,
    reader.read_token,
    reader.read_requests,
    reader.read_updates,
    reader.read_discovery,
    reader.read_errors,
)


def _try_all(body: bytes) -> None:
    for read in READERS:
        with contextlib.suppress(CrmError):
            read(body, "application/json; charset=latin-1")


# ---------------------------------------------------------------- whatever comes
@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_value_or_a_clear_error(body: bytes) -> None:
    _try_all(body)


_NAMES = st.sampled_from(
    ["service_code", "services", "service", "service_requests", "request", "data", "errors", "error", "attributes", "attribute",
     "values", "value", "key", "name", "code", "order", "required", "service_request_id", "token", "endpoints", "lat", "long",
     "requested_datetime", "description", "status", "groups", "keywords", "x"]
)  # fmt: skip
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["null", "1e999", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None)
@given(_JSON)
def test_any_json_gives_a_value_or_a_clear_error(value: object) -> None:
    _try_all(json.dumps(value).encode())


@st.composite
def _xml(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(_NAMES)
    if depth > 3 or draw(st.booleans()):
        inner = draw(st.sampled_from(["", "text", "&lt;b&gt;", "&amp;", "&nope;", "<![CDATA[x]]>", "<!-- c -->", "0"]))
    else:
        inner = "".join(draw(st.lists(_xml(depth + 1), max_size=3)))
    nil = draw(st.sampled_from(["", ' xsi:nil="true"', ' is_array="true"']))
    return f"<{name}{nil}>{inner}</{name}>"


@settings(max_examples=200, deadline=None)
@given(_xml())
def test_any_xml_gives_a_value_or_a_clear_error(text: str) -> None:
    _try_all(text.encode())


# ---------------------------------------------------------------- hostile
def test_entities_are_refused_and_never_expanded() -> None:
    laughs = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><services><service><service_code>&b;</service_code></service></services>'
    with pytest.raises(CrmError, match="document type"):
        reader.read_services(laughs.encode())


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b"<a>" * 100_000])
def test_bottomless_nesting_is_one_clear_error(deep: bytes) -> None:
    with pytest.raises(CrmError, match="deeper than 40"):
        read_tree(deep)


def test_controls_in_texts_never_get_through() -> None:
    (service,) = reader.read_services(
        json.dumps([{"service_code": "1", "service_name": "a\x1b]52;c\x07b\u202e"}]).encode()
    )
    assert "\x1b" not in service.name
    assert "\u202e" not in service.name


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html></html>", b"  <HTML>", b"<?xml version='1.0'?><html xmlns='x'/>"]
)
def test_a_web_page_is_told_from_data(page: bytes) -> None:
    with pytest.raises(HtmlPage):
        read_tree(page)


@pytest.mark.parametrize("nothing", [b"", b"  \n", b'<?xml version="1.0" encoding="utf-8"?>'])
def test_an_empty_reply_and_a_lone_prolog_are_errors(nothing: bytes) -> None:
    with pytest.raises(CrmError):
        reader.read_services(nothing)


# ---------------------------------------------------------------- services
@pytest.mark.parametrize(
    "body",
    [
        '[{"service_code":"001","service_name":"N"}]',
        '[{"service_code":001,"service_name":"N"}]',
        '{"services":[{"service_code":"001","service_name":"N"}]}',
        '{"services":{"service":{"service_code":"001","service_name":"N"}}}',
        '{"data":[{"service_code":"001","service_name":"N"}],"success":true}',
        '{"service_code":"001","service_name":"N"}',
        '{"0":{"service_code":["001"],"service_name":["N"]}}',
        '\ufeff[{"service_code":"001","service_name":"N"}]',
        "<services><service><service_code>001</service_code><service_name>N</service_name></service></services>",
        '<services is_array="true" xmlns:m="http://x"><m:service><service_code>001</service_code><name>N</name></m:service></services>',
    ],
)
def test_a_service_is_read_out_of_every_wrapping(body: str) -> None:
    (service,) = reader.read_services(body.encode())
    assert (service.code, service.name) == ("001", "N")


@pytest.mark.parametrize(("written", "meant"), [("true", True), ('"true"', True), ('"True"', True), ("1", True),
                                               ('"false"', False), ("false", False), ("null", False), ('""', False)])  # fmt: skip
def test_truth_comes_in_many_ways(written: str, meant: bool) -> None:
    (service,) = reader.read_services(f'[{{"service_code":"1","metadata":{written}}}]'.encode())
    assert service.metadata is meant


def test_groups_keywords_and_nulls_are_read_alike() -> None:
    body = {
        "service_code": 12,
        "service_name": None,
        "description": "null",
        "groups": ["A", "B"],
        "keywords": "x, y,,z",
    }
    (service,) = reader.read_services(json.dumps([body]).encode())
    assert service.code == "12"
    assert service.name == "12"
    assert service.description == ""
    assert service.group == "A"
    assert service.keywords == ("x", "y", "z")


def test_a_list_of_something_else_is_no_service_list() -> None:
    with pytest.raises(CrmError, match="service_code"):
        reader.read_services(b'[{"foo": 1}]')


def test_text_in_another_charset_is_read() -> None:
    body = '[{"service_code":"1","service_name":"Baumfällung"}]'.encode("latin-1")
    assert reader.read_services(body, "application/json; charset=ISO-8859-1")[0].name == "Baumfällung"


# ---------------------------------------------------------------- definitions
def _definition(*attributes: dict[str, object]) -> Definition:
    return reader.read_definition(json.dumps({"service_code": 7, "attributes": list(attributes)}).encode())


def test_attributes_come_in_their_order_and_those_without_one_last() -> None:
    found = _definition({"code": "c"}, {"code": "b", "order": "2"}, {"code": "a", "order": 1})
    assert [attribute.code for attribute in found.attributes] == ["a", "b", "c"]
    assert found.code == "7"


def test_an_attribute_without_a_code_is_reported() -> None:
    found = _definition({"description": "What?", "required": "true"})
    assert found.attributes == ()
    assert "required" in found.problems[0]


def test_a_text_to_show_needs_no_code() -> None:
    found = _definition({"variable": "false", "description": "Mind the dog."})
    assert found.attributes[0].variable is False


@pytest.mark.parametrize(
    ("written", "kind"),
    [("Text", "text"), ("Picklist", "singlevaluelist"), ("whatever", "string"), ("MULTIVALUELIST", "multivaluelist"),
     ("Boolean (checkbox)", "singlevaluelist"), ("", "string")],
)  # fmt: skip
def test_datatypes_by_other_names_are_understood(written: str, kind: str) -> None:
    values = [{"key": 1, "name": "One"}]
    assert _definition({"code": "a", "datatype": written, "values": values}).attributes[0].datatype == kind


def test_an_informational_attribute_is_a_text_to_show() -> None:
    assert _definition({"code": "a", "datatype": "Informational", "variable": True}).attributes[0].variable is False


def test_a_list_without_values_becomes_free_text() -> None:
    assert _definition({"code": "a", "datatype": "singlevaluelist", "values": 0}).attributes[0].datatype == "string"


def test_conditional_values_are_flattened() -> None:
    values = [{"key": "a", "name": "A"}, {"dependentOn": {"clause": "AND"}, "values": [{"key": "b", "name": "B"}]}]
    found = _definition({"code": "x", "datatype": "singlevaluelist", "values": values}).attributes[0]
    assert found.values == (AttributeValue(key="a", name="A"), AttributeValue(key="b", name="B"))


def test_attributes_without_wrapper_and_values_that_repeat_are_read() -> None:
    body = b"""<service_definition><service_code>1</service_code>
      <attributes><code>A</code><datatype>singlevaluelist</datatype><values><key>k</key><name>K</name></values>
        <values><key><v>l</v></key><name><nl>L</nl></name></values></attributes>
      <attributes><code>B</code></attributes></service_definition>"""
    found = reader.read_definition(body)
    assert [attribute.code for attribute in found.attributes] == ["A", "B"]
    assert [(value.key, value.name) for value in found.attributes[0].values] == [("k", "K"), ("l", "L")]


# ---------------------------------------------------------------- receipts
@pytest.mark.parametrize(
    ("body", "request_id", "token"),
    [
        ('[{"service_request_id":293944}]', "293944", ""),
        ('[{"service_request_id":0}]', "0", ""),
        ('[{"service_request_id":"","token":"t"}]', "", "t"),
        ('{"service_requests":{"request":{"service_request_id":"u-1"}}}', "u-1", ""),
        ('{"data":{"service_request_id":"u-1"},"success":true}', "u-1", ""),
        ('{"id": 5}', "5", ""),
        ("<service_requests><service_requests><id>5</id><a>null</a></service_requests></service_requests>", "5", ""),
        ("<service_requests><request><token>t</token></request></service_requests>", "", "t"),
        ("[{}]", "", ""),
        ("<service_requests><request/></service_requests>", "", ""),
    ],
)  # fmt: skip
def test_one_item_is_read_out_of_every_receipt(body: str, request_id: str, token: str) -> None:
    (item,) = reader.read_post_reply(body.encode())
    assert (item.request_id, item.token) == (request_id, token)


@pytest.mark.parametrize("body", ["[]", '{"service_requests":[]}', "<service_requests/>"])
def test_an_empty_list_holds_no_item(body: str) -> None:
    assert reader.read_post_reply(body.encode()) == ()


# ---------------------------------------------------------------- cases
def _record(**fields: object) -> RequestRecord:
    (record,) = reader.read_requests(
        json.dumps([{"service_request_id": 1, **fields}]).encode(), zone=ZoneInfo("America/Chicago")
    )
    return record


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2012-05-22T23:57:23Z", datetime(2012, 5, 22, 23, 57, 23, tzinfo=UTC)),
        ("2012-05-22T23:57:23-05:00", datetime(2012, 5, 23, 4, 57, 23, tzinfo=UTC)),
        ("2012-05-22T23:57:23.1234567+0000", datetime(2012, 5, 22, 23, 57, 23, 123456, tzinfo=UTC)),
        ("2012-05-22 23:57:23.97", datetime(2012, 5, 23, 4, 57, 23, 970000, tzinfo=UTC)),
        ("2012-05-22 23:57:23 UTC", datetime(2012, 5, 22, 23, 57, 23, tzinfo=UTC)),
        ("yesterday", None), ("", None), ("null", None), ("9999-99-99", None),
    ],
)  # fmt: skip
def test_dates_are_read_as_they_come(written: str, meant: datetime | None) -> None:
    assert _record(requested_datetime=written).requested == meant


@pytest.mark.parametrize(("raw", "status"), [("Open", "open"), ("CLOSED", "closed"), ("in_progress", "open"),
                                            ("NOT_COUNCILS_RESPONSIBILITY", "closed"), ("Wartend", "open")])  # fmt: skip
def test_a_status_keeps_its_own_word(raw: str, status: str) -> None:
    record = _record(status=raw)
    assert (record.status, record.raw_status) == (status, raw)


@pytest.mark.parametrize(
    ("lat", "long"), [(0.0, 0.0), ("", ""), (None, None), ("x", "1"), (91, 0), (1, None), ("nan", "1")]
)
def test_a_point_that_is_none_stays_none(lat: object, long: object) -> None:
    record = _record(lat=lat, long=long)
    assert (record.lat, record.lon) == (None, None)


def test_a_missing_description_is_told_from_an_empty_one() -> None:
    assert _record().description is None
    assert _record(description=None).description == ""


def test_an_agency_may_be_an_object() -> None:
    assert _record(agency_responsible={"recipient": ["A", "B"]}).agency == "A, B"


def test_rows_without_an_id_are_skipped() -> None:
    assert (
        reader.read_requests(b'[{"service_code":"1","status":"open"},{"service_request_id":"2"}]')[0].request_id == "2"
    )


# ---------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ('[{"code":"400","description":"no location"}]', "400", "no location"),
        ('{"errors":[{"code":400,"description":"no location"}]}', "400", "no location"),
        ('{"type":"e","code":"middleware_15","message":"bad key"}', "middleware_15", "bad key"),
        ('{"base":["is a duplicate"]}', "", "base: is a duplicate"),
        ('{"duplicate":["already there"]}', "", "duplicate: already there"),
        ('{"data":{"message":"boom","status_code":500}}', "500", "boom"),
        ("<error>Invalid api_key</error>", "", "Invalid api_key"),
        ("<errors><error><code>403</code><description>key</description></error></errors>", "403", "key"),
        ("Not here", "", "Not here"),
    ],
)  # fmt: skip
def test_an_error_is_read_in_every_shape(body: str, code: str, words: str) -> None:
    assert reader.read_errors(body.encode()) == (ErrorItem(description=words, code=code),)


# ---------------------------------------------------------------- recorded
def test_the_recorded_replies_are_read_whole(shared: Path) -> None:
    folder = shared / "open311"
    counts = {
        "washington_dc/services.xml": 86,
        "san_francisco/services_2010.xml": 36,
        "bloomington/services_2018.json": 53,
        "chicago/services_2021_excerpt.json": 1,
    }
    for name, count in counts.items():
        assert len(reader.read_services((folder / name).read_bytes())) == count
    pothole = reader.read_definition((folder / "washington_dc/service_definition_S0301.xml").read_bytes())
    assert [(attribute.code, attribute.order) for attribute in pothole.attributes] == [
        ("WHISPOLO", 1), ("WHMAISAL", 2), ("ISITHAZA", 3), ("WATHPRDA", 4), ("NOTE001", 8), ("DSITR001", 9),
    ]  # fmt: skip
    old = reader.read_definition((folder / "san_francisco/service_definition_prewrapper.xml").read_bytes())
    assert [value.name for value in old.attributes[0].values] == ["Ford", "Chrysler"]
    discovery = reader.read_discovery((folder / "washington_dc/discovery.xml").read_bytes())
    assert isinstance(discovery, Discovery)
    assert len(discovery.endpoints) == 2
    for name in (
        "chicago/service_requests.json",
        "chicago/request_extended_2013.json",
        "san_francisco/request_extended_2015.json",
    ):
        assert all(record.requested and record.lat for record in reader.read_requests((folder / name).read_bytes()))


# ---------------------------------------------------------------- updates (servicerequestupdates)
def test_updates_are_read_in_both_formats() -> None:
    row = '{"update_id":7,"service_request_id":"001","status":"OPEN","description":"x","updated_datetime":"2026-11-25T09:00:00Z"}'
    xml = (
        "<service_request_updates><request_update><update_id>7</update_id><service_request_id>001</service_request_id>"
        "<status>OPEN</status><description>x</description><updated_datetime>2026-11-25T09:00:00Z</updated_datetime>"
        "</request_update></service_request_updates>"
    )
    (from_json,) = reader.read_updates(f"[{row}]".encode())
    (from_xml,) = reader.read_updates(xml.encode())
    assert from_json == from_xml
    assert (from_json.update_id, from_json.request_id, from_json.raw_status) == ("7", "001", "OPEN")
    assert reader.read_updates(b"[]") == ()


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=80) | st.sampled_from([b"[{}]", b'[{"update_id":null}]', b"<a><b/></a>", b"[[[]]]"]))
def test_any_bytes_are_updates_or_one_clear_error(body: bytes) -> None:
    try:
        found = reader.read_updates(body)
    except CrmError:
        return
    assert all(update.update_id and update.request_id for update in found)


def test_a_choice_whose_key_is_the_word_none_keeps_it():
    body = (
        b'{"service_code": "W", "attributes": [{"code": "damage", "datatype": "singlevaluelist", "order": 1, "values": '
        b'[{"key": "none", "name": "Nothing yet"}, {"key": "", "name": "Some"}, {"key": "null", "name": "Much"}]}]}'
    )
    (attribute,) = reader.read_definition(body, "application/json").attributes
    assert [value.key for value in attribute.values] == ["none", "Some", "Much"]
