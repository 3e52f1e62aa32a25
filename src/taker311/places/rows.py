"""Reading the street index's tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from taker311.places.build import ADDRESS, CROSSING, SEPARATOR, unpack_rings
from taker311.places.geometry import Ring
from taker311.places.normal import StreetName
from taker311.places.streets import Street

REACH = 200  # how far below its last house a row of houses ('101-299') may begin
OTHER_SIDE = 10  # a house on the other side of the street counts as so many numbers further


@dataclass(frozen=True)
class Point:
    """`districts` is the row of `Rows.districts`."""

    lat: float
    lon: float
    districts: int


@dataclass(frozen=True)
class AddressRow:
    number: str
    first: int
    point: Point


@dataclass(frozen=True)
class LandmarkRow:
    name: str
    kind: str
    point: Point
    address: str


class Rows:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        sets = connection.execute("SELECT value FROM meta WHERE key = 'sets'").fetchone()[0]
        self.sets: tuple[str, ...] = tuple(sets.split(SEPARATOR)) if sets else ()
        self._rings = lru_cache(maxsize=512)(self._read_rings)
        self._districts = lru_cache(maxsize=4096)(self._read_districts)

    def streets(self) -> list[Street]:
        found = self._connection.execute("SELECT id, label, core, type, direction, houses FROM street ORDER BY id")
        return [Street(row[0], row[1], StreetName(*row[2:5]), row[5]) for row in found]

    def all_landmarks(self) -> list[tuple[int, str, str, tuple[str, ...]]]:
        found = self._connection.execute("SELECT id, name, kind, also FROM landmark ORDER BY id")
        return [(row[0], row[1], row[2], tuple(filter(None, row[3].split(SEPARATOR)))) for row in found]

    def districts(self, row: int) -> dict[str, str]:
        return dict(self._districts(row))

    def _read_districts(self, row: int) -> tuple[tuple[str, str], ...]:
        names = self._connection.execute("SELECT names FROM districts WHERE id = ?", (row,)).fetchone()[0]
        return tuple((key, name) for key, name in zip(self.sets, names.split(SEPARATOR), strict=False) if name)

    def houses(self, street: int, number: int) -> list[AddressRow]:
        """Houses whose number, or range of numbers, holds `number`; the plain number first."""
        found = self._connection.execute(
            "SELECT number, first, lat, lon, districts FROM address WHERE street = ? AND first BETWEEN ? AND ? "
            "AND last >= ? AND (first + ?) % 2 = 0 OR street = ? AND first = ? LIMIT 40",
            (street, number - REACH, number, number, number, street, number),
        )
        rows = [_address(row) for row in found]
        return sorted(rows, key=lambda row: (row.first != number, len(row.number), row.number))

    def nearest_houses(self, street: int, number: int) -> list[AddressRow]:
        """The nearest house below and above, one on the caller's side of the street before a nearer one across."""
        found: list[AddressRow] = []
        for comparison, order in (("<", "DESC"), (">", "ASC")):
            sql = (
                "SELECT number, first, lat, lon, districts FROM address "  # noqa: S608 - both parts stand above
                f"WHERE street = ? AND first {comparison} ? ORDER BY first {order} LIMIT 4"
            )
            found += [_address(row) for row in self._connection.execute(sql, (street, number))]

        def cost(row: AddressRow) -> tuple[int, int]:
            return abs(row.first - number) + OTHER_SIDE * ((row.first - number) % 2), row.first

        return sorted(found, key=cost)[:2]

    def houses_anywhere(self, number: int, limit: int) -> list[tuple[str, AddressRow]]:
        """(street's label, house) of every house with that number, or none at all when there are more than `limit`."""
        found = self._connection.execute(
            "SELECT number, first, lat, lon, address.districts, label FROM address JOIN street ON street.id = street "
            "WHERE first = ? ORDER BY label LIMIT ?",
            (number, limit + 1),
        ).fetchall()
        return [] if len(found) > limit else [(row[5], _address(row)) for row in found]

    def blocks(self, street: int, limit: int) -> list[int]:
        """The first hundreds in which the street has houses, ascending."""
        found = self._connection.execute(
            "SELECT DISTINCT first / 100 * 100 FROM address WHERE street = ? ORDER BY 1 LIMIT ?", (street, limit)
        )
        return [row[0] for row in found]

    def middle_of_block(self, street: int, hundred: int) -> AddressRow | None:
        found = self._connection.execute(
            "SELECT number, first, lat, lon, districts FROM address WHERE street = ? AND first BETWEEN ? AND ? "
            "ORDER BY first, number",
            (street, hundred, hundred + 99),
        ).fetchall()
        return _address(found[len(found) // 2]) if found else None

    def crossings(self, streets: Iterable[int]) -> dict[tuple[int, int], list[Point]]:
        """(lower street, higher street) -> where they cross, for all pairs of `streets`."""
        ids = sorted(streets)[:200]
        marks = ",".join("?" * len(ids))
        found = self._connection.execute(
            f"SELECT one, other, lat, lon, districts FROM crossing WHERE one IN ({marks}) AND other IN ({marks})",  # noqa: S608 - marks are '?' only
            (*ids, *ids),
        )
        pairs: dict[tuple[int, int], list[Point]] = {}
        for one, other, lat, lon, districts in found:
            pairs.setdefault((one, other), []).append(Point(lat, lon, districts))
        return pairs

    def landmarks(self, rows: Iterable[int]) -> dict[int, LandmarkRow]:
        ids = list(rows)
        marks = ",".join("?" * len(ids))
        found = self._connection.execute(
            f"SELECT id, name, kind, lat, lon, districts, address FROM landmark WHERE id IN ({marks})",  # noqa: S608 - marks are '?' only
            ids,
        )
        return {row[0]: LandmarkRow(row[1], row[2], Point(*row[3:6]), row[6]) for row in found}

    def points_in(self, box: tuple[float, float, float, float]) -> list[tuple[int, int, float, float]]:
        """(kind, row, lat, lon) of every point in a (south, north, west, east) box, generously."""
        return self._connection.execute(
            "SELECT kind, row, lat, lon FROM point_box WHERE north >= ? AND south <= ? AND east >= ? AND west <= ?", box
        ).fetchall()

    def labelled(self, kind: int, row: int) -> tuple[str, str, str, Point]:
        """Label, landmark's kind, landmark's address ('' for others) and point of a row of `points_in`."""
        if kind == ADDRESS:
            sql = (
                "SELECT number || ' ' || label, '', '', lat, lon, districts FROM address "
                "JOIN street ON street.id = street WHERE address.id = ?"
            )
        elif kind == CROSSING:
            sql = "SELECT label, '', '', lat, lon, districts FROM crossing WHERE id = ?"
        else:
            sql = "SELECT name, kind, address, lat, lon, districts FROM landmark WHERE id = ?"
        found = self._connection.execute(sql, (row,)).fetchone()
        return found[0], found[1], found[2], Point(*found[3:6])

    def polygons_at(self, lat: float, lon: float) -> list[tuple[str, str, tuple[Ring, ...]]]:
        """(set, name, rings) of the polygons whose box holds the point, in the order of the source."""
        found = self._connection.execute(
            "SELECT polygon.id, set_name, name FROM polygon_box JOIN polygon USING (id) "
            "WHERE south <= ? AND north >= ? AND west <= ? AND east >= ? ORDER BY polygon.id",
            (lat, lat, lon, lon),
        )
        return [(row[1], row[2], self._rings(row[0])) for row in found.fetchall()]

    def _read_rings(self, polygon: int) -> tuple[Ring, ...]:
        return unpack_rings(
            self._connection.execute("SELECT rings FROM polygon WHERE id = ?", (polygon,)).fetchone()[0]
        )


def _address(row: tuple[str, int, float, float, int]) -> AddressRow:
    return AddressRow(row[0], row[1], Point(*row[2:5]))
