"""The tables of an import: read by heading, without a limit on rows that a city has, with sentences about what is missing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from taker311.authoring.import_open311_texts import plain
from taker311.base.errors import UserError
from taker311.base.text import clean, clean_line

LONGEST_FILE = 200_000_000
_NUMBER = re.compile(r"\+?\(?\d[\d() .\-]{5,}\d|\b(?:211|311|411|511|711|811|911|988)\b")
_VANITY = re.compile(r"\b1?-?8\d\d-[A-Z0-9-]{4,11}\b")


def rows_of(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> text) of a comma-, semicolon- or tab-separated file by its heading; columns in small letters. Raises
    UserError where it can't be read."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise UserError(f"{path}: this table is too large (at most {LONGEST_FILE:,} bytes); split it.")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: this table can't be read ({error.strerror or error}); check the path.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what spreadsheets on Windows save
    text = text.replace("\0", "")
    heading = text.partition("\n")[0]
    mark = max(",;\t", key=heading.count) if heading.strip() else ","
    csv.field_size_limit(10_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns = [clean_line(name).lower().replace(" ", "_") for name in next(reader, [])]
        if not any(columns):
            raise UserError(f"{path}:1: the first line names no columns.")
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(columns, row, strict=False))
    except csv.Error as error:
        raise UserError(f"{path}:{reader.line_num}: this is no table ({error}).") from error


def text_in(row: dict[str, str], *columns: str) -> str:
    """The first of the columns that holds something, as plain text: HTML out, written-out line breaks broken, marks that
    exports leave (###MON###) taken away."""
    for name in columns:
        raw = row.get(name, "")
        if raw and raw.strip():
            text = raw.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\r", "\n").replace("\\t", " ")
            text = re.sub(r"#{2,}\w*#{2,}", "", text)
            if found := plain(clean(text)).strip():
                return found
    return ""


def line_in(row: dict[str, str], *columns: str) -> str:
    return clean_line(text_in(row, *columns), limit=300)


def numbers_in(text: str) -> list[str]:
    """The telephone numbers of a field, as they are written; letters of a word-number stay, an extension does not."""
    bare = re.split(r"(?i)\b(?:ext|x)\.?\s*\d", text)[0] if re.search(r"(?i)\b(?:ext|x)\.?\s*\d", text) else text
    found = [clean_line(match.group()) for match in _NUMBER.finditer(bare)]
    found = [number for number in found if len(re.sub(r"\D", "", number)) in (3, *range(7, 16))]
    return found or [clean_line(match.group()) for match in _VANITY.finditer(bare)]


_SMALL = frozenset(
    {"of", "and", "the", "for", "at", "in", "on", "to", "by", "de", "del", "la", "las", "los", "y", "a", "an"}
)
_INITIALS = frozenset(
    {"ymca", "ywca", "usa", "hiv", "aids", "ymha", "naacp", "fiu", "aarp", "va", "ada", "unicef", "ged", "asl"}
)


def spoken_case(name: str) -> str:
    """'GIRL SCOUTS OF FLORIDA, INC.' as people write it; names that have small letters stay as they are."""
    if not name.isupper():
        return name
    words: list[str] = []
    for word in name.split():
        bare = re.sub(r"[^\w]", "", word).lower()
        if words and bare in _SMALL:
            words.append(word.lower())
        elif (
            bare in _INITIALS
            or "." in word[:-1]
            or len(bare) <= 2
            or not re.search(r"[aeiouy]", bare)
            or word.startswith("(")
        ):
            words.append(word)
        else:
            words.append(
                re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), word.replace("'S", "'s")).replace("'S", "'s")
            )
    return " ".join(words)
