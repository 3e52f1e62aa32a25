"""Calls that every 311 knows, taken on the demo city with its own search and places: one Sunday after a storm."""

from __future__ import annotations

import pytest

from helpers import port_ellery
from helpers.stations import play
from taker311.call.model import Finished
from taker311.cases.model import Case
from taker311.cases.reference import parse_ref
from taker311.search.model import Hit
from taker311.station.station import Station

HOME = (("answer", "11 adams place"), ("pick", "1"), "confirm")
ANN = (("answer", "text"), ("answer", "413 555 0142"), ("answer", "Ann Lee"))
SEEN = 7  # lines of hits on 80x24


def hits(words: str, lang: str = "en") -> tuple[Hit, ...]:
    made = port_ellery.station()
    if lang != "en":
        play(made, ("language", lang))
    return play(made, ("type", words)).hits


def ids(words: str, lang: str = "en") -> list[str]:
    return [hit.id for hit in hits(words, lang)[:SEEN]]


def cases(made: Station) -> list[Case]:
    return [made.desk.store.case(row.case_id) for row in made.desk.store.rows()]


def last(made: Station) -> Finished:
    return made.state.finished[-1]


# ---------------------------------------------------------------- blackout
@pytest.mark.parametrize("words", ["my insulin is in the fridge", "insulin", "where can i keep my insulin cold"])
def test_insulin_in_the_fridge_finds_the_blackout_first(words):
    assert ids(words)[0] == "blackout-downtown"


def test_the_blackout_says_what_to_do_with_insulin_in_its_first_words():
    shown = play(port_ellery.station(), ("type", "my insulin is in the fridge"), ("open", "1")).view()
    assert shown.state == "bulletin"
    assert shown.say.startswith("Insulin keeps at room temperature for 28 days")


# ---------------------------------------------------------------- bridge
@pytest.mark.parametrize(
    "words",
    ["bridge collapse", "is my husband on the bridge", "my wife was driving over the bridge", "did the bridge fall"],
)
def test_the_bridge_is_its_bulletin(words):
    assert ids(words)[0] == "mill-street-bridge"


def test_is_my_husband_is_answered_with_the_family_line_and_no_name():
    made = play(port_ellery.station(), ("type", "is my husband"))
    assert {"mill-street-bridge", "missing-in-emergency"} & set(ids("is my husband")[:2])
    play(made, ("open", "mill-street-bridge"))
    shown = made.view()
    assert "family line" in shown.say
    assert "I won't guess" in shown.say
    assert shown.card is not None
    assert "555-0152" in shown.card.details


def test_a_relative_is_handed_to_the_family_line_with_words():
    made = play(port_ellery.station(), ("type", "is my husband"), ("open", "missing-in-emergency"), "transfer")
    assert made.view().say.startswith("I am connecting you with the family line.")
    assert "555-0152" in [line.value for line in made.view().lines]
    play(made, "confirm", "end")
    assert made.state.phase == "ready"


def test_a_rumour_is_answered_as_one():
    made = play(port_ellery.station(), ("type", "is the dam breaking"), ("open", "1"))
    assert made.view().say.startswith("That is not true.")


# ---------------------------------------------------------------- snow day
@pytest.mark.parametrize("words", ["is alternate side parking on", "alternate side", "is asp on today", "snow parking"])
def test_alternate_side_parking_is_answered_in_two_keys(words):
    """One digit opens the day's status, one key says that this was all."""
    made = play(port_ellery.station(), ("type", words), ("open", "1"))
    assert "suspended" in f"{made.view().say} {made.view().card.alert if made.view().card else ''}".lower()
    play(made, "answered")
    assert made.state.disposition == "answered"
    assert made.state.phase == "wrapup"


def test_the_topic_has_the_days_status_on_top():
    shown = play(port_ellery.station(), ("type", "a"), ("open", "alternate-side-parking")).view()
    assert shown.card is not None
    assert shown.card.alert.startswith("Suspended for snow until Tuesday")


# ---------------------------------------------------------------- stolen bike
def test_a_stolen_bike_is_taken_by_phone_and_transferred_with_its_facts():
    made = play(port_ellery.station(), ("type", "my bike was stolen"))
    assert made.hits[0].id == "police-report"
    play(made, ("open", "1"), "intake", ("answer", "no"), ("answer", "no"), *HOME, ("answer", "bike"))
    play(
        made, ("answer", "yesterday"), ("answer", "red Trek, about 600 dollars"), ("answer", "WTU123"), *ANN, "confirm"
    )
    (case,) = cases(made)
    assert (case.agency, case.service_code, case.topic_id) == ("police", "POLICE-BIKE", "police-report")
    said = {answer.id: answer.key for answer in case.answers}
    assert (said["what"], said["date"], said["serial"]) == ("bike", "2026-11-21", "WTU123")
    assert case.promise is None, "a number comes from the desk, so no date is promised"
    play(made, "transfer")
    assert made.view().say.startswith("I am connecting you with the report desk.")
    assert "555-0110" in [line.value for line in made.view().lines]
    play(made, "confirm")
    assert made.state.disposition == "transferred"


def test_a_threat_is_for_an_officer_and_makes_no_case():
    made = play(port_ellery.station(), ("type", "my bike was stolen"), ("open", "police-report"), "intake")
    play(made, ("answer", "no"), ("answer", "yes"))
    assert made.view().say.startswith("An officer takes that report in person.")
    play(made, "transfer", "confirm")
    assert cases(made) == []


# ---------------------------------------------------------------- flood
@pytest.mark.parametrize("words", ["water in my basement", "my basement is flooded", "cellar is full of water"])
def test_water_in_the_basement_is_among_the_first(words):
    assert "water-in-basement" in ids(words)[:2]


def test_the_flood_intake_takes_what_disaster_aid_asks_for():
    made = play(port_ellery.station(), ("type", "basement"), ("open", "water-in-basement"), "intake", *HOME)
    play(
        made, ("answer", "no"), ("answer", "outside"), ("answer", "14"), ("answer", "furnace things"), ("answer", "no")
    )
    play(made, ("answer", "none"), *ANN, "confirm")
    (case,) = cases(made)
    assert (case.agency, case.service_code) == ("emergency-management", "FLOOD-DISPLACED")
    sent = {answer.open311: answer.key for answer in case.answers if answer.open311}
    assert sent["depth_in"] == 14
    assert set(sent["damage"]) == {"furnace", "things"}
    assert (sent["habitable"], sent["insurance"], sent["water_kind"]) == (False, "none", "outside")
    assert case.promise is not None
    assert "by 10:00 AM on Monday, November 23" in made.view().say
    assert made.view().ref


def test_somebody_trapped_by_water_is_911_and_no_case():
    made = play(port_ellery.station(), ("type", "basement"), ("open", "water-in-basement"), "intake", *HOME)
    play(made, ("answer", "yes"))
    assert made.view().state == "emergency"
    assert cases(made) == []


# ---------------------------------------------------------------- Spanish
SPANISH = {
    "hay un hoyo en la calle": "pothole",
    "no tengo calefacción": "no-heat",
    "perro suelto": "loose-dog",
    "no se llevaron la basura": "missed-collection",
    "el vecino hace mucho ruido": "noise",
    "me robaron la bicicleta": "police-report",
    "se metió el agua al sótano": "water-in-basement",
    "un arbol se va a caer": "tree-problem",
    "no tengo comida": "food-pantry",
    "me quieren desalojar": "eviction-help",
}


@pytest.mark.parametrize("words", SPANISH)
def test_spanish_words_find_the_topic_and_its_spanish_words_to_say(words):
    made = play(port_ellery.station(), ("language", "es"), ("type", words))
    assert SPANISH[words] in [hit.id for hit in made.hits[:3]]
    play(made, ("open", SPANISH[words]))
    topic = next(one for one in port_ellery.knowledge().topics if one.id == SPANISH[words])
    assert made.view().say == topic.texts["es"].say
    assert made.view().say != topic.texts["en"].say


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("mi esposo estaba en el puente", "mill-street-bridge"),
        ("mi insulina está en el refrigerador", "blackout-downtown"),
    ],
)
def test_the_days_bulletins_are_found_in_spanish(words, first):
    assert ids(words, "es")[0] == first


def test_a_whole_report_is_asked_in_spanish():
    made = play(port_ellery.station(), ("language", "es"), ("type", "bache"), ("open", "pothole"), "intake")
    assert made.view().ask == "¿Dónde está?"
    play(made, *HOME)
    assert made.view().ask == "¿Está en un carril por donde pasan los carros?"
    play(made, ("answer", "no"))
    assert [choice.label for choice in made.view().choices] == ["más chico", "más o menos igual", "más grande"]


# ---------------------------------------------------------------- noise
def test_noise_is_taken_without_a_name():
    made = play(port_ellery.station(), ("type", "loud music upstairs"))
    assert made.hits[0].id == "noise"
    play(made, ("open", "1"), "intake", *HOME, ("answer", "no"), ("answer", "home"), ("answer", "no"))
    play(made, ("answer", "weekly"), ("answer", "Fridays after midnight"), ("answer", "anonymous"), "confirm")
    (case,) = cases(made)
    assert case.caller.anonymous
    assert (case.caller.first_name, case.caller.phone, case.caller.email) == ("", "", "")
    assert (case.agency, case.service_code) == ("code-enforcement", "NOISE")
    assert made.view().ref


@pytest.mark.parametrize("words", ["anonymous noise complaint", "i want to stay anonymous about a loud neighbor"])
def test_a_caller_who_gives_no_name_finds_noise_and_no_911_card(words):
    made = play(port_ellery.station(), ("type", words))
    assert made.state.phase == "talking"
    assert not made.state.card_open
    assert made.hits[0].id == "noise"


# ---------------------------------------------------------------- two problems, and ringing back
def test_a_caller_with_two_problems_gives_a_name_once():
    made = play(port_ellery.station(), ("type", "hole in the road"), ("open", "pothole"), "intake", *HOME)
    play(made, ("answer", "no"), ("answer", "smaller"), ("answer", "no"), *ANN, "confirm", "second")
    assert made.state.phase == "talking"
    play(made, ("type", "street light is out"))
    assert "street-light" in [hit.id for hit in made.hits[:2]], "the day's bulletin may stand before it"
    play(
        made,
        ("open", "street-light"),
        "intake",
        *HOME,
        ("answer", "no"),
        ("answer", "out"),
        ("answer", "one"),
        "skip",
        "confirm",
    )
    first, second = cases(made)
    assert [first.service_code, second.service_code] == ["POTHOLE", "LIGHT"]
    assert first.caller == second.caller
    assert first.ref != second.ref
    assert [done.topic_id for done in made.state.finished] == ["pothole", "street-light"]


@pytest.mark.parametrize("words", ["i have a reference number", "what happened with my report", "nobody came"])
def test_a_caller_who_rings_back_finds_how_a_report_stands(words):
    assert ids(words)[0] == "report-status"


def test_a_reference_as_it_was_read_out_is_found_again():
    made = play(port_ellery.station(), ("type", "hole in the road"), ("open", "pothole"), "intake", *HOME)
    play(made, ("answer", "yes"), ("answer", "bigger"), ("answer", "yes"), ("answer", "no"), *ANN, "confirm")
    told = made.view().ref
    play(made, "wrapup", "end")
    ref = parse_ref(told.lower().replace("-", " "))
    assert ref is not None
    row = made.desk.store.by_reference(ref)
    assert row is not None
    assert (row.topic_id, row.promise_day) == ("pothole", "2026-11-23")


# ---------------------------------------------------------------- the tree, as it is said
TREES = {
    "tree on the power line": "tree-on-wires",
    "beetles in my tree": "bark-beetles",
    "permit to cut a christmas tree": "christmas-tree-permit",
    "throw away my christmas tree": "christmas-tree-recycling",
    "defensible space": "defensible-space",
    "dead brush fire danger": "fire-mitigation",
    "memorial tree": "memorial-tree",
    "tree blocking the road": "tree-problem",
    "tree blocking the sidewalk": "tree-problem",
    "tree": "tree-problem",
}


@pytest.mark.parametrize("words", TREES)
def test_a_word_or_two_about_a_tree_find_its_topic_on_the_screen(words):
    assert TREES[words] in ids(words)[:3]


# ---------------------------------------------------------------- what is over is over
def test_a_bulletin_that_has_expired_is_offered_to_nobody():
    assert "storm-warning-november-19" not in ids("storm warning")
    assert "storm-warning-november-19" not in ids("is there a storm coming")
