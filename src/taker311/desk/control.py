"""What a key does at the desk: it becomes a verb of the call, or moves something that only the desk knows (the selection, a
menu, an open list). No Textual in here, so that every key is tested in microseconds."""

from __future__ import annotations

from collections.abc import Callable

from taker311.base.errors import UserError
from taker311.base.text import clean_line
from taker311.base.words import say
from taker311.call.shown import View
from taker311.cases.model import OutboxRow
from taker311.desk import answering, box, deciding, ending, flagging, labels
from taker311.desk.actions import ACTIONS, BY_ID, Action, keymap
from taker311.desk.entry import Entry
from taker311.desk.pages import Draw, Page
from taker311.desk.prompts import Menu, Prompt, jump_menu, reasons_menu, verbs_menu
from taker311.search.model import Hit
from taker311.station.idle import IdleLock
from taker311.station.queueing import QueueDesk
from taker311.station.station import Station

_READ = ("topic", "bulletin", "emergency", "distress")  # screens that are read, not picked from
_LETTERS_FOR_A_CARD = 3
Overlay = str  # "", "help", "queue", "bulletins", or the id of a page


class Control:
    """One agent's hands on one station. `view` is what to draw, with `entry`, `selected`, `overlay`, `menu`, `prompt`."""

    def __init__(self, station: Station, own_keys: dict[str, str] | None = None) -> None:
        self.station = station
        self.keys = keymap(own_keys or {})
        self.view: View = station.view()
        self.entry = Entry()
        self.box = box.Box()
        self.selected = 0
        self.scroll = 0
        self.scrolls = False  # as it was drawn last: what stands over the body is longer than the screen
        self.card: Hit | None = None  # the hit whose card stands beside the list
        self._card_waits = False
        self.chosen: tuple[str, ...] = ()  # keys toggled in a question that takes several
        self.overlay: Overlay = ""
        self.pages: dict[str, Page] = {}  # what other rooms show over the body, by the id of the action that opens it
        self.menu: Menu | None = None
        self.labels = labels.Labels()
        self.waiting_calls: Callable[[], dict[str, labels.Act]] = dict  # each call that waits -> how it is taken up
        self.prompt: Prompt | None = None
        self.note = ""
        self.leaving = False
        self.commands: dict[str, Callable[[], None]] = {}  # action id -> what the app does for it
        self.draw_body: Draw | None = None  # another look: a volunteer's
        self.banner: Callable[[], tuple[str, ...]] = tuple  # lines that stand on top of every screen: a drill's
        self.queue: QueueDesk | None = None
        self.look_for: Callable[[OutboxRow, Menu], None] = lambda _row, _menu: None  # told of a case that is decided on
        self.lock: IdleLock | None = None
        self.passphrase = Entry()
        self.opened: Callable[[Overlay], None] = lambda _overlay: None  # told which list the agent opened
        self.unavailable: Callable[[str], bool] = lambda _action: False  # commands that have nothing to do now
        self.picked = ""  # what the box would hold had the last digit not been a pick

    # ------------------------------------------------------------ from the station
    def refresh(self) -> None:
        """Takes up what changed behind the desk's back."""
        self._show(self.station.view())

    def do(self, verb: str, value: str = "") -> None:
        shown = self.station.do(verb, value)
        self.note = "" if shown.problem else say(flagging.SAID.get(verb, ""))
        self._show(shown)

    def _show(self, shown: View) -> None:
        old = self.view
        self.view = shown
        if (old.state, old.step, old.kind) != (shown.state, shown.step, shown.kind):
            self.entry.set(shown.draft)
            self.box.left(shown.state)
            self.selected = self.scroll = 0
            self.chosen = tuple(c.key for c in shown.choices if c.mark == "chosen") if shown.kind == "choices" else ()
        rows = len(shown.hits) or len(shown.choices)
        self.selected = max(0, min(self.selected, rows - 1))

    # ------------------------------------------------------------ the card beside the hits
    @property
    def wanted_card(self) -> Hit | None:
        """The selected hit; none for two letters, which still mean anything."""
        if self.view.state != "talking" or not self.view.hits:
            return None
        typed = len(self.entry.text.strip()) >= _LETTERS_FOR_A_CARD
        return self.view.hits[self.selected] if typed or self.selected else None

    @property
    def shown_card(self) -> Hit | None:
        """The wanted one, or the one shown until now while a pause in the typing is waited for."""
        return self.card if self._card_waits else self.wanted_card

    def card_waits(self) -> bool:
        """Keeps the card as it is until `card_arrives`; True when there is something to wait for."""
        if self.view.state != "talking" or not self.view.hits:
            self.card_arrives()
        self._card_waits = self.wanted_card != self.card
        return self._card_waits

    def card_arrives(self) -> None:
        self.card = self.wanted_card
        self._card_waits = False

    @property
    def typing(self) -> bool:
        """True while letters and digits are text."""
        return self.view.kind in answering.TYPED_KINDS and not self.overlay and self.menu is None

    def key(self, key: str, character: str | None = None) -> None:
        """One key press: `key` is its name ('f9', 'enter', 'a'), `character` what it types, if it types."""
        if character is not None and not character.isprintable():
            character = None  # terminals give Enter, Tab and Esc a character too
        if self._locked_out(key, character):
            return
        picked, self.picked = self.picked, ""
        if key in self.keys["call.emergency"]:
            self.prompt = self.menu = None  # nothing stands between this key and the card
            self.overlay = ""
        if labels.key(self, key, character) or self.box.key(self, key, character):
            return
        if self.prompt is not None:
            self._key_in_prompt(self.prompt, key, character)
        elif self.menu is not None:
            self._key_in_menu(self.menu, key, character)
        elif self.overlay in self.pages and self.pages[self.overlay].key(key, character):
            pass
        elif self.overlay == "queue" and character and character in "123456789":
            deciding.open_case(self, int(character))
        elif self.overlay and key in ("escape", "enter", *self._keys_of_overlay()):
            self.overlay = ""
            self.scroll = 0
        elif key == "backspace" and picked and self.view.state in ("topic", "bulletin"):
            self.do("back")
            self.do("type", picked)
            self.entry.set(picked)
        elif not self._act(key) and not self._move(key) and not self.overlay:
            answering.type_or_pick(self, key, character)

    def _keys_of_overlay(self) -> tuple[str, ...]:
        """The key that opened what stands over the body puts it away too."""
        return self.keys.get(self.overlay) or self.keys.get(f"desk.{self.overlay}", ())

    @property
    def hidden(self) -> bool:
        """True while the form must not be shown; the 911 card holds nothing of a caller and always may."""
        return self.lock is not None and self.lock.hidden and self.view.state != "emergency"

    def _locked_out(self, key: str, character: str | None) -> bool:
        """While the desk is hidden, keys are the passphrase and nothing else; the call goes on underneath."""
        emergency = key in self.keys["call.emergency"]
        if self.lock is None or self.lock.key_pressed("call.emergency" if emergency else "") or not self.hidden:
            return False
        if key == "enter":
            try:
                self.lock.unlock(self.passphrase.text)
                self.note = ""
            except UserError as error:
                self.note = str(error)
            self.passphrase.set("")
        elif not self.passphrase.key(key) and character:
            self.passphrase.insert(character)
        return True

    def paste(self, text: str) -> None:
        """Pasted text is typed where text is typed, on one line, and means nothing anywhere else."""
        text = clean_line(text)
        if self.hidden:
            return
        if self.prompt is not None:
            self.prompt.entry.insert(text)
        elif self.typing and text:
            self.entry.insert(text)
            answering.typed(self)

    def action(self, key: str) -> Action | None:
        """The action that `key` stands for now."""
        for action in ACTIONS:
            if key in self.keys[action.id] and self.possible(action) and not (self.typing and len(key) == 1):
                return action
        return None

    def possible(self, action: Action) -> bool:
        if action.states and self.view.state not in action.states:
            return False
        if action.verb:
            return action.verb in self.view.allowed and not self._enter_is_taken(action)
        known = action.id in self.commands or action.id in _OWN or action.id in self.pages
        return known and not self.unavailable(action.id)

    def _enter_is_taken(self, action: Action) -> bool:
        """Enter gives what was typed or chosen before it means anything else."""
        if action.id not in ("call.confirm", "call.intake"):
            return False
        return action.id == "call.confirm" and self.view.kind in (*answering.TYPED_KINDS, "choices", "choice", "yesno")

    def _act(self, key: str) -> bool:
        action = self.action(key)
        if action is None:
            return False
        self._do_action(action)
        return True

    def _do_action(self, action: Action) -> None:
        if action.id in self.commands:
            self.commands[action.id]()
        elif action.id in self.pages:
            self.open_overlay(action.id)
        elif action.id in _OWN:
            _OWN[action.id](self)
        else:
            self.do(action.verb, action.value)

    def _move(self, key: str) -> bool:
        if key in ("up", "down"):
            step = 1 if key == "down" else -1
            rows = len(self.view.hits) if self.view.state == "talking" else len(self.view.choices)
            if self.view.state in _READ or self.overlay or not rows:
                self.scroll = max(0, self.scroll + step)
            else:
                self.selected = (self.selected + step) % rows
            return True
        if key in ("pageup", "pagedown"):
            self.scroll = max(0, self.scroll + (10 if key == "pagedown" else -10))
            return True
        return False

    # ------------------------------------------------------------ menus and prompts
    def _key_in_menu(self, menu: Menu, key: str, character: str | None) -> None:
        if key in ("escape", *self.keys["desk.menu"]):
            self.menu = None
            if key != "escape":
                labels.begin(self)
            return
        item = menu.key(key, character)
        if item is not None:
            self.menu = None
            self._take(item.verb, item.value)

    def _take(self, verb: str, value: str) -> None:
        if verb.startswith("queue:"):
            deciding.act(self, verb.removeprefix("queue:"), value)
            return
        if verb.startswith("action:"):
            self._do_action(BY_ID[verb.removeprefix("action:")])
        else:
            self.do(verb, value)

    def _key_in_prompt(self, prompt: Prompt, key: str, character: str | None) -> None:
        if key == "escape":
            self.prompt = None
        elif key == "enter":
            self.prompt = None
            prompt.done(prompt.entry.text)
        elif not prompt.entry.key(key) and character and character.isprintable():
            prompt.entry.insert(character)

    def ask(self, title: str, done: Callable[[str], None], *, secret: bool = False) -> None:
        self.note = ""  # what went wrong before is not about this question
        self.prompt = Prompt(title, done, secret=secret)

    # ------------------------------------------------------------ the desk's own actions
    def open_overlay(self, overlay: Overlay) -> None:
        self.overlay = "" if self.overlay == overlay else overlay
        self.opened(self.overlay)
        self.scroll = 0

    def open_menu(self) -> None:
        possible = [action for action in ACTIONS if self.possible(action) and labels.of_use(self, action.id)]
        now = {a.id: tuple(k for k in self.keys[a.id] if self.action(k) in (a, None)) for a in possible}
        self.menu = verbs_menu(possible, now)

    def leave(self) -> None:
        self.leaving = True

    def ask_language(self) -> None:
        self.ask(
            say("Language: two letters, or 'vi interpreter 4711', or 'en relay'"),
            lambda text: self.do("language", text),
        )

    def ask_call_back(self) -> None:
        self.ask(say("Call back: number; when"), lambda text: self.do("call-back", text))


_OWN: dict[str, Callable[[Control], None]] = {
    "desk.help": lambda c: c.open_overlay("help"),
    "desk.queue": lambda c: c.open_overlay("queue"),
    "desk.bulletins": lambda c: c.open_overlay("bulletins"),
    "desk.menu": Control.open_menu,
    "desk.leave": Control.leave,
    "desk.labels": labels.begin,
    "call.flag": flagging.flag,
    "call.jump": lambda c: setattr(c, "menu", jump_menu(c.view)),
    "call.as-it-stands": lambda c: setattr(c, "menu", reasons_menu()),
    "call.back": box.back,
    "call.end": ending.end,
    "call.close-card": box.put_card_away,
    "call.language": Control.ask_language,
    "call.call-back": Control.ask_call_back,
}
