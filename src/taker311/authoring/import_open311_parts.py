"""Files as named parts, and the three-way merge that lets a CRM and people write in the same file.

A part is a key of the front matter, a section, a key of a script, or one question. What the import wrote last is remembered
as a hash for each part. A part that still is what the import wrote belongs to the CRM and follows it; a part that anybody has
touched belongs to people and is left alone; a part that people took out stays out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

_KEY = re.compile(r"([A-Za-z_][\w-]*)\s*:")
_QUESTION = re.compile(r"\s*-\s+\{?\s*id:\s*[\"']?([\w-]+)")


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    text: str  # whole lines, the last newline included

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.strip().encode()).hexdigest()[:16]


@dataclass(slots=True)
class Merged:
    """`kept`: parts of people's that the CRM has changed meanwhile. `digests` is what to remember. `changed`: the CRM's side
    of the file is not what it was."""

    parts: list[Part]
    digests: dict[str, str]
    kept: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return join(self.parts)


def join(parts: list[Part]) -> str:
    return "".join(part.text if part.text.endswith("\n") else part.text + "\n" for part in parts)


def split_topic(text: str) -> list[Part]:
    """'---', each key of the front matter, '--- end', each section."""
    blocks: list[tuple[str, list[str]]] = [("---", [])]
    state = "before"
    for line in text.replace("\r\n", "\n").splitlines(keepends=True):
        if state != "body" and line.rstrip() == "---":
            if state == "before":
                state = "front"
                blocks[-1][1].append(line)
            else:
                state = "body"
                blocks.append(("--- end", [line]))
        elif state == "front" and (key := _KEY.match(line)):
            blocks.append((key[1], [line]))
        elif state == "body" and line.startswith("## "):
            blocks.append((line.strip(), [line]))
        else:
            blocks[-1][1].append(line)
    return _parts(blocks)


def split_script(text: str) -> list[Part]:
    """'top' (what stands before the first key), each key, and each question of `questions` as 'question ID'."""
    blocks: list[tuple[str, list[str]]] = [("top", [])]
    inside = ""
    for line in text.replace("\r\n", "\n").splitlines(keepends=True):
        key = _KEY.match(line)
        question = _QUESTION.match(line) if inside == "questions" else None
        if key:
            inside = key[1]
            blocks.append((inside, [line]))
        elif question:
            blocks.append((f"question {question[1]}", [line]))
        else:
            blocks[-1][1].append(line)
    return _parts(blocks)


def _parts(blocks: list[tuple[str, list[str]]]) -> list[Part]:
    found: list[Part] = []
    taken: set[str] = set()
    for name, lines in blocks:
        if not lines:
            continue
        count = 2
        own = name
        while own in taken:
            own, count = f"{name} {count}", count + 1
        taken.add(own)
        found.append(Part(own, "".join(lines)))
    return found


def merge(current: list[Part], recorded: dict[str, str], new: list[Part]) -> Merged:
    """`recorded`: part -> digest as the import wrote it last."""
    wanted = {part.name: part for part in new}
    digests = {part.name: part.digest for part in new}
    result = Merged([], digests)
    if all(recorded.get(part.name) == part.digest for part in current):
        here = {part.name for part in current}
        result.parts = [part for part in new if part.name in here or part.name not in recorded]
        result.changed = _changes(current, result.parts)
        return result
    for part in current:
        theirs = wanted.get(part.name)
        ours = recorded.get(part.name) == part.digest
        if theirs is None:
            if not ours:
                result.parts.append(part)
            continue
        result.parts.append(theirs if ours else part)
        if not ours and recorded.get(part.name) not in (None, theirs.digest):
            result.kept.append(part.name)
    _insert_new(result.parts, new, recorded)
    result.changed = _changes(current, result.parts)
    return result


def _insert_new(parts: list[Part], new: list[Part], recorded: dict[str, str]) -> None:
    """Parts that the import never wrote before go behind the part that precedes them in the CRM's order."""
    here = {part.name for part in parts}
    for place, part in enumerate(new):
        if part.name in here or part.name in recorded:
            continue
        before = [earlier.name for earlier in new[:place]]
        at = max((n + 1 for n, old in enumerate(parts) if old.name in before), default=0)
        parts.insert(at, part)
        here.add(part.name)


def _changes(old: list[Part], new: list[Part]) -> list[str]:
    before = {part.name: part.digest for part in old}
    after = {part.name: part.digest for part in new}
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]
