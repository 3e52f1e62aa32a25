"""What a text is made of, for counting and for learning: stems, pairs of stems, and four-letter pieces of `_word_`.

Pieces carry stems, compounds and slips of the keyboard without knowing the language. Features are 32-bit numbers (CRC-32 of
their text), so that tables of them stay small; at 100,000 features about one pair shares a number, which harms nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

PIECE = 4


def stem_feature(stem: str) -> int:
    return crc32(b"w" + stem.encode())


def pair_feature(first: str, second: str) -> int:
    return crc32(f"p{first} {second}".encode())


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[int, ...]:
    """The word's pieces in order; of an unfinished word leave the last one out, it holds the closing mark."""
    marked = f"_{word}_".encode()
    return tuple(crc32(b"#" + marked[i : i + PIECE]) for i in range(max(1, len(marked) - PIECE + 1)))


def features(words: Sequence[str], stems: Sequence[str]) -> Iterable[int]:
    """All features of a finished text, with repeats."""
    for stem in stems:
        yield stem_feature(stem)
    for first, second in pairwise(stems):
        yield pair_feature(first, second)
    for word in words:
        yield from pieces(word)
