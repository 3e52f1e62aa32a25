"""Every word that the desk puts on a screen can be translated, and in Spanish every screen still says how to get out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import msgspec
import pytest
from msgspec.structs import replace

from helpers import drill_plays, keys, pseudo, screens
from helpers.keys import Hands
from helpers.stations import NOW, station
from taker311.base import words
from taker311.base.clock import ManualClock
from taker311.base.errors import UserError
from taker311.base.ids import SeededIds
from taker311.base.settings import Settings
from taker311.base.throwaway_key import open_throwaway
from taker311.call.allowed import VERBS, Context, event_for
from taker311.call.dispositions import DISPOSITIONS
from taker311.call.table import step
from taker311.cases.model import OutboxRow
from taker311.desk.actions import ACTIONS
from taker311.desk.control import Control
from taker311.desk.day_page import my_day
from taker311.desk.pages import Page
from taker311.desk.promises_page import PromisesPage
from taker311.desk.screen import draw
from taker311.desk.tour import Offered, add_tour
from taker311.drills.debrief import debrief
from taker311.drills.log import load as read_log
from taker311.drills.score import score
from taker311.intake import steps
from taker311.intake.phrases import PHRASES
from taker311.station.idle import IdleLock
from taker311.station.model import Notice, OpenCall, Status
from taker311.station.promises import in_words as promise_in_words
from taker311.station.queueing import QueueDesk
from taker311.station.seat import Seat
from taker311.station.workplace import Workplace

SIZES = ((80, 24), (60, 20))
_IDS = " ".join(action.id for action in ACTIONS)


@pytest.fixture
def spanish():
    words.use("es")
    yield
    words.use("en")


@pytest.fixture
def in_letters_of_its_own(monkeypatch):
    """The interface in Cyrillic letters, the city in Greek ones; what a caller says is Greek too, places and numbers are not."""
    pseudo.speak(monkeypatch)
    says = keys.Hands.says
    monkeypatch.setattr(
        keys.Hands, "says", lambda hands, text: says(hands, text if text[:1].isdigit() else pseudo.known(text))
    )
    status = replace(
        screens.STATUS,
        city="Μινγτον",
        agent="Σαμ",
        notices=(Notice(kind="bulletin", text="Βοιλ ωατερ"),),
        changed=("Ποτηολε",),
        open_calls=(OpenCall(call_id="1", began=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), about="Ποτηολε"),),
    )
    monkeypatch.setattr(screens, "STATUS", status)
    monkeypatch.setattr(screens, "_OFF", replace(status, online=False, signed_in=False, crm=""))


def walk():
    """(name, hands, status) for every screen, at a desk that is well and at one that is not."""
    for number, (name, hands) in enumerate(chain(screens._walk(), screens._transferred())):
        for status in (screens.STATUS, screens._OFF)[:: 1 if number % 2 else -1]:
            yield name, hands, status


def test_no_screen_shows_a_word_that_no_translator_has_seen(in_letters_of_its_own):
    seen = 0
    for name, hands, status in walk():
        for width, height in ((80, 24), (120, 30)):
            lines = draw(hands.control, status, width, height, 75).lines
            text = "\n".join("".join(piece for piece, _ in row) for row in lines)
            topics = " ".join(topic.id for topic in hands.control.station.world.bundle.knowledge.topics)
            left = pseudo.left(
                text, hands.view.say, hands.control.entry.text, hands.view.ref, status.desk_code, _IDS, topics
            )
            assert not left, f"{name}: {left}\n{text}"
            seen += 1
    assert seen > 100


def _text(control: Control, status: Status, width: int = 80, height: int = 24) -> str:
    return "\n".join("".join(piece for piece, _ in row) for row in draw(control, status, width, height, 75).lines)


def test_what_stands_over_or_instead_of_a_screen_has_no_such_word_either(in_letters_of_its_own):
    clock = ManualClock(NOW)
    hands = Hands(station(clock=clock))
    control = hands.control
    control.lock = IdleLock(clock, 60, lambda _passphrase: None)
    store = control.station.desk.store
    control.queue = QueueDesk(lambda: store, clock, lambda: "Σαμ", lambda: False, lambda: None)
    hands.says("hole in the road").press("enter", "enter").says("100 wash").press(
        "enter", "enter", "1", "y", "1", "enter"
    )
    hands.press("enter", "4", "enter", "enter", "enter")
    case_id = store.rows()[0].case_id
    reason = "The city's system refused it (answer 400). A person must decide."
    store.change(case_id, lambda row: replace(row, state="held", last_reason=reason), NOW, event="refused")
    shown = {"queue": _text(hands.press("f5").control, screens.STATUS)}
    shown["decision"] = _text(hands.press("1").control, screens.STATUS)
    shown["number"] = _text(hands.press("2").control, screens.STATUS)
    shown["decided"] = _text(hands.says("26-17").press("enter").control, screens.STATUS)
    hands.press("escape", "escape")
    shown["small"] = _text(control, screens.STATUS, 59, 19)
    clock.advance(61)
    shown["locked"] = _text(control, screens.STATUS)
    for name, text in shown.items():
        assert not pseudo.left(text, _IDS, "pothole 26-17", screens.STATUS.desk_code), f"{name}\n{text}"
    assert "дециде" in shown["decision"]
    assert "Пассп" in shown["locked"]


def test_no_page_over_the_screen_and_no_notice_of_the_desk_has_such_a_word(in_letters_of_its_own, tmp_path):
    clock = ManualClock(NOW)
    bundle, index, places = pseudo.city()
    seat = Seat(tmp_path / "seat", clock, open_throwaway(tmp_path / "seat"))
    place = Workplace(bundle, tmp_path / "none.kb", seat, Settings(), clock, SeededIds(1), agent="Σαμ")
    place.station.desk.index, place.station.desk.places = index, places
    named = f"{_IDS} {seat.desk_code} Main Street"
    shown: dict[str, str] = {}
    try:
        place.store.pause(
            "The city's system does not accept this desk's key. Set the key, then let the queue go on.", NOW
        )
        hands = Hands(place.station)
        control = hands.control
        add_tour(control, place.status, Offered(tmp_path, "Σαμ"))
        promises = PromisesPage(control, place.promises, lambda one: promise_in_words(one, place), place.zone)
        control.pages["desk.promises"] = promises.page()
        control.pages["desk.day"] = Page("My day", lambda width: my_day(place, width))
        place.station.do("type", pseudo.known("library"))
        for verb, value in (("open", "library-hours"), ("call-back", "413 555 0142; μανιανα"), ("help-me", "")):
            place.station.do(verb, value)
        for verb in ("wrapup", "end"):
            place.station.do(verb)
        control.refresh()
        shown["ready"] = _text(control, place.status())
        for overlay in ("help", "bulletins", "desk.promises", "desk.day"):
            control.open_overlay(overlay)
            shown[overlay] = _text(control, place.status(), 80, 60)
            control.open_overlay(overlay)
        hands.press("f1", "t")
        for number in range(5):
            shown[f"tour {number}"] = _text(control, place.status(), 80, 40)
            hands.press("right")
        hands.press("escape")
        control.open_overlay("desk.promises")
        shown["one promise"] = _text(hands.press("1").control, place.status())
    finally:
        place.station.desk.places = None  # shared with other tests
        place.stop()
    for name, text in shown.items():
        assert not pseudo.left(text, named), f"{name}: {pseudo.left(text, named)}\n{text}"
    assert "413 555 0142" in shown["one promise"]


def test_no_debrief_of_a_drill_shows_such_a_word(monkeypatch):
    logs = [read_log(path) for path in sorted(drill_plays.FOLDER.glob("*.jsonl"))]
    pseudo.speak(monkeypatch)
    for log in logs:
        drill = log.begun.drill
        rows = "\n".join(debrief(score(log), drill))
        given = pseudo.words_of(msgspec.to_builtins(log))
        assert not pseudo.left(rows, given), rows


def _not_saved():
    """A desk whose disk takes nothing."""
    hands = Hands(station())

    def enqueue(*_given: object) -> OutboxRow:
        raise UserError(words.say("the disk is full; make room and save again."))

    hands.control.station.desk.store.enqueue = enqueue
    hands.says("hole in the road").press("enter", "enter").says("100 wash").press("enter", "enter", "1", "y", "1")
    hands.press("enter", "enter", "4", "enter")
    assert hands.view.problem
    assert not pseudo.left(hands.view.problem)
    yield "not saved", hands, screens.STATUS
    yield "not saved, wrapping up", hands.press("f4"), screens.STATUS


def test_no_refusal_of_the_call_is_a_sentence_that_no_translator_has_seen(in_letters_of_its_own):
    refused = set()
    for name, hands, _ in chain(walk(), _not_saved()):
        made = hands.control.station
        for verb in VERBS:
            for value in ("", "ζζζ", "99", "0", "413"):
                context = Context(made.world, made.state, made.hits, SeededIds(1))
                event = event_for(context, verb, value)
                sentence = event if isinstance(event, str) else step(made.world, made.state, event, NOW).refusal
                codes = " ".join((*VERBS, *DISPOSITIONS, "agent interpreter relay", *steps.ENDS))
                assert not pseudo.left(sentence, codes), f"{name}, {verb} {value!r}: {sentence}"
                refused.add(sentence)
    assert len(refused) > 40


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_in_spanish_every_screen_is_filled_and_names_911_help_and_the_way_out(spanish, width, height):
    for name, hands, status in walk():
        drawn = draw(hands.control, status, width, height, 75)
        assert len(drawn.lines) == height, name
        hints = "".join(piece for piece, _ in drawn.lines[-1])
        if hands.view.state == "held":
            assert "F8 retomar" in hints, name
            continue
        over = hands.control.overlay or hands.control.menu or hands.control.prompt
        assert "F9 911" in hints, f"{name}: {hints}"
        if hands.view.state not in ("ready", "done") or over:
            assert any(out in hints for out in ("Esc atrás", "Esc cerrar tarjeta", "Esc dejar")), f"{name}: {hints}"
        if not over and hands.view.state != "emergency":
            assert "F1 ayuda" in hints, f"{name}: {hints}"


def test_a_whole_call_in_spanish_shows_spanish_and_stores_what_an_english_one_does(spanish):
    def call() -> tuple[list[str], Hands]:
        hands = Hands(station())
        shown: list[str] = []

        def look() -> None:
            drawn = draw(hands.control, screens.STATUS, 80, 24, 75)
            shown.append("\n".join("".join(piece for piece, _ in row) for row in drawn.lines))

        look()
        hands.says("hole in the road")
        look()
        hands.press("enter", "enter")
        hands.says("zzzz qqqq").press("f3")
        look()
        hands.press("1")
        look()
        hands.press("3", "n", "enter", "4")
        look()
        hands.press("enter")
        look()
        hands.press("f4")
        look()
        return shown, hands

    shown, hands = call()
    ready, found, reasons, asked, readback, done, wrapup = shown
    assert "Escriba lo que dice quien llama para empezar una llamada." in ready
    assert "Enter abrir" in found
    assert "F4 cerrar" in found
    assert "Tomar el lugar como está, porque" in reasons
    assert "1  Calle nueva o sin nombre" in reasons
    assert " PREG. Is it" in asked
    assert "1-3 responder" in asked
    assert "Enter cuando quien llama esté de acuerdo" in readback
    assert " DIGA  Let me read back" in readback
    assert "Solo está en memoria: nadie ha iniciado sesión aquí." in done
    assert "¿Hay algo más?" in done
    assert "¿Cómo terminó la llamada?" in wrapup
    assert "2  Reporte tomado" in wrapup
    store = hands.control.station.desk.store
    in_spanish = store.case(store.rows()[0].case_id)
    words.use("en")
    english, hands = call()
    store = hands.control.station.desk.store
    assert store.case(store.rows()[0].case_id) == in_spanish
    assert in_spanish.place is not None
    assert in_spanish.place.reason == "New or unnamed street"
    assert "Let me read back" in english[4]


def test_what_the_caller_hears_follows_the_caller_and_the_agents_labels_the_screen():
    hands = Hands(station()).says("hole in the road").press("f2").says("es").press("enter", "enter", "enter")
    hands.says("100 wash").press("enter")
    spoken = "".join(piece for row in draw(hands.control, screens.STATUS, 80, 24, 75).lines for piece, _ in row)
    assert "Tengo: 100 Washington Street" in spoken
    assert " SAY " in spoken
    assert "yes, that is right" in spoken


def test_what_is_kept_in_both_languages_apart_from_the_catalogue_is_whole_too():
    for texts in (*PHRASES.values(), *DISPOSITIONS.values()):
        assert set(words.languages()) <= set(texts)
