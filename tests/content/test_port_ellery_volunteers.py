"""What Port Ellery's volunteers rest on: the card for callers in distress, and the recipe of a pack, in both languages."""

from __future__ import annotations

from helpers.port_ellery import FOLDER, bundle, knowledge
from taker311.authoring.prose import SENTENCES, sentences
from taker311.authoring.read_packs import find_recipe


def test_the_card_for_callers_in_distress_is_whole_in_both_languages() -> None:
    card = knowledge().city.distress_card
    for lang in ("en", "es"):
        assert len(sentences(card.say[lang])) <= SENTENCES
        assert all(lang in step for step in card.steps)
    assert "F9" in " ".join(step["en"] for step in card.steps)
    assert bundle().phone(card.phones[0]).number == "988"  # type: ignore[union-attr]


def test_the_packs_recipe_has_10_to_30_topics_and_asks_for_the_volunteers_drills() -> None:
    recipe = find_recipe(FOLDER, "blackout", knowledge())
    assert 10 <= len(recipe.topics) <= 30
    assert set(recipe.say) == {"en", "es"}
    course = next(one for one in knowledge().drill_sets if one.id == "volunteer")
    assert set(recipe.drills) == set(course.drills)


def test_every_topic_of_the_recipe_leads_somewhere_without_the_rest_of_the_city() -> None:
    recipe = find_recipe(FOLDER, "blackout", knowledge())
    agencies = {agency.id for agency in knowledge().agencies}
    for topic in (one for one in knowledge().topics if one.id in recipe.topics):
        assert topic.script or topic.agency in agencies, topic.id
