"""A CRM's texts made fit for a knowledge base: markup out, phones named, ids, times found in prose, and YAML that stays text."""

from __future__ import annotations

import html
import re

from taker311.base.text import clean, clean_line, fold

_TAG = re.compile(r"<[/!a-zA-Z][^<>]{0,2000}>")
_BREAK = re.compile(r"<\s*br\s*/?\s*>|</\s*(?:div|tr|li|h\d|ul|ol|table)\s*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?\s*p\b[^<>]*>|<\s*(?:ul|ol|h\d|div|table)\b[^<>]*>", re.IGNORECASE)
_ITEM = re.compile(r"<\s*li\b[^<>]*>", re.IGNORECASE)


def plain(text: str) -> str:
    """HTML as plain paragraphs; text without any comes back as it is, its blanks set right."""
    text = _ITEM.sub("\n- ", _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", text)))
    text = clean(html.unescape(_TAG.sub("", text)).replace("\xa0", " ").replace("\t", " "))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def markdown(text: str) -> str:
    """`plain` text that no heading can be hidden in."""
    return "\n".join("\\" + line if line.startswith("#") else line for line in plain(text).split("\n"))


def slug(text: str, *, limit: int = 50) -> str:
    """An id: lower-case letters, digits and dashes, beginning with a letter or digit; 'service' where nothing is left."""
    found = re.sub(r"[^a-z0-9]+", "-", fold(text.replace("'", ""))).strip("-")
    if len(found) > limit:
        found = found[:limit].rpartition("-")[0] or found[:limit]
    return found.strip("-") or "service"


def unique(wanted: str, taken: set[str]) -> str:
    """`wanted`, or it with the lowest number that is free; the result is taken then."""
    name, count = wanted, 2
    while name in taken:
        name, count = f"{wanted}-{count}", count + 1
    taken.add(name)
    return name


# ---------------------------------------------------------------- phones
_PHONE = re.compile(
    r"(?<![\w-])(?:(?:\+?\d{1,3}[-. ]{1,2})?(?:\(\d{3}\)|\d{3})[-. ]{0,2}\d{3}[-. ]\d{4}|\d{3}[-.]\d{4}|\d{10})(?![\w-])",
    re.ASCII,
)


class Phones:
    """Numbers that stand in prose, each under a name: texts get `{phone:its-id}` in their place."""

    def __init__(self, known: dict[str, str], prefix: str = "crm") -> None:
        """`known`: id -> number, as city.yaml has them; new ids begin with `prefix`."""
        self._prefix = prefix
        self._by_digits = {_digits(number): name for name, number in known.items() if len(_digits(number)) >= 7}
        self.new: dict[str, str] = {}

    def named(self, text: str) -> str:
        text = re.sub(r"\{\s*phone:", "(phone:", text)
        return _PHONE.sub(lambda found: "{phone:" + self._name(found[0]) + "}", text)

    def name_of(self, number: str) -> str:
        """The id under which a number of a field of its own stands; the same for the same digits."""
        written = clean_line(number, limit=40)
        if not re.search(r"[A-Za-z]", written):
            return self._name(written)
        name = f"{self._prefix}-{slug(written)}"  # a word-number, 1-800-GET-FOOD, is read out as it is written
        self.new.setdefault(name, written)
        return name

    def _name(self, number: str) -> str:
        digits = _digits(number)
        if digits not in self._by_digits:
            written = "-".join(part for part in re.split(r"\D+", number) if part)
            self._by_digits[digits] = f"{self._prefix}-{written}"
            self.new[f"{self._prefix}-{written}"] = written
        return self._by_digits[digits]


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)[-10:]


# ---------------------------------------------------------------- times in prose
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(_WORDS)})"
_TIME = re.compile(
    rf"\b(?:{_NUMBER}\s*(?:-|to)\s*)?({_NUMBER})\s*(?:\(\d+\)\s*)?(business|busniness|working|work|calendar)?\s*(hour|day|week|month)s?\b",
    re.IGNORECASE,
)
# A number of days alone may be anything ("must be more than 7 days before the hearing"): one of these has to stand near.
_ABOUT_WORK = re.compile(
    r"within|response time|completion|completed|resolved|repaired?|investigat|inspect|normally|usually|standard|takes?\b|processed?"
    r"|removed|replacement|collected|scheduled",
    re.IGNORECASE,
)


def times_in(text: str, *, most: int = 5) -> list[tuple[str, str]]:
    """(a time as a script writes it, the words it was found in): a proposal for a person, never a promise."""
    found: dict[str, str] = {}
    for line in re.split(r"\n|(?<=[.!?])\s+", plain(text)):
        for match in _TIME.finditer(line):
            before = line[max(0, match.start() - 90) : match.start()]
            listed = bool(re.search(r":\s*\Z", line[: match.start()]))
            if not (_ABOUT_WORK.search(line) or listed) or re.search(
                r"more than|less than|at least|every\s*\Z", before
            ):
                continue
            count = int(match[1]) if match[1].isdigit() else _WORDS[match[1].lower()]
            sla = _sla(count, (match[2] or "").lower(), match[3].lower())
            if sla:
                found.setdefault(sla, clean_line(line, limit=140))
    return list(found.items())[:most]


def _sla(count: int, kind: str, unit: str) -> str:
    if unit == "month" or count == 0:
        return ""
    if unit == "week":
        count, unit = count * 7, "day"
    if kind and kind != "calendar" and unit == "day":
        unit = "working day"
    return f"{count} {unit}{'' if count == 1 else 's'}"


# ---------------------------------------------------------------- YAML
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./()'+,;?!$%-]*")
_BARE_IN_BRACKETS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _./()'+-]*")


def scalar(text: str, *, in_brackets: bool = False) -> str:
    """A text on one line as YAML: bare where nothing in it could mean anything else, else between double quotes."""
    line = clean_line(text)
    if (_BARE_IN_BRACKETS if in_brackets else _BARE).fullmatch(line):
        return line
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def comment(text: str) -> str:
    return clean_line(text, limit=300)
