"""Topics and their translations."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Literal, cast

from msgspec import structs

from taker311.authoring.fields import Fields
from taker311.authoring.files import SourceFile
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.markdown import Page, Section, read_asked, read_page
from taker311.authoring.nodes import Scalar, Seq
from taker311.authoring.prose import check_say
from taker311.base.codec import pack
from taker311.base.text import clean_line
from taker311.knowledge.model import Alert, Asked, Topic, TopicText, Transfer

_KEYS = (
    "id", "title", "theme", "said", "keywords", "agency", "owner", "reviewed", "review_by", "script", "transfer", "phones", "valid",
    "status", "alert", "emergency", "external_id",
)  # fmt: skip
_OVERLAY_KEYS = ("title", "said", "keywords", "alert", "transfer", "source_hash")


def read_topic(file: SourceFile, text: str, report: Report, known: Known) -> Topic | None:
    """None where the file holds nothing that can be called a topic; all else is told and left out."""
    page = read_page(text, report)
    if page is None:
        return None
    before = known.findings.errors
    status = _early(page, "status")
    needed = ["id", "title", "theme", "agency"]
    if status != "imported":
        needed += ["said", "owner", "reviewed", "review_by"]
    fields = Fields(page.front, report, "a topic", _KEYS, needed, damaged=page.damaged)
    check_id(fields, file)
    theme, agency, script = fields.word("theme"), fields.word("agency"), fields.word("script")
    known.check("theme", theme, fields.place("theme"), report)
    known.check("agency", agency, fields.place("agency"), report)
    known.check("script", script, fields.place("script"), report)
    folder = file.name.split("/")[1] if file.name.count("/") > 1 else ""
    if theme and folder and known.themes and theme in known.themes and folder != theme:
        report.warn(
            fields.place("theme"), "theme-folder", f"the file lies in the folder '{folder}' and its theme is '{theme}'."
        )
    first_day, last_day = read_valid(fields, ("from", "to"))[:2]
    reviewed, review_by = fields.day("reviewed"), fields.day("review_by")
    if review_by and known.today and review_by < known.today:
        report.warn(
            fields.place("review_by"),
            "review-due",
            f"this topic was to be reviewed by {review_by}; ask {fields.text('owner') or 'its owner'}.",
        )
    if reviewed and known.today and reviewed > known.today:
        report.warn(
            fields.place("reviewed"), "review-in-future", f"'reviewed' is {reviewed}, and that is in the future."
        )
    if reviewed and review_by and review_by < reviewed:
        fields.error("review_by", "bad-date", f"'review_by' ({review_by}) is before 'reviewed' ({reviewed}).")
    body = _body(fields, page, known, required=not page.damaged)
    node = fields.node("said")
    if isinstance(node, Seq) and not node.items and status != "imported":
        fields.error("said", "no-said", "no words of callers stand here; without them the topic is hardly found.")
    for item in [fields.node("title"), *(node.items if isinstance(node, Seq) else [])]:
        if isinstance(item, Scalar):
            known.spots[file.name, clean_line(item.text)] = item.at
    topic = Topic(
        id=file.stem, theme=theme, agency=agency, texts={known.first: body}, script=script, transfer=_transfer(fields, known),
        phones=_phones(fields, known), owner=fields.text("owner"), reviewed=reviewed, review_by=review_by, valid_from=first_day,
        valid_to=last_day, status=cast("Literal['live', 'draft', 'imported']", fields.one_of("status", ("live", "draft", "imported"), "live")),
        alert=_alert(fields, known), emergency=fields.flag("emergency"), external_id=fields.word("external_id"),
    )  # fmt: skip
    return None if page.damaged and known.findings.errors > before and not body.title else topic


def _early(page: Page, key: str) -> str:
    node = page.front.get(key)
    return getattr(node, "text", "")


def check_id(fields: Fields, file: SourceFile) -> None:
    """The id is one, and is the file's name."""
    ident = fields.ident("id")
    if ident and ident != file.stem:
        fields.error(
            "id", "id-mismatch", f"the id is '{ident}' and the file is called '{file.stem}'; they must be the same."
        )


def read_valid(fields: Fields, keys: tuple[str, ...]) -> tuple[date | None, date | None, str]:
    """First day, last day and the hour on the last day of `valid`, which may hold `keys`."""
    valid = fields.sub("valid", keys)
    if valid is None:
        return None, None, ""
    start, end = valid.day("from"), valid.day("to")
    if start and end and end < start:
        valid.error("to", "bad-date", f"'to' ({end}) is before 'from' ({start}).")
    until = valid.hour("until")
    if until and end is None:
        valid.error("until", "bad-date", "'until' is an hour on the last day, so 'to' must stand here too.")
    return start, end, until


def _body(fields: Fields, page: Page, known: Known, *, required: bool) -> TopicText:
    """Title, callers' words and sections, in the language of the page."""
    report = fields.report
    say = ""
    if "Say" in page.sections:
        section = page.sections["Say"]
        say = clean_line(known.spoken(section.text, section.at, report))
        check_say(section.text, section.at, report)
    elif required:
        report.error(
            page.end, "missing-section", "the section '## Say' is missing: what the call-taker reads aloud first."
        )
    details, asked = "", tuple[Asked, ...]()
    if "Details" in page.sections:
        details = known.spoken(page.sections["Details"].text, page.sections["Details"].at, report)
    if "If asked" in page.sections:
        section = page.sections["If asked"]
        asked = read_asked(_spoken_section(section, known, report), report)
    return TopicText(fields.text("title"), fields.texts("said"), fields.texts("keywords"), say, details, asked)


def _spoken_section(section: Section, known: Known, report: Report) -> Section:
    return replace(section, text=known.spoken(section.text, section.at, report))


def _transfer(fields: Fields, known: Known) -> Transfer | None:
    transfer = fields.sub("transfer", ("agency", "phone", "say"), ("agency",))
    return None if transfer is None else read_transfer(transfer, transfer.word("agency"), known)


def read_transfer(transfer: Fields, agency: str, known: Known) -> Transfer:
    phone = transfer.word("phone")
    known.check("agency", agency, transfer.place("agency"), transfer.report)
    known.check("phone", phone, transfer.place("phone"), transfer.report)
    say = known.spoken(transfer.text("say"), transfer.place("say"), transfer.report)
    return Transfer(agency, phone, {known.first: say} if say else {})


def _phones(fields: Fields, known: Known) -> tuple[str, ...]:
    return tuple(name for name, at in fields.words("phones") if known.check("phone", name, at, fields.report))


def _alert(fields: Fields, known: Known) -> Alert | None:
    alert = fields.sub("alert", ("text", "until"), ("text",))
    if alert is None:
        return None
    text = known.spoken(alert.text("text"), alert.place("text"), fields.report)
    return Alert({known.first: text}, alert.day("until"))


def source_hash(topic: Topic, first: str) -> str:
    """Eight hex digits of the texts that a translation follows; a change of an owner or a date leaves it as it is."""
    text = topic.texts[first]
    spoken = (
        text.title, text.say, text.details, [(a.question, a.answer) for a in text.asked],
        topic.alert.texts.get(first, "") if topic.alert else "", topic.transfer.say.get(first, "") if topic.transfer else "",
    )  # fmt: skip
    return hashlib.sha256(pack(spoken)).hexdigest()[:8]


def overlay_topic(topic: Topic, lang: str, text: str, report: Report, known: Known) -> None:
    """Adds the texts of <id>.<lang>.md to `topic`."""
    page = read_page(text, report)
    if page is None:
        return
    fields = Fields(page.front, report, "a translated topic", _OVERLAY_KEYS, ("title",), damaged=page.damaged)
    body = _body(fields, page, known, required=not page.damaged)
    original = topic.texts[known.first]
    for name, there in (("Details", original.details), ("If asked", original.asked)):
        if name in page.sections and not there:
            report.error(
                page.sections[name].heading,
                "missing-first-language",
                f"the original has no '## {name}'; write it there first.",
            )
    stale = False
    if "source_hash" in fields:
        now = source_hash(topic, known.first)
        stale = fields.word("source_hash") != now
        if stale:
            report.warn(
                fields.place("source_hash"),
                "stale-translation",
                f"the original has changed since; when this text follows it again, write source_hash: {now}.",
            )
    topic.texts[lang] = structs.replace(body, stale=stale)
    alert, transfer = fields.text("alert"), fields.text("transfer")
    if alert and topic.alert is None:
        fields.error("alert", "missing-first-language", "the original has no 'alert'; write it there first.")
    elif alert and topic.alert:
        topic.alert.texts[lang] = known.spoken(alert, fields.place("alert"), report)
    if transfer and topic.transfer is None:
        fields.error("transfer", "missing-first-language", "the original has no 'transfer'; write it there first.")
    elif transfer and topic.transfer:
        topic.transfer.say[lang] = known.spoken(transfer, fields.place("transfer"), report)
