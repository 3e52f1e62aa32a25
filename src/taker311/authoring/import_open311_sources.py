"""Where an import's services come from: a live endpoint, or a folder of recorded replies known by what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from msgspec import structs

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.crm.client import Open311
from taker311.crm.dialects import load_dialect
from taker311.crm.model import Definition, Service
from taker311.crm.reader import read_definition, read_services, recognise
from taker311.crm.tree import CrmError
from taker311.net.http import Http

_MOST_FILES = 20_000
_PATIENCE_S = 300.0  # for one definition, at an endpoint that limits how often it is asked
_LARGEST = 16 * 1024 * 1024


@dataclass(slots=True)
class Found:
    """`name` is a word for the city where nobody gave one. `warnings` are sentences about what could not be had."""

    name: str
    services: tuple[Service, ...]
    definitions: dict[str, Definition] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)  # codes whose missing definition stands among the warnings


def from_folder(folder: Path) -> Found:
    """Every file is tried; its name and ending mean nothing. Raises UserError where there is no service list, or several."""
    lists: dict[str, tuple[Service, ...]] = {}
    definitions: dict[str, Definition] = {}
    warnings: list[str] = []
    for path in _files(folder):
        try:
            body = path.read_bytes()
            kind = recognise(body)
            if kind == "services":
                lists[str(path)] = read_services(body)
            elif kind == "definition":
                definition = read_definition(body)
                if definition.code:
                    definitions[definition.code] = definition
                else:
                    warnings.append(
                        f"{path}: this definition does not say which service it belongs to, so it is left out."
                    )
        except OSError as error:
            warnings.append(f"{path}: the file can't be read ({error.strerror or error}).")
        except CrmError:
            continue
    if not lists:
        raise UserError(
            f"{folder}: no file in it is an Open311 service list; name the folder that holds the reply of services.json or .xml."
        )
    if len({tuple(service.code for service in services) for services in lists.values()}) > 1:
        raise UserError(
            f"{folder}: it holds {len(lists)} different service lists ({', '.join(lists)}); name the folder of one city."
        )
    services = next(iter(lists.values()))
    return _checked(Found(clean_line(folder.resolve().name.replace("_", " ")).title(), services, definitions, warnings))


def _files(folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise UserError(
            f"{folder}: there is no such folder; name a folder of recorded replies, or an http or https address."
        )
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size <= _LARGEST)
    if len(found) > _MOST_FILES:
        raise UserError(f"{folder}: more than {_MOST_FILES:,} files are in it; is it the right folder?")
    return found


def from_endpoint(url: str, *, http: Http, dialect: str = "standard", jurisdiction: str = "", key: str = "") -> Found:
    """Asks for the list and, one after the other, for the definitions. The address may be the endpoint's or the discovery's."""
    client, services = _answering(url, http, dialect, jurisdiction, key)
    client = client.patient(_PATIENCE_S)
    found = Found(clean_line(jurisdiction or urlsplit(url).hostname or "city"), services)
    for service in services:
        if service.metadata:
            try:
                found.definitions[service.code] = client.definition(service.code)
            except CrmError as error:
                found.warnings.append(f"{service.name} ({service.code}): no definition: {error}")
                found.told.add(service.code)
    return _checked(found)


def _answering(url: str, http: Http, dialect: str, jurisdiction: str, key: str) -> tuple[Open311, tuple[Service, ...]]:
    chosen = load_dialect(dialect, jurisdiction=jurisdiction)
    forms: tuple[Literal["json", "xml"], ...] = (chosen.format, "xml" if chosen.format == "json" else "json")
    first: CrmError | None = None
    addresses = [url]
    for address in addresses:
        for form in forms:
            client = Open311(http, address, structs.replace(chosen, format=form), key)
            try:
                services = client.services()
            except CrmError as error:
                first = first or error
                continue
            if services:
                return client, services
            first = first or CrmError(f"{address}: the service list is empty.")
        if address == url:
            addresses += _discovered(client)
    raise first or CrmError(f"{url}: nothing there is an Open311 endpoint.")


def _discovered(client: Open311) -> list[str]:
    """Endpoints that a discovery names, on the same host: one elsewhere may be another town's, so a person has to say yes."""
    try:
        endpoints = client.discovery().endpoints
    except CrmError:
        return []
    known = [e.url for e in endpoints if e.specification.rstrip("/").endswith("GeoReport_v2")] or [
        e.url for e in endpoints
    ]
    here = urlsplit(client.endpoint).hostname
    near = [address for address in known if urlsplit(address).hostname == here][:3]
    if known and not near:
        raise CrmError(
            f"{client.endpoint}: its discovery names {clean_line(known[0], limit=200)}; give that address if it is the right city's."
        )
    return near


def _checked(found: Found) -> Found:
    codes = {service.code for service in found.services}
    seen: set[str] = set()
    kept: list[Service] = []
    for service in found.services:
        if service.code in seen:
            found.warnings.append(f"the service_code {service.code} stands in the list twice; the first is used.")
        else:
            seen.add(service.code)
            kept.append(service)
    found.services = tuple(kept)
    untold = [s for s in kept if s.metadata and s.code not in found.definitions and s.code not in found.told]
    if untold:
        names = ", ".join(service.code for service in untold[:8]) + (", ..." if len(untold) > 8 else "")
        found.warnings.append(
            f"{len(untold)} services have questions whose definition is not here ({names}); they get a short script."
        )
    for code in sorted(found.definitions.keys() - codes):
        found.warnings.append(f"a definition is here for {code}, which is not in the service list; it is left out.")
    for code, definition in found.definitions.items():
        found.warnings += [f"{code}: {problem}." for problem in definition.problems]
    return found
