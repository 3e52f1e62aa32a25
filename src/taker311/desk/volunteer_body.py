"""A volunteer's screens: the words to say over the whole width with air around them, and nothing beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from taker311.base.words import language, moment, noted, number, plural, say, span
from taker311.desk import bodies
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, cut, line, padded, paragraph, wrap
from taker311.desk.theme import Role
from taker311.knowledge.model import pick
from taker311.search.model import Hit
from taker311.station.model import Status
from taker311.station.volunteer import unread

_MARK = {"topic": " ", "bulletin": "!", "rumour": "?"}


@dataclass(slots=True)
class Dressing:
    """What stands around the calls: the incident, until when new ones are taken (in the city's zone), and whether the details
    of a card are asked for (`of` which card)."""

    incident: str
    until: datetime
    details_of: str = ""


def draw(dressing: Dressing, control: Control, status: Status, width: int, height: int) -> bodies.Body:
    """The bodies that differ from a regular desk's; the others are the same."""
    match control.view.state:
        case "ready":
            return bodies.scrolled(control, _ready(dressing, control, status, width, height), height), None
        case "talking" if control.view.hits:
            return [_hit_row(i, hit, control, width) for i, hit in enumerate(control.view.hits)], None
        case "topic" | "bulletin":
            return _card(dressing, control, width, height), None
        case "transfer":
            return _transfer(control, width, height), None
        case _:
            return bodies.draw(control, status, width, height)


def card_id(control: Control) -> str:
    state = control.station.state
    return state.topic_id if control.view.state == "topic" else state.bulletin_id


# ---------------------------------------------------------------- the words to say
def big_say(text: str, width: int, height: int) -> list[Line]:
    """The words to say alone: eight cells of air at the sides, a blank line between lines where there is room."""
    rows = [row for part in text.split("\n") for row in wrap(part, width - 16)]
    airy = 2 * len(rows) <= height
    found: list[Line] = [line(("    " + say("SAY:"), "key")), BLANK]
    for row in rows:
        found.append(line(("        ", "text"), (row, "say")))
        if airy:
            found.append(BLANK)
    return found


def _card(dressing: Dressing, control: Control, width: int, height: int) -> list[Line]:
    card = control.view.card
    if card is None:
        return []
    if dressing.details_of == card_id(control):
        from taker311.desk import markdown

        rows: list[Line] = [BLANK, *(line(("    ", "text"), *row) for row in markdown.render(card.details, width - 8))]
        for asked in card.asked:
            rows += [BLANK, *paragraph(asked.question, width, "title", indent=4)]
            rows += [line(("    ", "text"), *row) for row in markdown.render(asked.answer, width - 8)]
        rows += [BLANK, *paragraph(" · ".join(card.facts), width, "dim", indent=4)]
        return bodies.scrolled(control, rows, height)
    rows = [BLANK]
    for text in (card.alert, *card.marks):
        if text:
            rows += paragraph(f"! {text}", width, "warn", indent=4)
    rows += [BLANK, *big_say(card.say, width, height - 8), BLANK]
    if card.details or card.asked:
        rows += paragraph(say("d shows what stands behind it, for questions."), width, "dim", indent=4)
    return bodies.scrolled(control, rows, height)


def _transfer(control: Control, width: int, height: int) -> list[Line]:
    shown = control.view
    rows: list[Line] = [BLANK, *big_say(shown.say, width, height - 8), BLANK]
    rows += [line((f"        {padded(entry.label, 10)}", "dim"), (entry.value, "title")) for entry in shown.lines]
    rows += [
        BLANK,
        *paragraph(say("Enter when the caller is through · c to be called back · Esc back"), width, "dim", indent=8),
    ]
    return rows


def _hit_row(index: int, hit: Hit, control: Control, width: int) -> Line:
    """A line as wide as the screen; the card comes with Enter."""
    chosen = index == control.selected
    role: Role = "pick" if chosen else "text"
    mark = "›" if chosen else _MARK[hit.kind]
    title = min(44, width - 8)
    return line(
        (f"  {mark}{index + 1}  ", "pick" if chosen else "key"),
        (padded(hit.title, title), role),
        ("  ", role),
        (cut(hit.why, max(0, width - title - 9)), "dim"),
    )


# ---------------------------------------------------------------- between calls
def _ready(dressing: Dressing, control: Control, status: Status, width: int, height: int) -> list[Line]:
    must = unread(control.station)
    if must:
        return _must_read(control, width, height, len(must))
    until = moment(dressing.until)
    rows: list[Line] = [
        BLANK,
        line((f"    {dressing.incident}", "title")),
        *paragraph(
            say("Volunteer {name} · new calls until {until}", name=status.agent, until=until), width, "dim", indent=4
        ),
        *paragraph(
            say(
                "Answers {age} old · {hub} · {calls}", age=span(status.kb_age_s), hub=_hub(status), calls=_calls(status)
            ),
            width,
            "dim",
            indent=4,
        ),
        BLANK,
    ]
    for call in status.open_calls[:2]:
        rows += paragraph("! " + say("A call waits: {about}. Enter takes it up as it was.", about=call.about), width, "warn", indent=4)  # fmt: skip
    for notice in [one for one in status.notices if one.kind != "bulletin"][: max(3, height - 12)]:
        mark = "! " if notice.kind in ("task", "trouble") else ""
        rows += paragraph(f"{mark}{notice.text}", width - 4, "warn" if mark else "text", indent=4)
    rows += paragraph(_news(control), width, "text", indent=4)
    for text in status.changed[:3]:
        rows += paragraph(say("New: {what}", what=text), width - 4, "text", indent=4)
    rows += [BLANK, *paragraph(say("Type what the caller says to start a call."), width, "title", indent=4)]
    return rows


def _news(control: Control) -> str:
    """Read already, and one key away."""
    world = control.station.world
    now = control.station.desk.clock.now()
    bulletins = sum(world.in_force(one, now) for one in world.bundle.bulletins)
    heard = sum(world.in_force(one, now) for one in world.bundle.rumours)
    return (
        plural(bulletins, "{count} bulletin is in force (F6)", "{count} bulletins are in force (F6)")
        + " · "
        + plural(heard, "{count} rumour is known (F5)", "{count} rumours are known (F5)")
    )


def _must_read(control: Control, width: int, height: int, left: int) -> list[Line]:
    from taker311.desk import markdown

    world = control.station.world
    own = language()  # between calls it is the volunteer who reads
    bulletin, lang = unread(control.station)[0], own if own in world.city.languages else world.first
    head = plural(left, "Read this before your next call.", "Read these before your next call: {count} are left.")
    rows: list[Line] = [
        BLANK,
        *paragraph(f"! {head}", width, "warn", indent=4),
        *paragraph(pick(bulletin.titles, lang, world.first), width, "title", indent=4),
        BLANK,
        *big_say(pick(bulletin.say, lang, world.first), width, height - 12),
    ]
    details = pick(bulletin.details, lang, world.first)
    rows += [line(("    ", "text"), *row) for row in markdown.render(details, width - 8)] if details else []
    return rows


def _hub(status: Status) -> str:
    waits = status.waiting + status.attention
    if status.crm and status.online:
        return (
            say("the hub answers")
            if not waits
            else plural(waits, "{count} case on its way", "{count} cases on their way")
        )
    return say("offline: {count} wait sealed", count=number(waits)) if waits else say("offline: cases will wait sealed")


def _calls(status: Status) -> str:
    return plural(status.calls, "{count} call", "{count} calls")


# ---------------------------------------------------------------- what people have heard
def rumours(control: Control, width: int) -> list[Line]:
    """Each claim, whether it is true, and the words to say."""
    world = control.station.world
    today, lang = world.today(control.station.desk.clock.now()), world.spoken(control.station.state)
    rows: list[Line] = []
    for rumour in world.bundle.rumours:
        if rumour.in_force(today):
            rows += [BLANK, line((f"  ? {pick(rumour.claims, lang, world.first)}", "title"))]
            rows += [line((f"    {say(_TRUTH[rumour.status])}", "warn"))]
            rows += paragraph(pick(rumour.say, lang, world.first), width - 4, "say", indent=4)
    return rows or [BLANK, *paragraph(say("No rumour is known today."), width, indent=4)]


_TRUTH = {"true": noted("TRUE"), "false": noted("FALSE"), "unconfirmed": noted("NOT CONFIRMED")}
