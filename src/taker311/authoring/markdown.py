"""A Markdown file of the source: keys between two '---' lines, then sections under '## ' headings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from taker311.authoring.findings import Report
from taker311.authoring.nodes import Document, Map, Place
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.text import clean, clean_line, did_you_mean
from taker311.knowledge.model import Asked

SECTIONS = ("Say", "Details", "If asked")
LONGEST = 50_000  # letters of a section
_QUESTION = re.compile(r"\*\*(.+?)\*\*\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Section:
    """`text` without blank lines around it; `at` is where it begins, `heading` the heading's place."""

    text: str
    at: Place
    heading: Place


@dataclass(slots=True)
class Page:
    front: Map
    damaged: bool = False
    sections: dict[str, Section] = field(default_factory=dict)
    end: Place = (1, 1)


def read_page(text: str, report: Report, allowed: tuple[str, ...] = SECTIONS) -> Page | None:
    """None (and a finding) where there are no keys at the top."""
    lines = text.split("\n")
    close = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not close:
        report.error(
            (1, 1), "no-front-matter", "the file must begin with a line '---', its keys, and another line '---'."
        )
        return None
    document = read_yaml("\n".join(lines[1:close]), report, first_line=2)
    page = Page(_front(document, report), document.damaged, {}, (max(1, len(lines) - 1), 1))
    _sections(lines, close + 1, page, report, allowed)
    return page


def _front(document: Document, report: Report) -> Map:
    if isinstance(document.root, Map):
        document.root.at = (1, 1)
        return document.root
    if not document.damaged:
        report.error((2, 1), "wrong-type", "between the '---' lines stand keys with values, as in 'title: Pothole'.")
    document.damaged = True
    return Map((1, 1))


def _sections(lines: list[str], start: int, page: Page, report: Report, allowed: tuple[str, ...]) -> None:
    heads = [n for n in range(start, len(lines)) if re.match(r"##? ", lines[n])]
    for number in range(start, heads[0] if heads else len(lines)):
        if lines[number].strip():
            report.error(
                (number + 1, 1),
                "stray-text",
                f"text before the first heading is never shown; put it under one of {_names(allowed)}.",
            )
            break
    for place, head in enumerate(heads):
        name = lines[head].lstrip("#").strip()
        end = heads[place + 1] if place + 1 < len(heads) else len(lines)
        body = list(range(head + 1, end))
        while body and not lines[body[0]].strip():
            body.pop(0)
        section = Section(
            clean("\n".join(lines[n] for n in body)).rstrip(), (body[0] + 1 if body else head + 1, 1), (head + 1, 1)
        )
        if not lines[head].startswith("## ") or name not in allowed:
            report.error(
                (head + 1, 1),
                "unknown-section",
                f"the headings are {_names(allowed)}, not '{clean_line(lines[head], limit=60)}'{did_you_mean(name, allowed)}.",
            )
        elif name in page.sections:
            report.error((head + 1, 1), "duplicate-section", f"'## {name}' stands here a second time; join the two.")
        elif sum(len(lines[n]) + 1 for n in body) > LONGEST:
            report.error(
                (head + 1, 1),
                "too-long",
                f"more than {LONGEST:,} letters stand under '## {name}'; nobody can read that in a call.",
            )
        elif not section.text:
            report.error(
                (head + 1, 1), "missing-value", f"nothing stands under '## {name}'; write it or take the heading away."
            )
        else:
            page.sections[name] = section


def _names(allowed: tuple[str, ...]) -> str:
    return ", ".join(f"'## {name}'" for name in allowed)


def read_asked(section: Section, report: Report) -> tuple[Asked, ...]:
    """`**Question?** Answer` or `**What the caller says.** Answer` paragraphs; an answer goes on until the next one."""
    found: list[tuple[str, str]] = []
    line = section.at[0]
    for paragraph in re.split(r"(\n[ \t]*\n\s*)", section.text):
        match = _QUESTION.match(paragraph)
        if match and (match.group(1).rstrip().endswith(("?", ".", "!")) or not found):
            found.append((clean_line(match.group(1)), match.group(2).strip()))
        elif paragraph.strip() and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n\n{paragraph.strip()}".strip())
        elif paragraph.strip():
            report.error(
                (line, 1),
                "bad-question",
                "under '## If asked' each paragraph begins with its question between stars: **Who pays?** The city.",
            )
            return ()
        line += paragraph.count("\n")
    for question, answer in found:
        if not answer:
            report.error(section.heading, "missing-value", f"the question '{question}' has no answer.")
    return tuple(Asked(question, answer) for question, answer in found)
