"""agencies.yaml and its translations."""

from __future__ import annotations

from taker311.authoring.fields import ID, Fields
from taker311.authoring.findings import Report
from taker311.authoring.known import Known
from taker311.authoring.nodes import Document, Map
from taker311.authoring.read_city import overlay_entries
from taker311.base.text import clean_line
from taker311.knowledge.model import Agency, Texts

NOBODY = "nobody"


def read_agencies(document: Document, report: Report, known: Known) -> tuple[Agency, ...]:
    """Sorted by id; also tells `known` which agencies there are."""
    if not isinstance(document.root, Map):
        if not document.damaged:
            report.error((1, 1), "wrong-type", "agencies.yaml holds an id for each agency, and its keys under it.")
        return ()
    found: dict[str, Agency] = {}
    for key, value in document.root.pairs:
        if not ID.fullmatch(key.text) or key.text == NOBODY:
            report.error(
                key.at,
                "bad-id",
                f"'{clean_line(key.text, limit=60)}' can't be an agency's id; it is lower-case letters, digits and dashes.",
            )
            continue
        if not isinstance(value, Map):
            report.error(value.at, "wrong-type", f"'{key.text}' needs keys with values, at least 'name'.")
            continue
        fields = Fields(value, report, f"agency '{key.text}'", ("name", "phone", "hours", "transfer"), ("name",))
        phone = fields.word("phone")
        known.check("phone", phone, fields.place("phone"), report)
        found[key.text] = Agency(
            key.text, _texts(fields, "name", known.first, known), phone, _texts(fields, "hours", known.first, known),
            _texts(fields, "transfer", known.first, known),
        )  # fmt: skip
    if not document.damaged:
        known.agencies = frozenset(key.text for key, _ in document.root.pairs)
    return tuple(found[key] for key in sorted(found))


def _texts(fields: Fields, key: str, lang: str, known: Known) -> Texts:
    text = known.spoken(fields.text(key), fields.place(key), fields.report)
    return {lang: text} if text else {}


def overlay_agencies(agencies: tuple[Agency, ...], lang: str, document: Document, report: Report, known: Known) -> None:
    """Adds the texts of agencies.<lang>.yaml."""
    if not isinstance(document.root, Map):
        return
    by_id = {agency.id: agency for agency in agencies}
    for key, entry in overlay_entries(document.root, tuple(by_id), "agency", report):
        fields = Fields(entry, report, f"agency '{key}'", ("name", "hours", "transfer"))
        agency = by_id[key]
        agency.names.update(_texts(fields, "name", lang, known))
        agency.hours.update(_texts(fields, "hours", lang, known))
        agency.transfer.update(_texts(fields, "transfer", lang, known))
