"""Which bulletins an agent is shown first: those that must be read and were not, the urgent ones before the others. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from taker311.knowledge.model import Bulletin


def must_be_read(bulletin: Bulletin, acknowledged: Collection[str]) -> bool:
    return bulletin.must_read and bulletin.id not in acknowledged


def most_pressing(bulletins: Sequence[Bulletin], acknowledged: Collection[str]) -> tuple[Bulletin, ...]:
    """All of them; among equals the city's own order stays."""
    return tuple(sorted(bulletins, key=lambda one: (not must_be_read(one, acknowledged), not one.urgent)))
