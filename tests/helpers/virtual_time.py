"""Drives a sender through hours in milliseconds: a step, then the clock moves on by what the step said."""

from __future__ import annotations

from taker311.base.clock import ManualClock
from taker311.cases.delivery import Delivery


def drive(delivery: Delivery, clock: ManualClock, seconds: float, *, most_steps: int = 100_000) -> int:
    """Steps until `seconds` of virtual time are over or nothing is left to do; returns the number of steps."""
    end = clock.monotonic() + seconds
    for steps in range(1, most_steps):
        wait = delivery.step()
        if wait is None or clock.monotonic() + wait > end:
            clock.advance(max(0.0, end - clock.monotonic()))
            return steps
        clock.advance(wait + 0.001)
    raise AssertionError("the sender never rests")
