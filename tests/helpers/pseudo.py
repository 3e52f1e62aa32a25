"""An interface and a city in letters of their own, for finding words that nobody can translate: what the interface says stands in
Cyrillic letters, what is said aloud and what the city knows in Greek ones. Whatever is left in Latin letters was never given to `say`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
import pytest

from helpers import stations
from helpers.mini_city import compiled
from helpers.texts import in_code
from taker311.base import words
from taker311.call import dispositions, spoken
from taker311.intake import phrases
from taker311.knowledge.bundle import Bundle, encode_bundle
from taker311.knowledge.model import Knowledge
from taker311.places.index import PlaceIndex
from taker311.search.index import SearchIndex
from taker311.station.station import Station

_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CYRILLIC = "абцдефгхийклмнопкрстувжхызАБЦДЕФГХИЙКЛМНОПКРСТУВЖХЫЗ"
_GREEK = "αβγδεφγηιικλμνοπθρστυβωξψζΑΒΓΔΕΦΓΗΙΙΚΛΜΝΟΠΘΡΣΤΥΒΩΞΨΖ"
_SAID = str.maketrans(_LATIN, _CYRILLIC)
_KNOWN = str.maketrans(_LATIN, _GREEK)
_LANGUAGES = ("en", "es")
_WORD = re.compile(r"[A-Za-z]{2,}")


def said(text: str) -> str:
    """As the interface says it: all but what stands in braces."""
    return "".join(part if part.startswith("{") else part.translate(_SAID) for part in re.split(r"(\{\w+\})", text))


def known(text: str) -> str:
    """As the city's knowledge has it."""
    return text.translate(_KNOWN)


class _Catalogue(dict[str, str]):
    def get(self, english: str, _default: object = None) -> str:  # type: ignore[override]
        return said(english)

    def __contains__(self, english: object) -> bool:
        return english in _texts()

    def __getitem__(self, english: str) -> str:
        return said(english)


@lru_cache(maxsize=1)
def _texts() -> frozenset[str]:
    return frozenset(text.english for text in in_code().texts)


def _in_greek(value: Any, *, texts: bool = False) -> Any:
    if isinstance(value, str):
        return known(value) if texts else value
    if isinstance(value, dict):
        return {key: _in_greek(item, texts=texts or key in _LANGUAGES) for key, item in value.items()}
    return [_in_greek(item, texts=texts) for item in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1)
def city() -> tuple[Bundle, SearchIndex, PlaceIndex]:
    """The mini city, its texts in Greek letters; its streets stand as they are, because callers' places are looked up."""
    knowledge, gazetteer = compiled()
    greek = msgspec.convert(_in_greek(msgspec.to_builtins(knowledge)), Knowledge)
    bundle = Bundle.from_bytes(encode_bundle(greek, gazetteer))
    return bundle, SearchIndex.build(bundle.knowledge), PlaceIndex.in_memory(bundle.gazetteer())


def station(**options: Any) -> Station:
    """A station in that city."""
    return stations.station(**options)


def speak(patch: pytest.MonkeyPatch) -> None:
    """From here on the interface speaks in Cyrillic letters, and stations stand in the Greek city."""
    patch.setattr(words, "_language", "xx")
    patch.setattr(words, "_catalogue", _Catalogue())
    for table in (words._MONTHS, words._DAYS):
        patch.setitem(table, "xx", [said(name) for name in table["en"]])
    for table in (phrases.PHRASES, dispositions.DISPOSITIONS):
        for key, texts in table.items():
            patch.setitem(table, key, {language: known(text) for language, text in texts.items()})
    for name in ("done", "place_readback", "readback_opening"):
        aloud = getattr(spoken, name)
        patch.setattr(spoken, name, lambda *given, _aloud=aloud: known(_aloud(*given)))
    bundle, index, places = city()
    patch.setattr(stations, "mini_bundle", lambda: bundle)
    patch.setattr(stations, "mini_index", lambda: index)
    patch.setattr(stations, "mini_places", lambda: places)


@lru_cache(maxsize=1)
def place_words() -> frozenset[str]:
    """Words that the city's list of streets and landmarks has."""
    return frozenset(word.lower() for word in _WORD.findall(words_of(msgspec.to_builtins(compiled()[1]))))


# Keys as they stand on a keyboard, references, and the names of languages.
_NAMES = re.compile(
    r"\b(?:F\d+|Ctrl\+[A-Z]|Enter|Esc|Tab|Backspace|[A-Z0-9]{3}-[A-Z0-9]{4}-[A-Z0-9]|[A-Z0-9]{3}   [A-Z0-9]{4}|en|es|min|km?|h|s|m)\b"
)


def words_of(value: Any) -> str:
    """All that a plain value holds in text."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return " ".join(words_of(item) for pair in value.items() for item in pair)
    return " ".join(words_of(item) for item in value) if isinstance(value, list | tuple) else ""


def left(text: str, *allowed: str) -> list[str]:
    """Latin words of `text` that neither the interface said nor the city knows, nor are the words of `allowed`."""
    fine = {word.lower() for one in allowed for word in _WORD.findall(one)} | place_words()
    return [word for word in _WORD.findall(_NAMES.sub(" ", text)) if word.lower() not in fine]
