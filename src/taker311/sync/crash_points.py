"""This room's points at which a test may end the program (`base.crash`)."""

from __future__ import annotations

POINTS = (
    "sync.after-trust",
    "sync.after-metadata",
    "sync.after-part",
    "sync.before-bundle",
    "sync.after-bundle",
    "sync.after-swap",
)
