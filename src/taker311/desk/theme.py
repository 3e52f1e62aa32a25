"""How the desk looks: a few named roles, and what each theme makes of them. State is never shown by a role alone."""

from __future__ import annotations

from typing import Literal

Role = Literal[
    "text",
    "dim",
    "title",
    "say",
    "ask",
    "key",
    "pick",
    "match",
    "match-dim",
    "rule",
    "good",
    "warn",
    "bad",
    "alarm",
    "drill",
]

# Contrast of text on background is WCAG AA (4.5:1) or better in the three fixed themes.
THEMES: dict[str, dict[str, str]] = {
    "dark": {
        "background": "#101418",
        "text": "#d7dce2",
        "dim": "#8b96a3",
        "title": "bold #ffffff",
        "say": "bold #ffe8b0",
        "ask": "bold #ffffff",
        "key": "#7cc4ff",
        "pick": "#ffffff on #26445e",
        "match": "underline #d7dce2",
        "match-dim": "underline #8b96a3",
        "rule": "#3a444e",
        "good": "#8fd694",
        "warn": "#ffcf66",
        "bad": "bold #ff8f80",
        "alarm": "bold #ffffff on #a3211b",
        "drill": "bold #101418 on #c9a2ff",
    },
    "light": {
        "background": "#fbfaf7",
        "text": "#22272c",
        "dim": "#5d666f",
        "title": "bold #000000",
        "say": "bold #5a3a00",
        "ask": "bold #000000",
        "key": "#0b5394",
        "pick": "#000000 on #cfe3f5",
        "match": "underline #22272c",
        "match-dim": "underline #5d666f",
        "rule": "#b9b4a8",
        "good": "#1e6b2a",
        "warn": "#7a4f00",
        "bad": "bold #9c1f14",
        "alarm": "bold #ffffff on #a3211b",
        "drill": "bold #ffffff on #5b2a9d",
    },
    "contrast": {
        "background": "#000000",
        "text": "#ffffff",
        "dim": "#e0e0e0",
        "title": "bold #ffffff",
        "say": "bold #ffff00",
        "ask": "bold #ffffff",
        "key": "#00ffff",
        "pick": "#000000 on #ffff00",
        "match": "underline #ffffff",
        "match-dim": "underline #e0e0e0",
        "rule": "#ffffff",
        "good": "#00ff00",
        "warn": "#ffff00",
        "bad": "bold #ffb0b0",
        "alarm": "bold #ffffff on #b00000",
        "drill": "bold #000000 on #ff80ff",
    },
    "terminal": {
        "background": "",
        "text": "",
        "dim": "dim",
        "title": "bold",
        "say": "bold",
        "ask": "bold",
        "key": "bold",
        "pick": "reverse",
        "match": "underline",
        "match-dim": "underline dim",
        "rule": "dim",
        "good": "",
        "warn": "bold",
        "bad": "bold",
        "alarm": "bold reverse",
        "drill": "bold reverse",
    },
}

# On a terminal of 16 colours the nearest ones of these themes are too near to each other: what differs there, in colours whose
# contrast holds in the palettes of VGA consoles and of xterm.
SIXTEEN: dict[str, dict[str, str]] = {
    "dark": {"pick": "bold bright_white on blue"},
    "light": {
        "dim": "black",
        "say": "bold blue",
        "key": "blue",
        "pick": "bold bright_white on blue",
        "match-dim": "underline black",
        "good": "black",
        "warn": "red",
        "drill": "bold bright_white on black",
    },
}


def looks(theme: str, *, sixteen: bool = False) -> dict[str, str]:
    """Role -> style, with the theme's ground in each; `sixteen`: for a terminal of 16 colours."""
    found = {**THEMES[theme], **(SIXTEEN.get(theme, {}) if sixteen else {})}
    ground = f" on {found.pop('background')}"
    if ground == " on ":
        ground = ""
    return {role: style if " on " in style else f"{style}{ground}".strip() or "none" for role, style in found.items()}
