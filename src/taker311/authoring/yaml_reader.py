"""Restricted YAML, from `yaml.parse` events: scalars stay text, and whatever YAML would bend in silence is an error.

Anchors, aliases, tags, merge keys, doubled keys, tabs and second documents are refused. After a syntax error the piece it
stands in is left out and the rest is read, so that a file shows several errors at once.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from taker311.authoring.files import CONTROLS
from taker311.authoring.findings import Report
from taker311.authoring.nodes import Document, Map, Node, Place, Scalar, Seq
from taker311.authoring.yaml_traps import explain, piece_around, repair_conditions

_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)
DEPTH = 12
_RETRIES = 12


def read_yaml(text: str, report: Report, first_line: int = 1) -> Document:
    """`text` (newlines as \\n) as nodes; `first_line` is the file's line on which it begins."""
    lines = text.split("\n")
    shift = first_line - 1
    for number, line in enumerate(lines):
        if "\t" in line:
            at = (number + 1 + shift, line.index("\t") + 1)
            report.error(at, "yaml-tab", "a tab stands here; use blanks, a tab is not the same width for everybody.")
            lines[number] = line.replace("\t", " ")
    repair_conditions(lines, shift, report)
    damaged = False
    for _ in range(_RETRIES):
        builder = _Builder(lines, shift, report)
        try:
            for event in yaml.parse("\n".join(lines) + "\n", Loader=_LOADER):
                builder.take(event)
        except _TooDeepError as error:
            report.error(
                error.at, "yaml-deep", f"lists and keys stand in each other more than {DEPTH} deep; write it flatter."
            )
            return Document(None, damaged=True)
        except yaml.YAMLError as error:
            spot = _spot(error, len(lines))
            at, code, sentence = explain(lines, spot)
            report.error((at[0] + shift, at[1]), code, sentence)
            start, end = piece_around(lines, at[0] - 1)
            if damaged and not any(lines[start:end]):
                return Document(None, damaged=True)
            lines[start:end] = [""] * (end - start)
            damaged = True
            continue
        builder.tell()
        return Document(builder.root, damaged or builder.bent)
    return Document(None, damaged=True)


def _spot(error: yaml.YAMLError, lines: int) -> tuple[Place, Place | None, str]:
    """Problem place, context place (both from 1) and the parser's own words."""
    problem = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    at = (problem.line + 1, problem.column + 1) if problem else (1, 1)
    around = (context.line + 1, context.column + 1) if context else None
    return (min(at[0], lines), at[1]), around, str(getattr(error, "problem", None) or "it can't be read")


class _TooDeepError(Exception):
    def __init__(self, at: Place) -> None:
        self.at = at


class _Builder:
    """Events in, nodes out. What it complains of is told only when the whole text could be parsed, so that a second try
    after a syntax error does not tell it twice."""

    def __init__(self, lines: list[str], shift: int, report: Report) -> None:
        self.root: Node | None = None
        self.bent = False
        self._lines = lines
        self._shift = shift
        self._report = report
        self._stack: list[Map | Seq] = []
        self._keys: list[Scalar | None] = []
        self._documents = 0
        self._problems: list[tuple[Place, str, str]] = []

    def tell(self) -> None:
        for at, code, sentence in self._problems:
            self._report.error(at, code, sentence)

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents == 2:
                self._problem(event, "yaml-documents", "a second '---' begins another document; a file holds one.")
            if event.version or event.tags:
                self._problem(event, "yaml-tag", "a line that begins with '%' is not read here; take it away.")
        elif self._documents > 1:
            return
        elif kind is yaml.ScalarEvent:
            self._marks(event)
            self._put(self._scalar(event))
        elif kind is yaml.AliasEvent:
            self._problem(
                event, "yaml-alias", f"'*{event.anchor}' points to an anchor, and anchors are not read here; "
                "write the text out, or put quotes around a text that begins with '*'."
            )  # fmt: skip
            self.bent = True
            self._put(Scalar("", self._at(event), plain=False))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._marks(event)
            if len(self._stack) >= DEPTH:
                raise _TooDeepError(self._at(event))
            node: Map | Seq = (Map if kind is yaml.MappingStartEvent else Seq)(self._at(event), bool(event.flow_style))
            self._put(node)
            self._stack.append(node)
            self._keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._stack.pop()
            self._keys.pop()

    def _at(self, event: Any) -> Place:
        return event.start_mark.line + 1 + self._shift, event.start_mark.column + 1

    def _problem(self, event: Any, code: str, sentence: str) -> None:
        self._problems.append((self._at(event), code, sentence))

    def _scalar(self, event: Any) -> Scalar:
        plain = not event.style
        if not plain and CONTROLS.search(event.value):
            self._problem(
                event,
                "control-character",
                "an escape (\\) in this text makes an invisible control character; take it out.",
            )
        rest = ""
        if plain and event.end_mark.line < len(self._lines):
            rest = self._lines[event.end_mark.line][event.end_mark.column :]
        text = event.value
        if event.tag and event.tag.startswith("!") and not event.tag.startswith("!!"):
            text = f"{event.tag} {text}".strip()  # what the author meant
        return Scalar(text, self._at(event), plain, rest)

    def _marks(self, event: Any) -> None:
        if event.anchor:
            self._problem(
                event, "yaml-anchor", f"'&{event.anchor}' is an anchor, and anchors are not read here; "
                "take it away, or put quotes around a text that begins with '&'."
            )  # fmt: skip
        if event.tag and event.tag.startswith("!"):
            self._problem(
                event, "quote-this", f"YAML takes '{event.tag}' for a tag; put quotes around the whole text"
                " (in a condition 'not ...' may be written instead)."
            )  # fmt: skip
            self.bent = True
        elif event.tag:
            self._problem(event, "yaml-tag", "tags ('!!...') are not read here; take it away, every value stays text.")

    def _put(self, node: Node) -> None:
        if not self._stack:
            if self.root is None:
                self.root = node
            return
        parent = self._stack[-1]
        if isinstance(parent, Seq):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._key(parent, node)
        else:
            self._keys[-1] = None
            self._pair(parent, key, node)

    def _key(self, parent: Map, node: Node) -> None:
        if not isinstance(node, Scalar):
            self._problems.append(
                (
                    node.at,
                    "quote-this",
                    "a bracket begins a list or keys here where a name is needed; put quotes around the text.",
                )
            )
            self.bent = True
            node = Scalar("", node.at, plain=False)
        elif node.text == "<<" and node.plain:
            self._problems.append((node.at, "yaml-merge", "'<<' would merge other keys in; write the keys out."))
            self.bent = True
        else:
            first = next((k for k, _ in parent.pairs if k.text == node.text), None)
            if first is not None:
                self._problems.append(
                    (
                        node.at,
                        "duplicate-key",
                        f"'{node.text}' stands here a second time (first on line {first.at[0]}); keep one.",
                    )
                )
        self._keys[-1] = node

    def _pair(self, parent: Map, key: Scalar, value: Node) -> None:
        if (
            parent.flow
            and isinstance(value, Scalar)
            and value.empty
            and key.plain
            and not key.rest.lstrip(" ").startswith(":")
        ):
            if re.match(r"[\w-]+:\S", key.text):
                self._problems.append((key.at, "yaml-syntax", f"a blank is missing after the colon in '{key.text}'."))
                self.bent = True
                return
            self._problems.append(
                (
                    key.at,
                    "quote-this",
                    f"the comma before '{key.text}' makes a key of it; put quotes around the whole text that holds the comma.",
                )
            )
            self.bent = True
            return
        if isinstance(value, Scalar) and value.empty:
            value.at = key.at  # the parsers don't agree where nothing stands
        if not (key.text == "<<" and key.plain) and not (key.text == "" and not key.plain):
            parent.pairs.append((key, value))
