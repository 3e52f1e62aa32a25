"""Kinds of values on the command line."""

from __future__ import annotations

import argparse
from datetime import date


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is no day; write it as 2026-11-22") from None
