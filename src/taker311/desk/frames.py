"""Reads what Textual writes to a terminal into a Grid. It understands the few sequences that Textual draws with and drops
every other: strings addressed to the terminal (OSC, DCS, APC, PM, SOS) and control bytes end here, whoever put them in."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.color import Color, ColorSystem

from taker311.desk.grid import BOLD, DIM, ITALIC, PLAIN, REVERSE, STRIKE, UNDERLINE, Grid, Look

# What turns the direction of a line or ends it: no terminal needs it, and it can make a sentence say something else.
_TURNS = r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
# A string that nobody ends must not swallow the rest of the screen: it ends with the piece of text it stands in.
_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\n\x9c]*(?:\x07|\x1b\\|\x9c)?)"
    r"|(?P<newline>\n)"
    r"|(?P<control>\x1b[ -/]*[0-Z\\^-~]?|[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f" + _TURNS + r"])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f" + _TURNS + r"]+)"
)
_FLAGS = {"1": BOLD, "2": DIM, "3": ITALIC, "4": UNDERLINE, "7": REVERSE, "9": STRIKE}
_OFF = {"22": BOLD | DIM, "23": ITALIC, "24": UNDERLINE, "27": REVERSE, "29": STRIKE}


@lru_cache(maxsize=2048)
def looked(look: Look, parameters: str) -> Look:
    """The look after SGR `parameters` in `look`. Blinking, overlines and frames are not passed on."""
    fg, bg, flags = look
    codes = parameters.split(";")
    i = 0
    while i < len(codes):
        code = codes[i].lstrip("0")
        if code == "":
            fg, bg, flags = PLAIN
        elif code in _FLAGS:
            flags |= _FLAGS[code]
        elif code in _OFF:
            flags &= ~_OFF[code]
        elif code in ("38", "48"):
            size = 5 if codes[i + 1 : i + 2] == ["2"] else 3
            color = ";".join(codes[i : i + size])
            fg, bg = (color, bg) if code == "38" else (fg, color)
            i += size - 1
        elif code in ("39", "49"):
            fg, bg = ("", bg) if code == "39" else (fg, "")
        elif len(code) == 2 and code[0] in "39" and code[1] in "01234567":
            fg = code
        elif (len(code) == 2 and code[0] == "4") or (len(code) == 3 and code[:2] == "10" and code[2] in "01234567"):
            bg = code
        i += 1
    return Look(fg, bg, flags)


@lru_cache(maxsize=512)
def shortened(color: str) -> str:
    """The nearest of the 256 colours, which takes half the bytes of one in red, green and blue."""
    select, _, rest = color.partition(";")
    kind, *parts = rest.split(";")
    if kind != "2" or len(parts) != 3 or not all(part.isdigit() for part in parts):
        return color
    near = Color.from_rgb(*map(int, parts)).downgrade(ColorSystem.EIGHT_BIT)
    return f"{select};5;{near.number}" if near.number is not None else color


class FrameReader:
    """Keeps the place and the look between writes, as a terminal does. `few_colors` makes every colour a short one."""

    def __init__(self, *, few_colors: bool = False) -> None:
        self._few_colors = few_colors
        self.x = self.y = 0
        self._look = PLAIN

    def read(self, data: str, grid: Grid) -> None:
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self.x = grid.put(self.x, self.y, token[0], self._look)
            elif kind == "newline":
                self.x, self.y = 0, self.y + 1
            elif kind == "final" and not token["between"]:
                self._sequence(token["parameters"], token["final"])

    def _sequence(self, parameters: str, final: str) -> None:
        if not all(c.isdigit() or c == ";" for c in parameters):
            return
        if final == "m":
            self._look = looked(self._look, parameters)
            if self._few_colors:
                self._look = Look(shortened(self._look.fg), shortened(self._look.bg), self._look.flags)
        elif final == "H":
            row, _, column = parameters.partition(";")
            self.x, self.y = int(column.split(";")[0] or 1) - 1, int(row or 1) - 1
