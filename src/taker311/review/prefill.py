"""What the journal alone says of a call, criterion by criterion, with the moment: a mark where it settles the matter, else what
a reviewer should look at. Nothing of what a caller said stands in these sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from taker311.base.settings import ReviewSettings
from taker311.base.words import FIRST, language, plural, say
from taker311.call import events as ev
from taker311.call.dispositions import DISPOSITIONS
from taker311.cases.submission import without_personal
from taker311.intake.interview import counted_answers
from taker311.intake.steps import layout
from taker311.knowledge.model import Topic, pick
from taker311.review.rubric import BEST
from taker311.review.tale import Beat, Tale

# A number, a date and who takes it can't be read out in less.
_READ_OUT_S = 3
_CARD_WITHIN_S = 20  # of the last words typed: the emergency step of a call is over by 0:20
_WITHOUT_TOPIC = frozenset({"dropped", "silent", "misdial", "abusive"})
_UNVERIFIED = 2


class Seen(NamedTuple):
    """`mark` 0 to 5; None with `open` is for the reviewer, None without it could not be observed. `at` is the moment."""

    mark: int | None
    why: str = ""
    at: Beat | None = None
    open: bool = False


class Look(NamedTuple):
    """A critical error that the journal hints at, and the moment."""

    id: str
    why: str
    at: Beat | None


def prefill(tale: Tale, wanted: ReviewSettings) -> dict[str, Seen]:
    found = {name: judge(tale) for name, judge in _JUDGES.items()}
    found["time"] = _time(tale, wanted)
    return found


def _open(why: str, at: Beat | None = None) -> Seen:
    return Seen(None, why, at, open=True)


def _last(tale: Tale, *kinds: type[ev.Event]) -> Beat | None:
    return next((beat for beat in reversed(tale.beats) if isinstance(beat.event, kinds)), None)


# ---------------------------------------------------------------- the criteria
def _raised(tale: Tale) -> list[Beat]:
    return [beat for beat in tale.beats if beat.after.card_open and not beat.before.card_open]


def _safety(tale: Tale) -> Seen:
    raised = _raised(tale)
    handed = next((b for b in tale.beats if isinstance(b.event, ev.CardClosed) and b.event.connected), None)
    if raised and handed is not None:
        late = _seconds_late(tale, raised[0])
        if late <= _CARD_WITHIN_S:
            return Seen(BEST, say("the 911 card in time, the caller handed over"), raised[0])
        return _open(say("the 911 card {late} s after the last words, the caller handed over", late=late), raised[0])  # fmt: skip
    if raised:
        return _open(say("the 911 card stood open and nobody was handed over"), raised[0])
    gates = [beat for beat in tale.beats if _is_gate(tale, beat)]
    if gates:
        text = plural(len(gates), "{count} safety question asked", "{count} safety questions asked")
        return Seen(BEST, text, gates[-1])
    return Seen(None, say("no card and no safety question in this call"))


def _seconds_late(tale: Tale, raised: Beat) -> int:
    """From the last thing that was typed or answered to the card; none where the desk raised it by itself."""
    if not isinstance(raised.event, ev.CardOpened):
        return 0
    words = ev.Started | ev.Typed | ev.Answered | ev.FieldTyped | ev.PlaceTyped
    before = [beat.second for beat in tale.beats if beat.at <= raised.at and isinstance(beat.event, words)]
    return raised.second - before[-1] if before else raised.second


def _is_gate(tale: Tale, beat: Beat) -> bool:
    if not isinstance(beat.event, ev.Answered) or beat.refusal:
        return False
    script = tale.world.script(beat.before)
    question = layout(script).questions.get(beat.event.question) if script else None
    return question is not None and question.stop is not None and question.stop.do == "emergency"


def _cards(tale: Tale) -> list[tuple[str, Beat]]:
    return [
        (beat.event.topic_id if isinstance(beat.event, ev.Opened) else beat.event.id, beat)
        for beat in tale.beats
        if isinstance(beat.event, ev.Opened | ev.BulletinOpened)
    ]


def _topic(tale: Tale) -> Seen:
    cards = _cards(tale)
    if not cards:
        if tale.disposition in _WITHOUT_TOPIC or _raised(tale):
            return Seen(None, say("no topic was opened, and none was needed"))
        return _open(say("no topic was opened"), tale.last)
    names = list(dict.fromkeys(name for name, _ in cards))
    return _open(say("opened {topics}", topics=", ".join(names)), cards[0][1])


def _answer(tale: Tale) -> Seen:
    cards = _cards(tale)
    if not cards:
        return Seen(None, say("no card was open"))
    old = _past(tale)
    if old is not None:
        name, at = old
        return _open(say("{topic} was past its review or not in force", topic=name), at)
    return _open(say("the card stood open from here"), cards[-1][1])


def _past(tale: Tale) -> tuple[str, Beat] | None:
    """The first card that was opened although it was past its review, or not in force."""
    for name, beat in _cards(tale):
        topic = tale.bundle.topic(name)
        if topic is not None and _is_past(topic, tale.world.today(beat.at)):
            return name, beat
    return None


def _is_past(topic: Topic, today: date) -> bool:
    return (
        (topic.review_by is not None and topic.review_by < today)
        or (topic.valid_to is not None and topic.valid_to < today)
        or (topic.valid_from is not None and topic.valid_from > today)
    )


def _location(tale: Tale) -> Seen:
    beat = _last(tale, ev.PlaceConfirmed, ev.PlaceUnverified)
    if beat is None:
        return Seen(None, say("no place was asked for"))
    if isinstance(beat.event, ev.PlaceConfirmed):
        return Seen(BEST, say("found, read back and agreed to"), beat)
    return Seen(_UNVERIFIED, say("taken as it stands, not verified"), beat)


def _facts(tale: Tale) -> Seen:
    given = [beat for beat in tale.beats if isinstance(beat.event, ev.Answered) and not beat.refusal]
    heard = [beat for beat in tale.beats if isinstance(beat.event, ev.HeardTaken)]
    if not given and not heard:
        return Seen(None, say("no question was answered"))
    unknown = sum(isinstance(b.event, ev.Answered) and b.event.text == "unknown" for b in given)
    text = say(
        "{given} answered, {unknown} not known, {heard} taken from the caller's words",
        given=len(given),
        unknown=unknown,
        heard=len(heard),
    )
    return _open(text, (given or heard)[0])


def _needless(tale: Tale) -> Seen:
    begun = [beat for beat in tale.beats if isinstance(beat.event, ev.IntakeStarted)]
    if not begun:
        return Seen(None, say("no question was asked"))
    found = _asked_though_heard(tale) + _asked_for_nothing(tale)
    if any(done.disposition == "answered" for done in tale.end.finished) and not any(
        done.case_id for done in tale.end.finished
    ):
        found.append(begun[0])
    if not found:
        return Seen(BEST, say("nothing needless was asked"), begun[0])
    text = plural(len(found), "{count} question that was not needed", "{count} questions that were not needed")
    return Seen(max(0, BEST - 2 * len(found)), text, found[0])


def _asked_though_heard(tale: Tale) -> list[Beat]:
    """Questions asked although the desk offered the answer out of the caller's own words."""
    left = {beat.event.question for beat in tale.beats if isinstance(beat.event, ev.HeardLeft)}
    return [b for b in tale.beats if isinstance(b.event, ev.Answered) and b.event.question in left and not b.refusal]


def _asked_for_nothing(tale: Tale) -> list[Beat]:
    """Questions whose answers don't count in the case that was saved."""
    found = []
    for saved in (beat for beat in tale.beats if isinstance(beat.event, ev.CaseSaved) and not beat.refusal):
        script, interview = tale.world.script(saved.before), saved.before.interview
        if script is None or interview is None:
            continue
        counted = counted_answers(script, interview)
        lost = {step for step in interview.answers if step not in counted}
        asked = {b.event.question: b for b in tale.beats if isinstance(b.event, ev.Answered) and b.at <= saved.at}
        found += [asked[step] for step in sorted(lost) if step in asked]
    return found


def _duplicate(tale: Tale) -> Seen:
    shown = next((b for b in tale.beats if isinstance(b.event, ev.DuplicatesFound) and b.event.found), None)
    if shown is None:
        return Seen(None, say("no open case lay nearby"))
    made = _last(tale, ev.DuplicateJoined, ev.DuplicateNew)
    if made is None:
        return _open(say("open cases nearby were shown, and nothing was decided"), shown)
    joined = isinstance(made.event, ev.DuplicateJoined)
    return Seen(BEST, say("joined the open case") if joined else say("made a new case"), made)


def _promise(tale: Tale) -> Seen:
    saved = [beat for beat in tale.beats if isinstance(beat.event, ev.CaseSaved) and not beat.refusal]
    if not saved:
        through = _last(tale, ev.Transferred)
        if through is not None:
            return Seen(BEST, say("transferred, the caller was through"), through)
        if any(done.disposition == "referred" for done in tale.end.finished):
            return _open(say("referred elsewhere"), tale.last)
        return Seen(None, say("nothing was to be promised"))
    stood = [_stood(tale, beat) for beat in saved]
    least = min(stood)
    text = say("the last screen stood for {seconds} s", seconds=least)
    return Seen(BEST if least >= _READ_OUT_S else 2, text, saved[stood.index(least)])


def _stood(tale: Tale, saved: Beat) -> int:
    """Seconds from the saved case to whatever the agent did next."""
    on = ev.WrapUpBegun | ev.SecondTopicBegun | ev.TransferShown
    gone = next((b for b in tale.beats if b.at > saved.at and isinstance(b.event, on)), None)
    return (gone.second if gone else tale.seconds) - saved.second


def _wrapup(tale: Tale) -> Seen:
    code, done = tale.disposition, tale.end.finished
    if not code:
        return Seen(0, say("the call did not end"), tale.last)
    codes = {one.disposition for one in done} | ({"call-back"} if tale.end.call_back else set())
    if code in codes or (not codes and code in _WITHOUT_TOPIC):
        return Seen(BEST, say("coded {code}", code=_coded(code)), tale.last)
    if not codes:
        return Seen(0, say("coded {code}, and nothing was dealt with", code=_coded(code)), tale.last)
    dealt = ", ".join(_coded(one) for one in sorted(codes))
    return _open(say("coded {code}; dealt with: {codes}", code=_coded(code), codes=dealt), tale.last)


def _coded(code: str) -> str:
    return f"“{pick(DISPOSITIONS[code], language(), FIRST)}”" if code in DISPOSITIONS else code


class Handled(NamedTuple):
    """Whole seconds: AHT is their sum."""

    talk: int
    hold: int
    after: int


def handled(tale: Tale) -> Handled:
    wrap = [b for b in tale.beats if b.after.phase == "wrapup" and b.before.phase != "wrapup"]
    after = tale.seconds - wrap[-1].second if wrap else 0
    hold = min(int(tale.end.held_s), tale.seconds - after)
    return Handled(tale.seconds - after - hold, hold, after)


def _time(tale: Tale, wanted: ReviewSettings) -> Seen:
    """Full up to the par of what was dealt with, none at twice that."""
    done = tale.end.finished
    par = sum(wanted.par_answer_s if one.disposition == "answered" else wanted.par_request_s for one in done)
    par = par or wanted.par_answer_s
    over = max(0, tale.seconds - par)
    took = handled(tale)
    text = say(
        "talk {talk} s, hold {hold} s, after the call {after} s; expected {par} s",
        talk=took.talk,
        hold=took.hold,
        after=took.after,
        par=par,
    )
    return Seen(max(0, (2 * BEST * (par - over) + par) // (2 * par)), text, tale.last)


def _unheard(_tale: Tale) -> Seen:
    return Seen(None, say("no sound is kept: mark it if you heard the call"))


_JUDGES: dict[str, Callable[[Tale], Seen]] = {
    "safety": _safety,
    "topic": _topic,
    "answer": _answer,
    "location": _location,
    "facts": _facts,
    "needless": _needless,
    "duplicate": _duplicate,
    "promise": _promise,
    "wrapup": _wrapup,
    "courtesy": _unheard,
    "listening": _unheard,
}


# ---------------------------------------------------------------- critical errors to look at
def looks(tale: Tale) -> tuple[Look, ...]:
    """Hints, in the order of the call; a reviewer says of each whether it is one."""
    found = []
    raised = _raised(tale)
    if raised and not any(isinstance(b.event, ev.CardClosed) and b.event.connected for b in tale.beats):
        found.append(Look("emergency-missed", say("the 911 card was put away"), raised[0]))
    old = _past(tale)
    if old is not None and any(d.disposition == "answered" and d.topic_id == old[0] for d in tale.end.finished):
        found.append(Look("wrong-answer", say("an answer past its review was given"), old[1]))
    found += [Look("personal-data", say("a number or an address stands where others read it"), s) for s in _open_numbers(tale)[:1]]  # fmt: skip
    if tale.disposition == "requested" and not any(done.case_id for done in tale.end.finished):
        found.append(Look("false-promise", say("coded as a request, and no case was saved"), tale.last))
    if tale.disposition == "dropped":
        found.append(Look("caller-dropped", say("coded as cut off"), tale.last))
    return tuple(sorted(found, key=lambda look: look.at.number if look.at else 0))


def _open_numbers(tale: Tale) -> list[Beat]:
    """When a phone number, an e-mail address or a long number came to stand in what others than the crew read."""
    found = []
    for beat in tale.beats:
        match beat.event:
            case ev.PlaceUnverified(reason=reason, text=text):
                place = beat.after.interview.place if beat.after.interview else None
                words = f"{reason} {text} {place.label if place else ''}"
            case ev.NoAnswerFound():
                words = beat.before.typed
            case ev.Answered(question=question, text=text) if _is_public(tale, beat, question):
                words = text
            case _:
                continue
        if without_personal(words) != words:
            found.append(beat)
    return found


def _is_public(tale: Tale, beat: Beat, step: str) -> bool:
    script = tale.world.script(beat.before)
    question = layout(script).questions.get(step) if script else None
    return question is not None and question.public and question.type == "text"
