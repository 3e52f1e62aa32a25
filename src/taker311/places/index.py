"""The city's places, ready to be looked up: what the desk opens and asks."""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from taker311.base.errors import UserError
from taker311.base.files import private_folder
from taker311.base.text import clean_line
from taker311.knowledge.model import Gazetteer
from taker311.places.build import ADDRESS, CROSSING, FORMAT, build_index, write
from taker311.places.find import LONGEST_TYPED, Finder
from taker311.places.geometry import box_around, inside, metres_between
from taker311.places.landmarks import LandmarkBook
from taker311.places.model import Place, PlaceHit
from taker311.places.rows import Rows
from taker311.places.streets import StreetBook

_KINDS = {ADDRESS: "address", CROSSING: "intersection"}


class PlaceIndex:
    """Made by `open`, `open_or_build` or `in_memory`. It may be opened in one thread and used in another, by one
    thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows = Rows(connection)
        landmarks = LandmarkBook(self._rows.all_landmarks())
        self._finder = Finder(self._rows, StreetBook(self._rows.streets()), landmarks)

    @classmethod
    def open(cls, path: Path) -> PlaceIndex:
        """Opens an index for reading. Raises UserError where it is missing, damaged or of another version."""
        connection: sqlite3.Connection | None = None
        try:
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            found = connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
            if found is None or found[0] != str(FORMAT):
                raise UserError(f"{path}: this street index is of another version; delete it and it is made anew.")
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("it is damaged")
            return cls(connection)
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            if connection is not None:
                connection.close()
            raise UserError(
                f"{path}: the street index can't be read ({clean_line(str(error), limit=120)}); "
                "delete it and it is made anew."
            ) from error
        except UserError:
            if connection is not None:
                connection.close()
            raise

    @classmethod
    def open_or_build(cls, folder: Path, part_hash: str, load: Callable[[], Gazetteer]) -> PlaceIndex:
        """The index of the `places` part with that hash, made in `folder` when it is missing or can't be read; indexes
        of other parts are removed from there. `load` is called only when the index must be made."""
        path = index_path(folder, part_hash)
        with contextlib.suppress(UserError):
            return cls.open(path)
        private_folder(folder)
        build_index(load(), path)
        for old in folder.glob("places-*.sqlite"):
            if old != path:
                with contextlib.suppress(OSError):
                    old.unlink()
        return cls.open(path)

    @classmethod
    def in_memory(cls, gazetteer: Gazetteer) -> PlaceIndex:
        """An index that leaves nothing on the disk."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        write(gazetteer, connection)
        return cls(connection)

    def close(self) -> None:
        self._connection.close()

    @property
    def district_sets(self) -> tuple[str, ...]:
        return self._rows.sets

    def find(self, text: str, limit: int = 7) -> tuple[PlaceHit, ...]:
        """Candidates for a caller's words, best first: at most `limit`. `Place.typed` keeps the words; a hit whose words
        were corrected, completed or not all understood is not `exact`."""
        with _readable():
            return self._finder.find(text, limit)

    def near(self, lat: float, lon: float, metres: float, limit: int = 20) -> tuple[PlaceHit, ...]:
        """Addresses, intersections and landmarks at most `metres` away, nearest first; `score` falls from 1 at the point
        to 0 at the rim."""
        if not (math.isfinite(lat) and math.isfinite(lon) and metres > 0):
            return ()
        with _readable():
            return self._near(lat, lon, metres, limit)

    def _near(self, lat: float, lon: float, metres: float, limit: int) -> tuple[PlaceHit, ...]:
        found: list[tuple[float, int, int]] = []
        for kind, row, at_lat, at_lon in self._rows.points_in(box_around(lat, lon, metres)):
            distance = metres_between(lat, lon, at_lat, at_lon)
            if distance <= metres:
                found.append((distance, kind, row))
        hits: list[PlaceHit] = []
        for distance, kind, row in sorted(found)[:limit]:
            label, landmark_kind, address, point = self._rows.labelled(kind, row)
            place = Place(
                kind=_KINDS.get(kind, "landmark"),  # type: ignore[arg-type] # the three kinds stand above
                label=label,
                lat=point.lat,
                lon=point.lon,
                districts=self._rows.districts(point.districts),
                landmark_kind=landmark_kind,
                address=address,
            )
            hits.append(PlaceHit(place, round(1 - distance / metres, 4), True))
        return tuple(hits)

    def districts_at(self, lat: float, lon: float) -> dict[str, str]:
        """District set -> name, from the polygons; sets without a polygon there are left out."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return {}
        found: dict[str, str] = {}
        with _readable():
            for set_name, name, rings in self._rows.polygons_at(lat, lon):
                if set_name not in found and inside(lat, lon, rings):
                    found[set_name] = name
        return found

    def unverified(self, text: str, reason: str) -> Place:
        """A place that the index does not know, as the caller gave it. Raises UserError when words or reason are empty."""
        return unverified(text, reason)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """A file that goes bad under the desk's hands is one sentence, and the call goes on with an unverified place."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.DatabaseError, struct.error, TypeError) as error:
        raise UserError(
            f"The street index can't be read any more ({clean_line(str(error), limit=120)}); "
            "take the place as the caller gives it, and start the desk anew to make the index again."
        ) from error


def unverified(text: str, reason: str) -> Place:
    """A place without a point, for when there is no index or it does not know the place."""
    typed, why = clean_line(text, limit=LONGEST_TYPED), clean_line(reason, limit=LONGEST_TYPED)
    if not typed:
        raise UserError(
            "A place that can't be verified still needs words: type what the caller says about where it is."
        )
    if not why:
        raise UserError("A place that can't be verified needs a reason: type why, for example 'new street'.")
    return Place(kind="unverified", label=typed, typed=typed, reason=why)


def index_path(folder: Path, part_hash: str) -> Path:
    """Where the index of a part is kept: the hash names its content, the number the rules by which it was made."""
    name = re.sub(r"[^0-9A-Za-z]", "", part_hash)[:32] or "unnamed"
    return folder / f"places-{name}-{FORMAT}.sqlite"
