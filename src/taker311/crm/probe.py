"""Asking an endpoint what it can do, without writing anything to it: a first dialect, each line with how it was found."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import quote, urljoin, urlsplit

from msgspec import structs

from taker311.base.clock import zulu
from taker311.base.codec import Value
from taker311.base.text import clean_line
from taker311.crm import reader
from taker311.crm.asker import Asker, text_of
from taker311.crm.dialects import BUILT_IN
from taker311.crm.families import recognise_family
from taker311.crm.model import Dialect, Discovery, RequestRecord, Service
from taker311.crm.tree import CrmError
from taker311.net.http import Http

NOBODY = "taker311-0"  # a case and a token that no CRM gave
_CAPS = frozenset({20, 25, 30, 40, 50, 100, 200, 250, 300, 500, 1000, 2000, 5000})
_GONE = "19900101"  # nothing was reported to an Open311 server then


class Trait(Value, frozen=True):
    """One line of the dialect: the field, its value as TOML reads it, and how it was found."""

    field: str
    value: str | bool | int | float | tuple[str, ...]
    why: str


class Probed(Value, frozen=True):
    """`notes` are sentences for a person; `requests` and `received` (bytes of bodies) what the asking cost."""

    endpoint: str
    base: str
    base_why: str
    traits: tuple[Trait, ...]
    services: tuple[Service, ...]
    notes: tuple[str, ...] = ()
    requests: int = 0
    received: int = 0
    point: tuple[float, float] | None = None  # of a case that is listed, for a test
    claims_keys: bool = False  # it says that it honours Idempotency-Key

    @property
    def dialect(self) -> Dialect:
        return structs.replace(BUILT_IN[self.base], name="probed", **{t.field: t.value for t in self.traits})


def probe(http: Http, url: str, *, key: str = "", jurisdiction: str = "") -> Probed:
    """Some fifteen GETs. Raises CrmError where nothing at the address is an Open311 endpoint."""
    return _Probe(http, _endpoint_of(url), key.strip(), jurisdiction.strip()).run()


def _endpoint_of(url: str) -> str:
    """People paste the address of a call; the endpoint is the folder above it."""
    bare = url.strip().partition("?")[0].partition("#")[0]
    bare = re.sub(r"/(?:services|requests|discovery)(?:\.(?:json|xml))?/?\Z", "/", bare, flags=re.IGNORECASE)
    return bare.rstrip("/") + "/"


class _Probe(Asker):
    def __init__(self, http: Http, endpoint: str, key: str, jurisdiction: str) -> None:
        super().__init__(http, endpoint, key, Dialect(jurisdiction=jurisdiction))
        self.traits: dict[str, Trait] = {}
        self.notes: list[str] = []

    def run(self) -> Probed:
        services = self._services()
        discovery = self._discovery()
        self._definition(services)
        listed = self._listing()
        self._unknown_things()
        self._updates()
        base, says = recognise_family(self.texts)
        self._cap(len(listed), BUILT_IN[base])
        if listed:
            self._dates(listed)
        if BUILT_IN[base].key_in_reads != "no" and not self.dialect.descriptions_listed:
            self.traits.pop("descriptions_listed", None)
            self.notes.append("Descriptions are shown to whoever posted them, with the key; without one none was seen.")
        if base == "fixmystreet":
            self.notes.append("A FixMyStreet server shows cases and takes none: it can't be the CRM of a desk.")
        if BUILT_IN[base].compulsory:
            self.notes.append(f"Servers of this family want {', '.join(BUILT_IN[base].compulsory)} in every case.")
        named = [extension.lower() for endpoint in discovery.endpoints for extension in endpoint.extensions]
        spot = next(((r.lat, r.lon) for r in listed if r.lat is not None and r.lon is not None), None)
        order = Dialect.__struct_fields__
        return Probed(
            endpoint=self.endpoint,
            base=base,
            base_why="; ".join(says) or "nothing spoke for one of the families that are known",
            traits=tuple(sorted(self.traits.values(), key=lambda trait: order.index(trait.field))),
            services=services,
            notes=tuple(self.notes),
            requests=self.requests,
            received=self.received,
            point=spot,
            claims_keys="idempotency-key" in named,
        )

    def _found(self, field: str, value: str | bool | int | tuple[str, ...], why: str) -> None:
        self.traits[field] = Trait(field, value, clean_line(why, limit=300))
        self.dialect = structs.replace(self.dialect, **{field: value})

    # ------------------------------------------------------------ services, and with them the way in
    def _services(self) -> tuple[Service, ...]:
        first = self.endpoint
        addresses = [first]
        for address in addresses:
            self.endpoint = address
            found = self._way_in()
            if found:
                if address != first:
                    self.notes.append(f"The endpoint is {address}, as the discovery at {first} says.")
                self.texts["address"] = address
                return found
            if address == first:
                addresses += self._named_by_discovery()
        self.endpoint = first
        wants = any("jurisdiction" in text for text in self.refusals) and not self.dialect.jurisdiction
        cure = "give --jurisdiction" if wants else "check the address, and --key-env where reading needs a key"
        reason = self.refusals[0] if self.refusals else "nothing there is a list of services"
        raise CrmError(
            f"{first}: this is no Open311 endpoint that can be used ({clean_line(reason, limit=200)}); {cure}."
        )

    def _way_in(self) -> tuple[Service, ...]:
        plain = Dialect(jurisdiction=self.dialect.jurisdiction)
        ways = [plain, structs.replace(plain, format="xml"), structs.replace(plain, format="xml", suffix=False)]
        ways.append(structs.replace(ways[-1], capitals=True))
        for way in ways:
            for tried in self._with_key(way):
                found = self._list(tried)
                if found:
                    self._tell_way(tried, found)
                    return found
        if self.dialect.jurisdiction:
            found = self._list(Dialect())
            if found:
                self.notes.append(
                    f"It does not take the jurisdiction '{self.dialect.jurisdiction}' and answers without one."
                )
                self._tell_way(Dialect(), found)
                return found
        return ()

    def _with_key(self, way: Dialect) -> list[Dialect]:
        if not self.key:
            return [way]
        return [way, structs.replace(way, key_in_reads="query"), structs.replace(way, key_in_reads="header")]

    def _list(self, way: Dialect) -> tuple[Service, ...]:
        """The services, if this way in gives any."""
        reply = self.ask("services", dialect=way)
        if reply is None and "packing" in self.refusals[-1] and way.accept_encoding:
            self._found("accept_encoding", False, "its packed replies are damaged, unpacked ones are not")
            reply = self.ask("services", dialect=structs.replace(way, accept_encoding=False))
        if reply is None:
            return ()
        text = text_of(reply)
        if reply.status >= 400:
            if "jurisdiction" in text.lower():
                self.refusals.append("it asks for a jurisdiction_id")
            return ()
        try:
            found = reader.read_services(reply.body, reply.headers.get("content-type", ""))
        except CrmError as error:
            self.refusals.append(str(error))
            return ()
        if found:
            self.texts["services"] = text
        return found

    def _tell_way(self, way: Dialect, found: tuple[Service, ...]) -> None:
        ending = f".{way.format}" if way.suffix else ""
        name = "Services" if way.capitals else "services"
        self.dialect = structs.replace(way, accept_encoding=self.dialect.accept_encoding)
        why = f"{name}{ending} lists {len(found)} services"
        self._found(
            "format", way.format, why if way.format == "json" else f"{why}; JSON gave nothing that could be used"
        )
        if not way.suffix:
            self._found("suffix", False, "paths with .json and .xml gave nothing, those without an ending do")
        if way.capitals:
            self._found("capitals", True, "paths begin with a capital letter")
        if way.jurisdiction:
            self._found("jurisdiction", way.jurisdiction, "as given with --jurisdiction; the list came with it")
        if way.key_in_reads != "no":
            self._found("key_in_reads", way.key_in_reads, "the list came only with the key")
        if kinds := sorted({service.type for service in found} - {"realtime"}):
            self.notes.append(
                f"Some services are of type {' and '.join(kinds)}: their cases get a number later, or none."
            )

    # ------------------------------------------------------------ discovery
    def _discovery(self) -> Discovery:
        form = self.dialect.format
        for address in (f"{self.endpoint}discovery.{form}", urljoin(self.endpoint, f"../discovery.{form}")):
            reply = self.fetch(address, {})
            if reply is None or reply.status >= 400:
                continue
            try:
                found = reader.read_discovery(reply.body, reply.headers.get("content-type", ""))
            except CrmError:
                continue
            self.texts["discovery"] = text_of(reply).lower()
            self._tell_discovery(found)
            return found
        self.notes.append("It has no discovery, so nothing tells when its services change.")
        return Discovery()

    def _tell_discovery(self, found: Discovery) -> None:
        if found.key_service:
            self.notes.append(f"About API keys it says: {clean_line(found.key_service, limit=300)}")
        here = urlsplit(self.endpoint).netloc
        if found.endpoints and all(urlsplit(endpoint.url).netloc != here for endpoint in found.endpoints):
            named = clean_line(found.endpoints[0].url, limit=200)
            self.notes.append(f"Its discovery names another host, {named}: a person has to know which is the city's.")
        if any(e.type == "test" and e.url.rstrip("/") == self.endpoint.rstrip("/") for e in found.endpoints):
            self.notes.append("Its discovery calls this endpoint a test.")

    def _named_by_discovery(self) -> list[str]:
        named: list[str] = []
        for form in ("json", "xml"):
            for address in (f"{self.endpoint}discovery.{form}", urljoin(self.endpoint, f"../discovery.{form}")):
                reply = self.fetch(address, {})
                if reply is None or reply.status >= 400:
                    continue
                try:
                    found = reader.read_discovery(reply.body, reply.headers.get("content-type", ""))
                except CrmError:
                    continue
                named += [endpoint.url.rstrip("/") + "/" for endpoint in found.endpoints]
        host = urlsplit(self.endpoint).hostname
        near = [address for address in dict.fromkeys(named) if urlsplit(address).hostname == host]
        far = [address for address in named if urlsplit(address).hostname != host]
        if far and not near:
            self.refusals.insert(
                0, f"its discovery names {clean_line(far[0], limit=200)}; give that if it is the city's"
            )
        return [address for address in near if address != self.endpoint][:3]

    # ------------------------------------------------------------ the other reads
    def _definition(self, services: tuple[Service, ...]) -> None:
        asked = next((service for service in services if service.metadata), None)
        if asked is None:
            self.notes.append("No service has questions of its own (metadata is false everywhere).")
            return
        reply = self.ask(f"services/{quote(asked.code, safe='')}")
        if reply is None:
            return
        self.texts["definition"] = text_of(reply)
        try:
            if reply.status >= 400:
                raise CrmError(f"HTTP {reply.status}")
            found = reader.read_definition(reply.body, reply.headers.get("content-type", ""))
            self.notes.extend(f"{asked.code}: {problem}." for problem in found.problems[:5])
        except CrmError as error:
            self.notes.append(
                f"The questions of service {asked.code} can't be had ({clean_line(str(error), limit=120)})."
            )

    def _requests(self, query: dict[str, str]) -> tuple[int, tuple[RequestRecord, ...], str]:
        """HTTP status (0: no whole reply, -1: a reply that can't be read), the rows, and the text."""
        reply = self.ask("requests", query)
        if reply is None:
            return 0, (), ""
        text = text_of(reply)
        if reply.status >= 400:
            return reply.status, (), text
        try:
            return reply.status, reader.read_requests(reply.body, reply.headers.get("content-type", "")), text
        except CrmError:
            return -1, (), text

    def _listing(self) -> tuple[RequestRecord, ...]:
        status, rows, text = self._requests({})
        self.texts["requests"] = text
        if status in {401, 403} and self.key and self.dialect.key_in_reads == "no":
            for place in ("query", "header"):
                self.dialect = structs.replace(self.dialect, key_in_reads=place)
                status, rows, text = self._requests({})
                if 200 <= status < 300:
                    self.texts["requests"] = text
                    self._found("key_in_reads", place, "cases are listed only with the key")
                    break
            else:
                self.dialect = structs.replace(self.dialect, key_in_reads="no")
        if not 200 <= status < 300:
            self._found(
                "descriptions_listed",
                False,
                f"cases can't be listed (HTTP {status if status > 0 else 'reply unreadable'})",
            )
            return ()
        told = [row for row in rows if (row.description or "").strip()]
        if len(rows) >= 3 and not told:
            self._found("descriptions_listed", False, f"none of {len(rows)} listed cases has a description")
        elif told:
            self._found("descriptions_listed", True, f"{len(told)} of {len(rows)} listed cases have a description")
        else:
            self.notes.append("Too few cases are listed to tell whether it shows descriptions.")
        return rows

    def _cap(self, rows: int, base: Dialect) -> None:
        if rows in _CAPS or rows > base.listing_cap:
            self._found("listing_cap", rows, f"a listing gave {rows} cases")
        elif rows:
            self.notes.append(
                f"A listing gave {rows} cases, which is no sign of where it is cut; {base.listing_cap} is assumed."
            )

    def _unknown_things(self) -> None:
        for where, resource, query in (("unknown", f"requests/{NOBODY}", {}), ("page", "requests", {"page": "1"})):
            reply = self.ask(resource, query)
            if reply is not None:
                self.texts[where] = text_of(reply)  # type: ignore[index]  # both are of Where
        gone = f"{_GONE[:4]}-{_GONE[4:6]}-{_GONE[6:]}T"
        status, rows, text = self._requests({"start_date": f"{gone}00:00:00Z", "end_date": f"{gone}01:00:00Z"})
        if status == 404 and not rows and "<html" not in text.lower() and "requests" in self.texts:
            self._found("empty_listing_is_404", True, "a time in which nothing was reported is answered 404")

    def _updates(self) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        span = {"start_date": zulu(now - timedelta(days=1)), "end_date": zulu(now)}
        reply = self.ask("servicerequestupdates", span)
        if reply is None or reply.status >= 400:
            return
        try:
            reader.read_updates(reply.body, reply.headers.get("content-type", ""))
        except CrmError:
            return
        self._found("updates", True, "servicerequestupdates answers with a list")

    # ------------------------------------------------------------ dates
    def _dates(self, rows: tuple[RequestRecord, ...]) -> None:
        """Asks for what came after the widest gap between two cases, and looks whether just that comes."""
        times = sorted({row.requested for row in rows if row.requested})
        gaps = [(late - early, early + (late - early) / 2) for early, late in pairwise(times)]
        wide = [(gap, middle) for gap, middle in gaps if gap >= timedelta(minutes=2)]
        if not wide:
            self.notes.append("Too few cases are listed to tell how it reads dates.")
            return
        _, middle = max(wide, key=lambda one: one[0])
        end = times[-1] + timedelta(days=1)
        start = max(middle, end - timedelta(days=89))
        status, found, _ = self._requests({"start_date": zulu(start), "end_date": zulu(end)})
        if status >= 400:
            bare = {"start_date": zulu(start)[:-1], "end_date": zulu(end)[:-1]}
            status, found, _ = self._requests(bare)
            if 200 <= status < 300:
                self._found("dates_with_zone", False, "a date with a zone is refused, the same without one is not")
        if not 200 <= status < 300:
            self._found("listing_by_date", False, "dates are refused")
            return
        after = [row for row in found if row.requested and row.requested >= start - timedelta(seconds=1)]
        before = [row for row in found if row.requested and row.requested < start - timedelta(seconds=1)]
        if after and not before:
            self._found("listing_by_date", True, f"asked for what came after {zulu(start)}, it gave just that")
        elif before and not after:
            self._found("listing_by_date", False, "asked for what came after a date, it gave what came before")
        elif before:
            self._found("listing_by_date", False, "asked for what came after a date, it gave the rest too")
        elif any(time >= start for time in times):
            self._found(
                "listing_by_date", False, "asked for what came after a date, it gave nothing, though there is something"
            )
