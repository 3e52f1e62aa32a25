"""An endpoint's bytes, JSON or XML, as one plain tree: text, lists and dicts. Whatever the bytes, a tree or a CrmError."""

from __future__ import annotations

import json
import re
from typing import TypeAlias
from xml.parsers import expat

from taker311.base.errors import UserError
from taker311.base.text import clean_line

Tree: TypeAlias = "str | bool | list[Tree] | dict[str, Tree] | None"

MAX_DEPTH = 40
MAX_NODES = 500_000
MIXED = "#text"  # the text of an element that has children too


class CrmError(UserError):
    """The CRM's reply can't be read, or it refused: a clear sentence."""


class HtmlPage(CrmError):  # noqa: N818 - named for what came
    """A web page came instead of data: a captive portal, a proxy's or a server's error page."""


def read_tree(body: bytes, content_type: str = "") -> Tree:
    """The format is told by the first character; the declared type is only asked for the charset of JSON.

    Numbers are the text that stood there, so that '001' and 39.15999984741211 stay what they are. An XML element without
    children is its text (None when empty), else a dict of its children by tag without prefix; a tag that comes twice has a
    list. The root's tag is the one key of the outermost dict.
    """
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n\x0b\x0c\x00")[:400].lower()
    if not start:
        raise CrmError("the reply is empty.")
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
        start.startswith((b"<?xml", b"<!--")) and b"<html" in start
    ):
        raise HtmlPage("a web page came instead of data.")
    if start.startswith(b"<"):
        return _read_xml(body.lstrip(b" \t\r\n\x0b\x0c\x00"))
    if start[:1] in b'{["' or start[:1].isdigit() or start.startswith((b"-", b"null", b"true", b"false")):
        return _read_json(_decode(body, content_type))
    raise CrmError("the reply is neither JSON nor XML.")


def _decode(body: bytes, content_type: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = re.search(r"charset=\"?([\w.:-]+)", content_type)
    try:
        return body.decode(declared.group(1) if declared else "cp1252", errors="replace")
    except (LookupError, ValueError):
        return body.decode("latin-1")


_STRING_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\w.+-]*', re.DOTALL)
_LEADING_ZEROS = re.compile(r"-?0\d+\Z")


def _quote_leading_zeros(text: str) -> str:
    """The standard's own samples hold `"service_code":001`, which no JSON parser reads."""
    return _STRING_OR_NUMBER.sub(lambda m: f'"{m[0]}"' if _LEADING_ZEROS.match(m[0]) else m[0], text)


def _parse_json(text: str) -> Tree:
    tree: Tree = json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None, strict=False)
    return tree


def _read_json(text: str) -> Tree:
    _check_depth(text)
    try:
        try:
            tree = _parse_json(text)
        except ValueError:
            tree = _parse_json(_quote_leading_zeros(text))
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CrmError(f"the reply is no valid JSON{where}.") from error
    return tree


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _check_depth(text: str) -> None:
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise CrmError(f"the reply is nested deeper than {MAX_DEPTH} levels.")
        elif found[0] in "]}":
            depth -= 1


class _Element:
    __slots__ = ("children", "nil", "tag", "text")

    def __init__(self, tag: str, *, nil: bool) -> None:
        self.tag = tag
        self.nil = nil
        self.text: list[str] = []
        self.children: dict[str, list[Tree]] = {}

    def value(self) -> Tree:
        text = "".join(self.text).strip()
        if self.children:
            tree: dict[str, Tree] = {
                tag: items[0] if len(items) == 1 else items for tag, items in self.children.items()
            }
            return tree | {MIXED: text} if text else tree
        return None if self.nil or not text else text


class _XmlReader:
    """Expat with document types and entities refused, and caps on depth and number of elements."""

    def __init__(self) -> None:
        self.root: dict[str, Tree] | None = None
        self._open: list[_Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise CrmError(f"the reply is nested deeper than {MAX_DEPTH} levels.")
        if self._count > MAX_NODES:
            raise CrmError(f"the reply has more than {MAX_NODES:,} elements.")
        nil = any(key.endswith(":nil") and value in {"true", "1"} for key, value in attributes.items())
        self._open.append(_Element(name.rpartition(":")[2], nil=nil))

    def end(self, _name: str) -> None:
        element = self._open.pop()
        if self._open:
            self._open[-1].children.setdefault(element.tag, []).append(element.value())
        else:
            self.root = {element.tag: element.value()}

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1].text.append(data)

    def refuse(self, *_: object) -> None:
        raise CrmError("the reply is XML with a document type or entities of its own, which is not read.")


def _read_xml(body: bytes) -> Tree:
    reader = _XmlReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise CrmError(f"the reply is no valid XML at line {error.lineno}, column {error.offset + 1}.") from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know, or can't decode with
        raise CrmError(
            f"the reply's XML has an encoding that can't be read ({clean_line(str(error), limit=80)})."
        ) from error
    if reader.root is None:
        raise CrmError("the reply is XML without a root.")
    return reader.root
