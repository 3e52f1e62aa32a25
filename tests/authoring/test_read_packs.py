"""Recipes of emergency packs and the card for callers in distress, as content owners write them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec import structs

from helpers import mini_city
from taker311.authoring.packing import shortened
from taker311.authoring.read_packs import find_recipe
from taker311.authoring.source import read_source
from taker311.base.errors import UserError

RECIPE = """\
id: flood
incident: Flood 2026
topics: [pothole, tree-problem]
bulletins: []
drills: []
transfer: {phone: water-line, say: I can connect you with somebody who knows.}
break_minutes: 60
"""
CARD = """
distress_card:
  say: I hear you.
  steps: [Listen., Stay.]
  phones: [water-line]
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    shutil.copytree(mini_city.FOLDER, folder)
    (folder / "packs").mkdir()
    (folder / "packs" / "flood.yaml").write_text(RECIPE)
    return folder


def findings(folder: Path) -> list[str]:
    return [str(finding) for finding in read_source(folder, today=mini_city.TODAY).findings]


def test_a_recipe_says_what_goes_in_and_what_a_volunteer_must_have_passed(source: Path) -> None:
    (source / "packs" / "flood.es.yaml").write_text("transfer: {say: Le comunico con alguien que sabe.}\n")
    assert not [text for text in findings(source) if "packs/" in text]
    found = find_recipe(source, "flood", mini_city.knowledge())
    assert (found.incident, found.topics, found.phone) == ("Flood 2026", ("pothole", "tree-problem"), "water-line")
    assert (found.break_minutes, found.review_every) == (60, 10)
    assert found.say["es"] == "Le comunico con alguien que sabe."


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("pothole,", "pothol,", "packs/flood.yaml:3:10: error[unknown-topic]: no topic is called 'pothol' (did you mean 'pothole'?)."),
        ("bulletins: []", "bulletins: [none]", "packs/flood.yaml:4:13: error[unknown-bulletin]"),
        ("drills: []", "drills: [none]", "packs/flood.yaml:5:10: error[unknown-drill]"),
        ("water-line", "watr-line", "error[unknown-phone]: no phone is called 'watr-line'"),
        ("topics: [pothole, tree-problem]", "topics: []", "error[missing-value]: a pack without topics answers nobody"),
        ("somebody who knows", "555-0100", "error[digits-in-prose]"),
        ("id: flood", "id: fire", "packs/flood.yaml:1:5: error["),
        ("break_minutes: 60", "break_minutes: soon", "error[wrong-type]: 'break_minutes' is a whole number from 5 to 600"),
        ("break_minutes: 60", "breaks: 60", "error[unknown-key]"),
        ("transfer:", "transfr:", "error["),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_recipe_is_told_with_its_place(source: Path, old: str, new: str, finding: str) -> None:
    (source / "packs" / "flood.yaml").write_text(RECIPE.replace(old, new))
    found = findings(source)
    assert any(finding in text for text in found), found
    assert read_source(source, today=mini_city.TODAY).knowledge is None
    with pytest.raises(UserError, match="no sound recipe"):
        find_recipe(source, "flood", mini_city.knowledge())


def test_a_recipe_that_is_not_there_is_told_with_the_nearest(source: Path) -> None:
    with pytest.raises(UserError, match="did you mean 'flood'"):
        find_recipe(source, "flod", mini_city.knowledge())


def test_a_translation_of_no_recipe_is_told(source: Path) -> None:
    (source / "packs" / "fire.es.yaml").write_text("transfer: {say: Hola.}\n")
    assert any("packs/fire.es.yaml:1:1: error[orphan-translation]" in text for text in findings(source))


def test_the_card_for_callers_in_distress_is_read_with_its_translation(source: Path) -> None:
    with (source / "city.yaml").open("a") as file:
        file.write(CARD)
    with (source / "city.es.yaml").open("a") as file:
        file.write("distress_card: {say: Le escucho., steps: [Escuche., Quédese.]}\n")
    knowledge = read_source(source, today=mini_city.TODAY).knowledge
    assert knowledge is not None
    card = knowledge.city.distress_card
    assert card.say == {"en": "I hear you.", "es": "Le escucho."}
    assert card.steps[1] == {"en": "Stay.", "es": "Quédese."}
    assert card.phones == ("water-line",)


@pytest.mark.parametrize(
    ("city", "spanish", "finding"),
    [
        (CARD.replace("water-line", "watr-line"), "", "error[unknown-phone]: no phone is called 'watr-line'"),
        (CARD.replace("I hear you.", "Call 555-0100."), "", "error[digits-in-prose]"),
        (CARD, "distress_card: {say: Le escucho., steps: [Uno.]}\n", "the card has 2 steps and this translation 1"),
        ("", "distress_card: {say: Le escucho.}\n", "error[missing-first-language]: the original has no such card"),
    ],
)
def test_what_is_wrong_with_that_card_is_told(source: Path, city: str, spanish: str, finding: str) -> None:
    with (source / "city.yaml").open("a") as file:
        file.write(city)
    with (source / "city.es.yaml").open("a") as file:
        file.write(spanish)
    found = findings(source)
    assert any(finding in text for text in found), found


def test_what_must_be_read_is_in_every_pack_and_drills_are_in_none() -> None:
    known = mini_city.knowledge()
    must = known.bulletins[0]
    known = structs.replace(
        known,
        bulletins=(
            structs.replace(must, must_read=True),
            *(structs.replace(must, id=name, must_read=False) for name in ("chosen", "left-out")),
        ),
    )
    short = shortened(known, ["pothole"], ["chosen"])
    assert [one.id for one in short.bulletins] == [must.id, "chosen"]
    assert short.drills == short.drill_sets == ()
