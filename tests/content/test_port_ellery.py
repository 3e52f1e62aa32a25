"""The demo city: how much it holds, who owns a tree, and that what callers say raises no false alarm. Nothing here searches."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from helpers import port_ellery
from taker311.authoring.source import read_source
from taker311.base.text import clean_line
from taker311.intake.interview import run_answers, visible
from taker311.intake.model import Interview
from taker311.intake.routing import route
from taker311.intake.steps import NOBODY, layout
from taker311.knowledge.model import Script
from taker311.search.emergency import EmergencyListener
from taker311.search.words import split

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/New_York"))
LABEL_CELLS = 28  # beside the mark and the answer on 80 columns


@pytest.fixture(scope="module")
def city():
    return port_ellery.knowledge()


# ---------------------------------------------------------------- how much there is
def test_sixty_topics_in_eight_themes(city):
    live = [topic for topic in city.topics if topic.status == "live"]
    assert len(live) >= 60
    assert len({topic.theme for topic in live}) >= 8


def test_fifteen_topics_speak_spanish_and_follow_their_originals(city):
    spanish = [topic for topic in city.topics if "es" in topic.texts]
    assert len(spanish) >= 15
    assert [topic.id for topic in spanish if topic.texts["es"].stale or not topic.texts["es"].say] == []


def test_twenty_five_scripts_of_which_ten_ask_everything_in_spanish(city):
    assert len(city.scripts) >= 25
    whole = [script.id for script in city.scripts if all("es" in question.ask for question in script.questions)]
    assert len(whole) >= 10


def test_a_spanish_script_has_spanish_choices_labels_and_words_at_its_end(city):
    for script in city.scripts:
        if not any("es" in question.ask for question in script.questions):
            continue
        for question in script.questions:
            assert "es" in question.ask, (script.id, question.id)
            assert "es" in question.labels, (script.id, question.id)
            assert [c.key for c in question.choices if "es" not in c.labels] == [], (script.id, question.id)
        for number, row in enumerate(script.routes, 1):
            assert not row.say or "es" in row.say, (script.id, number)
            assert row.transfer is None or not row.transfer.say or "es" in row.transfer.say, (script.id, number)


def test_every_bulletin_rumour_agency_and_the_911_card_can_be_read_in_spanish(city):
    assert [b.id for b in city.bulletins if not b.say.get("es") or not b.titles.get("es")] == []
    assert [r.id for r in city.rumours if not r.say.get("es") or not r.claims.get("es")] == []
    assert [a.id for a in city.agencies if not a.transfer.get("es") or not a.names.get("es")] == []
    card = city.city.emergency_card
    assert card.say.get("es")
    assert all(step.get("es") for step in card.steps)
    assert city.city.greeting.get("es")
    assert city.city.emergency_words["es"].phrases


def test_a_grid_of_150_streets_and_3000_addresses():
    places = port_ellery.gazetteer()
    assert len({address.street for address in places.addresses}) >= 150
    assert len(places.addresses) >= 3000
    assert places.intersections
    assert places.landmarks
    assert places.districts


# ---------------------------------------------------------------- texts
def test_every_question_has_a_label_of_its_own_that_fits_the_outline(city):
    for script in city.scripts:
        for lang in ("en", "es"):
            labels = [q.labels[lang] for q in script.questions if lang in q.labels]
            assert lang == "es" or len(labels) == len(script.questions), script.id
            assert len(set(labels)) == len(labels), script.id
            assert [label for label in labels if len(label) > LABEL_CELLS or label.endswith(".")] == [], script.id


def test_the_checker_finds_nothing_to_mend_but_a_storm_that_is_over():
    findings = read_source(port_ellery.FOLDER, today=port_ellery.TODAY).findings
    assert [str(finding) for finding in findings if "[expired]" not in str(finding)] == []
    assert len(findings) == 1


def test_what_callers_ask_next_stands_alone_whether_it_is_a_question_or_not(city):
    swallowed = [
        (topic.id, lang, asked.question)
        for topic in city.topics
        for lang, text in topic.texts.items()
        for asked in text.asked
        if re.search(r"^\*\*[^*]+[.?!]\*\*", asked.answer, re.MULTILINE)
    ]
    assert swallowed == []


def test_a_promise_in_the_first_words_is_one_that_the_script_keeps(city):
    """So many working days, or hours, stand only on a card whose script has a row with as many."""
    scripts = {script.id: script for script in city.scripts}
    for topic in city.topics:
        script = scripts.get(topic.script)
        if script is None:
            continue
        kept = {f"{r.sla.count} {r.sla.unit}".removesuffix("s") for r in script.routes if r.sla}
        words = clean_line(topic.texts["en"].say).replace("four hours", "4 hours").split()
        for number, following in pairwise(words):
            unit = following.strip(".,;").removesuffix("s")
            if number.isdecimal() and unit in ("hour", "working"):
                span = f"{number} {'working day' if unit == 'working' else 'hour'}"
                assert span in kept or topic.id in PRACTICE, (topic.id, span, kept)


# Rules of the street and not promises: plows have 12 hours, a tag runs 72, and the shuttle wants two days' notice.
PRACTICE = {"snow-on-street", "abandoned-vehicle"}


def test_a_caller_who_wants_a_report_meets_a_script_or_a_person(city):
    promising = ("i can report", "i can send", "i'll send", "i'll take", "i can take", "i can book", "i can order")
    for topic in city.topics:
        say = topic.texts["en"].say.lower()
        if any(words in say for words in promising):
            assert topic.script or topic.transfer, topic.id


def test_every_line_of_the_city_is_somewhere_for_a_call_taker(city):
    """`emergency` is the card's, `interpreter-line` the language menu's; a number that nothing names is a dead number."""
    named = {agency.phone for agency in city.agencies} | {"emergency", "interpreter-line"}
    named |= {phone for topic in city.topics for phone in topic.phones}
    prose = " ".join(
        text
        for topic in city.topics
        for one in topic.texts.values()
        for text in (one.say, one.details, *(asked.answer for asked in one.asked))
    )
    prose += " ".join(text for bulletin in city.bulletins for text in bulletin.details.values())
    dead = [p.id for p in city.city.phones if p.id not in named and p.number not in prose and p.id not in prose]
    assert dead == []


# ---------------------------------------------------------------- the tree
TWELVE = {
    "on a utility line": ({"about": "wires"}, "utilities"),
    "fire mitigation": ({"about": "fire", "fuel": "other"}, "fire-mitigation"),
    "defensible space": ({"about": "fire", "fuel": "home"}, "defensible-space"),
    "bark beetles": ({"about": "pests"}, "extension-service"),
    "a Christmas tree permit": ({"about": "christmas", "wish": "cut"}, "community-development"),
    "national forest": ({"about": "broken", "land": "forest"}, "forest-service"),
    "blocking traffic": ({"about": "blocking", "blocked": "road"}, "traffic"),
    "blocking a sign": ({"about": "blocking", "blocked": "sign"}, "traffic"),
    "blocking a sidewalk": ({"about": "blocking", "blocked": "walk"}, "pavement"),
    "laboratory or federal land": ({"about": "care", "land": "federal"}, "laboratory"),
    "recycling of a tree": ({"about": "christmas", "wish": "old"}, "sanitation"),
    "recycling of branches": ({"about": "pickup"}, "sanitation"),
    "a county park": ({"about": "broken", "land": "county"}, "county-parks"),
    "a memorial tree": ({"about": "memorial"}, "county-parks"),
    "state land": ({"about": "broken", "land": "state"}, "state-environment"),
}


def owner(script: Script, interview: Interview) -> str:
    """Who gets it: the agency of the route, or of its transfer where the city makes no case."""
    routed = route(script, interview, port_ellery.knowledge().city, AT)
    assert routed is not None
    transfer = script.routes[routed.row].transfer
    return transfer.agency if routed.to == NOBODY and transfer else routed.to


def possible(script: Script, answers: dict[str, str]) -> set[str]:
    """Every owner that the answers so far may still lead to."""
    interview, problems = run_answers(script, answers, None, "en")
    assert problems == []
    found = {owner(script, interview)}
    open_now = [q for s, q in layout(script).questions.items() if s in visible(script, interview) and s not in answers]
    for question in open_now:
        if question.type == "choice" and not question.id.startswith("caller."):
            for choice in question.choices:
                found |= possible(script, {**answers, question.id: choice.key})
    return found


@pytest.mark.parametrize("what", TWELVE)
def test_the_callers_tree_reaches_its_owner_after_two_questions_at_most(what):
    script = port_ellery.script("tree-problem")
    answers, wanted = TWELVE[what]
    given: dict[str, str] = {}
    asked = 0
    while len(possible(script, given)) > 1:
        interview, _ = run_answers(script, given, None, "en")
        deciding = [step for step in visible(script, interview) if step in answers and step not in given]
        assert deciding, f"{given} leaves {possible(script, given)} open"
        given[deciding[0]] = answers[deciding[0]]
        asked += 1
    assert asked <= 2
    assert given == answers, "no question that decides nothing is counted on"
    assert possible(script, given) == {wanted}


def test_the_tree_has_twelve_owners_and_more():
    assert len({wanted for _, wanted in TWELVE.values()}) >= 12


# ---------------------------------------------------------------- false alarms
# Somebody who is being hit is asked the gate question, whatever else they call for.
GATE_IS_RIGHT = {"my boyfriend hits me and i need to leave", "mi novio me pega y me tengo que ir"}


def everything_said(city):
    for topic in city.topics:
        if not topic.emergency:
            for lang, text in topic.texts.items():
                yield from ((topic.id, lang, said) for said in text.said)
    for notice in (*city.bulletins, *city.rumours):
        for lang, phrases in notice.said.items():
            yield from ((notice.id, lang, said) for said in phrases)


def contains(said: list[str], phrase: list[str]) -> set[int]:
    """The places in `said` that a run of `phrase` covers."""
    size = len(phrase)
    starts = [i for i in range(len(said) - size + 1) if said[i : i + size] == phrase]
    return {place for start in starts for place in range(start, start + size)}


def test_no_ordinary_wording_holds_an_emergency_phrase_that_nothing_excuses(city):
    alarms = []
    for ident, lang, said in everything_said(city):
        for words in city.city.emergency_words.values():
            typed = split(said)
            excused = {place for unless in words.unless for place in contains(typed, split(unless))}
            for phrase in words.phrases:
                held = contains(typed, split(phrase))
                if held - excused:
                    alarms.append((ident, lang, said, phrase))
    assert alarms == []


def test_no_ordinary_wording_raises_the_911_gate(city):
    known = {word for _, _, said in everything_said(city) for word in split(said)}
    listener = EmergencyListener(city.city.emergency_words, known.__contains__)
    alarms = [
        (ident, said, heard.phrase)
        for ident, lang, said in everything_said(city)
        if (heard := listener.hear(said, lang)) and said not in GATE_IS_RIGHT
    ]
    assert alarms == []


def test_the_emergency_topics_own_wordings_raise_it(city):
    listener = EmergencyListener(city.city.emergency_words, lambda _word: False)
    topics = [topic for topic in city.topics if topic.emergency]
    assert topics
    assert listener.hear("i smell gas in my house", "en") is not None
    assert listener.hear("huele a gas en la cocina", "es") is not None
