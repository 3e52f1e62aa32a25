"""What an interview shows: the question, the place and its read-back, reports nearby, the lines that are read back."""

from __future__ import annotations

from msgspec.structs import replace

from taker311.base.words import say
from taker311.call import spoken
from taker311.call.asking import current, needs_duplicate_choice, offers
from taker311.call.model import CallState
from taker311.call.shown import Situation, View, ViewChoice
from taker311.call.world import World
from taker311.intake.display import label_of, outline, place_in_words, readback, value_in_words
from taker311.intake.heard import Heard
from taker311.intake.interview import stopped_by, values
from taker311.intake.model import AnswerValue, Interview
from taker311.intake.parse import CHOICE_KEYS, in_digits
from taker311.intake.phrases import phrase
from taker311.intake.rows import matching_row
from taker311.intake.steps import PLACE, REFERRED, STOPPED, layout
from taker311.knowledge.model import Question, Script, pick
from taker311.places.model import Place


def interview_view(world: World, state: CallState, around: Situation) -> View:
    shown = View(state="interview", title=world.topic_title(state))
    found = current(world, state)
    if found is None:
        return shown
    script, interview = found
    lang = world.spoken(state)
    lines = outline(script, interview, lang, world.first)
    shown = replace(shown, outline=lines, step=interview.at, draft=state.drafts.get(interview.at, ""))
    heard = offers(world, state)
    if heard:
        label = _heard_label(world, script, heard[0], lang)
        shown = replace(shown, heard=heard[0].words, heard_question=label)
    if needs_duplicate_choice(state):
        return _duplicates(shown, state, around, lang)
    if interview.at == PLACE:
        return _place(shown, state, interview, lang)
    if interview.at == STOPPED:
        question = stopped_by(script, interview)
        aloud = pick(question.stop.say, lang, world.first) if question and question.stop else ""
        return replace(shown, say=aloud, notice=say("This answer ends the questions."))
    if interview.at == REFERRED:
        row = matching_row(script, values(script, interview))
        aloud = pick(script.routes[row].say, lang, world.first) if row is not None else ""
        return replace(shown, say=aloud, notice=say("No case is made of this."))
    return _question(shown, layout(script).questions[interview.at], interview, lang, world.first)


def readback_view(world: World, state: CallState, around: Situation) -> View:
    shown = View(state="readback", title=world.topic_title(state), kind="confirm")
    found = current(world, state)
    if found is None:
        return shown
    lang = world.spoken(state)
    shown = replace(shown, say=spoken.readback_opening(lang), lines=readback(*found, lang, world.first))
    return _duplicates(shown, state, around, lang) if needs_duplicate_choice(state) else shown


def _heard_label(world: World, script: Script, offer: Heard, lang: str) -> str:
    question = layout(script).questions[offer.question]
    words = value_in_words(question, offer.answer, lang, world.first)
    return f"{label_of(question, lang, world.first)}: {words}"


def _question(shown: View, question: Question, interview: Interview, lang: str, first: str) -> View:
    text = pick(question.ask, lang, first)
    if question.type == "note":
        return replace(shown, say=text, kind="confirm")
    given = interview.answers.get(question.id)
    chosen = given.value if given else None
    choices: list[ViewChoice] = []
    if question.type in ("choice", "choices"):
        for i, choice in enumerate(question.choices):
            key = CHOICE_KEYS[i] if i < len(CHOICE_KEYS) else choice.key
            picked = choice.key == chosen or (isinstance(chosen, tuple) and choice.key in chosen)
            choices.append(ViewChoice(key, pick(choice.labels, lang, first), "chosen" if picked else ""))
    elif question.type == "yesno":
        choices = [
            ViewChoice("1", phrase("yes", lang), "chosen" if chosen is True else ""),
            ViewChoice("2", phrase("no", lang), "chosen" if chosen is False else ""),
        ]
    kind = question.type if question.type not in ("asset", "photo-url", "place") else "text"
    draft = shown.draft or ("" if choices or chosen is None else _as_typed(chosen))
    return replace(shown, ask=text, why=pick(question.why, lang, first), kind=kind, choices=tuple(choices), draft=draft)


def _as_typed(value: AnswerValue) -> str:
    return in_digits(value) if isinstance(value, float) else str(value)


def _place(shown: View, state: CallState, interview: Interview, lang: str) -> View:
    if state.picked is not None:
        words = place_in_words(state.picked, lang)
        return replace(shown, say=spoken.place_readback(words, lang), kind="confirm", notice=_districts(state.picked))
    place = interview.place
    choices = tuple(
        ViewChoice(str(i), _with_ward(hit.place), "exact" if hit.exact else "")
        for i, hit in enumerate(state.places[:7], 1)
    )
    return replace(
        shown,
        ask=phrase("place.ask", lang),
        why=phrase("place.why", lang),
        kind="place",
        choices=choices,
        draft=shown.draft or (place.typed or place.label if place else ""),
    )


def _districts(place: Place) -> str:
    return " · ".join(_district(name, value) for name, value in place.districts.items() if value)


def _district(of: str, name: str) -> str:
    """'ward 5', and 'Ward 5' where the name says itself what it is."""
    words = of.replace("_", " ")
    return name if name.lower().startswith(words) else f"{words} {name}"


def _with_ward(place: Place) -> str:
    ward = place.districts.get("ward", "")
    return f"{place.label}, {_district('ward', ward)}" if ward else place.label


def _duplicates(shown: View, state: CallState, around: Situation, lang: str) -> View:
    choices = tuple(
        ViewChoice(str(i), spoken.duplicate_line(d, around.now), "ours" if d.ours else "city")
        for i, d in enumerate(state.duplicates[:7], 1)
    )
    return replace(
        shown,
        ask=phrase("duplicates.ask", lang),
        kind="duplicates",
        choices=(*choices, ViewChoice("0", say("None of them: a new report"))),
    )
