"""Which files of a source folder are what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from taker311.authoring.files import SourceFile
from taker311.authoring.read_places import COLUMNS
from taker311.base.errors import UserError
from taker311.base.text import clean_line

_MOST_FILES = 200_000
_PLACES = (*COLUMNS, "districts.geojson")


@dataclass(slots=True)
class Folder:
    """Files by kind, in the order of their names. `strays`: file, code and sentence for what belongs nowhere."""

    files: dict[str, list[SourceFile]] = field(default_factory=dict)
    strays: list[tuple[str, str, str]] = field(default_factory=list)

    def originals(self, kind: str) -> list[SourceFile]:
        return [file for file in self.files.get(kind, ()) if not file.lang]

    def overlays(self, kind: str) -> list[SourceFile]:
        return [file for file in self.files.get(kind, ()) if file.lang]

    @property
    def count(self) -> int:
        return sum(len(files) for files in self.files.values())


def list_folder(root: Path) -> Folder:
    """Raises UserError where `root` is no folder with a city.yaml."""
    if not root.is_dir():
        raise UserError(f"{clean_line(str(root))}: there is no such folder; name the folder that holds city.yaml.")
    if not (root / "city.yaml").is_file():
        raise UserError(
            f"{clean_line(str(root))}: there is no city.yaml in this folder; name the folder of a knowledge base."
        )
    folder = Folder()
    for count, path in enumerate(_walk(root)):
        if count > _MOST_FILES:
            raise UserError(
                f"{clean_line(str(root))}: more than {_MOST_FILES:,} files are in this folder; is it the right one?"
            )
        file = SourceFile(path, clean_line(path.relative_to(root).as_posix()))
        kind = _kind(file)
        if kind:
            folder.files.setdefault(kind, []).append(file)
        elif path.suffix in (".md", ".yaml", ".yml", ".csv", ".geojson") and path.name.upper() != "README.MD":
            folder.strays.append(
                (file.name, "stray-file", "this file is not read; see the author's guide for where files stand.")
            )
    for files in folder.files.values():
        files.sort(key=lambda file: file.name)
    return folder


def _walk(root: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise UserError(f"{clean_line(str(error.filename))}: this folder can't be read ({error.strerror}).") from error

    for place, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith("~"):
                yield Path(place) / name


def _kind(file: SourceFile) -> str:
    parts = file.name.split("/")
    pieces = parts[-1].split(".")
    if len(pieces) not in (2, 3):
        return ""
    if len(parts) == 1 and pieces[-1] == "yaml" and pieces[0] in ("city", "agencies"):
        return pieces[0]
    if len(parts) == 3 and parts[0] == "topics" and pieces[-1] == "md":
        return "topics"
    if len(parts) == 2 and parts[0] in ("bulletins", "rumours") and pieces[-1] == "md":
        return parts[0]
    if len(parts) == 2 and parts[0] == "scripts" and pieces[-1] == "yaml":
        return "scripts"
    if len(parts) == 2 and parts[0] == "packs" and pieces[-1] == "yaml":
        return "packs"
    if parts[0] == "drills" and pieces[-1] == "yaml" and len(pieces) == 2:
        return "drills" if len(parts) == 2 else "drill-sets" if len(parts) == 3 and parts[1] == "sets" else ""
    return "places" if len(parts) == 2 and parts[0] == "places" and parts[1] in _PLACES else ""
