"""What stands over or instead of the body: help, the queue, bulletins, a menu, a line to type."""

from __future__ import annotations

from taker311.cases.model import OutboxRow
from taker311.cases.reference import format_ref
from taker311.desk.actions import ACTIONS, key_name
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, cut, fit, line, padded, paragraph
from taker311.desk.prompts import Menu, Prompt
from taker311.desk.ready_body import age_in_words
from taker311.station.model import Status


def draw(control: Control, status: Status, width: int, height: int) -> list[Line]:
    """The open list, scrolled to where the agent is in it."""
    page = control.pages.get(control.overlay)
    own = {"help": _help, "queue": _queue, "bulletins": _bulletins}
    rows = page.rows(width) if page is not None else own[control.overlay](control, status, width)
    control.scroll = max(0, min(control.scroll, len(rows) - height))
    return rows[control.scroll : control.scroll + height]


def _help(control: Control, _status: Status, width: int) -> list[Line]:
    rows: list[Line] = [
        BLANK,
        *paragraph("Type the caller's words: the best answers come first. Enter or a digit opens one.", width),
        *paragraph("A digit is a pick in an empty box or after a blank; Backspace right after takes it back.", width),
        *paragraph("Esc goes one step back and never ends a call. Typed words are never lost.", width),
        BLANK,
        line((" Keys now", "title")),
    ]
    here = [action for action in ACTIONS if control.possible(action)]
    rows += [_key_row(control, action.id, action.label) for action in here]
    rows += [BLANK, line((" All keys, with the ids that settings can rebind", "title"))]
    rows += [_key_row(control, action.id, action.label) for action in ACTIONS]
    return rows


def _key_row(control: Control, action_id: str, label: str) -> Line:
    names = ", ".join(key_name(key) for key in control.keys[action_id])
    return line((f"   {padded(names, 14)}", "key"), (padded(label, 24), "text"), (action_id, "dim"))


_STATE_WORDS = {
    "queued": "waiting",
    "sending": "on its way",
    "unknown": "in doubt",
    "blocked": "sign-in needed",
    "held": "for a person",
    "exported": "left by stick",
    "sent": "delivered",
    "purged": "delivered",
    "closed": "settled",
}


def _queue(control: Control, _status: Status, width: int) -> list[Line]:
    found = list(reversed(control.station.desk.store.rows()))
    if not found:
        return [BLANK, *paragraph("The queue is empty: every case that was taken here has been delivered.", width)]
    head = f"   {padded('reference', 12)}{padded('state', 15)}{padded('age', 15)}{padded('tries', 6)}{padded('city number', 14)}topic"
    rows: list[Line] = [line((head, "dim"))]
    now = control.station.desk.clock.now()
    for number, row in enumerate(found, 1):
        mark = str(number) if control.queue is not None and number <= 9 else " "
        rows += _queue_rows(mark, row, (now - row.created_at).total_seconds(), width)
    return rows


def _queue_rows(mark: str, row: OutboxRow, age_s: float, width: int) -> list[Line]:
    state = _STATE_WORDS.get(row.state, row.state)
    role = "good" if row.state == "sent" else "bad" if row.state in ("held", "blocked") else "text"
    rows = [
        line(
            (f" {mark} ", "key"),
            (padded(format_ref(row.ref), 12), "title"),
            (padded(state, 15), role),  # type: ignore[arg-type]
            (padded(age_in_words(age_s), 15), "dim"),
            (padded(str(row.attempts), 6), "dim"),
            (padded(row.request_id or "-", 14), "text"),
            (cut(row.topic_id, max(4, width - 66)), "dim"),
        )
    ]
    if row.last_reason and row.state not in ("sent", "purged"):
        rows += paragraph(row.last_reason, width, "dim", indent=15)
    return rows


def _bulletins(control: Control, status: Status, width: int) -> list[Line]:
    world = control.station.world
    today = world.today(control.station.desk.clock.now())
    lang = world.spoken(control.station.state)
    rows: list[Line] = []
    if status.changed:
        rows += [BLANK, line((" New since you last looked", "title"))]
        rows += [row for text in status.changed for row in paragraph(f"· {text}", width, indent=3)]
    for bulletin in world.bundle.knowledge.bulletins:
        if not bulletin.in_force(today):
            continue
        until = f"until {bulletin.valid_to.isoformat()} {bulletin.until_time}".rstrip() if bulletin.valid_to else ""
        must = "must be read · " if bulletin.must_read and bulletin.id not in control.station.state.acknowledged else ""
        rows += [BLANK, line((" ! ", "key"), (bulletin.titles.get(lang) or bulletin.titles[world.first], "title"))]
        rows += paragraph(bulletin.say.get(lang) or bulletin.say[world.first], width, "say", indent=3)
        rows += paragraph(f"{must}{until}", width, "dim", indent=3)
    for rumour in world.bundle.knowledge.rumours:
        if not rumour.in_force(today):
            continue
        claim = rumour.claims.get(lang) or rumour.claims[world.first]
        rows += [BLANK, line((" ? ", "key"), (f"{claim}  — {rumour.status.upper()}", "title"))]
        rows += paragraph(rumour.say.get(lang) or rumour.say[world.first], width, "say", indent=3)
    return rows or [BLANK, *paragraph("No bulletin is in force.", width)]


# ---------------------------------------------------------------- menus and prompts
def over(control: Control, body: list[Line], width: int, room: int) -> tuple[list[Line], tuple[int, int] | None]:
    """The body with a menu or a prompt over its lower part, and the cursor in it."""
    if control.prompt is not None:
        rows, cursor = _prompt(control.prompt, width)
    else:
        rows, cursor = _menu(control.menu, width, room) if control.menu is not None else [], None
    top = room - len(rows)
    at = (cursor[0], cursor[1] + top) if cursor else None
    return [*body[:top], *(fit(row, width) for row in rows)], at


def _menu(menu: Menu, width: int, room: int) -> list[Line]:
    rows: list[Line] = [line(("─" * width, "rule")), line((f" {menu.title}", "title"))]
    for index, (key, item) in enumerate(menu.labels()[: room - 2]):
        chosen = index == menu.selected
        label = padded(item.label, min(40, width // 2))
        rows.append(
            line(
                (f" {'›' if chosen else ' '} {key}  ", "key"),
                (label, "pick" if chosen else "text"),
                (f"  {item.aside}", "dim"),
            )
        )
    return rows


def _prompt(prompt: Prompt, width: int) -> tuple[list[Line], tuple[int, int]]:
    text, at = prompt.entry.window(width - 6)
    if prompt.secret:
        text = "•" * len(text)
    rows: list[Line] = [
        line(("─" * width, "rule")),
        line((f" {prompt.title}", "title")),
        line((" › ", "key"), (text, "title")),
    ]
    return rows, (3 + at, 2)
