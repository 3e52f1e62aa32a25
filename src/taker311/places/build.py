"""The street index's file: its tables, and how a gazetteer is written into them."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
import struct
import tempfile
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.files import sync_folder
from taker311.base.text import clean_line
from taker311.knowledge.model import Gazetteer
from taker311.places.geometry import Ring, bounds, inside
from taker311.places.normal import house_number, read_out, take_apart, words_of

FORMAT = 1  # raise it when the tables or the rules of `normal` change, so that desks make their index anew

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE street (id INTEGER PRIMARY KEY, label TEXT NOT NULL, core TEXT NOT NULL, type TEXT NOT NULL,
    direction TEXT NOT NULL, houses INTEGER NOT NULL DEFAULT 0);
CREATE TABLE districts (id INTEGER PRIMARY KEY, names TEXT NOT NULL);
CREATE TABLE address (id INTEGER PRIMARY KEY, street INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    number TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, districts INTEGER NOT NULL);
CREATE TABLE crossing (id INTEGER PRIMARY KEY, one INTEGER NOT NULL, other INTEGER NOT NULL, label TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL, districts INTEGER NOT NULL);
CREATE TABLE landmark (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, lat REAL NOT NULL,
    lon REAL NOT NULL, address TEXT NOT NULL, also TEXT NOT NULL, districts INTEGER NOT NULL);
CREATE TABLE polygon (id INTEGER PRIMARY KEY, set_name TEXT NOT NULL, name TEXT NOT NULL, rings BLOB NOT NULL);
CREATE VIRTUAL TABLE polygon_box USING rtree(id, south, north, west, east);
CREATE VIRTUAL TABLE point_box USING rtree(id, south, north, west, east, +kind INTEGER, +row INTEGER,
    +lat REAL, +lon REAL);
"""
# Made after the rows, which is several times faster than keeping them up to date.
INDEXES = """
CREATE INDEX address_by_street ON address (street, first);
CREATE INDEX address_by_number ON address (first);
CREATE INDEX crossing_by_pair ON crossing (one, other);
CREATE INDEX crossing_by_other ON crossing (other);
"""
ADDRESS, CROSSING, LANDMARK = 0, 1, 2  # point_box.kind
SEPARATOR = "\x1f"  # clean text never holds it


def pack_rings(rings: tuple[Ring, ...]) -> bytes:
    parts = [struct.pack("<I", len(rings))]
    for ring in rings:
        flat = [value for point in ring for value in point]
        parts.append(struct.pack(f"<I{len(flat)}d", len(ring), *flat))
    return b"".join(parts)


def unpack_rings(data: bytes) -> tuple[Ring, ...]:
    (count,) = struct.unpack_from("<I", data, 0)
    rings: list[Ring] = []
    at = 4
    for _ in range(count):
        (length,) = struct.unpack_from("<I", data, at)
        flat = struct.unpack_from(f"<{2 * length}d", data, at + 4)
        rings.append(tuple(zip(flat[::2], flat[1::2], strict=True)))
        at += 4 + 16 * length
    return tuple(rings)


def build_index(gazetteer: Gazetteer, path: Path) -> None:
    """Writes the index of `gazetteer` to `path`: whole or not at all. Raises UserError where the disk won't have it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        os.close(handle)
        connection = sqlite3.connect(temporary)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            write(gazetteer, connection)
        finally:
            connection.close()
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _unwritable(path: Path, error: Exception) -> UserError:
    reason = getattr(error, "strerror", None) or error
    return UserError(f"{path}: the street index can't be written ({reason}); make room or give write permission there.")


def write(gazetteer: Gazetteer, connection: sqlite3.Connection) -> None:
    """Fills an empty database. Rows without a usable point or name are left out; empty district columns are filled
    from the polygons."""
    connection.executescript(SCHEMA)
    writer = _Writer(gazetteer, connection)
    with connection:
        writer.polygons()
        writer.addresses()
        writer.crossings()
        writer.landmarks()
        writer.finish()
    connection.executescript(INDEXES)
    connection.execute("ANALYZE")
    connection.commit()


class _Writer:
    def __init__(self, gazetteer: Gazetteer, connection: sqlite3.Connection) -> None:
        self._gazetteer = gazetteer
        self._connection = connection
        self._streets: dict[tuple[str, str, str], int] = {}
        self._street_rows: list[list[object]] = []
        self._by_name: dict[str, int | None] = {}
        self._districts: dict[str, int] = {}
        self._points: list[tuple[float, float, int, int]] = []
        self._shapes: list[tuple[str, str, tuple[float, float, float, float], tuple[Ring, ...]]] = []
        # Sets that only polygons know come after those that the tables name.
        extra = sorted({district.set for district in gazetteer.districts} - set(gazetteer.district_sets))
        self._sets = tuple(clean_line(name, limit=80) for name in (*gazetteer.district_sets, *extra))

    def polygons(self) -> None:
        for district in self._gazetteer.districts:
            rings: tuple[Ring, ...] = tuple(ring for ring in district.rings if len(ring) >= 3)
            values = [value for ring in rings for point in ring for value in point]
            if rings and all(map(math.isfinite, values)):
                name = clean_line(district.name, limit=120)
                self._shapes.append((clean_line(district.set, limit=80), name, bounds(rings), rings))
        for number, (set_name, name, box, rings) in enumerate(self._shapes, 1):
            self._connection.execute(
                "INSERT INTO polygon VALUES (?, ?, ?, ?)", (number, set_name, name, pack_rings(rings))
            )
            self._connection.execute("INSERT INTO polygon_box VALUES (?, ?, ?, ?, ?)", (number, *box))

    def addresses(self) -> None:
        rows: list[tuple[object, ...]] = []
        for row in self._gazetteer.addresses:
            number, street = house_number(row.number), self._street(row.street)
            if number is None or street is None or not _usable(row.lat, row.lon):
                continue
            self._street_rows[street - 1][4] = int(str(self._street_rows[street - 1][4])) + 1
            districts = self._district_row(row.districts, row.lat, row.lon)
            rows.append((len(rows) + 1, street, number.first, number.last, number.text, row.lat, row.lon, districts))
            self._points.append((row.lat, row.lon, ADDRESS, len(rows)))
        self._connection.executemany("INSERT INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def crossings(self) -> None:
        rows: list[tuple[object, ...]] = []
        for row in self._gazetteer.intersections:
            one, other = self._street(row.first), self._street(row.second)
            if one is None or other is None or not _usable(row.lat, row.lon):
                continue
            label = f"{read_out(row.first)} and {read_out(row.second)}"
            districts = self._district_row(row.districts, row.lat, row.lon)
            rows.append((len(rows) + 1, min(one, other), max(one, other), label, row.lat, row.lon, districts))
            self._points.append((row.lat, row.lon, CROSSING, len(rows)))
        self._connection.executemany("INSERT INTO crossing VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def landmarks(self) -> None:
        rows: list[tuple[object, ...]] = []
        for row in self._gazetteer.landmarks:
            name = clean_line(row.name, limit=120)
            if not name or not _usable(row.lat, row.lon):
                continue
            also = SEPARATOR.join(filter(None, (clean_line(other, limit=120) for other in row.also)))
            districts = self._district_row(row.districts, row.lat, row.lon)
            kind, address = clean_line(row.kind, limit=60), clean_line(row.address, limit=160)
            rows.append((len(rows) + 1, name, kind, row.lat, row.lon, address, also, districts))
            self._points.append((row.lat, row.lon, LANDMARK, len(rows)))
        self._connection.executemany("INSERT INTO landmark VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def finish(self) -> None:
        self._connection.executemany(
            "INSERT INTO street (id, label, core, type, direction, houses) VALUES (?, ?, ?, ?, ?, ?)",
            [(number, *row) for number, row in enumerate(self._street_rows, 1)],
        )
        self._connection.executemany(
            "INSERT INTO districts VALUES (?, ?)", [(number, names) for names, number in self._districts.items()]
        )
        self._connection.executemany(
            "INSERT INTO point_box VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, lat, lat, lon, lon, kind, row, lat, lon)
                for number, (lat, lon, kind, row) in enumerate(self._points, 1)
            ],
        )
        self._connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [("format", str(FORMAT)), ("sets", SEPARATOR.join(self._sets))]
        )

    def _street(self, name: str) -> int | None:
        if name not in self._by_name:
            words = words_of(name)
            self._by_name[name] = self._new_street(name, words) if words else None
        return self._by_name[name]

    def _new_street(self, name: str, words: list[str]) -> int:
        parts = take_apart(tuple(words))
        key = (parts.core, parts.type, parts.direction)
        if key not in self._streets:
            self._street_rows.append([read_out(name), *key, 0])
            self._streets[key] = len(self._street_rows)
        return self._streets[key]

    def _district_row(self, given: tuple[str, ...], lat: float, lon: float) -> int:
        names = [clean_line(name, limit=120) for name in given[: len(self._sets)]]
        names += [""] * (len(self._sets) - len(names))
        if self._shapes and not all(names):
            for set_name, name, (south, north, west, east), rings in self._shapes:
                place = self._sets.index(set_name) if set_name in self._sets else -1
                if place < 0 or names[place] or not (south <= lat <= north and west <= lon <= east):
                    continue
                if inside(lat, lon, rings):
                    names[place] = name
        return self._districts.setdefault(SEPARATOR.join(names), len(self._districts) + 1)


def _usable(lat: float, lon: float) -> bool:
    return math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
