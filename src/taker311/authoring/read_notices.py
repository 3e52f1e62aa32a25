"""Bulletins and rumours, and their translations."""

from __future__ import annotations

from typing import Literal, cast

from taker311.authoring.fields import Fields
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.markdown import Page, read_page
from taker311.authoring.prose import check_say
from taker311.authoring.read_topics import check_id, read_valid
from taker311.base.text import clean_line
from taker311.knowledge.model import Bulletin, Rumour

_SECTIONS = ("Say", "Details")


def read_bulletin(file: SourceFile, text: str, report: Report, known: Known) -> Bulletin | None:
    page = read_page(text, report, _SECTIONS)
    if page is None:
        return None
    keys = ("id", "title", "valid", "said", "must_read", "urgent", "topics")
    fields = Fields(page.front, report, "a bulletin", keys, ("id", "title", "valid"), damaged=page.damaged)
    check_id(fields, file)
    start, end, until = read_valid(fields, ("from", "to", "until"))
    _expired(fields, end, known)
    say, details = _say(page, report, known, required=True), _details(page, report, known)
    return Bulletin(
        id=file.stem, titles={known.first: fields.text("title")}, say={known.first: say},
        details={known.first: details} if details else {}, said={known.first: fields.texts("said")} if "said" in fields else {},
        valid_from=start, valid_to=end, until_time=until, must_read=fields.flag("must_read"), urgent=fields.flag("urgent"),
        topics=tuple(name for name, at in fields.words("topics") if known.check("topic", name, at, report)),
    )  # fmt: skip


def read_rumour(file: SourceFile, text: str, report: Report, known: Known) -> Rumour | None:
    page = read_page(text, report, _SECTIONS)
    if page is None:
        return None
    keys = ("id", "claim", "status", "said", "valid")
    fields = Fields(page.front, report, "a rumour", keys, ("id", "claim", "status"), damaged=page.damaged)
    check_id(fields, file)
    _, end, _ = read_valid(fields, ("from", "to"))
    _expired(fields, end, known)
    status = fields.one_of("status", ("true", "false", "unconfirmed"), "unconfirmed")
    return Rumour(
        id=file.stem, claims={known.first: fields.text("claim")}, status=cast("Literal['true', 'false', 'unconfirmed']", status),
        say={known.first: _say(page, report, known, required=True)},
        said={known.first: fields.texts("said")} if "said" in fields else {}, valid_to=end,
    )  # fmt: skip


def overlay_bulletin(bulletin: Bulletin, lang: str, text: str, report: Report, known: Known) -> None:
    page = read_page(text, report, _SECTIONS)
    if page is None:
        return
    fields = Fields(page.front, report, "a translated bulletin", ("title", "said"), ("title",), damaged=page.damaged)
    bulletin.titles[lang] = fields.text("title")
    _overlay(bulletin, lang, page, fields, known)
    details = _details(page, report, known)
    if details and not bulletin.details:
        report.error(
            page.sections["Details"].heading,
            "missing-first-language",
            "the original has no '## Details'; write it there first.",
        )
    elif details:
        bulletin.details[lang] = details


def overlay_rumour(rumour: Rumour, lang: str, text: str, report: Report, known: Known) -> None:
    page = read_page(text, report, _SECTIONS)
    if page is None:
        return
    fields = Fields(page.front, report, "a translated rumour", ("claim", "said"), ("claim",), damaged=page.damaged)
    rumour.claims[lang] = fields.text("claim")
    _overlay(rumour, lang, page, fields, known)


def _overlay(notice: Bulletin | Rumour, lang: str, page: Page, fields: Fields, known: Known) -> None:
    if "said" in fields:
        notice.said[lang] = fields.texts("said")
    notice.say[lang] = _say(page, fields.report, known, required=True)


def _expired(fields: Fields, end: object, known: Known) -> None:
    node = fields.map("valid")
    if known.today and node and end and str(end) < known.today.isoformat():
        fields.report.warn(node.at, "expired", f"its last day was {end}; no desk shows it any more.")


def _say(page: Page, report: Report, known: Known, *, required: bool) -> str:
    section = page.sections.get("Say")
    if section is None:
        if required and not page.damaged:
            report.error(
                page.end, "missing-section", "the section '## Say' is missing: what the call-taker reads aloud."
            )
        return ""
    check_say(section.text, section.at, report)
    return clean_line(known.spoken(section.text, section.at, report))


def _details(page: Page, report: Report, known: Known) -> str:
    section = page.sections.get("Details")
    return known.spoken(section.text, section.at, report) if section else ""
