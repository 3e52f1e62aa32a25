"""What the readers of one source know of each other: which ids exist, and what a text may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from taker311.authoring.findings import Findings, Report
from taker311.authoring.nodes import Place
from taker311.base.text import did_you_mean

_PHONE_NAME = re.compile(r"\{phone:([^{}]*)\}")
_DIGITS = re.compile(
    r"(?<![\w-])(?:(?:\+?\d{1,3}[-. ])?\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}|\d{3}[-.]\d{4}|\d{10})(?![\w-])", re.ASCII
)


@dataclass(slots=True)
class Known:
    """A set that is None could not be read, so nothing is said against names that should stand in it."""

    findings: Findings
    today: date | None = None
    first: str = "en"
    languages: tuple[str, ...] = ()
    themes: frozenset[str] | None = None
    phones: dict[str, str] | None = None
    agencies: frozenset[str] | None = None
    topics: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    place_sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spots: dict[tuple[str, str], Place] = field(
        default_factory=dict
    )  # file and text -> where topics' titles and words stand

    def report(self, file: str) -> Report:
        return Report(file, self.findings)

    def check(self, kind: str, name: str, at: Place, report: Report) -> bool:
        """Whether `name` is a known theme, phone, agency, topic or script; complains as `unknown-<kind>` where it is not."""
        names: dict[str, frozenset[str] | dict[str, str] | None] = {
            "theme": self.themes, "phone": self.phones, "agency": self.agencies, "topic": self.topics, "script": self.scripts,
        }  # fmt: skip
        known = names[kind]
        if not name or known is None or name in known:
            return True
        report.error(at, f"unknown-{kind}", f"no {kind} is called '{name}'{did_you_mean(name, tuple(sorted(known)))}.")
        return False

    def spoken(self, text: str, at: Place, report: Report) -> str:
        """`text` with its named phones written out; complains of unknown ones and of numbers typed into it.

        `at` is where `text` begins; for a text of several lines the place is found in it.
        """
        digits = _DIGITS.search(text)
        if digits:
            report.error(
                _inside(text, digits.start(), at), "digits-in-prose", f"the number {digits.group()} is typed into the text; name it under "
                "'phones' in city.yaml and write {phone:its-id}."
            )  # fmt: skip

        def number(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            self.check("phone", name, _inside(text, match.start(), at), report)
            return (self.phones or {}).get(name, match.group())

        return _PHONE_NAME.sub(number, text)


def _inside(text: str, offset: int, at: Place) -> Place:
    line = text.count("\n", 0, offset)
    return (at[0], at[1] + offset) if line == 0 else (at[0] + line, offset - text.rfind("\n", 0, offset))
