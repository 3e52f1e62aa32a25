"""The sender's waiting as the settings want it."""

from __future__ import annotations

from taker311.base.settings import DeliverySettings
from taker311.cases.outbox import Waits

_DAY_S = 86400.0


def waits_from(wanted: DeliverySettings) -> Waits:
    """What the settings don't name follows from what they do, so that a campaign that shortens a few waits runs in minutes."""
    usual = Waits()
    return Waits(
        first_s=wanted.first_wait_s,
        longest_s=wanted.longest_wait_s,
        offline_s=min(usual.offline_s, wanted.longest_wait_s),
        look_gap_s=wanted.look_gap_s,
        look_slow_s=max(wanted.look_gap_s, min(usual.look_slow_s, 6 * wanted.longest_wait_s)),
        spread_s=wanted.reconnect_spread_s,
        recovery_gap_s=min(usual.recovery_gap_s, wanted.reconnect_spread_s / 2),
        settle_s=wanted.settle_s,
        keep_sent_s=wanted.keep_sent_days * _DAY_S,
    )
