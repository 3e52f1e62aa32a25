"""From a typed place to ranked candidates: every reading of the words is tried, and what a reading leaves unexplained
costs it. The weights are judgements; tests/places hold what they must achieve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from taker311.base.text import clean_line
from taker311.places.geometry import metres_between
from taker311.places.landmarks import LandmarkBook
from taker311.places.model import Place, PlaceHit
from taker311.places.normal import TYPE_OF, words_of
from taker311.places.query import Query, TypedNumber, take_query_apart
from taker311.places.rows import AddressRow, LandmarkRow, Point, Rows
from taker311.places.streets import Mention, StreetBook, StreetMatch
from taker311.places.tables import CONNECTORS

LEFT_OVER = 0.6  # what a hit loses when none of the telling words are explained by it
OTHER_NUMBER = 0.78  # a neighbour of a house number that the street does not have
MISSING_BLOCK = 0.7  # the block of such a number
STREET_ALONE = 0.84  # a block of a street that was named without a number
STREET_IN_FULL = 0.92  # the same, with its type
LOWEST, CUT, CUT_BELOW_EXACT = 0.2, 0.5, 0.72  # hits below these (the latter two: times the best) are noise
UNJOINED, INTERRUPTED = 0.93, 0.75  # two streets without "and", and with other words between them
BARE_NUMBER = 0.88  # a lone '3' beside a street is rather a house number than Third Street
SAME_SPOT_M = 60.0
WIDEST_GAP = 4  # words between the two streets of a crossing
MOST_NUMBERED = 20  # pairs of a number and a street that are looked up
LONGEST_TYPED = 240


class Finder:
    def __init__(self, rows: Rows, streets: StreetBook, landmarks: LandmarkBook) -> None:
        self._rows = rows
        self._streets = streets
        self._landmarks = landmarks
        self._district_names: dict[int, tuple[tuple[frozenset[str], frozenset[str]], ...]] = {}

    def find(self, text: str, limit: int) -> tuple[PlaceHit, ...]:
        query = take_query_apart(text, self._streets)
        if not query.words or limit < 1:
            return ()
        reading = _Reading(query, clean_line(text, limit=LONGEST_TYPED), self)
        hits = list(reading.addresses())
        hits += reading.crossings()
        hits += reading.landmarks(self._landmarks)
        if all(hit.score < 0.65 for hit in hits if hit.place.kind != "landmark"):
            hits += reading.streets_alone(limit)
        if not hits:
            hits += reading.number_alone(limit)
        return _best(hits, limit)

    @property
    def rows(self) -> Rows:
        return self._rows

    def explained(self, words: list[str], row: int) -> frozenset[int]:
        """Positions of words that name a district of a row whole: 'ward 5', 'downtown', 'old market'."""
        if row not in self._district_names:
            self._district_names[row] = tuple(
                (frozenset(words_of(part)), frozenset(words_of(name.replace("_", " "))))
                for name, value in self._rows.districts(row).items()
                for part in value.split("/")
            )
        typed = set(words)
        named = {w for name, of_set in self._district_names[row] if name and name <= typed for w in name | of_set}
        return frozenset(place for place, word in enumerate(words) if word in named)


class _Reading:
    """One query's hits."""

    def __init__(self, query: Query, typed: str, finder: Finder) -> None:
        self._query = query
        self._typed = typed
        self._finder = finder
        self._rows = finder.rows
        self._loud = query.loud()

    def addresses(self) -> Iterator[PlaceHit]:
        for number, mention, gap in islice(self._numbered(), MOST_NUMBERED):
            blocks = {*gap, number.start - 1, number.end} & self._query.block_words
            used = frozenset({*range(number.start, number.end), *range(mention.start, mention.end), *blocks})
            for match in mention.matches:
                if blocks:
                    yield from self._block(match, number.number.first, used, 1.0)
                else:
                    yield from self._houses(match, number, used)

    def _numbered(self) -> Iterator[tuple[TypedNumber, Mention, range]]:
        """Numbers and streets that may belong together, the likeliest streets first, and the words between them."""
        for mention in self._query.mentions:
            for number in self._query.numbers:
                gap = _gap(number, mention)
                if gap is not None and self._belong_together(gap):
                    yield number, mention, gap

    def _belong_together(self, gap: range) -> bool:
        """A number and a street with at most a few empty words and one misspelt word ('noth' for north) between them."""
        words, quiet, blocks = self._query.words, self._query.quiet, self._query.block_words
        unknown = sum(not quiet[place] and place not in blocks for place in gap)
        return len(gap) <= 3 and unknown <= 1 and not any(words[place] in CONNECTORS for place in gap)

    def _houses(self, match: StreetMatch, typed: TypedNumber, used: frozenset[int]) -> Iterator[PlaceHit]:
        number = typed.number
        factor = 0.9 if typed.joined else 1.0
        same = self._rows.houses(match.street.id, number.first)
        for row in same:
            as_typed = row.number == number.text
            score = factor * match.quality * (1.0 if as_typed else 0.94)
            yield self._address(match, row, score, used, exact=as_typed and match.exact and not typed.joined)
        if same:
            return
        for row in self._rows.nearest_houses(match.street.id, number.first):
            distance = min(0.3, abs(row.first - number.first) / 1000)
            yield self._address(match, row, factor * match.quality * (OTHER_NUMBER - distance), used, exact=False)
        yield from self._block(match, number.first, used, MISSING_BLOCK * factor)

    def _address(
        self, match: StreetMatch, row: AddressRow, score: float, used: frozenset[int], *, exact: bool
    ) -> PlaceHit:
        return self._hit("address", f"{row.number} {match.street.label}", row.point, score, used, exact=exact)

    def _block(self, match: StreetMatch, number: int, used: frozenset[int], factor: float) -> Iterator[PlaceHit]:
        hundred = number // 100 * 100
        asked = factor == 1.0
        middle = self._rows.middle_of_block(match.street.id, hundred)
        if middle is None and asked:
            near = self._rows.nearest_houses(match.street.id, number)
            hundred, factor, asked = near[0].first // 100 * 100 if near else 0, MISSING_BLOCK, False
            middle = self._rows.middle_of_block(match.street.id, hundred)
        if middle is not None:
            label = block_label(hundred, match.street.label)
            yield self._hit("block", label, middle.point, match.quality * factor, used, exact=asked and match.exact)

    def crossings(self) -> Iterator[PlaceHit]:
        mentions = self._query.mentions
        ids = {match.street.id for mention in mentions for match in mention.matches}
        known = self._rows.crossings(ids) if len(ids) > 1 else {}
        if not known:
            return
        by_street = [{match.street.id: match for match in mention.matches} for mention in mentions]
        for place, one in enumerate(mentions):
            for other_place, other in enumerate(mentions):
                if one.end > other.start or other.start - one.end > WIDEST_GAP:
                    continue
                gap = range(one.end, other.start)
                plain = all(self._query.quiet[p] for p in gap)
                said = plain and any(self._query.words[p] in CONNECTORS for p in gap)
                joined = 1.0 if said else UNJOINED if plain else INTERRUPTED
                if not said and any(self._query.words[m.start].isdecimal() for m in (one, other)):
                    joined *= BARE_NUMBER
                used = frozenset({*range(one.start, one.end), *range(other.start, other.end)})
                for first in by_street[place].values():
                    for second in by_street[other_place].values():
                        pair = (min(first.street.id, second.street.id), max(first.street.id, second.street.id))
                        for point in known.get(pair, ()):
                            yield self._crossing(first, second, point, joined, used)

    def _crossing(
        self, first: StreetMatch, second: StreetMatch, point: Point, factor: float, used: frozenset[int]
    ) -> PlaceHit:
        label = f"{first.street.label} and {second.street.label}"
        score = first.quality * second.quality * factor
        return self._hit("intersection", label, point, score, used, exact=first.exact and second.exact)

    def landmarks(self, book: LandmarkBook) -> Iterator[PlaceHit]:
        found = book.match(self._query.words)
        rows = self._rows.landmarks([match.row for match in found])
        for match in found:
            row = rows[match.row]
            yield self._hit(
                "landmark", row.name, row.point, match.quality, match.words, exact=match.exact, landmark=row
            )

    def streets_alone(self, limit: int) -> Iterator[PlaceHit]:
        """Blocks of the streets that were named, in turn, so that no street hides another."""
        words = self._query.words
        named = [m for m in self._query.mentions if not all(w.isdecimal() for w in words[m.start : m.end])]
        for mention in named[:4]:
            used = frozenset(range(mention.start, mention.end))
            typed = {TYPE_OF.get(word, "") for word in words[mention.start : mention.end]}
            close = [m for m in mention.matches if m.quality >= mention.matches[0].quality * 0.9]
            each = max(1, limit // len(close))
            for match in close:
                base = STREET_IN_FULL if match.exact and match.street.name.type in typed else STREET_ALONE
                for turn, hundred in enumerate(self._rows.blocks(match.street.id, each)):
                    yield from self._block(match, hundred, used, base - turn / 1000)

    def number_alone(self, limit: int) -> Iterator[PlaceHit]:
        """The city's houses of that number, when they are few enough to choose from."""
        if len(self._query.words) != 1 or not self._query.numbers:
            return
        number = self._query.numbers[0].number
        for street, row in self._rows.houses_anywhere(number.first, limit):
            exact = row.number == number.text
            yield self._hit("address", f"{row.number} {street}", row.point, STREET_ALONE, self._loud, exact=exact)

    def _hit(
        self,
        kind: str,
        label: str,
        point: Point,
        score: float,
        used: frozenset[int],
        *,
        exact: bool,
        landmark: LandmarkRow | None = None,
    ) -> PlaceHit:
        left = self._loud - used
        if left:
            left -= self._finder.explained(self._query.words, point.districts)
        score *= 1 - LEFT_OVER * len(left) / max(1, len(self._loud))
        place = Place(
            kind=kind,  # type: ignore[arg-type] # the literals stand in this file
            label=label,
            lat=point.lat,
            lon=point.lon,
            districts=self._rows.districts(point.districts),
            landmark_kind=landmark.kind if landmark else "",
            address=landmark.address if landmark else "",
            typed=self._typed,
            detail=self._query.detail,
        )
        return PlaceHit(place, round(max(0.0, min(1.0, score)), 4), exact and not left)


def block_label(hundred: int, street: str) -> str:
    """'400 block of Main Street'; the houses below 100 are the first block."""
    return f"{hundred} block of {street}" if hundred else f"first block of {street}"


def _gap(number: TypedNumber, mention: Mention) -> range | None:
    """The words between a number and a street, or None where they overlap."""
    if number.end <= mention.start:
        return range(number.end, mention.start)
    if mention.end <= number.start:
        return range(mention.end, number.start)
    return None


def _best(hits: Iterable[PlaceHit], limit: int) -> tuple[PlaceHit, ...]:
    ranked = sorted(hits, key=lambda hit: (-hit.score, not hit.exact))
    kept: list[PlaceHit] = []
    for hit in ranked:
        floor = ranked[0].score * (CUT_BELOW_EXACT if ranked[0].exact else CUT)
        if len(kept) == limit or hit.score < max(LOWEST, floor):
            break
        if not any(_same(hit.place, other.place) for other in kept):
            kept.append(hit)
    return tuple(kept)


def _same(one: Place, other: Place) -> bool:
    if one.kind != other.kind or None in (one.lat, one.lon, other.lat, other.lon):
        return False
    if one.kind != "intersection" and one.label != other.label:
        return False
    if one.kind == "intersection" and set(one.label.split(" and ")) != set(other.label.split(" and ")):
        return False
    return metres_between(one.lat or 0, one.lon or 0, other.lat or 0, other.lon or 0) <= SAME_SPOT_M
