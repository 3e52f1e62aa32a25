"""The tables of places (CSV) and the districts (GeoJSON)."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from taker311.authoring.findings import Report
from taker311.authoring.nodes import Place
from taker311.base.text import clean_line
from taker311.knowledge.model import Address, District, Gazetteer, Intersection, Landmark

COLUMNS = {
    "addresses.csv": ("number", "street", "lat", "lon"),
    "intersections.csv": ("first", "second", "lat", "lon"),
    "landmarks.csv": ("name", "kind", "lat", "lon", "address", "also"),
}
_OPTIONAL = frozenset({"address", "also"})
_SET = re.compile(r"[a-z][a-z0-9_]{0,31}")
TOLD = 20

Row = dict[str, tuple[str, Place]]


class _Limited:
    """Tells the first findings of a file one by one and counts the rest."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0
        self._last: Place = (1, 1)

    def error(self, at: Place, code: str, sentence: str) -> None:
        self._count += 1
        self._last = at
        if self._count <= TOLD:
            self._report.error(at, code, sentence)

    def close(self) -> None:
        if self._count > TOLD:
            self._report.error(
                self._last, "more", f"{self._count - TOLD:,} more errors of this kind stand in this file."
            )


class Table:
    """One CSV file: its district columns and its rows, each with the place of every cell."""

    def __init__(self, name: str, text: str, report: Report) -> None:
        self.name = name
        self.report = _Limited(report)
        self.sets: tuple[str, ...] = ()
        self._rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._lines = text.split("\n")
        self._header: list[str] = []
        self.usable = self._read_header()

    def _read_header(self) -> bool:
        wanted = COLUMNS[self.name]
        try:
            self._header = [cell.strip() for cell in next(self._rows, [])]
        except csv.Error as error:
            self.report.error((1, 1), "bad-table", f"the first line can't be read as names of columns ({error}).")
            return False
        missing = [name for name in wanted if name not in self._header and name not in _OPTIONAL]
        for name in missing:
            self.report.error(
                (1, 1), "missing-key", f"the column '{name}' is missing; the first line is {','.join(wanted)}."
            )
        others = [name for name in self._header if name not in wanted]
        for name in others:
            if not _SET.fullmatch(name):
                self.report.error(
                    (1, 1),
                    "bad-id",
                    f"a column can't be called '{clean_line(name, limit=40)}'; a set of districts is lower-case letters and '_', as in trash_day.",
                )
        if len(set(self._header)) != len(self._header):
            self.report.error((1, 1), "duplicate-key", "two columns have the same name.")
            return False
        self.sets = tuple(name for name in others if _SET.fullmatch(name))
        return not missing

    def rows(self) -> Iterator[Row]:
        """Column -> (cell, place). Empty lines are passed over; a row of another width is told and left out."""
        line = 2
        while True:
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except csv.Error as error:
                self.report.error(
                    (self._rows.line_num, 1),
                    "bad-row",
                    f"this line can't be read as a row ({error}); look for a quote that is not closed.",
                )
                return
            start, line = line, self._rows.line_num + 1
            if not cells or cells == [""]:
                continue
            if len(cells) != len(self._header):
                self.report.error(
                    (start, 1),
                    "bad-row",
                    f"this row has {len(cells)} cells and the table {len(self._header)} columns; put quotes around a cell that holds a comma.",
                )
                continue
            raw = self._lines[start - 1] if start <= len(self._lines) else ""
            yield {
                name: (clean_line(cell, limit=300), (start, _column(raw, number)))
                for number, (name, cell) in enumerate(zip(self._header, cells, strict=True))
            }

    def point(self, row: Row) -> tuple[float, float] | None:
        """WGS84 degrees, or None after telling what is wrong."""
        values: list[float] = []
        for name, limit in (("lat", 90), ("lon", 180)):
            cell, at = row[name]
            try:
                value = float(cell)
            except ValueError:
                value = math.nan
            if not abs(value) <= limit:
                self.report.error(
                    at,
                    "bad-point",
                    f"'{name}' is a number of degrees between -{limit} and {limit}, not '{clean_line(cell, limit=40)}'.",
                )
                return None
            values.append(value)
        return values[0], values[1]

    def needed(self, row: Row, *names: str) -> bool:
        for name in names:
            if not row[name][0]:
                self.report.error(row[name][1], "missing-value", f"'{name}' is empty in this row.")
                return False
        return True


def _column(raw: str, number: int) -> int:
    """Where cell `number` begins in a raw line, from 1."""
    cell, quoted = 0, False
    for place, character in enumerate(raw):
        if cell == number:
            return place + 1
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            cell += 1
    return len(raw) + 1 if cell == number else 1


def read_districts(text: str, report: Report) -> tuple[District, ...]:
    """Polygons and multipolygons with the properties `set` and `name`, sorted by both."""
    limited = _Limited(report)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = (getattr(error, "lineno", 1), getattr(error, "colno", 1))
        report.error(at, "bad-geojson", f"the file is no JSON ({getattr(error, 'msg', 'too deep')}).")
        return ()
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        report.error((1, 1), "bad-geojson", "the file is no GeoJSON FeatureCollection: it has no list of features.")
        return ()
    starts = [match.start() for match in re.finditer(r'"type"\s*:\s*"Feature"', text)]
    found: list[District] = []
    for number, feature in enumerate(features):
        start = starts[number] if len(starts) == len(features) else 0
        at = (text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
        found += _feature(feature, f"feature {number + 1}", at, limited)
    limited.close()
    return tuple(sorted(found, key=lambda d: (d.set, d.name, d.rings)))


def _feature(feature: Any, what: str, at: Place, report: _Limited) -> list[District]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        report.error(at, "bad-geojson", f"{what} needs 'properties' and 'geometry'.")
        return []
    kind, name = properties.get("set"), properties.get("name")
    if not isinstance(kind, str) or not _SET.fullmatch(kind) or not isinstance(name, str) or not name.strip():
        report.error(at, "bad-geojson", f"{what} needs the properties 'set' (lower-case letters and '_') and 'name'.")
        return []
    shape, coordinates = geometry.get("type"), geometry.get("coordinates")
    polygons = [coordinates] if shape == "Polygon" else coordinates if shape == "MultiPolygon" else None
    try:
        if not isinstance(polygons, list):
            raise TypeError
        return [
            District(kind, clean_line(name, limit=100), tuple(_ring(ring) for ring in polygon)) for polygon in polygons
        ]
    except (TypeError, ValueError):
        report.error(
            at,
            "bad-geojson",
            f"{what} ('{clean_line(name, limit=60)}') is no polygon of [lon, lat] points that ends where it begins.",
        )
        return []


def _ring(points: Any) -> tuple[tuple[float, float], ...]:
    ring = tuple((float(point[0]), float(point[1])) for point in points)
    if len(ring) < 4 or ring[0] != ring[-1] or not all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in ring):
        raise ValueError
    return ring


def build_gazetteer(tables: dict[str, Table], districts: tuple[District, ...]) -> Gazetteer:
    """All rows under one order of district sets; doubled rows are told. Sorted, so that the order of rows changes nothing."""
    names = {name for table in tables.values() for name in table.sets} | {district.set for district in districts}
    sets = tuple(sorted(names))
    addresses = {(r.street, r.number): r for r in _addresses(tables.get("addresses.csv"), sets)}
    corners = {(r.first, r.second): r for r in _intersections(tables.get("intersections.csv"), sets)}
    landmarks = _landmarks(tables.get("landmarks.csv"), sets)
    for table in tables.values():
        table.report.close()
    return Gazetteer(
        sets, tuple(addresses[key] for key in sorted(addresses)), tuple(corners[key] for key in sorted(corners)),
        tuple(sorted(landmarks, key=lambda r: (r.name, r.lat, r.lon))), districts,
    )  # fmt: skip


def _cells(row: Row, sets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[name][0] if name in row else "" for name in sets)


def _rows(table: Table | None) -> Iterator[tuple[Table, Row]]:
    if table is not None and table.usable:
        for row in table.rows():
            yield table, row


def _addresses(of: Table | None, sets: tuple[str, ...]) -> Iterator[Address]:
    seen: dict[tuple[str, str], int] = {}
    for table, row in _rows(of):
        point = table.point(row)
        if point is None or not table.needed(row, "number", "street"):
            continue
        key = row["number"][0], row["street"][0]
        if key in seen:
            table.report.error(
                row["number"][1], "duplicate-id", f"{key[0]} {key[1]} stands on line {seen[key]} already."
            )
            continue
        seen[key] = row["number"][1][0]
        yield Address(*key, *point, _cells(row, sets))


def _intersections(of: Table | None, sets: tuple[str, ...]) -> Iterator[Intersection]:
    for table, row in _rows(of):
        point = table.point(row)
        if point is not None and table.needed(row, "first", "second"):
            yield Intersection(row["first"][0], row["second"][0], *point, _cells(row, sets))


def _landmarks(of: Table | None, sets: tuple[str, ...]) -> list[Landmark]:
    found: list[Landmark] = []
    for table, row in _rows(of):
        point = table.point(row)
        if point is None or not table.needed(row, "name", "kind"):
            continue
        kind, at = row["kind"]
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", kind):
            table.report.error(at, "bad-id", f"a landmark's kind is lower-case letters, as in park, not '{kind}'.")
            continue
        also = tuple(name.strip() for name in row["also"][0].split(";") if name.strip()) if "also" in row else ()
        found.append(
            Landmark(
                row["name"][0], kind, *point, row["address"][0] if "address" in row else "", also, _cells(row, sets)
            )
        )
    return found


def place_values(gazetteer: Gazetteer) -> dict[str, tuple[str, ...]]:
    """What `place.<set>` and `place.landmark` can be: set -> its names, sorted."""
    values: dict[str, set[str]] = {name: set() for name in gazetteer.district_sets}
    for rows in (gazetteer.addresses, gazetteer.intersections, gazetteer.landmarks):
        for row in rows:
            for name, value in zip(gazetteer.district_sets, row.districts, strict=True):
                if value:
                    values[name].add(value)
    for district in gazetteer.districts:
        values[district.set].add(district.name)
    values["landmark"] = {landmark.kind for landmark in gazetteer.landmarks}
    return {name: tuple(sorted(names)) for name, names in values.items()}
