"""A real hub on a loopback port, for every test that needs a CRM.

with running_hub() as hub:
    client = Open311(Http("tests"), hub.url, BUILT_IN["hub"], hub.key)
    hub.switch("off"); hub.switch("on")
    assert len(hub.cases()) == 1
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from taker311.base.clock import Clock, SystemClock
from taker311.crm.model import Attribute, AttributeValue, Definition, Service
from taker311.hub.app import Hub, make_app
from taker311.hub.catalogue import Catalogue, Offer, catalogue_of
from taker311.hub.faults import Faults
from taker311.hub.limits import RateLimit
from taker311.hub.server import HubServer
from taker311.hub.store import CaseQuery, HubCase, HubStore
from taker311.knowledge.model import City, Knowledge

SERVICES = (
    Offer(
        service=Service(code="001", name="Pothole", description="Holes in the street", metadata=True, group="Streets"),
        definition=Definition(
            code="001",
            attributes=(
                Attribute(
                    code="WHERE",
                    datatype="singlevaluelist",
                    required=True,
                    order=1,
                    description="Where is it?",
                    values=(AttributeValue(key="ST", name="Street"), AttributeValue(key="AL", name="Alley")),
                ),
                Attribute(
                    code="NOTE", variable=False, datatype="text", order=2, description="Repaired within three days."
                ),
            ),
        ),
        agency="Public Works",
    ),
    Offer(service=Service(code="TREE", name="Tree"), definition=Definition(code="TREE"), agency="Forestry"),
    Offer(service=Service(code="NOISE", name="Noise", type="batch"), definition=Definition(code="NOISE")),
    Offer(service=Service(code="TIP", name="Anonymous tip", type="blackbox"), definition=Definition(code="TIP")),
)


@dataclass
class RunningHub:
    """`url` is the endpoint, `key` a valid API key of the desk called "desk"; `switch` takes a mode of hub.faults.MODES."""

    url: str
    key: str
    store: HubStore
    faults: Faults
    server: HubServer
    hub: Hub
    control_url: str = ""

    def cases(self) -> list[HubCase]:
        """The ledger, newest first."""
        return self.store.find(CaseQuery(limit=100_000))

    def switch(self, mode: str) -> None:
        self.server.switch(mode)


@contextlib.contextmanager
def running_hub(
    offers: Sequence[Offer] = SERVICES,
    *,
    knowledge: Knowledge | None = None,
    city: City | None = None,
    database: str = "",
    clock: Clock | None = None,
    slow_s: float = 0.3,
    batch_delay_s: float = 0.0,
    limit: RateLimit | None = None,
    control_token: str = "",
    port: int = 0,
) -> Iterator[RunningHub]:
    """With `knowledge` the hub offers what its scripts name, else `offers`; SLA dates need a `city`."""
    clock = clock or SystemClock()
    faults = Faults(slow_s=slow_s)
    catalogue = catalogue_of(knowledge) if knowledge else Catalogue(offers, city=city, name="Testville")
    with tempfile.TemporaryDirectory() as folder:
        store = HubStore(database or f"sqlite:///{Path(folder) / 'hub.db'}")
        hub = Hub(
            store=store,
            catalogue=catalogue,
            clock=clock,
            faults=faults,
            limit=limit,
            batch_delay_s=batch_delay_s,
            changeset="1",
        )
        key = store.add_key("desk", now=clock.now())
        server = HubServer(make_app(hub), faults, port=port, control_token=control_token)
        try:
            server.start()
            yield RunningHub(server.endpoint, key, store, faults, server, hub, server.control_url)
        finally:
            server.stop()
            store.close()
