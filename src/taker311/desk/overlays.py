"""What stands over or instead of the body: help, the queue, bulletins, a menu, a line to type."""

from __future__ import annotations

from taker311.base.words import say, span
from taker311.call.cards import RUMOUR_IS, until_when
from taker311.cases.model import OutboxRow
from taker311.cases.reasons import reason_in_words
from taker311.cases.reference import format_ref
from taker311.desk.actions import ACTIONS, Action, key_name, key_of
from taker311.desk.answering import TYPED_KINDS
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Line, cut, fit, line, padded, paragraph
from taker311.desk.help_words import here_in_words
from taker311.desk.labels import lead, of_use
from taker311.desk.prompts import Menu, Prompt
from taker311.desk.theme import Role
from taker311.knowledge.pressing import most_pressing, must_be_read
from taker311.station.model import Status
from taker311.station.queueing import STATE_WORDS


def draw(control: Control, status: Status, width: int, height: int) -> list[Line]:
    """The open list, scrolled to where the agent is in it."""
    page = control.pages.get(control.overlay)
    own = {"help": _help, "queue": _queue, "bulletins": bulletin_rows}
    rows = page.rows(width) if page is not None else own[control.overlay](control, status, width)
    control.scrolls = len(rows) > height
    control.scroll = max(0, min(control.scroll, len(rows) - height))
    return rows[control.scroll : control.scroll + height]


def _help(control: Control, _status: Status, width: int) -> list[Line]:
    return help_rows(control, width)


def help_rows(control: Control, width: int) -> list[Line]:
    """What this screen is for, the keys that do something on it, then all keys."""
    rows: list[Line] = [
        BLANK,
        *(row for text in here_in_words(control.view) for row in paragraph(text, width)),
        BLANK,
        line((f" {say('Keys now')}", "title")),
    ]
    possible = [action for action in ACTIONS if control.possible(action) and of_use(control, action.id)]
    here: dict[str, Line] = {}
    for action in possible:
        own = tuple(key for key in control.keys[action.id] if _first_of(control, possible, key) is action)
        if own or action.label not in here:
            here[action.label] = _key_row(control, action, own, width)
    rows += here.values()
    rows += [BLANK, line((f" {say('All keys, with the ids that settings can rebind')}", "title"))]
    rows += [_key_row(control, action, control.keys[action.id], width) for action in ACTIONS]
    return rows


def _first_of(control: Control, possible: list[Action], key: str) -> Action | None:
    """The action that `key` stands for on the screen beneath: in a line that is typed a letter stands for none."""
    if len(key) == 1 and control.view.kind in TYPED_KINDS:
        return None
    return next((action for action in possible if key in control.keys[action.id]), None)


def _key_row(control: Control, action: Action, keys: tuple[str, ...], width: int) -> Line:
    """An action without a key that works stands in the menu, and the row says so."""
    names = ", ".join(key_name(key) for key in keys)
    names = names or say("in {menu}", menu=key_of(control.keys, "desk.menu"))
    room = max(20, min(34, width - 17 - max(len(one.id) for one in ACTIONS)))
    return line(
        (f"   {padded(names, 13)} ", "key"), (padded(say(action.label), room), "text"), (f" {action.id}", "dim")
    )


def _queue(control: Control, _status: Status, width: int) -> list[Line]:
    found = list(reversed(control.station.desk.store.rows()))
    if not found:
        return [BLANK, *paragraph(say("The queue is empty: every case that was taken here has been delivered."), width)]
    rows: list[Line] = [line((_queue_head(), "dim"))]
    now = control.station.desk.clock.now()
    for number, row in enumerate(found, 1):
        mark = lead(control, f"queue:{number}", str(number) if control.queue is not None and number <= 9 else " ")
        rows += _queue_rows(mark, row, (now - row.created_at).total_seconds(), width)
    return rows


def _queue_head() -> str:
    names = ((say("reference"), 12), (say("state"), 15), (say("age"), 15), (say("tries"), 6), (say("city number"), 14))
    return "   " + "".join(padded(name, room) for name, room in names) + say("topic")


def _queue_rows(mark: str, row: OutboxRow, age_s: float, width: int) -> list[Line]:
    state = say(STATE_WORDS.get(row.state, row.state))
    role: Role = "good" if row.state == "sent" else "bad" if row.state in ("held", "blocked") else "text"
    rows = [
        line(
            (f" {mark} ", "key"),
            (padded(format_ref(row.ref), 12), "title"),
            (padded(state, 15), role),
            (padded(span(age_s), 15), "dim"),
            (padded(str(row.attempts), 6), "dim"),
            (padded(row.request_id or "-", 14), "text"),
            (cut(row.topic_id, max(4, width - 66)), "dim"),
        )
    ]
    if row.last_reason and row.state not in ("sent", "purged"):
        rows += paragraph(reason_in_words(row), width, "dim", indent=15)
    return rows


def bulletin_rows(control: Control, status: Status, width: int) -> list[Line]:
    world = control.station.world
    now = control.station.desk.clock.now()
    lang = world.spoken(control.station.state)
    rows: list[Line] = []
    if status.changed:
        rows += [BLANK, line((f" {say('New since you last looked')}", "title"))]
        rows += [row for text in status.changed for row in paragraph(f"· {text}", width, indent=3)]
    known = control.station.state.acknowledged
    for bulletin in most_pressing(world.bundle.bulletins, known):
        if not world.in_force(bulletin, now):
            continue
        unread = must_be_read(bulletin, known)
        read = say("you have read it") if bulletin.must_read else ""
        facts = (say("must be read") if unread else read, until_when(bulletin))
        mark = lead(control, f"news:{bulletin.id}", "!")
        rows += [
            BLANK,
            line((f" {mark} ", "key"), (bulletin.titles.get(lang) or bulletin.titles[world.first], "title")),
        ]
        rows += paragraph(bulletin.say.get(lang) or bulletin.say[world.first], width, "say", indent=3)
        rows += paragraph(" · ".join(fact for fact in facts if fact), width, "dim", indent=3)
    for rumour in world.bundle.rumours:
        if not world.in_force(rumour, now):
            continue
        claim = rumour.claims.get(lang) or rumour.claims[world.first]
        mark = lead(control, f"news:{rumour.id}", "?")
        rows += [BLANK, line((f" {mark} ", "key"), (f"{claim}  — {say(RUMOUR_IS[rumour.status]).upper()}", "title"))]
        rows += paragraph(rumour.say.get(lang) or rumour.say[world.first], width, "say", indent=3)
    return rows or [BLANK, *paragraph(say("No bulletin is in force."), width)]


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
    if menu.filter is not None:
        rows.append(line((" / ", "key"), (menu.filter, "title")))
    shown, room = menu.labels(), max(1, room - len(rows))
    if not shown:
        rows.append(line((f"      {say('Nothing here has these letters in it.')}", "dim")))
    start = max(0, min(menu.selected - room + 1, len(shown) - room))
    for index, (key, item) in list(enumerate(shown))[start : start + room]:
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
