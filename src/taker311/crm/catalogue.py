"""What a CRM offered when it was last asked: services and definitions, kept between starts in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import msgspec

from taker311.base.codec import Value, from_json, to_json
from taker311.base.files import private_folder, write_atomically
from taker311.crm.client import Open311
from taker311.crm.model import Definition, Service
from taker311.crm.tree import CrmError

_PATIENCE_S = 120.0  # hundreds of definitions run into a rate limit; nobody waits for them


class LiveCatalogue(Value, frozen=True):
    """`definitions` holds those that could be had; `missing` the codes whose definition could not."""

    fetched_at: datetime
    services: tuple[Service, ...]
    definitions: tuple[Definition, ...] = ()
    missing: tuple[str, ...] = ()
    changeset: str = ""  # the discovery's word for this state of things; '' where it says none

    def service(self, code: str) -> Service | None:
        return next((service for service in self.services if service.code == code), None)

    def definition(self, code: str) -> Definition | None:
        return next((definition for definition in self.definitions if definition.code == code), None)


def fetch_catalogue(client: Open311, now: datetime, *, only: Collection[str] | None = None) -> LiveCatalogue:
    """The service list, and the definition of each service that has one (of those in `only`, where it is given).

    Raises CrmError where the list can't be had; an empty list is none. A definition that can't be had is `missing`.
    """
    client = client.patient(_PATIENCE_S if only is None or len(only) > 1 else 0.0)
    services = client.services()
    if not services:
        raise CrmError(f"{client.endpoint}: the service list is empty.")
    definitions: list[Definition] = []
    missing: list[str] = []
    for service in services:
        if not service.metadata or (only is not None and service.code not in only):
            continue
        try:
            definitions.append(msgspec.structs.replace(client.definition(service.code), code=service.code))
        except CrmError:
            missing.append(service.code)
    return LiveCatalogue(now, services, tuple(definitions), tuple(missing))


def changeset_of(client: Open311) -> str:
    """What changes when services or definitions do; '' where there is no discovery or it says nothing."""
    try:
        found = client.discovery()
    except CrmError:
        return ""
    named = {endpoint.changeset for endpoint in found.endpoints if endpoint.changeset}
    return " ".join(sorted({found.changeset, *named} - {""}))


def catalogue_file(cache: Path, endpoint: str) -> Path:
    digest = hashlib.sha256(endpoint.encode()).hexdigest()[:16]
    return cache / "crm" / f"services-{digest}.json"


def kept_catalogue(path: Path) -> LiveCatalogue | None:
    """What was kept last; None where there is none or it can't be read (it can be asked for again)."""
    try:
        return from_json(path.read_bytes(), LiveCatalogue)
    except (OSError, ValueError):
        return None


def keep_catalogue(path: Path, catalogue: LiveCatalogue) -> None:
    """Raises OSError or UserError where the cache can't be written."""
    private_folder(path.parent)
    write_atomically(path, to_json(catalogue).encode())
