"""What a word is: cutting, folding, stems, sounds and short forms, for each language that a city speaks.

Everything here is a pure function of text and language; `search.vocabulary` decides what a typed word may stand for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from taker311.base.text import fold
from taker311.search.wordlists import ABBREVIATIONS, FILLERS, NUMBERS

_TOKEN = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’`´]s$")
_APOSTROPHE = re.compile(r"['’`´]")
_UMLAUT = re.compile(r"(?<![aeouq])(ae|oe|ue)")
_STEMMERS = {"en": "english", "es": "spanish", "de": "german", "fr": "french", "pt": "portuguese", "it": "italian"}
LONGEST_WORD = 40


class Token(NamedTuple):
    """A word as it is compared, and where it stands in the text: half-open character range."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of `text` in order, folded (lower case, no accents, no apostrophes), with their places.

    Remembered: the same titles are shown key after key.
    """
    found = []
    for match in _TOKEN.finditer(text):
        word = fold_word(match.group())
        if word:
            found.append(Token(word[:LONGEST_WORD], match.start(), match.end()))
    return tuple(found)


def fold_word(raw: str) -> str:
    if raw.isalnum() and raw.isascii():
        return raw.lower()
    return "".join(c for c in _APOSTROPHE.sub("", _POSSESSIVE.sub("", fold(raw))) if c.isalnum())


def split(text: str) -> list[str]:
    """The folded words alone."""
    return [token.word for token in tokens(text)]


def is_filler(word: str, lang: str) -> bool:
    """True for words that say nothing about a topic ("the", "please", "hay")."""
    return word in FILLERS.get(lang, FILLERS["en"])


def spoken(words: list[str], lang: str, langs: tuple[str, ...]) -> str:
    """The city's language that most of the small words are of; `lang`, that of the desk, where none has more."""
    counts = {one: sum(is_filler(word, one) for word in words) for one in langs}
    best = max(langs, key=lambda one: counts[one], default=lang)
    return best if counts.get(best, 0) > counts.get(lang, 0) else lang


@lru_cache(maxsize=8)
def _stemmer(lang: str) -> Any:
    """The one language's module alone: the package's own opening loads some thirty of them, 3 MiB and 10 ms that no city needs."""
    import sys
    from importlib import import_module
    from importlib.util import find_spec, module_from_spec

    name = _STEMMERS[lang]
    if "snowballstemmer" not in sys.modules:
        spec = find_spec("snowballstemmer")
        if spec is None:
            raise ModuleNotFoundError("snowballstemmer")
        sys.modules["snowballstemmer"] = module_from_spec(spec)
    module = import_module(f"snowballstemmer.{name}_stemmer")
    return getattr(module, f"{name.title()}Stemmer")()


@lru_cache(maxsize=20_000)
def stem(word: str, lang: str) -> str:
    """The term under which a word is filed: its Snowball stem in `lang`, with ae/oe/ue read as umlauts in German.

    A language without a stemmer files words as they are.
    """
    if lang == "de":
        word = _UMLAUT.sub(lambda match: match.group()[0], word)
    if lang not in _STEMMERS or word.isdigit():
        return word
    return str(_stemmer(lang).stemWord(word))


@lru_cache(maxsize=20_000)
def sound(word: str, lang: str) -> str:
    """How a word sounds, as a key that words written alike by ear share; empty for short words and digits."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return ""
    if lang == "es":
        return _spanish_sound(word)
    if lang == "de":
        return _german_sound(word)
    import jellyfish

    return str(jellyfish.metaphone(word))


def _spanish_sound(word: str) -> str:
    for pattern, sounded in _SPANISH:
        word = pattern.sub(sounded, word)
    return _DOUBLED.sub(r"\1", word)


def _german_sound(word: str) -> str:
    for pattern, sounded in _GERMAN:
        word = pattern.sub(sounded, word)
    return _DOUBLED.sub(r"\1", word)


_DOUBLED = re.compile(r"(.)\1+")
# Latin American spelling slips: seseo, b/v, silent h, y/ll, g/j, k/qu.
_SPANISH = [
    (re.compile(p), s)
    for p, s in (
        ("ch", "X"), ("qu|k|c(?=[^ei]|$)", "k"), ("[cz]", "s"), ("g(?=[ei])", "j"), ("gu(?=[ei])", "g"), ("h", ""),
        ("ll", "y"), ("v", "b"), ("w", "gu"), ("x", "ks"), ("m(?=[bp])", "n"),
    )
]  # fmt: skip
_GERMAN = [
    (re.compile(p), s)
    for p, s in (
        ("ae", "e"), ("oe", "o"), ("ue", "u"), ("sch", "X"), ("ph", "f"), ("v", "f"), ("ck|q|c(?=[^eih]|$)", "k"),
        ("th|dt", "t"), ("[zx]", "s"), ("(?<=[aeiou])h", ""), ("ei|ai|ey|ay", "A"), ("y", "i"), ("d$", "t"), ("b$", "p"),
        ("g$", "k"),
    )
]  # fmt: skip


def other_forms(word: str, lang: str) -> tuple[str, ...]:
    """Words that mean the same by convention: 'ave' and 'avenue', '3rd' and 'third' and '3'."""
    forms = list(ABBREVIATIONS.get(lang, {}).get(word, ()))
    forms.extend(NUMBERS.get(word, ()))
    ordinal = _ORDINAL.match(word)
    if ordinal:
        forms.append(ordinal.group(1))
    elif word.isdigit() and len(word) <= 3:
        forms.append(word + _ordinal_ending(int(word)))
    return tuple(dict.fromkeys(forms))


_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|er|ra|do|da|ro|to|ta|o|a)$")


def _ordinal_ending(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
