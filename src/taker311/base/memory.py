"""Memory that was needed once, while something was decoded or made, goes back to the system."""

from __future__ import annotations

import contextlib
import sys


def give_back() -> None:
    """Returns free pages to the system, where the C library can (glibc's malloc_trim); elsewhere it does nothing."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
