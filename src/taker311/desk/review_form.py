"""The review form on the screen: what a key does to it, and its rows. No Textual in here. Every change is given to `save` at
once, so that leaving loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from taker311.base.errors import UserError
from taker311.base.words import say, stopwatch
from taker311.desk.draw import BLANK, Line, cut, line, padded, paragraph, wrap
from taker311.desk.entry import Entry
from taker311.desk.theme import Role
from taker311.review import form as forms
from taker311.review.form import Fault, Form, Mark
from taker311.review.rubric import BEST, WANTED

_TITLE = 33


class FormControl:
    """`save` keeps a draft, `finish` the finished form; both raise UserError where that can't be. `jump` shows the call after so
    many of its events; whoever can do that sets it."""

    def __init__(
        self,
        form: Form,
        save: Callable[[Form], None],
        finish: Callable[[Form], None],
        now: Callable[[], datetime],
        *,
        notice: str = "",
    ) -> None:
        self.form = form
        self._save, self._finish, self._now = save, finish, now
        self.jump: Callable[[int], None] = lambda _step: None
        self.selected = 0
        self.comment: Entry | None = None
        self.asked_to_finish = False
        self.note, self.notice = "", notice
        self.over = False

    @property
    def items(self) -> tuple[Mark | Fault | None, ...]:
        """Criteria, critical errors, and None for the comment on the whole call."""
        return (*self.form.marks, *self.form.faults, None)

    @property
    def here(self) -> Mark | Fault | None:
        return self.items[self.selected]

    # ------------------------------------------------------------ keys
    def key(self, key: str, character: str | None) -> bool:
        """False when the key means leaving."""
        if self.comment is not None:
            self._key_in_comment(self.comment, key, character)
            return True
        self.note = ""
        asked, self.asked_to_finish = self.asked_to_finish, False
        if key in ("escape", "f10"):
            return asked  # Esc at the question whether to finish takes the question back
        rows = len(self.items)
        match key:
            case "up" | "down":
                self.selected = (self.selected + (1 if key == "down" else -1)) % rows
            case "home" | "end":
                self.selected = 0 if key == "home" else rows - 1
            case "pageup" | "pagedown":
                self.selected = max(0, min(rows - 1, self.selected + (8 if key == "pagedown" else -8)))
            case "tab":
                self._next_undecided()
            case "enter":
                self.jump((self.here.step if self.here is not None else 0) or 1)
            case _ if character:
                self._letter(character.lower(), asked=asked)
        return True

    def _letter(self, letter: str, *, asked: bool) -> None:
        here = self.here
        if letter == "f":
            self._ask_to_finish(asked=asked)
        elif letter == "c" or here is None:
            self.comment = Entry()
            self.comment.set((here.comment if here is not None else self.form.comment).replace("\n", " "))
        elif isinstance(here, Mark) and letter in "012345":
            self._change(forms.mark(self.form, here.id, int(letter)))
        elif isinstance(here, Mark) and letter in ("-", "l"):
            self._change(forms.mark(self.form, here.id, None))
        elif isinstance(here, Fault) and letter in "yn":
            self._change(forms.judge(self.form, here.id, found=letter == "y"))
        else:
            self.note = (
                say("Here: 0 to {best}, - where it could not be observed, C to comment.", best=BEST)
                if isinstance(here, Mark)
                else say("Here: Y where it happened, N where it did not, C to comment.")
            )

    def _key_in_comment(self, entry: Entry, key: str, character: str | None) -> None:
        """Esc keeps what was typed, as Enter does: nothing that was written is thrown away by a key."""
        if key in ("enter", "escape"):
            here, self.comment = self.here, None
            self._change(forms.comment(self.form, here.id if here is not None else "", entry.text))
        elif not entry.key(key) and character and character.isprintable():
            entry.insert(character)

    def paste(self, text: str) -> None:
        if self.comment is not None:
            self.comment.insert(text)

    def _change(self, form: Form) -> None:
        try:
            self._save(form)
        except UserError as error:
            self.note = str(error)
        self.form = form

    def _next_undecided(self) -> None:
        left = set(forms.undecided(self.form))
        rows = len(self.items)
        for step in range(1, rows + 1):
            one = self.items[(self.selected + step) % rows]
            if one is not None and one.id in left:
                self.selected = (self.selected + step) % rows
                return
        self.note = say("Everything is judged; F finishes the form.")

    def _ask_to_finish(self, *, asked: bool) -> None:
        try:
            done = forms.finish(self.form, self._now())
            if not asked:
                self.asked_to_finish = True
                self.note = say("A finished form goes to every reviewer. F once more finishes it, Esc does not.")
                return
            self._finish(done)
            self.form, self.over = done, True
        except UserError as error:
            self.note = str(error)

    # ------------------------------------------------------------ rows
    def rows(self, width: int, height: int) -> tuple[list[Line], tuple[int, int] | None]:
        """The body in `height` rows, the selected item in it; and the text cursor, where a comment is typed."""
        found: list[Line] = [line((f" {cut(self._head(), width - 2)}", "title"))]
        found += paragraph(self.notice, width, "warn") if self.notice else []
        top, at, cursor = len(found), 0, None
        body: list[Line] = []
        for number, one in enumerate(self.items):
            if number == len(self.form.marks):
                body += [BLANK, line((" " + say("Critical errors: one makes the score 0"), "title"))]
            elif one is None:
                body += [BLANK]
            if number == self.selected:
                at = len(body)
            body += self._item(one, width, chosen=number == self.selected)
            if number == self.selected and self.comment is not None:
                text, column = self.comment.window(width - 10)
                body.append(line(("       › ", "key"), (text, "title")))
                cursor = (9 + column, len(body) - 1)
        room = height - top
        last = next((i for i in range(at + 1, len(body)) if self._begins(body[i])), len(body))
        start = max(0, min(at - 3, len(body) - room)) if last - at < room else at
        start = max(start, last - room)
        shown = body[start : start + room]
        at_screen = (cursor[0], cursor[1] - start + top) if cursor else None
        return [*found, *shown], at_screen

    @staticmethod
    def _begins(row: Line) -> bool:
        return bool(row) and not row[0][0].startswith("      ")

    def _head(self) -> str:
        found = forms.qa(self.form)
        score = "—" if found.score is None else f"{found.score / 10:.1f}"
        return say(
            "{agent}  {began}  knowledge {kb}  QA so far {score}  to judge: {left}",
            agent=self.form.agent,
            began=f"{self.form.call_began:%Y-%m-%d %H:%M} UTC",
            kb=self.form.kb_version[:12] or "?",
            score=score,
            left=len(forms.undecided(self.form)),
        )

    def _item(self, one: Mark | Fault | None, width: int, *, chosen: bool) -> list[Line]:
        mark = "›" if chosen else " "
        role: Role = "pick" if chosen else "text"
        if one is None:
            rows = [line((f" {mark} ", "key"), (say("Comment on the whole call"), role))]
            return rows + self._comment_rows(self.form.comment, width)
        value, colour = _value(one)
        room = max(0, width - 16 - _TITLE)
        rows = [
            line(
                (f" {mark} ", "key"),
                (f"{value:>4} ", colour),
                (f"{stopwatch(one.at_s):>5}  " if one.step else "       ", "dim"),
                (padded(forms.title(one.id), _TITLE if isinstance(one, Mark) else width - 16), role),
                (f" {cut(one.why, room)}" if isinstance(one, Mark) else "", "dim"),
            )
        ]
        if chosen:
            rows += self._more(one, width)
        return rows + self._comment_rows(one.comment, width)

    def _more(self, one: Mark | Fault, width: int) -> list[Line]:
        rows: list[Line] = []
        if isinstance(one, Mark):
            rows += paragraph(say("Wanted: {what}", what=say(WANTED[one.id])), width, "dim", indent=8)
        if one.why:
            rows += paragraph(say("The journal: {what}", what=one.why), width, "dim", indent=8)
        return rows

    def _comment_rows(self, text: str, width: int) -> list[Line]:
        return [line(("        ", "text"), (f"“{row}”", "say")) for row in wrap(text, width - 11)]

    def hints(self) -> list[tuple[str, str]]:
        if self.comment is not None:
            return [("Enter", say("keep the comment"))]
        here = self.here
        own = [("0-5 -", say("mark"))] if isinstance(here, Mark) else [("Y N", say("judge"))] if here else []
        return [
            *own,
            ("C", say("comment")),
            ("Enter", say("the moment")),
            ("Tab", say("next")),
            ("F", say("finish")),
            ("Esc", say("leave")),
        ]


def _value(one: Mark | Fault) -> tuple[str, Role]:
    if isinstance(one, Fault):
        if one.found is None:
            return "?", "warn"
        return (say("YES"), "bad") if one.found else (say("no"), "dim")
    if one.open:
        return "?", "warn"
    if one.mark is None:
        return "-", "dim"
    return f"{one.mark}/{BEST}", "good" if one.mark == BEST else "warn" if one.mark else "bad"
