"""The interface's words: every text of the code is in every language's catalogue, and nothing else is."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from helpers.texts import in_code
from taker311.base import words
from taker311.base.errors import UserError

FOLDER = Path(words.__file__).parent.parent / "words"
OTHERS = [language for language in words.languages() if language != words.FIRST]


def places(text: str) -> Counter[str]:
    return Counter(re.findall(r"(?<!\{)\{(\w+)[^{}]*\}", text))


@pytest.fixture
def spanish():
    words.use("es")
    yield
    words.use("en")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_code_has_its_translation(language):
    known = words.catalogue(language)
    missing = {text.english: text.where for text in in_code().texts if text.english not in known}
    assert not missing, f"{len(missing)} texts are missing in words/{language}/: " + "".join(
        f"\n  {where}: {english!r}" for english, where in missing.items()
    )


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_of_a_text_that_the_code_no_longer_has(language):
    used = {text.english for text in in_code().texts}
    assert sorted(set(words.catalogue(language)) - used) == []


def test_what_is_said_is_one_whole_literal_that_a_translator_can_see():
    assert in_code().wrong == ()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_of_its_original_and_some_words(language):
    for english, translated in words.catalogue(language).items():
        assert set(places(english)) == set(places(translated)), english
        assert translated.strip(), english
        assert english[:1].isspace() == translated[:1].isspace(), english
        assert english[-1:].isspace() == translated[-1:].isspace(), english


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_that_two_files_hold_reads_alike_in_both(language):
    found: dict[str, str] = {}
    for file in sorted((FOLDER / language).glob("*.json")):
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        assert len(pairs) == len(dict(pairs)), f"{file.name} holds a text twice"
        for english, translated in pairs:
            assert found.setdefault(english, translated) == translated, f"{file.name}: {english!r}"


# ---------------------------------------------------------------- saying
def test_english_reads_no_catalogue(monkeypatch):
    def never(_language):
        raise AssertionError("a catalogue was read")

    monkeypatch.setattr(words, "catalogue", never)
    words.use("en")
    assert words.say("Queue") == "Queue"


def test_a_text_is_said_in_the_language_in_use(spanish):
    assert words.say("Queue") == "Cola"
    assert words.say("Linked to {ref}.", ref="K3F-7QX2-D") == "Unido a K3F-7QX2-D."
    assert words.say("Words that nobody translated") == "Words that nobody translated"


def test_what_stands_in_the_places_is_never_read_as_a_template(spanish):
    assert words.say("Linked to {ref}.", ref="{words} {0}") == "Unido a {words} {0}."


def test_one_and_many_are_two_texts(spanish):
    assert words.plural(1, "{count} call", "{count} calls") == "1 llamada"
    assert words.plural(1234, "{count} call", "{count} calls") == "1,234 llamadas"


def test_days_and_spans_are_written_as_the_language_writes_them(spanish):
    wednesday = datetime(2026, 11, 25, 16, 40, tzinfo=UTC)
    assert (words.day(wednesday), words.moment(wednesday)) == ("mié, 25 nov", "mié, 25 nov 16:40")
    assert words.whole_day(date(2026, 9, 5)) == "5 sept 2026"
    assert [words.span(s) for s in (5, 125, 7_300, 300_000)] == ["menos de 1 min", "2 min", "2 h", "3 días"]
    words.use("en")
    assert (words.day(wednesday), words.moment(wednesday)) == ("Wed, Nov 25", "Wed, Nov 25 16:40")
    assert words.whole_day(date(2026, 9, 5)) == "Sep 5, 2026"
    assert [words.span(s) for s in (5, 125, 7_300, 300_000)] == ["under a minute", "2 min", "2 h", "3 days"]


def test_a_language_that_is_not_there_is_one_sentence_with_its_setting():
    with pytest.raises(UserError, match=r"desk\.language: .*'xx\\?x?'.* en, es\.") as caught:
        words.use("xx\x1b[2J"[:2])
    assert "\n" not in str(caught.value)
    assert words.language() == "en"


def test_what_somebody_gave_as_a_language_cannot_speak_to_the_terminal():
    with pytest.raises(UserError) as caught:
        words.use("e\x1b]0;pwned\x07s")
    assert str(caught.value).isprintable()


# ---------------------------------------------------------------- sentences that were stored
TABLE = ("It was refused (answer {status}). A person must decide.", "The number {number}.", "Plain.")


def test_a_stored_sentence_is_told_again_by_the_text_it_was_made_of(spanish, monkeypatch):
    monkeypatch.setattr(
        words, "_catalogue", {TABLE[0]: "Rechazado ({status}). Decida.", TABLE[2]: "Simple.", "no date": "sin fecha"}
    )
    assert words.retold("It was refused (answer 400). A person must decide.", TABLE) == "Rechazado (400). Decida."
    assert words.retold("Plain.", TABLE) == "Simple."
    assert (
        words.retold("It was refused (answer {0} {x}). A person must decide.", TABLE) == "Rechazado ({0} {x}). Decida."
    )


def test_a_sentence_of_nobodys_making_stays_as_it_was_stored(spanish):
    assert words.retold("HTTP 500 <html>", TABLE) == "HTTP 500 <html>"
    assert words.retold("", TABLE) == ""


def test_in_english_a_stored_sentence_is_itself():
    assert words.retold("It was refused (answer 400). A person must decide.", TABLE).startswith("It was refused")
