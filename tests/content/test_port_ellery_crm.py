"""Port Ellery's scripts against its own hub's services, as a desk reads them off the wire."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpers.port_ellery import knowledge
from taker311.crm.catalogue import LiveCatalogue
from taker311.crm.compare import compare
from taker311.crm.reader import read_definition
from taker311.hub.catalogue import catalogue_of
from taker311.hub.reads import in_wire_names
from taker311.hub.render import Format, reply


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_hubs_services_fit_the_city_to_the_last_choice(form: Format) -> None:
    offers = catalogue_of(knowledge()).offers.values()
    definitions = []
    for offer in offers:
        sent = reply("service_definition", in_wire_names(offer.definition), form)
        definitions.append(read_definition(bytes(sent.body), sent.headers["content-type"]))
    live = LiveCatalogue(
        datetime(2026, 11, 22, tzinfo=UTC), tuple(offer.service for offer in offers), tuple(definitions)
    )
    assert compare(knowledge(), live) == ()
