"""Drawing with text alone: lines of styled pieces, wrapped and cut by the cells they take. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from taker311.base.text import clean
from taker311.base.words import noted, say
from taker311.desk.theme import Role
from taker311.search.model import Span

Piece = tuple[str, Role]
Line = tuple[Piece, ...]
BLANK: Line = ()


def line(*pieces: Piece) -> Line:
    return tuple(piece for piece in pieces if piece[0])


def width_of(pieces: Line) -> int:
    """Cells that the line takes."""
    return sum(cell_len(text) for text, _ in pieces)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where something is missing."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""


def padded(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(cut(text, width), width)


def safe(text: str) -> str:
    """What a screen may be given: one line without a control, wherever it came from. Every line passes here on its way out."""
    return text if text.isascii() and text.isprintable() else _safe(text)


@lru_cache(maxsize=4096)
def _safe(text: str) -> str:
    return " ".join(clean(text).split("\n")).replace("\t", " ")


def fit(pieces: Line, width: int) -> Line:
    """The line cut or filled to exactly `width` cells, and `safe`."""
    kept: list[Piece] = []
    left = width
    for text, role in pieces:
        if left <= 0:
            break
        shown = cut(safe(text), left)
        kept.append((shown, role))
        left -= cell_len(shown)
    if left > 0:
        kept.append((" " * left, "text"))
    return tuple(kept)


def wrap(text: str, width: int) -> list[str]:
    """Paragraphs wrapped at blanks to `width` cells; a word longer than that is cut. Empty lines stay."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        for word in paragraph.split():
            while cell_len(word) > width:
                if current:
                    lines.append(current)
                    current = ""
                head = set_cell_size(word, width).rstrip()
                lines.append(head)
                word = word[len(head) :] if head else ""  # noqa: PLW2901 - the rest of a word too long for the line
            if current and cell_len(current) + 1 + cell_len(word) > width:
                lines.append(current)
                current = word
            else:
                current = f"{current} {word}" if current else word
        lines.append(current)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def paragraph(text: str, width: int, role: Role = "text", indent: int = 1) -> list[Line]:
    return [line((" " * indent, "text"), (row, role)) for row in wrap(text, width - indent)]


# What stands before words that are read aloud, asked, or given out.
_TAGS = {
    "SAY": noted("SAY"),
    "ASK": noted("ASK"),
    "ASKED": noted("ASKED"),
    "REF": noted("REF"),
}


def tag(name: str) -> str:
    """The tag in seven cells, blanks around it; '' gives the blanks alone, for the lines below."""
    return padded(f" {say(_TAGS[name])}" if name else "", 7)


def marked(text: str, spans: Iterable[Span], width: int, role: Role) -> Line:
    """`text` in `width` cells with `spans` drawn as matches: underlined, in the colour of what stands around them."""
    match: Role = "match-dim" if role == "dim" else "match"
    shown = cut(text, width)
    edges = sorted((max(0, s), min(e, len(shown))) for s, e in spans if s < len(shown))
    pieces: list[Piece] = []
    at = 0
    for start, end in edges:
        if start < at or end <= start:
            continue
        pieces += [(shown[at:start], role), (shown[start:end], match)]
        at = end
    pieces.append((shown[at:], role))
    return line(*pieces, (" " * (width - cell_len(shown)), "text"))


def beside(left: Sequence[Line], right: Sequence[Line], left_width: int, width: int, rule: str = "┃") -> list[Line]:
    """Two columns with a rule between them."""
    rows: list[Line] = []
    right_width = width - left_width - 2
    for i in range(max(len(left), len(right))):
        first = fit(left[i] if i < len(left) else BLANK, left_width)
        second = right[i] if i < len(right) else BLANK
        rows.append((*first, (rule, "rule"), (" ", "text"), *fit(second, right_width)))
    return rows


class Drawn:
    """`lines` fill the screen; `cursor` is (column, row) of the text cursor, None where nothing is typed."""

    def __init__(self, lines: list[Line], cursor: tuple[int, int] | None) -> None:
        self.lines = lines
        self.cursor = cursor


def key_hints(pieces: Iterable[tuple[str, str]]) -> Line:
    """The last line of a screen: each key and what it does."""
    return line((" ", "text"), *(piece for key, what in pieces for piece in (_key(key), _does(what))))


def _key(key: str) -> Piece:
    return key, "key"


def _does(what: str) -> Piece:
    return f" {what}  " if what else "  ", "dim"


SCROLLS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}  # key -> by how many rows


def window(rows: Sequence[Line], start: int, room: int) -> tuple[list[Line], int]:
    """`room` rows from `start` on, blank ones below the last, and the start that is possible."""
    start = max(0, min(start, len(rows) - room))
    shown = list(rows[start : start + room])
    return shown + [BLANK] * (room - len(shown)), start


def plain(lines: Iterable[Line]) -> str:
    """What stands there, without its looks: for tests and for people who don't see colours."""
    return "\n".join("".join(text for text, _ in pieces).rstrip() for pieces in lines)
