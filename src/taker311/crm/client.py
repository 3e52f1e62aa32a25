"""One Open311 endpoint: the six calls, each answered by a strict value or by one clear sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

from msgspec import structs

from taker311.base.codec import Value
from taker311.crm import reader
from taker311.crm.form import encode_form, update_fields
from taker311.crm.model import (
    Definition,
    Dialect,
    Discovery,
    NotSent,
    Outcome,
    RequestRecord,
    RequestUpdate,
    Service,
    Submission,
    Unknown,
)
from taker311.crm.replies import UPDATES, WebPage, judge, retry_after
from taker311.crm.tree import CrmError, HtmlPage
from taker311.net.http import Broken, Http, HttpError, NotConnected, Response

if TYPE_CHECKING:
    from taker311.crm.desk_link import DeskLink

T = TypeVar("T")
_Reader: TypeAlias = Callable[[bytes, str], T]
_LONGEST_SPAN = timedelta(days=90)  # GeoReport v2: a query may not span more


class Nearby(Value, frozen=True):
    """Open cases as a listing showed them. `whole` False: there are more than it would show."""

    cases: tuple[RequestRecord, ...]
    whole: bool


class Open311:
    """`endpoint` is the address below which `services.json` stands. Reads raise CrmError (a UserError); `submit` never raises
    for anything that a network or a server can do. Safe to use from any thread."""

    def __init__(
        self,
        http: Http,
        endpoint: str,
        dialect: Dialect,
        api_key: str = "",
        *,
        zone: tzinfo = UTC,
        total_s: float = 60,
    ) -> None:
        """`zone` is the city's, for servers that leave it out; `total_s` is the deadline around a POST."""
        self.endpoint = endpoint.rstrip("/") + "/"
        self.dialect = dialect
        self._http = http
        self._key = api_key.strip()
        self._zone = zone
        self._total_s = total_s
        self.patience_s = 0.0

    def patient(self, seconds: float) -> Open311:
        """The same endpoint for whoever reads much of it: a read that is told to wait (429, or 503 with Retry-After) waits,
        for so many seconds at most."""
        other = copy(self)
        other.patience_s = seconds
        return other

    # ------------------------------------------------------------ reads
    def services(self) -> tuple[Service, ...]:
        return self._read(self._path("services"), {}, reader.read_services)

    def definition(self, code: str) -> Definition:
        return self._read(self._path(f"services/{quote(code, safe='')}"), {}, reader.read_definition)

    def token(self, token: str) -> str | None:
        """The case's number, or None while it has none: 404, an empty list and an item without an id all mean "not yet"."""
        response = self._get(self._path(f"tokens/{quote(token, safe='')}"), {})
        if response.status == 404:
            return None
        item = self._decode(response, reader.read_token)
        if item is None or (item.token and item.token != token):
            return None
        return item.request_id or None

    def find(
        self, service_code: str = "", start: datetime | None = None, end: datetime | None = None, *, status: str = ""
    ) -> list[RequestRecord]:
        """Cases requested between two aware moments; without them the CRM's own window, by the standard its latest 90 days.
        `end` may be left out up to 90 days after `start`; a longer span is asked for in pieces, newest first. Where the
        dialect's dates don't work they are not sent. At `dialect.listing_cap` rows the answer may be cut short."""
        query = {"service_code": service_code, "status": status}
        if start is None or not self.dialect.listing_by_date:
            return self._listing(query)
        end = end or start + _LONGEST_SPAN
        found: dict[str, RequestRecord] = {}
        while True:
            begin = max(start, end - _LONGEST_SPAN)
            for record in self._listing({**query, "start_date": self._moment(begin), "end_date": self._moment(end)}):
                found.setdefault(record.request_id, record)
            if begin <= start:
                return list(found.values())
            end = begin

    def request(self, request_id: str) -> RequestRecord | None:
        """One case; None where the CRM knows none of that number. A skeleton with nothing but the number that was asked for
        is what one server invents for a number it does not know."""
        response = self._get(self._path(f"requests/{quote(request_id, safe='')}"), {})
        if response.status == 404:
            return None
        records = [r for r in self._decode(response, self._read_requests) if r.request_id == request_id]
        if len(records) != 1:
            return None
        record = records[0]
        return record if record.service_code or record.service_name or record.requested else None

    def discovery(self) -> Discovery:
        """From below the endpoint or the one folder above it; raises CrmError where neither has one."""
        last: CrmError | None = None
        suffix = self.dialect.format
        for address in (f"{self.endpoint}discovery.{suffix}", urljoin(self.endpoint, f"../discovery.{suffix}")):
            try:
                return self._decode(self._fetch(address), reader.read_discovery)
            except CrmError as error:
                last = error
        raise last or CrmError(f"{self.endpoint}: there is no discovery.")

    def near(
        self, codes: Sequence[str], start: datetime, end: datetime, at: tuple[float, float] | None = None
    ) -> Nearby:
        """Open cases of the services between two moments, and whether the answer was cut short: at most
        `dialect.nearby_pages` listings, newest first. `at` (lat, long) is sent where the endpoint can search around a point."""
        found: dict[str, RequestRecord] = {}
        whole = True
        for asked in [",".join(codes)] if self.dialect.code_lists else codes:
            query = {"service_code": asked, "status": "open"}
            if at and self.dialect.nearby_metres:
                query |= {"lat": f"{at[0]:.6f}", "long": f"{at[1]:.6f}", "radius": f"{self.dialect.nearby_metres:g}"}
            rows, all_of_them = self._pages(query, start, end)
            for row in rows:
                named = row.service_code or ("" if self.dialect.code_lists else asked)
                found[row.request_id] = structs.replace(row, service_code=named)
            whole = whole and all_of_them
        return Nearby(tuple(found.values()), whole)

    def _pages(self, query: dict[str, str], start: datetime, end: datetime) -> tuple[list[RequestRecord], bool]:
        """Rows of an earlier stretch of time each; True when nothing was left out."""
        found: dict[str, RequestRecord] = {}
        for _ in range(max(1, self.dialect.nearby_pages)):
            begin = max(start, end - _LONGEST_SPAN)
            dates = {"start_date": self._moment(begin), "end_date": self._moment(end)}
            rows = self._listing({**query, **(dates if self.dialect.listing_by_date else {})})
            fresh = [row for row in rows if row.request_id not in found]
            found.update((row.request_id, row) for row in fresh)
            times = [row.requested for row in fresh if row.requested]
            full = len(rows) >= self.dialect.listing_cap
            if not full and begin > start:
                end = begin
            elif not full:
                return list(found.values()), True
            elif times and self.dialect.listing_by_date:
                end = min(times)
            else:
                break
        return list(found.values()), False

    def updates(self, start: datetime, end: datetime) -> tuple[RequestUpdate, ...]:
        """What was added to cases between two moments. Raises CrmError where the endpoint has no such call."""
        query = {"start_date": self._moment(start), "end_date": self._moment(end)}
        return self._read(
            self._path(UPDATES), query, lambda body, kind: reader.read_updates(body, kind, zone=self._zone)
        )

    def desk_link(self) -> DeskLink | None:
        """The hub's calls for desks, where its discovery says that it has them; None at every other CRM."""
        from taker311.crm.desk_link import DeskLink

        named = {extension for endpoint in self.discovery().endpoints for extension in endpoint.extensions}
        return DeskLink(self._http, self.endpoint, self._key) if "desks" in named and self._key else None

    # ------------------------------------------------------------ the writes
    def post_update(self, update: RequestUpdate) -> Outcome:
        """Adds a word to a case. `update_id` is ours, so that the same update may go again."""
        status, now = update.raw_status.upper() or "OPEN", update.updated or datetime.now(UTC)
        fields = [("jurisdiction_id", self.dialect.jurisdiction)] if self.dialect.jurisdiction else []
        fields += update_fields(update, status, self._moment(now))
        path = self._path(UPDATES)
        return self.submit(Submission(path, encode_form(fields), update.update_id, service_code="", reference=""))

    def submit(self, submission: Submission, *, service_type: str = "realtime", after_unknown: bool = False) -> Outcome:
        """Sends the frozen bytes, with the key appended that is held now. `after_unknown`: an earlier attempt may have landed,
        so a refusal as a duplicate means that it did (accepted, with an empty receipt: the number is to be looked up)."""
        body = submission.body
        if self._key:
            body += (b"&" if body else b"") + encode_form([("api_key", self._key)])
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "idempotency-key": f'"{submission.idem_key}"',
            **self._headers(),
        }
        try:
            reply = self._http.request(
                "POST", self.endpoint + self._cased(submission.path), headers=headers, body=body, total_s=self._total_s
            )
        except NotConnected as error:
            return NotSent(str(error))
        except Broken as error:
            return Unknown(None, str(error))
        except HttpError as error:
            return Unknown(None, str(error))
        try:
            return judge(
                reply.status,
                reply.headers,
                reply.body,
                submission=submission,
                dialect=self.dialect,
                service_type=service_type,
                after_unknown=after_unknown,
            )
        except WebPage:
            return self._portal_or_crm(reply.status)

    def _portal_or_crm(self, status: int) -> Outcome:
        """A page came instead of a receipt. With a key-honouring CRM the same bytes may go again whoever it was. Over https
        nobody but the CRM's own side can have answered. Else a portal answers everything with its page, so the service list
        tells the two apart; where that is in order, it was the CRM and the case may have landed."""
        page = "a web page came instead of a receipt"
        if self.dialect.honours_idempotency_key:
            return NotSent(f"{page}: offline behind a sign-in page?", status=status)
        if urlsplit(self.endpoint).scheme == "https":
            return Unknown(status, f"{page}.")
        try:
            self.services()
        except HtmlPage:
            return NotSent(f"{page}, and for the service list too: offline behind a sign-in page?", status=status)
        except CrmError:
            return Unknown(status, f"{page}, and the service list can't be read.")
        return Unknown(status, f"{page}, although the CRM's service list is in order.")

    # ------------------------------------------------------------ plumbing
    def _cased(self, path: str) -> str:
        return path[:1].upper() + path[1:] if self.dialect.capitals else path

    def _path(self, resource: str) -> str:
        resource = self._cased(resource)
        return f"{resource}.{self.dialect.format}" if self.dialect.suffix else resource

    def _headers(self) -> dict[str, str]:
        headers = {
            "accept": "application/json, text/xml;q=0.5"
            if self.dialect.format == "json"
            else "text/xml, application/xml"
        }
        if not self.dialect.accept_encoding:
            headers["accept-encoding"] = ""
        return headers

    def _moment(self, moment: datetime) -> str:
        """GeoReport's dates: UTC with 'Z', or the city's own time without a zone where the dialect says so."""
        if self.dialect.dates_with_zone:
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return moment.astimezone(self._zone).strftime("%Y-%m-%dT%H:%M:%S")

    def _listing(self, query: dict[str, str]) -> list[RequestRecord]:
        response = self._get(self._path("requests"), query)
        if response.status == 404 and self.dialect.empty_listing_is_404:
            return []
        return list(self._decode(response, self._read_requests))

    def _read_requests(self, body: bytes, content_type: str) -> Sequence[RequestRecord]:
        return reader.read_requests(body, content_type, zone=self._zone)

    def _read(self, path: str, query: dict[str, str], read: _Reader[T]) -> T:
        return self._decode(self._get(path, query), read)

    def _get(self, path: str, query: dict[str, str]) -> Response:
        asked = {"jurisdiction_id": self.dialect.jurisdiction, **query}
        if self._key and self.dialect.key_in_reads == "query":
            asked["api_key"] = self._key
        asked = {name: value for name, value in asked.items() if value}
        return self._fetch(self.endpoint + path + (f"?{urlencode(asked)}" if asked else ""))

    def _fetch(self, address: str) -> Response:
        headers = self._headers()
        if self._key and self.dialect.key_in_reads == "header":
            headers["x-api-key"] = self._key
        until = time.monotonic() + self.patience_s
        while True:
            try:
                reply = self._http.request("GET", address, headers=headers, total_s=self._total_s)
            except HttpError as error:
                raise CrmError(str(error)) from error
            asked = retry_after(reply.headers)
            wait = 1.0 if asked is None and reply.status == 429 else asked
            if reply.status not in (429, 503) or wait is None or time.monotonic() + wait > until:
                return reply
            time.sleep(wait)

    def _decode(self, response: Response, read: _Reader[T]) -> T:
        place = response.url.partition("?")[0]
        content_type = response.headers.get("content-type", "")
        if 300 <= response.status < 400:
            raise HtmlPage(f"{place}: the reply is a redirect elsewhere (HTTP {response.status}); check the address.")
        try:
            if response.status >= 400:
                said = "; ".join(error.description for error in reader.read_errors(response.body, content_type)[:3])
                raise CrmError(f"the CRM answers HTTP {response.status}: {said[:300]}")
            return read(response.body, content_type)
        except HtmlPage as error:
            raise HtmlPage(
                f"{place}: {error}" + (f" (HTTP {response.status})" if response.status >= 400 else "")
            ) from error
        except CrmError as error:
            if response.status >= 400 and "HTTP" not in str(error):
                raise CrmError(f"{place}: the CRM answers HTTP {response.status}.") from error
            raise CrmError(f"{place}: {error}") from error
