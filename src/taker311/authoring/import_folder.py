"""A folder of sources that an import writes into beside people: files are merged part by part, and all are written at the end.

What was written last is remembered in a record inside the folder, which goes with it into version control.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from taker311.authoring.import_open311_parts import Merged, Part, join, merge, split_script, split_topic
from taker311.base.codec import Value, from_json
from taker311.base.errors import UserError
from taker311.base.files import sync_folder, write_atomically

R = TypeVar("R", bound=Value)


@dataclass(slots=True)
class ImportReport:
    """What an import did: files made, files changed with the parts in question, and sentences for a person."""

    services: int = 0
    definitions: int = 0
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    themes: dict[str, int] = field(default_factory=dict)


class ImportFolder:
    """`source` is whose texts come in, as a sentence names it ('the CRM')."""

    def __init__(self, folder: Path, report: ImportReport, source: str) -> None:
        self.folder, self.report, self._source = folder, report, source
        self.texts: dict[Path, str] = {}  # everything to be written, in one go at the end
        self.gone: list[Path] = []

    def text(self, path: Path) -> str | None:
        """The file's text as it will be; None where there is none. Raises UserError where it can't be read."""
        if path in self.texts:
            return self.texts[path]
        try:
            return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UserError(f"{path}: the file can't be read ({error.strerror or error}).") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: the file is no UTF-8 text; save it as UTF-8 and import again.") from error

    def put(self, path: Path, text: str, what: str) -> None:
        before = self.text(path)
        if before is None:
            self.report.created.append(self.named(path))
        elif before.replace("\r\n", "\n") == text:
            return
        else:
            self.report.updated.append(f"{self.named(path)}: {what}")
        self.texts[path] = text

    def named(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def merge(self, path: Path, new: list[Part], recorded: dict[str, str] | None, *, is_script: bool) -> dict[str, str]:
        """Merges one file and gives the digests to remember. `recorded` None: the import never wrote it."""
        text = self.text(path)
        if text is None:
            if recorded is not None:
                self.report.kept.append(f"{self.named(path)}: you took this file out; it stays out")
                return recorded
            self.texts[path] = join(new)
            self.report.created.append(self.named(path))
            return {part.name: part.digest for part in new}
        current = split_script(text) if is_script else split_topic(text)
        if is_script:
            new = [next((old for old in current if old.name == part.name == "version"), part) for part in new]
        merged = merge(current, recorded or {}, new)
        if is_script and any(name.startswith("question") for name in merged.changed):
            _raise_version(merged)
        for name in merged.kept:
            self.report.kept.append(
                f"{self.named(path)}: '{name}' is yours and was kept; {self._source} has changed its own"
            )
        self.put(path, merged.text, ", ".join(merged.changed[:6]) + (", ..." if len(merged.changed) > 6 else ""))
        return merged.digests

    def drop(self, path: Path, recorded: dict[str, str], *, is_script: bool) -> bool:
        """Takes a file out that nobody but the import wrote; False where somebody has written there or translated it."""
        text = self.text(path)
        if text is None:
            return True
        parts = split_script(text) if is_script else split_topic(text)
        others = any(path.parent.glob(f"{path.stem}.*{path.suffix}"))
        if others or any(recorded.get(part.name) != part.digest for part in parts):
            return False
        self.gone.append(path)
        self.report.removed.append(self.named(path))
        return True

    def write(self, record: Path, value: Value) -> None:
        """The record goes last: after a cut in between, the next import sees untouched files and writes them again."""
        data = msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1)
        try:
            for folder in {path.parent for path in self.texts}:
                folder.mkdir(parents=True, exist_ok=True)
            self._write_texts()
            for path in self.gone:
                path.unlink(missing_ok=True)
            write_atomically(record, data + b"\n", mode=0o644)
        except OSError as error:
            raise UserError(
                f"{error.filename or self.folder}: the import can't write there ({error.strerror or error})."
            ) from error

    def _write_texts(self) -> None:
        """Each file whole or not at all; thousands of them are made durable together."""
        for path, text in self.texts.items():
            beside = path.with_name(f".{path.name}.new")
            beside.write_bytes(text.encode())
            beside.chmod(0o644)
        if hasattr(os, "sync"):
            os.sync()
        for path in self.texts:
            path.with_name(f".{path.name}.new").replace(path)
        for folder in {path.parent for path in self.texts}:
            sync_folder(folder)


def _raise_version(merged: Merged) -> None:
    """Other questions make another version, so that a case on its way can be told to be older."""
    for place, part in enumerate(merged.parts):
        number = re.match(r"version:\s*(\d{1,6})", part.text)
        if part.name == "version" and number:
            merged.parts[place] = Part("version", f"version: {int(number[1]) + 1}\n")
            merged.digests["version"] = merged.parts[place].digest


def read_record(path: Path, kind: type[R]) -> R:
    """What the last import remembered; an empty record where there was none. Raises UserError where it can't be read."""
    try:
        return from_json(path.read_bytes(), kind)
    except FileNotFoundError:
        return kind()
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: what the last import wrote can't be read; put the file back from version control. Without it the import could not "
            "tell your texts from its own."
        ) from error
