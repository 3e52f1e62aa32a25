"""The floor's screen: every desk in a line, what needs somebody first; a desk, the bulletins and the topics on a page of their
own. No Textual and no disk in here: what was read goes in, lines come out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Literal

from rich.cells import cell_len

from taker311.base.words import plural, say
from taker311.cases.standing import Standing
from taker311.desk import floor_words as words
from taker311.desk.draw import BLANK, Drawn, Line, cut, fit, line, padded, wrap
from taker311.desk.screen import SMALLEST
from taker311.desk.theme import Role
from taker311.station.floor import BulletinSum, TopicSum, bulletins, in_order, name_of, topics

PageName = Literal["desks", "desk", "bulletins", "topics"]
_WIDE = 76


class FloorView:
    """`answer` is asked to leave word at the desk that calls for help; it gives a sentence."""

    def __init__(self, place: str, zone: tzinfo, answer: Callable[[Standing], str]) -> None:
        self.place, self.zone, self._answer = place, zone, answer
        self.desks: list[Standing] = []
        self.bulletins: list[BulletinSum] = []
        self.topics: list[TopicSum] = []
        self.read_at: datetime | None = None
        self.trouble = ""
        self.note = ""
        self.page: PageName = "desks"
        self.leaving = False
        self._chosen: tuple[str, str] | None = None  # the line stays on its desk while the order changes
        self._selected = 0
        self._scroll = 0
        self._known_help: set[tuple[str, datetime]] = set()

    # ------------------------------------------------------------ what was read
    def show(self, desks: list[Standing], problems: list[str], now: datetime) -> bool:
        """Takes what was read; True when a desk calls for help that did not before."""
        self.desks, self.read_at = in_order(desks, now), now
        self.trouble = problems[0] if problems else ""
        self.bulletins = bulletins(self.desks, now)
        self.topics = topics(self.desks, now, [one.id for one in self.topics if one.above])
        names = [(desk.desk, desk.seat) for desk in self.desks]
        if self._chosen in names:
            self._selected = names.index(self._chosen)
        self._selected = max(0, min(self._selected, len(names) - 1))
        calls = {
            (desk.name, desk.doing.help_since)
            for desk in self.desks
            if desk.help_open and desk.doing is not None and desk.doing.help_since is not None
        }
        new = calls - self._known_help
        self._known_help = calls
        return bool(new)

    def failed(self, sentence: str) -> None:
        """What stands on the screen is as it was; the sentence says why."""
        self.trouble = sentence

    @property
    def selected(self) -> Standing | None:
        return self.desks[self._selected] if self.desks else None

    # ------------------------------------------------------------ keys
    def key(self, key: str) -> None:
        self.note = ""
        pages: dict[str, PageName] = {"b": "bulletins", "t": "topics"}
        if key in ("q", "f10", "ctrl+c", "ctrl+q") or (key == "escape" and self.page == "desks"):
            self.leaving = True
        elif key in ("escape", "left", "backspace") or (key in pages and self.page == pages[key]):
            self._open("desks")
        elif key in pages:
            self._open(pages[key])
        elif key == "enter":
            self._open("desk" if self.page == "desks" and self.desks else "desks")
        elif key == "a":
            self._answer_help()
        elif key in _STEPS:
            self._move(_STEPS[key])

    def _open(self, page: PageName) -> None:
        self.page, self._scroll = page, 0

    def _move(self, step: int) -> None:
        if self.page == "desks":
            self._selected = max(0, min(self._selected + step, len(self.desks) - 1))
            chosen = self.selected
            self._chosen = (chosen.desk, chosen.seat) if chosen is not None else None
        else:
            self._scroll = max(0, self._scroll + step)

    def _answer_help(self) -> None:
        """The chosen desk's call, or the only one there is."""
        calling = [desk for desk in self.desks if desk.help_open]
        chosen = self.selected
        if chosen is not None and chosen.help_open:
            self.note = self._answer(chosen)
        elif len(calling) == 1 and self.page == "desks":
            self.note = self._answer(calling[0])
        elif calling:
            self.note = say("Several desks call for help: choose one with the arrows first.")
        else:
            self.note = say("No desk calls for help.")

    # ------------------------------------------------------------ drawing
    def draw(self, width: int, height: int, now: datetime) -> Drawn:
        if width < SMALLEST[0] or height < SMALLEST[1]:
            text = say(
                "This window is {width} by {height}; the floor needs {least_width} by {least_height}.",
                width=width, height=height, least_width=SMALLEST[0], least_height=SMALLEST[1],
            )  # fmt: skip
            return Drawn([fit(line((row, "warn")), width) for row in wrap(text, max(1, width))][:height], None)
        head = [self._title(width), line(("─" * width, "rule"))]
        foot = [*self._sentences(width, now), self._hints(width)]
        room = height - len(head) - len(foot)
        rows = self._desk_rows(width, room, now) if self.page == "desks" else self._page_rows(width, room, now)
        rows = [*rows[:room], *[BLANK] * max(0, room - len(rows))]
        return Drawn([fit(row, width) for row in [*head, *rows, *foot]], None)

    def _title(self, width: int) -> Line:
        chosen = self.selected
        titles = {
            "desks": say("The floor"),
            "desk": words.title_of(chosen) if chosen is not None else "",
            "bulletins": say("Bulletins that must be read"),
            "topics": say("Topics"),
        }
        left = f" {titles[self.page]}"
        right = f"{self.read_at.astimezone(self.zone):%H:%M}" if self.read_at else say("reading ...")
        space = max(1, width - cell_len(left) - cell_len(right) - 1)
        return line((cut(left, width - 12), "title"), (" " * space, "text"), (right, "dim"))

    def _summary(self, now: datetime) -> str:
        on = [desk for desk in self.desks if desk.on(now)]
        talking = sum(desk.doing is not None and desk.doing.state in ("call", "hold", "wrapup") for desk in on)
        calling = sum(desk.help_open for desk in self.desks)
        parts = [
            plural(len(on), "{count} desk on", "{count} desks on"),
            plural(talking, "{count} in a call", "{count} in a call"),
        ]
        if calling:
            parts.append(plural(calling, "{count} calls for help", "{count} call for help"))
        return ", ".join(parts)

    def _desk_rows(self, width: int, room: int, now: datetime) -> list[Line]:
        rows = [line((f" {self._summary(now)}", "text"))]
        rows += [line((f" {cut(text, width - 2)}", role)) for text, role in self._news()]
        if not self.desks:
            empty = say("{place}: no desk has reported here yet.", place=self.place) if self.read_at else ""
            return [*rows, BLANK, *(line((f" {row}", "dim")) for row in wrap(empty, width - 2))]
        wide = width >= _WIDE
        sizes = (14, 17, 5, 6, 6) if wide else (11, 16, 0, 0, 6)
        names = (say("Desk"), say("Doing"), say("Calls"), say("Mean"), say("Unsent"))
        top = "".join(f"{padded(name, size)} " for name, size in zip(names, sizes, strict=True) if size)
        rows.append(line((f"   {top}{say('What needs somebody')}", "dim")))
        space = max(1, room - len(rows))
        first = max(0, min(self._selected - space + 1, len(self.desks) - space))
        first = max(0, min(max(first, 0), self._selected))
        for number, desk in enumerate(self.desks[first : first + space], first):
            rows.append(self._desk_row(desk, sizes, width, now, chosen=number == self._selected))
        return rows

    def _desk_row(self, desk: Standing, sizes: tuple[int, ...], width: int, now: datetime, *, chosen: bool) -> Line:
        told = desk.doing
        cells = (
            name_of(desk),
            words.doing(desk, now),
            str(told.calls) if told is not None and told.calls else "",
            words.mean(told),
            words.unsent(desk),
        )
        left = "".join(f"{padded(cell, size)} " for cell, size in zip(cells, sizes, strict=True) if size)
        role: Role = "pick" if chosen else "text"
        pieces: list[tuple[str, Role]] = [(" › " if chosen else "   ", role), (left, role)]
        used = 3 + cell_len(left)
        for place, (text, own) in enumerate(words.needs(desk, now)):
            shown = f"{', ' if place else ''}{text}"
            if place and used + cell_len(shown) > width - 2:
                pieces.append((" …", role))
                used += 2
                break
            shown = cut(shown, max(0, width - used))
            used += cell_len(shown)
            pieces.append((shown, "pick" if chosen and own == "text" else own))
        if chosen:
            pieces.append((" " * max(0, width - used), "pick"))
        return line(*pieces)

    def _news(self) -> list[tuple[str, Role]]:
        """Over the desks: topics far above their usual rate, and bulletins that somebody has not read."""
        found: list[tuple[str, Role]] = [
            (words.counted(one.title, one.seen, one.usual), "warn") for one in self.topics if one.above
        ][:2]
        waiting = [one for one in self.bulletins if len(one.read) < one.on]
        for one in waiting[:1]:
            text = say("{title}: read at {read} of {on}", title=one.title, read=len(one.read), on=one.on)
            rest = plural(len(waiting) - 1, "and {count} more", "and {count} more") if len(waiting) > 1 else ""
            found.append((f"{text} {rest}".rstrip(), "text"))
        return found

    def _page_rows(self, width: int, room: int, now: datetime) -> list[Line]:
        chosen = self.selected
        if self.page == "desk":
            rows = words.detail(chosen, now, self.zone, width) if chosen is not None else []
        elif self.page == "bulletins":
            rows = words.bulletin_rows(self.bulletins, width)
        else:
            rows = words.topic_rows(self.topics, width)
        self._scroll = max(0, min(self._scroll, len(rows) - room))
        return rows[self._scroll :]

    def _sentences(self, width: int, now: datetime) -> list[Line]:
        role: Role = "warn" if self.note else "bad"
        text = self.note or self.trouble
        if text and not self.note and self.read_at and (now - self.read_at).total_seconds() > _OLD_S:
            text = f"{text} {say('What stands here is from {time}.', time=f'{self.read_at.astimezone(self.zone):%H:%M:%S}')}"
        rows = [line((f" {row}", role)) for row in wrap(text, width - 2)[:3]]
        return rows or [BLANK]

    def _hints(self, width: int) -> Line:
        pairs: list[tuple[str, str]] = []
        if any(desk.help_open for desk in self.desks):
            pairs.append(("a", say("answered")))
        if self.page == "desks":
            pairs += [("↑↓ Enter", say("desk")), ("b", say("bulletins")), ("t", say("topics")), ("q", say("leave"))]
        else:
            pairs += [("↑↓", say("scroll")), ("Esc", say("back")), ("q", say("leave"))]
        pieces: list[tuple[str, Role]] = [(" ", "text")]
        for key, what in pairs:
            pieces += [(key, "key"), (f" {what}  ", "dim")]
        return fit(line(*pieces), width)


_OLD_S = 30.0
_STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10, "home": -1_000_000, "end": 1_000_000}
