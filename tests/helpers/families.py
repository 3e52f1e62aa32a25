"""A CRM on loopback that holds a live conversation in the manners of one family (which is known to do what: the table of
divergences in the notes on Open311). It keeps what it is sent, so that a case that was posted is found again.

with family("ureport") as server:
    client = Open311(Http("tests"), server.url, BUILT_IN["ureport"], server.key)
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

KEY = "open-sesame"
T0 = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
JSON, XML, HTML = "application/json", "text/xml; charset=utf-8", "text/html"


@dataclass
class Case:
    id: str
    code: str
    description: str
    at: datetime
    token: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    hidden: bool = False  # still being taken in


@dataclass
class Reply:
    status: int
    body: str | bytes
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


def xml(name: str, data: Any, inner: dict[str, str]) -> str:
    if isinstance(data, list):
        return f"<{name}>" + "".join(xml(inner.get(name, "item"), one, inner) for one in data) + f"</{name}>"
    if isinstance(data, dict):
        return f"<{name}>" + "".join(xml(key, value, inner) for key, value in data.items()) + f"</{name}>"
    return (
        f"<{name}>{escape('' if data is None else str(data).lower() if isinstance(data, bool) else str(data))}</{name}>"
    )


_INNER = {"services": "service", "service_requests": "request", "errors": "error", "attributes": "attribute",
          "values": "value", "endpoints": "endpoint", "formats": "format"}  # fmt: skip


class Standard:
    """GeoReport v2 to the letter; every family overrides what it does otherwise."""

    prefix = "/open311/v2/"
    suffix = True
    json = True
    cap = 1000
    xml_inner = _INNER

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.now = T0
        self.asked: list[tuple[str, str]] = []
        self.codes = ["001", "TREE"]
        self.posts = 0
        for number in range(12):
            self.store(self.codes[number % 2], f"An older case {number}", T0 - timedelta(days=40 - 3 * number))

    # ------------------------------------------------------------ the ledger
    def new_id(self) -> str:
        return str(1000 + len(self.cases))

    def store(self, code: str, description: str, at: datetime, fields: dict[str, str] | None = None) -> Case:
        case = Case(self.new_id(), code, description, at, token=f"t{len(self.cases)}", fields=fields or {})
        self.cases.append(case)
        return case

    # ------------------------------------------------------------ how things look
    def moment(self, at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def service(self, code: str) -> dict[str, Any]:
        return {"service_code": code, "service_name": self.name(code), "description": "What it is", "metadata": code == "001",
                "type": "realtime", "keywords": "a, b", "group": "Streets"}  # fmt: skip

    def name(self, code: str) -> str:
        return {"001": "Pothole", "TREE": "Tree"}.get(code, "Other")

    def attributes(self, code: str) -> list[dict[str, Any]]:
        values = [{"key": "ST", "name": "Street"}, {"key": "AL", "name": "Alley"}]
        return [{"variable": True, "code": "WHERE", "datatype": "singlevaluelist", "required": True, "order": 1,
                 "datatype_description": None, "description": "Where is it?", "values": values}]  # fmt: skip

    def shown(self, case: Case) -> dict[str, Any]:
        return {"service_request_id": case.id, "status": "open", "service_name": self.name(case.code), "service_code": case.code,
                "description": case.description, "requested_datetime": self.moment(case.at),
                "updated_datetime": self.moment(case.at), "address": "1204 Washington Street", "lat": 42.65, "long": -70.61}  # fmt: skip

    # ------------------------------------------------------------ how replies are written
    def write(self, root: str, data: Any, form: str, status: int = 200) -> Reply:
        if form == "xml":
            return Reply(status, '<?xml version="1.0" encoding="utf-8"?>' + xml(root, data, self.xml_inner), XML)
        return Reply(status, json.dumps(data))

    def error(self, status: int, text: str, form: str) -> Reply:
        return self.write("errors", [{"code": status, "description": text}], form, status)

    # ------------------------------------------------------------ the calls
    def answer(self, method, path, query, pairs, headers) -> Reply:  # noqa: PLR0911 - one return for each call
        found = re.fullmatch(re.escape(self.prefix) + r"(.*?)(?:\.(json|xml))?", path)
        if not found or bool(found[2]) != self.suffix or (found[2] == "json" and not self.json):
            return Reply(404, "Not found", "text/plain")
        what, form = unquote(found[1]), found[2] or "xml"
        if method == "POST":
            return self.post(what, pairs, form)
        refusal = self.refuse_get(what, query, form)
        if refusal:
            return refusal
        kind, _, name = what.partition("/")
        match kind.lower():
            case "discovery":
                return self.discovery(form)
            case "services" if name:
                return self.definition(name, form)
            case "services":
                return self.services(query, form)
            case "tokens":
                return self.token(name, form)
            case "requests" if name:
                return self.one(name, form)
            case "requests":
                return self.listing(query, form)
            case "servicerequestupdates":
                return self.updates(form)
        return self.error(404, "no such resource", form)

    def refuse_get(self, what: str, query: dict[str, str], form: str) -> Reply | None:
        return None

    def discovery(self, form: str) -> Reply:
        return self.error(404, "no discovery", form)

    def services(self, query: dict[str, str], form: str) -> Reply:
        return self.write("services", [self.service(code) for code in self.codes], form)

    def definition(self, code: str, form: str) -> Reply:
        if code not in self.codes:
            return self.error(404, "service_code unknown", form)
        return self.write("service_definition", {"service_code": code, "attributes": self.attributes(code)}, form)

    def token(self, token: str, form: str) -> Reply:
        return self.error(404, "no such token", form)

    def one(self, number: str, form: str) -> Reply:
        found = [case for case in self.cases if case.id == number]
        if not found:
            return self.error(404, "service_request_id unknown", form)
        return self.write("service_requests", [self.shown(found[0])], form)

    def chosen(self, query: dict[str, str]) -> list[Case]:
        codes = self.codes_in(query.get("service_code", ""))
        cases = [c for c in self.cases if not codes or c.code in codes]
        start, end = self.bounds(query)
        cases = [c for c in cases if (not start or c.at >= start) and (not end or c.at <= end)]
        return sorted(cases, key=lambda c: c.at, reverse=True)[: self.cap]

    def codes_in(self, text: str) -> list[str]:
        return [code for code in text.split(",") if code]

    def bounds(self, query: dict[str, str]) -> tuple[datetime | None, datetime | None]:
        return _at(query.get("start_date", "")), _at(query.get("end_date", ""))

    def listing(self, query: dict[str, str], form: str) -> Reply:
        return self.write("service_requests", [self.shown(case) for case in self.chosen(query)], form)

    def updates(self, form: str) -> Reply:
        return self.error(404, "no such resource", form)

    def post(self, what: str, pairs: list[tuple[str, str]], form: str) -> Reply:
        self.posts += 1
        fields = dict(pairs)
        refusal = self.refuse_post(what, pairs, fields, form)
        if refusal:
            return refusal
        case = self.store(fields["service_code"], fields.get("description", ""), self.now, fields)
        return self.receipt(case, form)

    def refuse_post(self, what: str, pairs: list[tuple[str, str]], fields: dict[str, str], form: str) -> Reply | None:
        if what.lower() != "requests":
            return self.error(404, "no such resource", form)
        if fields.get("api_key") != KEY:
            return self.error(403, "api_key invalid", form)
        if fields.get("service_code") not in self.codes:
            return self.error(404, "service_code unknown", form)
        if not (fields.get("lat") or fields.get("address_string")):
            return self.error(400, "a location is needed", form)
        return None

    def receipt(self, case: Case, form: str) -> Reply:
        return self.write(
            "service_requests", [{"service_request_id": case.id, "service_notice": "", "account_id": None}], form
        )


def _at(text: str) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class UReport(Standard):
    def answer(self, method, path, query, pairs, headers):
        reply = super().answer(method, path, query, pairs, headers)
        reply.headers["Set-Cookie"] = "PHPSESSID=abc; path=/"
        return reply

    def __init__(self) -> None:
        super().__init__()
        self.codes = ["1", "2"]
        for case in self.cases:
            case.code = "1" if case.code == "001" else "2"

    def name(self, code):
        return {"1": "Pothole", "2": "Tree"}[code]

    def service(self, code):
        return super().service(code) | {"metadata": code == "1", "description": None}

    def shown(self, case):
        return super().shown(case) | {"service_code": int(case.code), "lat": 39.15999984741211}

    def definition(self, code, form):
        if form == "xml":
            return Reply(500, '<?xml version="1.0" encoding="utf-8"?>', XML)
        return super().definition(code, form)

    def one(self, number, form):
        found = super().one(number, form)
        return found if found.status == 200 else self.write("errors", [{"description": "tickets/unknown"}], form, 404)

    def token(self, token, form):
        return Reply(404, "<html><body>Not Found</body></html>", HTML)

    def codes_in(self, text):
        return [text] if text else []

    def post(self, what, pairs, form):
        fields = dict(pairs)
        self.posts += 1
        if not fields.get("service_code"):
            return self.listing({}, form)
        if fields.get("api_key") != KEY:
            return self.write("errors", [{"description": "clients/unknownApiKey"}], form, 400)
        case = self.store(fields["service_code"], fields.get("description", ""), self.now, fields)
        return self.write("service_requests", [self.shown(case) | {"lat": 39.16}], form)


class MySociety(Standard):
    def service(self, code):
        return super().service(code) | {
            "metadata": "true" if code == "001" else "false",
            "keywords": "",
            "groups": ["Streets"],
        }

    def attributes(self, code):
        return [a | {"variable": "true", "required": "true"} for a in super().attributes(code)]

    def refuse_get(self, what, query, form):
        known = {"jurisdiction_id", "service_code", "start_date", "end_date", "status", "service_request_id", "api_key"}
        if set(query) - known:
            return self._invalid(form)
        return None

    def _invalid(self, form):
        text = ["Error in input for GET_Service_Requests", "Struct: found 1 unknown key"]
        return self.write("errors", [{"code": 400, "description": line} for line in text], form, 400)

    def token(self, token, form):
        return self.write("service_requests", [], form)

    def updates(self, form):
        return self.write("service_request_updates", [], form)

    def refuse_post(self, what, pairs, fields, form):
        if any(name.endswith("[]") for name, _ in pairs) or set(fields) & {"foo", "service_name"}:
            return self.error(400, "Error in input for POST_Service_Request", form)
        if fields.get("api_key") != KEY:
            return self.error(500, "Invalid api_key", form)
        return super().refuse_post(what, pairs, fields, form)


class Eindhoven(Standard):
    xml_inner = _INNER | {"service_requests": "service_request", "attributes": "attributes", "values": "values"}

    def shown(self, case):
        return {name: value for name, value in super().shown(case).items() if name != "service_code"}

    def codes_in(self, text):
        return [text] if text else []

    def bounds(self, query):
        return _at(query.get("end_date", "")), _at(query.get("start_date", ""))

    def refuse_get(self, what, query, form):
        if "page" in query:
            return self.error(400, "SQLSTATE[42000]: Syntax error", form)
        return None

    def one(self, number, form):
        found = super().one(number, form)
        return found if found.status == 200 else self.write("service_requests", [], form)

    def definition(self, code, form):
        return super().definition(code, form) if code == "001" else self.error(400, "no attributes", form)

    def refuse_post(self, what, pairs, fields, form):
        if fields.get("api_key") != KEY:
            return Reply(403, json.dumps({"type": "error", "code": "middleware_15", "message": "API key ongeldig"}))
        if fields.get("service_code") not in self.codes:
            return self.error(403, "service_code unknown", form)
        return None

    def receipt(self, case, form):
        item = {"service_request_id": case.id, "service_notice": "", "account_id": "null"}
        if form == "xml":
            return Reply(200, "<service_requests>" + xml("service_requests", item, {}) + "</service_requests>", XML)
        return self.write("", [item], form)


class GovFlow(Standard):
    def __init__(self) -> None:
        super().__init__()

    def new_id(self):
        return f"7d3c0f3e-0000-4000-8000-{len(self.cases):012d}"

    def write(self, root, data, form, status=200):
        return Reply(status, json.dumps({"data": data, "success": status < 400}))

    def error(self, status, text, form):
        return Reply(status, json.dumps({"data": {"message": text, "status_code": status}}))

    def _none(self):
        return Reply(501, "<html><body>Not Implemented</body></html>", HTML)

    def definition(self, code, form):
        return self._none()

    def discovery(self, form):
        return self._none()

    def token(self, token, form):
        return self._none()

    def one(self, number, form):
        return self._none()

    def listing(self, query, form):
        return self._none()

    def refuse_post(self, what, pairs, fields, form):
        if fields.get("service_code") not in self.codes:
            return self.error(500, "service_code is not valid", form)
        return None

    def receipt(self, case, form):
        return self.write("", {"service_request_id": case.id}, form)


class FixMyStreet(Standard):
    """It shows cases and takes none."""

    def __init__(self) -> None:
        super().__init__()
        self.codes = ["Potholes & ruts", "Street trees"]
        for case in self.cases:
            case.code = self.codes[case.code == "TREE"]

    def name(self, code):
        return code

    def service(self, code):
        return super().service(code) | {"metadata": False}

    def write(self, root, data, form, status=200):
        if form == "xml":
            return Reply(status, xml(root, data, self.xml_inner), "application/xml")
        return Reply(status, json.dumps({root: data}))

    def refuse_get(self, what, query, form):
        if "jurisdiction_id" not in query:
            return Reply(400, "<html><body>Invalid jurisdiction_id</body></html>", HTML)
        return None

    def shown(self, case):
        return super().shown(case) | {
            "agency_responsible": {"recipient": ["Testville"]},
            "title": "T",
            "interface_used": "Web",
        }

    def definition(self, code, form):
        return Reply(404, "<html><body>404</body></html>", HTML)

    def post(self, what, pairs, form):
        self.posts += 1
        return Reply(404, "<html><body>404</body></html>", HTML)


class MarkASpot(Standard):
    prefix = "/georeport/v2/"
    cap = 25

    def __init__(self) -> None:
        super().__init__()
        for number in range(30):
            self.store("001", "", T0 - timedelta(hours=number))

    def new_id(self):
        return f"0b7e5a52-0000-4000-8000-{len(self.cases):012d}"

    def service(self, code):
        return super().service(code) | {"metadata": "false", "description": ""}

    def shown(self, case):
        return super().shown(case) | {"status_note": "neu", "extended_attributes": {"markaspot": {"nid": case.id}}}

    def listing(self, query, form):
        if not self.chosen(query):
            return self.error(404, "No Service requests found", form)
        return super().listing(query, form)

    def receipt(self, case, form):
        return self.write(
            "service_requests", {"service_requests": {"request": {"service_request_id": case.id}}}, form, 201
        )


class SanFrancisco(Standard):
    json = False

    def moment(self, at):
        return at.strftime("%Y-%m-%d %H:%M:%S.00")

    def write(self, root, data, form, status=200):
        reply = super().write(root, data, form, status)
        soap = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
        return Reply(status, str(reply.body).replace(f"<{root}>", f"<{root}{soap}>", 1), XML)

    def shown(self, case):
        item = super().shown(case) | {"status": "Open", "zipcode": 0, "lat": 0.0, "long": 0.0}
        return {name: value for name, value in item.items() if name != "description"}

    def receipt(self, case, form):
        case.hidden = True
        return self.write("service_requests", [{"token": case.token}], form)

    def token(self, token, form):
        found = next((c for c in self.cases if c.token == token), None)
        if found is None or found.hidden:
            if found:
                found.hidden = False  # resolved by the next time
            return self.error(404, "token not found", form)
        return self.write("service_requests", [{"token": token, "service_request_id": found.id}], form)


class Boston(Standard):
    cap = 50

    def attributes(self, code):
        (where,) = super().attributes(code)
        told = {
            "variable": True,
            "code": "NOTE",
            "datatype": "Informational",
            "required": False,
            "order": 2,
            "description": "Call 911.",
        }
        return [where | {"datatype": "Picklist"}, told | {"values": 0}]

    def service(self, code):
        return super().service(code) | {"type": "batch", "service_name": None if code == "TREE" else "Pothole"}

    def refuse_post(self, what, pairs, fields, form):
        same = [c for c in self.cases if c.fields and c.fields.get("description") == fields.get("description")]
        if same:
            return self.error(400, "Invalid service request: base is a duplicate.", form)
        return super().refuse_post(what, pairs, fields, form)

    def receipt(self, case, form):
        return self.write("service_requests", [{"token": case.token}], form)

    def token(self, token, form):
        found = next((c for c in self.cases if c.token == token), None)
        return self.write(
            "service_requests", [{"token": token} | ({"service_request_id": found.id} if found else {})], form
        )

    def one(self, number, form):
        if not any(case.id == number for case in self.cases):
            return self.write("service_requests", [{"service_request_id": number, "status": "open"}], form)
        return super().one(number, form)


class Chicago(Standard):
    cap = 50

    def __init__(self) -> None:
        super().__init__()
        self.codes = ["4fd3b167e750846744000005", "4ffa9cad6018277d4000007b"]
        for number in range(70):
            self.store(self.codes[number % 2], "x", T0 - timedelta(hours=number))
        for case in self.cases:
            case.code = self.codes[case.code in ("TREE", self.codes[1])]

    def service(self, code):
        return super().service(code) | {"type": "batch", "keywords": "code:DBPC"}

    def definition(self, code, form):
        return super().definition(code, form)

    def moment(self, at):
        return at.strftime("%Y-%m-%dT%H:%M:%S-05:00")

    def shown(self, case):
        return {name: value for name, value in super().shown(case).items() if name != "description"}

    def refuse_get(self, what, query, form):
        if any(re.search(r"(?:Z|[+-]\d\d:?\d\d)$", query.get(name, "")) for name in ("start_date", "end_date")):
            return self.error(400, "start_date is not a date", form)
        return None

    def listing(self, query, form):
        rows = [self.shown(case) for case in self.chosen(query)]
        return self.write("service_requests", [{"status": "open", "service_name": "x"}, *rows], form)

    def refuse_post(self, what, pairs, fields, form):
        if not (fields.get("lat") and fields.get("long") and fields.get("address_string")):
            return self.error(400, "lat, long and address_string are required", form)
        return super().refuse_post(what, pairs, fields, form)

    def receipt(self, case, form):
        return self.write("service_requests", [{"token": case.token}], form)

    def token(self, token, form):
        found = next((c for c in self.cases if c.token == token), None)
        return self.write(
            "service_requests",
            [{"token": token, "service_request_id": found.id}] if found else [{"token": token}],
            form,
        )


class WashingtonDC(Standard):
    json = False

    def service(self, code):
        return super().service(code) | {"metadata": True, "description": "Fixed in<br>3 business days."}


class SeeClickFix(Standard):
    cap = 20

    def __init__(self) -> None:
        super().__init__()
        for number in range(30):
            self.store("001", "older", T0 - timedelta(hours=number))

    def shown(self, case):
        item = super().shown(case)
        item["id"] = item.pop("service_request_id")
        return item

    def error(self, status, text, form):
        return Reply(status, json.dumps({"base": [text], "full_errors": [text]}))

    def refuse_post(self, what, pairs, fields, form):
        if not fields.get("email"):
            return self.error(400, "email can't be blank", form)
        return super().refuse_post(what, pairs, fields, form)

    def receipt(self, case, form):
        return self.write("", [{"id": int(case.id)}], form)


class CitySDK(Standard):
    cap = 200

    def shown(self, case):
        return super().shown(case) | {
            "lat": "60.17",
            "long": "24.94",
            "title": "t",
            "media_urls": [],
            "zip_code": "00100",
        }

    def service(self, code):
        return super().service(code) | {"metadata": False}


class Toronto(Standard):
    def shown(self, case):
        return super().shown(case) | {
            "status_notes": "In progress - the crew is on its way", "updated_datetime": "", "description": None,
            "expected_datetime": self.moment(case.at + timedelta(days=4)), "address_id": "517",
        }  # fmt: skip


class WestBerkshire(Standard):
    suffix = False
    json = False

    def answer(self, method, path, query, pairs, headers):
        if path != self.prefix + path.removeprefix(self.prefix)[:1].upper() + path.removeprefix(self.prefix)[1:]:
            return Reply(404, "Not found", "text/plain")
        return super().answer(method, path, query, pairs, headers)


class Alexandria(Standard):
    """Its deflate is broken: whoever asks for packed replies can't read them."""

    def answer(self, method, path, query, pairs, headers):
        reply = super().answer(method, path, query, pairs, headers)
        if "deflate" in headers.get("Accept-Encoding", ""):
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            reply.body = zlib.compress(body)[:-6] + b"\0\0\0\0\0\0"
            reply.headers["Content-Encoding"] = "deflate"
        return reply


class Greenwich(Standard):
    def write(self, root, data, form, status=200):
        if form == "json" and root == "services":
            return Reply(status, json.dumps({"Services": {one["service_code"]: one["service_name"] for one in data}}))
        return super().write(root, data, form, status)


class Zuerich(Standard):
    """Its discovery names another town, and its lists are objects."""

    def discovery(self, form):
        data = {"changeset": "1", "contact": "", "key_service": "", "endpoints": [
            {"specification": "http://wiki.open311.org/GeoReport_v2", "url": "https://elsewhere.example/open311/v2",
             "changeset": "1", "type": "production", "formats": ["text/xml"]}]}  # fmt: skip
        return self.write("discovery", data, form)

    def write(self, root, data, form, status=200):
        if form == "json" and isinstance(data, list) and status < 400:
            return Reply(status, json.dumps({str(place): one for place, one in enumerate(data)}))
        return super().write(root, data, form, status)


FAMILIES: dict[str, type[Standard]] = {
    "standard": Standard, "ureport": UReport, "mysociety": MySociety, "eindhoven": Eindhoven, "govflow": GovFlow,
    "fixmystreet": FixMyStreet, "markaspot": MarkASpot, "sanfrancisco": SanFrancisco, "boston": Boston, "chicago": Chicago,
    "washingtondc": WashingtonDC, "seeclickfix": SeeClickFix, "citysdk": CitySDK, "toronto": Toronto,
    "westberkshire": WestBerkshire, "alexandria": Alexandria, "greenwich": Greenwich, "zuerich": Zuerich,
}  # fmt: skip


@dataclass
class Playing:
    """`url` is the endpoint, `manners` the family's ledger and rules."""

    url: str
    manners: Standard
    key: str = KEY


@contextlib.contextmanager
def family(name: str, manners: Standard | None = None) -> Iterator[Playing]:
    plays = manners or FAMILIES[name]()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("content-length", "0"))))

        def _answer(self, body: bytes) -> None:
            parts = urlsplit(self.path)
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            with lock:
                plays.asked.append((self.command, self.path))
                reply = plays.answer(self.command, parts.path, dict(parse_qsl(parts.query)), pairs, self.headers)
            data = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for header, value in {
                "Content-Type": reply.kind,
                "Content-Length": str(len(data)),
                **reply.headers,
            }.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(data)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(plays.now, usegmt=True)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Playing(f"http://127.0.0.1:{server.server_address[1]}{plays.prefix}", plays)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
