"""A child that must not outlive its parent."""

from __future__ import annotations

import os
import threading


def watch_parent(pid: int, over: threading.Event, *, every_s: float = 0.5) -> None:
    """Sets `over` from a thread of its own when process `pid` is gone; at once when it already is."""
    ours = os.getppid() == pid

    def gone() -> bool:
        if ours and os.getppid() != pid:
            return True
        return not _alive(pid)

    def watch() -> None:
        while not gone():
            if over.wait(every_s):
                return
        over.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _alive(pid: int) -> bool:
    if os.name != "posix":
        return os.getppid() == pid
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
