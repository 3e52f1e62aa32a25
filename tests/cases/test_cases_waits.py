from __future__ import annotations

import pytest

from taker311.base.errors import UserError
from taker311.base.settings import DeliverySettings, parse_settings
from taker311.cases.outbox import Waits
from taker311.cases.waits import waits_from


def test_the_usual_settings_make_the_usual_waits():
    assert waits_from(DeliverySettings()) == Waits()


def test_a_campaign_shortens_everything_with_a_few_settings():
    text = "[delivery]\nfirst_wait_s = 0.01\nlongest_wait_s = 0.1\nsettle_s = 0.5\nlook_gap_s = 0.1\nreconnect_spread_s = 0\n"
    waits = waits_from(parse_settings(text, "x").delivery)
    assert (waits.settle_s, waits.spread_s, waits.recovery_gap_s) == (0.5, 0, 0)
    assert max(waits.offline_s, waits.look_gap_s, waits.look_slow_s) < 1


@pytest.mark.parametrize("days", ["-1", "31", "365"])
def test_a_sent_case_is_kept_for_thirty_days_at_most(days):
    with pytest.raises(UserError, match="keep_sent_days"):
        parse_settings(f"[delivery]\nkeep_sent_days = {days}\n", "x")
    assert waits_from(parse_settings("[delivery]\nkeep_sent_days = 0\n", "x").delivery).keep_sent_s == 0
