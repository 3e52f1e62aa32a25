"""One screen of the desk as lines: a head, a body for the state of the call, and the hint line that never loses the way out."""

from __future__ import annotations

from rich.cells import cell_len

from taker311.base.words import noted, say, stopwatch
from taker311.call.shown import STATES
from taker311.desk import bodies, deciding, ending, overlays
from taker311.desk.actions import ACTIONS, Action, key_name
from taker311.desk.control import Control
from taker311.desk.draw import BLANK, Drawn, Line, cut, fit, line, padded, paragraph, width_of, wrap
from taker311.desk.entry import Entry
from taker311.desk.theme import Role
from taker311.intake.steps import PLACE
from taker311.station.model import Status

SMALLEST = (60, 20)


def draw(control: Control, status: Status, width: int, height: int, seconds: int | None) -> Drawn:
    """The whole screen. `seconds` is how long the call has run; None hides the timer."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        small = say(
            "This window is {width} by {height}; the desk needs {columns} by {rows}. Make it larger: nothing is lost.",
            width=width,
            height=height,
            columns=SMALLEST[0],
            rows=SMALLEST[1],
        )
        text = f"{' '.join(control.banner()[:1])} {small}".lstrip()
        return Drawn([fit(line((row, "warn")), width) for row in wrap(text, max(1, width))][:height], None)
    if control.hidden:
        return _locked(control, status, width, height, seconds)
    top = banner(control, width)
    height -= len(top)
    head, cursor = _head(control, status, width, seconds)
    foot = _foot(control, width)
    room = height - len(head) - len(foot)
    if control.overlay:
        body, inner = overlays.draw(control, status, width, room), None
    else:
        body, inner = (control.draw_body or bodies.draw)(control, status, width, room)
    body = body[:room] + [BLANK] * max(0, room - len(body))
    if control.menu is not None or control.prompt is not None:
        body, inner = overlays.over(control, body, width, room)
        cursor = None
    if inner is not None:
        cursor = (inner[0], inner[1] + len(head))
    if cursor is not None:
        cursor = (cursor[0], cursor[1] + len(top))
    lines = [*top, *[*head, *body, *foot][:height]]
    return Drawn([fit(row, width) for row in lines], cursor)


def _locked(control: Control, status: Status, width: int, height: int, seconds: int | None) -> Drawn:
    """Nothing of a call but its time, and a line for the passphrase."""
    clock = stopwatch(seconds) if seconds is not None else f"{status.now:%H:%M}"
    dots, at = Entry("•" * len(control.passphrase.text)).window(width - 8)
    rows = [
        fit(
            line(
                (f" {status.city} 311", "title"),
                (" " * max(1, width - cell_len(status.city) - 6 - len(clock)), "text"),
                (clock, "dim"),
            ),
            width,
        ),
        line(("─" * width, "rule")),
        BLANK,
        *paragraph(
            say(
                "This desk is locked. Nothing is lost: the call goes on, and cases are sent. Passphrase of {agent}:",
                agent=status.agent,
            ),
            width,
        ),
        BLANK,
    ]
    cursor = (3 + at, len(rows))
    rows.append(line((" › ", "key"), (dots, "title")))
    foot = [
        line((f" {cut(control.note, width - 2)}", "bad")),
        line((" Enter", "key"), (f" {say('unlock')}  ", "dim"), ("F9", "key"), (" 911", "dim")),
    ]
    rows += [BLANK] * max(0, height - len(rows) - len(foot))
    return Drawn([fit(row, width) for row in [*rows, *foot]], cursor)


_BANNER_ROWS = 4  # of what a scripted caller says the end is what counts


def banner(control: Control, width: int) -> list[Line]:
    """What stands on top of every screen, in a colour of its own; nothing at a desk that takes real calls."""
    said = control.banner()
    rows = [row for text in said[1:] for row in wrap(text, width - 2)][-_BANNER_ROWS:]
    return [line((padded(f" {row}", width), "drill")) for row in (*said[:1], *rows)]


def _head(
    control: Control, status: Status, width: int, seconds: int | None
) -> tuple[list[Line], tuple[int, int] | None]:
    shown, state = control.view, control.station.state
    cursor = None
    if shown.state == "talking" and not control.overlay:
        text, at = control.entry.window(width - 22)
        left: Line = line((" " + text, "title"))
        cursor = (1 + at, 0)
    elif shown.state == "ready" and not control.overlay:
        left = line((f" {status.city} 311", "title"))
    else:
        left = line((f" {_title(control)}", "alarm" if shown.state == "emergency" else "title"))
    right = _corner(control, status, seconds, state.lang)
    space = width - sum(cell_len(t) for t, _ in left) - cell_len(right) - 1
    if space < 1:
        left = fit(left, width - cell_len(right) - 2)
        space = 1
    return [line(*left, (" " * space, "text"), (right, "dim")), line(("─" * width, "rule"))], cursor


def _title(control: Control) -> str:
    page = control.pages.get(control.overlay)
    title = page.title if page else _TITLES.get(control.overlay, "")
    return (say(title) if title else control.view.title) or say(STATES[control.view.state]).capitalize()


_TITLES = {"queue": noted("Queue"), "help": noted("Help"), "bulletins": noted("Bulletins and rumours")}


def _corner(control: Control, status: Status, seconds: int | None, lang: str) -> str:
    if control.view.state == "ready":
        return f"{say('desk {code}', code=status.desk_code)}   {status.agent}   {status.now:%H:%M}"
    parts = []
    if control.station.state.held_since is not None:
        parts.append(say("ON HOLD"))
    if status.online is False:
        parts.append(say("CRM off"))
    if not status.signed_in:
        parts.append(say("memory only"))
    if seconds is not None:
        parts.append(stopwatch(seconds))
    parts.append(lang or "")
    return "   ".join(part for part in parts if part)


_MESSAGE_ROWS = 4  # a sentence with a path in it still says what to do


def _foot(control: Control, width: int) -> list[Line]:
    problem = control.view.problem or control.note
    role: Role = "bad" if control.view.problem else "warn"
    rows = paragraph(problem, width - 1, role)[:_MESSAGE_ROWS] or [BLANK]
    return [*rows, hints(control, width)]


def hints(control: Control, width: int) -> Line:
    """What can be done now, the most needed first; Esc, 911 and help are never dropped."""
    alarm = key_name(control.keys["call.emergency"][0])
    if control.prompt is not None:
        return _before_the_way_out([("Enter", say("take it"))], alarm, say("never mind"), width)
    if control.menu is not None:
        own = [("1-9 a-z", say("pick")), ("/", say("filter"))]
        if control.menu.filter is not None:
            own = [("↑↓ Enter", say("pick"))] if control.menu.labels() else []
        return _before_the_way_out(own, alarm, say("never mind"), width)
    if control.overlay:
        page = control.pages.get(control.overlay)
        own = [(key, say(what)) for key, what in (page.hints() if page else ())]
        if control.overlay == "queue" and deciding.any_to_decide(control):
            own = [("1-9", say("decide"))]
        scroll = [("↑↓", say("scroll"))] if control.scrolls else []
        return _before_the_way_out([*own, *scroll], alarm, say("back"), width)
    if control.labels.letters:
        letters = list(control.labels.letters.values())
        return _before_the_way_out([(f"{letters[0]}-{letters[-1]}", say("pick"))], alarm, say("never mind"), width)
    pieces = [(key, say(label), first, _LAST.get(label, 0)) for key, label, first in _possible(control)]
    kept: list[tuple[str, str, int, int]] = []
    used = 1
    for key, label, first, last in sorted(pieces, key=lambda p: (not p[3], p[2])):
        size = cell_len(key) + cell_len(label) + 3
        if used + size <= width + 2:  # the blanks behind the last one may fall off
            kept.append((key, label, first, last))
            used += size
    kept.sort(key=lambda piece: (piece[3], piece[2]))
    row: list[tuple[str, Role]] = [(" ", "text")]
    for key, label, _, _ in kept:
        row += [(key, "key"), (f" {label}  ", "dim")]
    return line(*row[:-1], (row[-1][0].rstrip(), row[-1][1]))


def _before_the_way_out(own: list[tuple[str, str]], alarm: str, out: str, width: int) -> Line:
    """As many of `own` (key, label) as there is room for before 911 and Esc."""
    last: Line = ((alarm, "key"), (" 911  ", "dim"), ("Esc", "key"), (f" {out}", "dim"))
    left = width - 1 - width_of(last)
    row: list[tuple[str, Role]] = [(" ", "text")]
    for key, label in own:
        left -= cell_len(key) + cell_len(label) + 3
        if left >= 0:
            row += [(key, "key"), (f" {label}  ", "dim")]
    return line(*row, *last)


# These stand at the right end, in this order, so that the eye finds them at the same place on every screen.
_LAST = {"911": 1, "help": 2, "leave": 3, "back": 4, "put away": 4}
# Where an action is needed more, or less, than elsewhere.
_RANK_HERE = {("ready", "call.wrap-up"): 8, ("topic", "call.second"): 6}
_CONFIRMS = {"transfer": noted("the caller is through"), "note": noted("told the caller")}


def _possible(control: Control) -> list[tuple[str, str, int]]:
    """(key, label in English, rank): what can be done now."""
    return [*_picking(control), *_actions(control)]


def _picking(control: Control) -> list[tuple[str, str, int]]:
    """How the lines on the screen are picked."""
    shown = control.view
    if shown.state == "talking" and shown.hits:
        return [("Enter", noted("open"), 1), (f"{key_name('space')} 1-{len(shown.hits)}", noted("pick"), 2)]
    if shown.kind == "place":
        return [("↑↓ Enter", noted("that one"), 1)] if shown.choices else []
    if shown.kind == "choices":
        last = shown.choices[-1].key if shown.choices else "1"
        return [(f"1-{last}", noted("mark"), 1), ("Enter", noted("go on"), 1)]
    if shown.kind in ("choice", "yesno") and shown.state == "interview":
        last = shown.choices[-1].key if shown.choices else "1"
        return [(f"1-{last}", noted("answer"), 0)]
    if shown.kind == "duplicates":
        return [("1-9", noted("the same"), 1), ("0", noted("a new one"), 1)]
    if shown.state == "readback":
        return [(f"1-{len(shown.lines)}", noted("change a line"), 3)]
    if shown.state == "wrapup":
        return [("0-9", noted("ending"), 1)]
    if shown.kind in ("text", "number", "date", "phone", "email"):
        return [("Enter", noted("take it"), 1)]
    return []


def _actions(control: Control) -> list[tuple[str, str, int]]:
    """Each label once, with the key that comes first to the hand here."""
    best: dict[str, tuple[str, str, int]] = {}
    for action in ACTIONS:
        rank = _RANK_HERE.get((control.view.state, action.id), action.first)
        if not control.possible(action) or (action.label in best and best[action.label][2] <= rank):
            continue
        usable = [k for k in control.keys[action.id] if not (control.typing and len(k) == 1)]
        usable = [k for k in usable if control.action(k) is action]
        if usable and not (action.id == "call.end" and not ending.preset(control)):
            best[action.label] = (key_name(usable[0]), _label(control, action), rank)
    return list(best.values())


def _label(control: Control, action: Action) -> str:
    """What the action is called here: to confirm is another thing on each screen."""
    if control.view.state == "ready" and action.id == "call.wrap-up":
        return noted("nobody spoke")
    if action.id != "call.confirm":
        return action.label
    at_a_note = any(row.id == control.view.step and row.state == "here" for row in control.view.outline)
    place_is_read_back = control.view.step == PLACE
    if control.view.state == "interview" and at_a_note and not place_is_read_back:
        return _CONFIRMS["note"]
    return _CONFIRMS.get(control.view.state, action.label)
