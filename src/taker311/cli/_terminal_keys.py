"""Which of the desk's keys this terminal can't send: what its description (terminfo) lacks or spells in a way that the desk does
not read, and what the program around it keeps for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Key -> terminfo's name for what it sends. Keys that are not here are plain bytes, which every terminal sends.
_CAPABILITY = {
    **{f"f{n}": f"kf{n}" for n in range(1, 13)},
    "up": "kcuu1",
    "down": "kcud1",
    "left": "kcub1",
    "right": "kcuf1",
    "home": "khome",
    "end": "kend",
    "pageup": "kpp",
    "pagedown": "knp",
    "delete": "kdch1",
}


class Around(NamedTuple):
    """A program that terminals run in, how the environment shows it, and the keys it takes as it comes."""

    name: str
    variable: str
    value: str  # what the variable begins with; '' for anything
    keys: frozenset[str]


_AROUND = (
    # VS Code's commandsToSkipShell: command palette, find, debug, next part, quick open.
    Around("VS Code's terminal", "TERM_PROGRAM", "vscode", frozenset(("f1", "f3", "f5", "f6", "ctrl+e", "ctrl+f"))),
    Around("GNOME's terminal and its kin", "VTE_VERSION", "", frozenset(("f1", "f10", "f11"))),
    Around("macOS Terminal", "TERM_PROGRAM", "Apple_Terminal", frozenset(("f11", "f12"))),
    Around("tmux", "TMUX", "", frozenset(("ctrl+b",))),
    Around("screen", "STY", "", frozenset(("ctrl+a",))),
)


def described(term: str) -> dict[str, str] | None:
    """Key -> what this kind of terminal sends for it, '' for nothing; None where nothing is known of it. A process can ask of
    one kind only, which is how the curses library is made."""
    try:
        import curses
    except ImportError:  # Windows has none
        return None
    try:
        curses.setupterm(term, 1)
    except (curses.error, TypeError):
        return None
    return {key: (curses.tigetstr(name) or b"").decode("latin-1") for key, name in _CAPABILITY.items()}


def misread(sends: Mapping[str, str]) -> frozenset[str]:
    """Keys that are not sent, or that the desk reads as another key."""
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

    found = set()
    for key, sequence in sends.items():
        read = ANSI_SEQUENCES_KEYS.get(sequence) if sequence else None
        if not isinstance(read, tuple) or key not in [one.value for one in read]:
            found.add(key)
    return frozenset(found)


def unsent(keys: Iterable[str], environment: Mapping[str, str], sends: Mapping[str, str] | None) -> dict[str, str]:
    """Key -> why it may never reach the desk, for those of `keys` of which that is so."""
    term = environment.get("TERM", "")
    missing = misread(sends) if sends is not None else frozenset()
    why: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        taker = next((one.name for one in _AROUND if key in one.keys and _runs_in(one, environment)), "")
        if taker:
            why[key] = f"{taker} may keep it for itself"
        elif key in missing:
            why[key] = f"a terminal of the kind '{term}' does not send it"
    return why


def _runs_in(around: Around, environment: Mapping[str, str]) -> bool:
    value = environment.get(around.variable)
    return value is not None and value.startswith(around.value)
