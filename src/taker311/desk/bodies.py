"""The body of the screen for each state of a call. Each function draws a View at a width and says where the cursor is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from taker311.base.words import say
from taker311.call.cards import Card, bulletin_card, topic_card
from taker311.call.dispositions import in_words
from taker311.cases.reference import format_ref
from taker311.desk.actions import key_of
from taker311.desk.asking_body import interview, readback
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, beside, cut, fit, line, marked, padded, paragraph, tag, wrap
from taker311.desk.labels import lead
from taker311.desk.ready_body import ready
from taker311.desk.theme import Role
from taker311.search.model import Hit
from taker311.station.model import Status

Body = tuple[list[Line], tuple[int, int] | None]


def draw(control: Control, status: Status, width: int, height: int) -> Body:
    """Lines (as many as they are) and the cursor's place among them."""
    match control.view.state:
        case "ready":
            return ready(status, width, height, lambda number: lead(control, f"call:{number}", "!"))
        case "talking":
            return _talking(control, status, width, height), None
        case "topic" | "bulletin":
            return _card(control, width, height), None
        case "interview":
            return interview(control, width, height)
        case "readback":
            return readback(control, width), None
        case "emergency" | "distress":
            return scrolled(control, _laid_over(control, width), height), None
        case "transfer":
            return _transfer(control, width), None
        case "done":
            return _done(control, width), None
        case "wrapup":
            return _wrapup(control, width), None
        case _:
            return _held(control, width), None


# ---------------------------------------------------------------- search and card
def _talking(control: Control, status: Status, width: int, height: int) -> list[Line]:
    shown = control.view
    if not shown.hits:
        return _nothing_yet(control, status, width)
    left_width = min(72, max(40, width * 2 // 3 - 2))
    tags = [lead(control, f"hit:{number}", str(number)) for number in range(1, len(shown.hits) + 1)]
    left = [_hit_row(tags[i], hit, left_width, chosen=i == control.selected) for i, hit in enumerate(shown.hits)]
    right_width = width - left_width - 3
    card = control.shown_card
    right = _preview(control, card, right_width, height) if card else []
    rows = max(len(left), len(right), height - 1)
    return beside(left + [BLANK] * (rows - len(left)), right, left_width, width)[: height - 1]


def _nothing_yet(control: Control, status: Status, width: int) -> list[Line]:
    shown = control.view
    rows: list[Line] = [BLANK]
    if shown.say:
        rows += [*_say(shown.say, width), BLANK]
    if not status.searching:
        rows += paragraph(say("The search is being made ready; keep typing."), width, "dim")
    elif control.entry.text.strip():
        rows += paragraph(say("Nothing matches these words yet. F3 keeps them for the content owner."), width, "dim")
    else:
        rows += paragraph(say("Type what the caller says, in any order, as you hear it."), width, "dim")
    return rows


_MARK = {"topic": " ", "bulletin": "!", "rumour": "?"}


def _hit_row(key: str, hit: Hit, width: int, *, chosen: bool) -> Line:
    role: Role = "pick" if chosen else "text"
    title_width = min(28, width - 6) if hit.why else width - 5
    why_width = width - 5 - title_width - 1
    mark = "›" if chosen else _MARK[hit.kind]
    pieces: list[tuple[str, Role]] = [(f"{mark}{key} ", "pick" if chosen else "key")]
    if chosen:
        pieces.append((padded(hit.title, title_width), role))
    else:
        pieces += list(marked(hit.title, hit.title_spans, title_width, "text"))
    if hit.why and why_width > 4:
        pieces.append((" ", role))
        if chosen:
            pieces.append((padded(hit.why, why_width), role))
        else:
            pieces += list(marked(hit.why, hit.why_spans, why_width, "dim"))
    return line(*pieces, (" ", "text"))


_WIDE_CARD = 36  # cells from which on a card beside the hits holds all facts and details; Enter shows them at any width


def _preview(control: Control, hit: Hit, width: int, height: int) -> list[Line]:
    from taker311.desk import markdown  # its patterns take time to compile, which the first paint need not wait for

    world, state = control.station.world, control.station.state
    lang = world.spoken(state)
    if hit.kind == "topic":
        card = topic_card(world, hit.id, lang, control.station.desk.clock.now())
    else:
        card = bulletin_card(world, hit.id, lang)
    if card is None:
        return []
    rows = [line((row, "title")) for row in wrap(card.title, width)]
    if card.alert:
        rows += [BLANK, *(line((f"! {row}", "warn")) for row in wrap(card.alert, width - 2))]
    rows += [BLANK, line((say("SAY"), "key")), *(line((row, "say")) for row in wrap(card.say, width))]
    wide = width >= _WIDE_CARD
    facts = card.facts if wide else tuple(dict.fromkeys((*card.facts[:1], *card.facts[-1:])))
    rows += [BLANK, *(line((row, "dim")) for row in wrap(" · ".join(facts), width))]
    if card.details and wide:
        rows += [BLANK, *markdown.render(card.details, width)]
    return rows[: max(1, height - 1)]


def _say(text: str, width: int) -> list[Line]:
    """The words to say: marked in words and set apart, never by colour alone."""
    rows: list[Line] = []
    for i, row in enumerate(r for part in text.split("\n") for r in wrap(part, width - 8)):
        rows.append(line((tag("SAY") if i == 0 else tag(""), "key"), (row, "say")))
    return rows


def _card(control: Control, width: int, height: int) -> list[Line]:
    card = control.view.card
    if card is None:
        return []
    return scrolled(control, _card_rows(card, width), height - 1)


def scrolled(control: Control, rows: list[Line], height: int) -> list[Line]:
    """The part of `rows` where the agent is; the last line says so when there is more."""
    control.scroll = max(0, min(control.scroll, len(rows) - height))
    page = rows[control.scroll : control.scroll + height]
    if control.scroll + height < len(rows):
        page[-1] = line((f" ↓ {say('more: arrow keys')}", "dim"))
    return page


def _card_rows(card: Card, width: int) -> list[Line]:
    from taker311.desk import markdown

    rows: list[Line] = [BLANK]
    for text in (card.alert, *card.marks):
        if text:
            rows += paragraph(f"! {text}", width, "warn")
    if rows != [BLANK]:
        rows.append(BLANK)
    rows += [*_say(card.say, width), BLANK]
    inner = width - 8
    if card.details:
        rows += [line(("       ", "text"), *row) for row in markdown.render(card.details, inner)]
    for asked in card.asked:
        rows += [BLANK, line((tag("ASKED"), "key"), (cut(asked.question, inner), "title"))]
        rows += [line(("       ", "text"), *row) for row in markdown.render(asked.answer, inner)]
    rows += [BLANK, *paragraph(" · ".join(card.facts), width, "dim")]
    return rows


# ---------------------------------------------------------------- the ends of a call
def _laid_over(control: Control, width: int) -> list[Line]:
    """One of the two cards that lie over a call."""
    if control.view.state == "emergency":
        return _emergency(control, width)
    from taker311.desk.distress_body import distress

    return distress(control.view, width)


def _emergency(control: Control, width: int) -> list[Line]:
    shown = control.view
    why = control.station.state.card_why
    rows: list[Line] = [BLANK, fit(line((f"  {shown.title}", "alarm")), width), BLANK, *_say(shown.say, width), BLANK]
    for number, choice in enumerate(shown.choices, 1):
        for i, text in enumerate(wrap(choice.label, width - 11)):
            rows.append(line((f"       {number}. " if i == 0 else " " * 10, "key"), (text, "title")))
    if why not in ("", "key", "911"):
        rows += [BLANK, *paragraph(say("Raised by: {why}", why=why), width, "dim", indent=7)]
    rows += [
        BLANK,
        *paragraph(say("Enter when 911 has the caller · Esc when it is no emergency"), width, "dim", indent=7),
    ]
    return rows


def _held(control: Control, width: int) -> list[Line]:
    about = control.view.title or say("no topic yet")
    how = say("{key} takes the caller up exactly where you were.", key=key_of(control.keys, "call.resume"))
    return [BLANK, *paragraph(say("On hold: {about}.", about=about), width), BLANK, *paragraph(how, width)]


def _transfer(control: Control, width: int) -> list[Line]:
    rows: list[Line] = [BLANK, *_say(control.view.say, width), BLANK]
    rows += [line((f"       {padded(entry.label, 10)}", "dim"), (entry.value, "title")) for entry in control.view.lines]
    rows += [BLANK, *paragraph(say("Enter when the caller is through"), width, "dim", indent=7)]
    return rows


def _done(control: Control, width: int) -> list[Line]:
    shown = control.view
    last = control.station.state.finished[-1]
    groups = "   ".join(shown.ref.split("-"))
    rows: list[Line] = [BLANK, line((tag("REF"), "key"), (groups, "title")), BLANK, *_say(shown.say, width), BLANK]
    rows += paragraph(shown.notice, width, "dim", indent=7)
    if last.saved_at:
        saved = last.saved_at.astimezone(ZoneInfo(control.station.world.city.time_zone))
        rows += paragraph(say("Saved at {time}.", time=f"{saved:%H:%M:%S}"), width, "dim", indent=7)
    if last.linked_to:
        rows += paragraph(say("Linked to {ref}.", ref=last.linked_to), width, "dim", indent=7)
    rows += [BLANK, BLANK, *paragraph(say("Is there anything else?"), width, "title", indent=7)]
    return rows


def _wrapup(control: Control, width: int) -> list[Line]:
    rows: list[Line] = [BLANK, line((f" {say('How did the call end?')}", "ask")), BLANK]
    for choice in control.view.choices:
        chosen = choice.mark == "chosen"
        mark = "›" if chosen else " "
        role: Role = "pick" if chosen else "text"
        key = lead(control, f"choice:{choice.key}", choice.key)
        rows.append(line((f"   {mark} {key}  ", "key"), (padded(choice.label, min(44, width - 10)), role)))
    done = control.station.state.finished
    if done:
        rows += [BLANK]
        for finished in done:
            topic = control.station.world.bundle.topic(finished.topic_id)
            first = control.station.world.first
            title = topic.text(first, first).title if topic else finished.topic_id
            ref = format_ref(finished.ref) if finished.ref else ""
            parts = (in_words(finished.disposition), title, ref)
            rows.append(line(("   ✓ ", "good"), (" · ".join(part for part in parts if part), "dim")))
    return rows
