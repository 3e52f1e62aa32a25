"""The verbs of a call: what each becomes as an event, and which of them mean something now. Both front ends speak them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from taker311.base.ids import Ids
from taker311.base.text import clean, clean_line, did_you_mean
from taker311.base.words import say
from taker311.call import events as ev
from taker311.call import model as m
from taker311.call.aside import TYPED_911
from taker311.call.asking import current, is_place_step, needs_duplicate_choice, offers
from taker311.call.dispositions import DISPOSITION_KEYS, DISPOSITIONS
from taker311.call.flagging import flag_of
from taker311.call.steps import unsaved
from taker311.call.table import refusal
from taker311.call.world import World
from taker311.intake.interview import is_done
from taker311.intake.model import Interview
from taker311.intake.steps import PLACE, REFERRED, STOPPED, layout
from taker311.search.model import Hit

Made = ev.Event | str
_VALUE_LIMIT = 10_000


class Verb:
    """`make` gives the event for a value, or a sentence on what is wrong with it; `kinds` are the events it can become."""

    def __init__(self, make: Callable[[Context, str], Made], *kinds: type[ev.Event]) -> None:
        self.make = make
        self.kinds = kinds


class Context:
    """What a verb may look at: the call, the hits on the screen, and chance for a case's id."""

    def __init__(self, world: World, state: m.CallState, hits: tuple[Hit, ...], ids: Ids) -> None:
        self.world, self.state, self.hits, self.ids = world, state, hits, ids


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and len(value) < 4 else 0


def _type(_context: Context, value: str) -> Made:
    return ev.CardOpened(TYPED_911) if value.strip() == TYPED_911 else ev.Typed(value)


def _open(context: Context, value: str) -> Made:
    value = value.strip()
    number = _number(value)
    if number:
        if number > len(context.hits):
            return say("There is no such line; pick one of those shown.")
        hit = context.hits[number - 1]
        return ev.Opened(hit.id, number) if hit.kind == "topic" else ev.BulletinOpened(hit.id)
    if value and context.world.bundle.topic(value) is None and _is_bulletin(context, value):
        return ev.BulletinOpened(value)
    rank = next((i for i, hit in enumerate(context.hits, 1) if hit.id == value), 0)
    return ev.Opened(value, rank) if value else say("Say which line to open.")


def _is_bulletin(context: Context, value: str) -> bool:
    return context.world.bundle.bulletin(value) is not None or context.world.bundle.rumour(value) is not None


def _current(context: Context) -> str:
    return context.state.interview.at if context.state.interview else ""


def _answer(context: Context, value: str) -> Made:
    if is_place_step(context.state):
        return ev.PlaceTyped(value)
    return ev.Answered(_current(context), value)


def _confirm(context: Context, _value: str) -> Made:
    match context.state.phase:
        case "readback":
            return ev.ReadBackConfirmed(context.ids.uuid())
        case "transfer":
            return ev.Transferred()
        case "interview" if is_place_step(context.state):
            return ev.PlaceConfirmed()
        case "interview" if _is_note(context.world, context.state):
            return ev.Answered(_current(context), "ok")
        case _:
            return say("There is nothing to agree to here.")


def _is_note(world: World, state: m.CallState) -> bool:
    found = current(world, state)
    question = layout(found[0]).questions.get(found[1].at) if found else None
    return question is not None and question.type == "note"


def _unknown(context: Context, _value: str) -> Made:
    """Of the place: what the caller did say of it is taken as it stands; where nothing was said, it is left out."""
    if not is_place_step(context.state):
        return ev.Answered(_current(context), "unknown")
    return ev.PlaceUnverified("The caller is not sure") if _place_typed(context.state) else ev.Skipped(PLACE)


def _heard_question(context: Context) -> str:
    found = offers(context.world, context.state)
    return found[0].question if found else ""


def _join(context: Context, value: str) -> Made:
    number = _number(value.strip())
    if 1 <= number <= len(context.state.duplicates):
        return ev.DuplicateJoined(context.state.duplicates[number - 1].ref)
    return say("There is no such report; pick one of those shown, or say that it is a new one.")


def _pick(_context: Context, value: str) -> Made:
    number = _number(value.strip())
    return ev.PlacePicked(number) if number else say("Say which line it is.")


def _jump(_context: Context, value: str) -> Made:
    return ev.Jumped(value.strip()) if value.strip() else say("Say where to.")


def _language(_context: Context, value: str) -> Made:
    """'es', or 'vi interpreter 4711', or 'en relay'."""
    parts = value.split()
    if not parts:
        return say("Say which language, as in 'es', or 'vi interpreter 4711'.")
    modes: dict[str, Literal["agent", "interpreter", "relay"]] = {
        "agent": "agent",
        "interpreter": "interpreter",
        "relay": "relay",
    }
    mode = parts[1] if len(parts) > 1 else "agent"
    if mode not in modes:
        near = did_you_mean(mode, list(modes))
        return say(
            "'{mode}' is none of agent, interpreter and relay{near}.", mode=clean_line(mode, limit=40), near=near
        )
    return ev.LanguageSet(parts[0], modes[mode], " ".join(parts[2:]))


def _call_back(_context: Context, value: str) -> Made:
    """'617 555 0142; today after five'."""
    number, _, when = value.partition(";")
    return ev.CallBackAgreed(when=when.strip(), number=number.strip())


def _put_away(context: Context, *, connected: bool) -> Made:
    """The 911 card lies above the card for callers in distress."""
    beneath = context.state.distress_open and not context.state.card_open
    return ev.DistressClosed(connected) if beneath else ev.CardClosed(connected)


def _end(context: Context, value: str) -> Made:
    """A code, or the key that stands before it: 1 to 9, then 0."""
    if len(value) == 1 and value in DISPOSITION_KEYS:
        value = list(DISPOSITIONS)[DISPOSITION_KEYS.index(value)]
    return ev.Disposed(value.strip() or context.state.disposition)


VERBS: dict[str, Verb] = {
    "type": Verb(_type, ev.Typed),
    "open": Verb(_open, ev.Opened, ev.BulletinOpened),
    "acknowledge": Verb(lambda c, v: ev.BulletinAcknowledged(v or c.state.bulletin_id), ev.BulletinAcknowledged),
    "no-answer": Verb(lambda _c, _v: ev.NoAnswerFound(), ev.NoAnswerFound),
    "answered": Verb(lambda _c, _v: ev.AnswerGiven(), ev.AnswerGiven),
    "intake": Verb(lambda _c, _v: ev.IntakeStarted(), ev.IntakeStarted),
    "transfer": Verb(lambda _c, _v: ev.TransferShown(), ev.TransferShown),
    "answer": Verb(_answer, ev.Answered, ev.PlaceTyped),
    "unknown": Verb(_unknown, ev.Answered, ev.PlaceUnverified, ev.Skipped),
    "skip": Verb(lambda c, _v: ev.Skipped(_current(c)), ev.Skipped),
    "draft": Verb(lambda c, v: ev.FieldTyped(_current(c), v), ev.FieldTyped),
    "take": Verb(lambda c, _v: ev.HeardTaken(_heard_question(c)), ev.HeardTaken),
    "leave": Verb(lambda c, _v: ev.HeardLeft(_heard_question(c)), ev.HeardLeft),
    "pick": Verb(_pick, ev.PlacePicked),
    "unverified": Verb(lambda _c, v: ev.PlaceUnverified(v), ev.PlaceUnverified),
    "join": Verb(_join, ev.DuplicateJoined),
    "new": Verb(lambda _c, _v: ev.DuplicateNew(), ev.DuplicateNew),
    "confirm": Verb(_confirm, ev.ReadBackConfirmed, ev.Transferred, ev.PlaceConfirmed, ev.Answered),
    "jump": Verb(_jump, ev.Jumped),
    "back": Verb(lambda _c, _v: ev.WentBack(), ev.WentBack),
    "second": Verb(lambda _c, _v: ev.SecondTopicBegun(), ev.SecondTopicBegun),
    "wrapup": Verb(lambda _c, _v: ev.WrapUpBegun(), ev.WrapUpBegun),
    "end": Verb(_end, ev.Disposed),
    "emergency": Verb(lambda _c, _v: ev.CardOpened("key"), ev.CardOpened),
    "distress": Verb(lambda _c, _v: ev.DistressOpened(), ev.DistressOpened),
    "close": Verb(lambda c, _v: _put_away(c, connected=False), ev.CardClosed, ev.DistressClosed),
    "connected": Verb(lambda c, _v: _put_away(c, connected=True), ev.CardClosed, ev.DistressClosed),
    "hold": Verb(lambda _c, _v: ev.Held(), ev.Held),
    "resume": Verb(lambda _c, _v: ev.Resumed(), ev.Resumed),
    "help-me": Verb(lambda _c, _v: ev.HelpCalled(), ev.HelpCalled),
    "mark-review": Verb(lambda _c, _v: ev.MarkedForReview(), ev.MarkedForReview),
    "language": Verb(_language, ev.LanguageSet),
    "call-back": Verb(_call_back, ev.CallBackAgreed),
    "flag": Verb(lambda c, v: flag_of(c.state, v), ev.AnswerFlagged),
    "park": Verb(lambda _c, _v: ev.Parked(), ev.Parked),
}


def event_for(context: Context, do: str, value: str) -> Made:
    """The event that the verb `do` with `value` means now, or a sentence on what is wrong with it."""
    verb = VERBS.get(do)
    if verb is None:
        do = clean_line(do, limit=40)
        return say("There is no '{do}' here{near}.", do=do, near=did_you_mean(do, list(VERBS)))
    return verb.make(context, clean(value, limit=_VALUE_LIMIT))


# What may be done while no call is open: all but the 911 card begin one.
BEGINS = ("type", "open", "wrapup", "language", "call-back")


def allowed(world: World, state: m.CallState) -> tuple[str, ...]:
    """The verbs that can do something now, in the order of the table of verbs."""
    if state.phase == "ready" and not state.card_open:
        to_read = any(one.must_read and one.id not in state.acknowledged for one in world.bundle.bulletins)
        unread = ("acknowledge",) if to_read else ()
        return (*BEGINS, *unread, "emergency")
    return tuple(
        name
        for name, verb in VERBS.items()
        if any(not refusal(state, kind) for kind in verb.kinds) and _makes_sense(world, state, name)
    )


def _unacknowledged(world: World, state: m.CallState) -> bool:
    bulletin = world.bundle.bulletin(state.bulletin_id)
    return state.phase == "bulletin" and bulletin is not None and bulletin.id not in state.acknowledged


# What else must be true where the table of states alone would let a verb through.
_ONLY_WHEN: dict[str, Callable[[World, m.CallState], bool]] = {
    "mark-review": lambda _w, state: not state.marked,
    "distress": lambda world, state: bool(world.city.distress_card.say) and not state.distress_open,
    "close": lambda _w, state: state.card_open or state.distress_open,
    "connected": lambda _w, state: state.card_open or state.distress_open,
    "resume": lambda _w, state: state.held_since is not None,
    "intake": lambda world, state: world.script(state) is not None,
    "transfer": lambda world, state: world.transfer(state) is not None,
    "acknowledge": _unacknowledged,
    "take": lambda world, state: bool(offers(world, state)),
    "leave": lambda world, state: bool(offers(world, state)),
    "join": lambda _w, state: needs_duplicate_choice(state),
    "new": lambda _w, state: needs_duplicate_choice(state),
    "back": lambda _w, state: state.phase != "done",
    "end": lambda _w, state: not unsaved(state),
    "second": lambda _w, state: not unsaved(state),
}


def _makes_sense(world: World, state: m.CallState, name: str) -> bool:
    if name in _ONLY_WHEN and not _ONLY_WHEN[name](world, state):
        return False
    if state.phase in ("interview", "readback"):
        return _in_interview(world, state, name)
    return name != "confirm" or state.phase == "transfer"


def _in_interview(world: World, state: m.CallState, name: str) -> bool:
    found = current(world, state)
    if found is None:
        return False
    script, interview = found
    step, at_place = interview.at, is_place_step(state)
    question, required = layout(script).questions.get(step), step in layout(script).required
    asks = question is not None and question.type != "note"
    read_back = state.picked is not None
    rules = {
        "answer": asks or at_place,
        "unknown": asks or (at_place and not read_back and (not required or _place_typed(state))),
        "skip": (question is not None or at_place) and (not required or is_done(interview, step)),
        "draft": question is not None or at_place,
        "pick": at_place and bool(state.places) and not read_back,
        "unverified": at_place and _place_typed(state) and not read_back,
        "confirm": state.phase == "readback" or _is_note(world, state) or (at_place and _has_place(state, interview)),
        "second": step in (STOPPED, REFERRED),
    }
    return rules.get(name, True)


def _place_typed(state: m.CallState) -> bool:
    return bool(state.drafts.get(PLACE, "").strip())


def _has_place(state: m.CallState, interview: Interview) -> bool:
    """A place that was picked, or the earlier one while nothing else is being typed."""
    return state.picked is not None or (interview.place is not None and not state.drafts.get(PLACE))
