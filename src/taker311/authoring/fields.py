"""Typed reading of a mapping's keys: the schema gives every scalar its type here, and says where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from taker311.authoring.findings import Report
from taker311.authoring.nodes import Map, Node, Place, Scalar, Seq
from taker311.base.text import clean_line, did_you_mean

LONGEST = 1_900  # letters of a text on one line
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


def kind_of(node: Node) -> str:
    if isinstance(node, Map):
        return "keys with values"
    return "a list" if isinstance(node, Seq) else f"'{clean_line(node.text, limit=40)}'" if node.text else "nothing"


def scalar(node: Node, what: str, report: Report) -> Scalar | None:
    """The node as one plain value; complains and gives None where it is something else."""
    if isinstance(node, Scalar):
        return node
    if node.flow and isinstance(node, Map) and len(node.pairs) == 1:
        report.error(
            node.at,
            "quote-this",
            f"{what} must be a text, but ': ' made a key of a part of it; put quotes around the whole text.",
        )
    elif node.flow:
        report.error(
            node.at,
            "quote-this",
            f"{what} must be a text, but the bracket begins {kind_of(node)}; put quotes around the whole text.",
        )
    else:
        report.error(node.at, "wrong-type", f"{what} must be a text, and here are {kind_of(node)}.")
    return None


def prose(node: Node, what: str, report: Report) -> str:
    """A text that people write and others hear, on one line; a comment that ate a part of it is an error."""
    value = scalar(node, what, report)
    if value is None:
        return ""
    if value.swallowed:
        report.error(
            value.at,
            "quote-this",
            f"' #' begins a comment, so the rest of {what} is lost; put quotes around the whole text.",
        )
    text = clean_line(value.text)
    if len(value.text) > LONGEST:
        report.error(value.at, "too-long", f"{what} has {len(value.text):,} letters; at most {LONGEST:,} are read.")
    if not text:
        report.error(value.at, "missing-value", f"{what} is empty.")
    return text


def proses(node: Node, what: str, report: Report) -> tuple[str, ...]:
    """A list of texts."""
    if isinstance(node, Scalar):
        report.error(node.at, "wrong-type", f"{what} must be a list, as in [one, two].")
        return ()
    if isinstance(node, Map):
        report.error(node.at, "wrong-type", f"{what} must be a list, as in [one, two], and here are keys.")
        return ()
    found = [prose(item, f"an entry of {what}", report) for item in node.items]
    return tuple(dict.fromkeys(text for text in found if text))


def to_day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def to_moment(text: str) -> datetime | None:
    """Without a zone: it is the city's."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class Fields:
    """The keys of one mapping. Unknown and missing keys are told at once; a getter tells of a value that does not fit and
    gives its default."""

    def __init__(
        self, node: Map, report: Report, what: str, allowed: Sequence[str], required: Iterable[str] = (), *, damaged: bool = False
    ) -> None:  # fmt: skip
        self.at = node.at
        self._damaged = damaged
        self.report = report
        self.what = what
        self.keys: dict[str, Scalar] = {}
        self._values: dict[str, Node] = {}
        for key, value in node.pairs:
            if key.text not in allowed:
                report.error(
                    key.at,
                    "unknown-key",
                    f"{what} has no key '{clean_line(key.text, limit=60)}'{did_you_mean(key.text, tuple(allowed))}.",
                )
            elif key.text not in self._values:
                self.keys[key.text] = key
                self._values[key.text] = value
        if not damaged:
            for name in required:
                if name not in self._values:
                    report.error(self.at, "missing-key", f"{what} needs the key '{name}'.")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def node(self, key: str) -> Node | None:
        return self._values.get(key)

    def place(self, key: str) -> Place:
        value = self._values.get(key)
        return value.at if value is not None else self.at

    def error(self, key: str, code: str, sentence: str) -> None:
        self.report.error(self.place(key), code, sentence)

    def text(self, key: str) -> str:
        node = self._values.get(key)
        return "" if node is None else prose(node, f"'{key}'", self.report)

    def texts(self, key: str) -> tuple[str, ...]:
        node = self._values.get(key)
        return () if node is None else proses(node, f"'{key}'", self.report)

    def word(self, key: str) -> str:
        """A short value that is a name or a code, not prose; a comment may follow it."""
        node = self._values.get(key)
        value = None if node is None else scalar(node, f"'{key}'", self.report)
        if value is None:
            return ""
        if not value.text.strip():
            self.error(key, "missing-value", f"'{key}' is empty.")
        return clean_line(value.text, limit=300)

    def words(self, key: str) -> tuple[tuple[str, Place], ...]:
        """A list of names with their places."""
        node = self._values.get(key)
        if node is None:
            return ()
        if not isinstance(node, Seq):
            self.error(key, "wrong-type", f"'{key}' must be a list, as in [one, two].")
            return ()
        values = [scalar(item, f"an entry of '{key}'", self.report) for item in node.items]
        return tuple((clean_line(v.text, limit=300), v.at) for v in values if v is not None)

    def ident(self, key: str) -> str:
        text = self.word(key)
        if text and not ID.fullmatch(text):
            self.error(key, "bad-id", f"'{text}' is no id; an id is lower-case letters, digits and dashes.")
            return ""
        return text

    def one_of(self, key: str, options: Sequence[str], default: str, code: str = "wrong-type") -> str:
        if key not in self:
            return default
        text = self.word(key)
        if text in options:
            return text
        if text:
            self.error(
                key, code, f"'{key}' is one of {', '.join(options)}, not '{text}'{did_you_mean(text, tuple(options))}."
            )
        return default

    def flag(self, key: str, default: bool = False) -> bool:
        if key not in self:
            return default
        text = self.word(key)
        if text in _YES_NO:
            return _YES_NO[text]
        if text:
            self.error(key, "wrong-type", f"'{key}' is yes or no, not '{text}'.")
        return default

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        text = self.word(key) if key in self else ""
        if not text:
            return default
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and low <= int(text) <= high:
            return int(text)
        self.error(key, "wrong-type", f"'{key}' is a whole number from {low} to {high}, not '{text}'.")
        return default

    def number(self, key: str) -> float | None:
        text = self.word(key) if key in self else ""
        if not text:
            return None
        if re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII):
            return float(text)
        self.error(key, "wrong-type", f"'{key}' is a number, not '{text}'.")
        return None

    def day(self, key: str) -> date | None:
        text = self.word(key) if key in self else ""
        if not text:
            return None
        day = to_day(text)
        if day is None:
            self.error(key, "bad-date", f"'{text}' is no date; write it as 2026-11-25.")
        return day

    def hour(self, key: str) -> str:
        text = self.word(key) if key in self else ""
        if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text, re.ASCII):
            self.error(key, "bad-date", f"'{text}' is no time of day; write it as \"08:30\".")
            return ""
        return text

    def _left_out(self, node: Node) -> bool:
        """Whether nothing stands here because of a syntax error that is already told."""
        return self._damaged and isinstance(node, Scalar) and node.empty

    def map(self, key: str) -> Map | None:
        return self.as_map(key, self._values.get(key))

    def as_map(self, what: str, node: Node | None) -> Map | None:
        if node is None or isinstance(node, Map):
            return node
        if self._left_out(node):
            return None
        self.report.error(node.at, "wrong-type", f"'{what}' needs keys with values, and here is {kind_of(node)}.")
        return None

    def seq(self, key: str) -> Seq | None:
        node = self._values.get(key)
        if node is None or isinstance(node, Seq):
            return node
        if self._left_out(node):
            return None
        self.error(
            key, "wrong-type", f"'{key}' needs a list (lines that begin with '- '), and here is {kind_of(node)}."
        )
        return None

    def sub(self, key: str, allowed: Sequence[str], required: Iterable[str] = ()) -> Fields | None:
        node = self.map(key)
        return None if node is None else Fields(node, self.report, f"'{key}'", allowed, required)
