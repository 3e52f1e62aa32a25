"""Makes the demo city's places: a harbour city that exists nowhere, the same to the byte for the same seed.

Run `python3 tools/make_port_ellery_places.py` (standard library only); it writes addresses.csv, intersections.csv,
landmarks.csv and districts.geojson into kb_cache/port-ellery/places, or into the folder given as the first argument.

The map is a grid of 36 columns and 30 rows, one unit a block, turned by nine degrees. A river runs between rows 17 and
18; the harbour takes the south-east corner. House numbers count a hundred a block from the south and from the west.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path

SEED = 311
LAT, LON = 41.1500, -70.9300  # the grid's south-west corner: open water on every real map
BLOCK_NORTH, BLOCK_EAST = 105.0, 117.0  # metres
METRES_A_DEGREE = 111_195.0  # of latitude
TURN = math.radians(9)
COLUMNS, ROWS = 36, 30
SOUTH_BANK, NORTH_BANK = 17, 18

# Streets that run north-south over both banks, by column.
AVENUES = {
    2: "Lincoln Avenue", 6: "Church Street", 9: "Central Avenue", 12: "Main Street", 16: "Washington Street",
    19: "State Street", 21: "Elm Street", 24: "Market Street", 27: "Broadway", 30: "Harbor Street",
    33: "Saint James Avenue",
}  # fmt: skip
# The other columns have one name south of the river and another north of it.
SOUTH_COLUMNS = (
    "Oak Street", "Maple Street", "Pine Street", "Cedar Street", "Birch Street", "Walnut Street", "Chestnut Street",
    "Adams Street", "Jefferson Street", "Madison Street", "Monroe Street", "Jackson Street", "Saint Mary Street",
    "Saint John Street", "Mill Street", "School Street", "Court Street", "Anchor Street", "Ferry Street",
    "Wharf Street", "Customs House Street", "Fisher Street", "Mariner Street", "Beacon Street", "Seawall Drive",
)  # fmt: skip
NORTH_COLUMNS = (
    "Spruce Street", "Willow Avenue", "Linden Avenue", "Poplar Avenue", "First Avenue", "Second Avenue",
    "Third Avenue", "Fourth Avenue", "Fifth Avenue", "Sixth Avenue", "Seventh Avenue", "Eighth Avenue",
    "Hayes Street", "Garfield Street", "Cleveland Avenue", "Harrison Street", "Roosevelt Boulevard",
    "Kennedy Drive", "Saint Clair Avenue", "Saint Brendan Street", "Orchard Street", "Heron Drive", "Gull Street",
    "Sandpiper Road", "Lighthouse Road",
)  # fmt: skip
SOUTH_ROWS = (
    "Front Street", "First Street", "Second Street", "Third Street", "Fourth Street", "Fifth Street", "Sixth Street",
    "Seventh Street", "Eighth Street", "Ninth Street", "Tenth Street", "Eleventh Street", "Twelfth Street",
    "Thirteenth Street", "Fourteenth Street", "Fifteenth Street", "Sixteenth Street", "River Road",
)  # fmt: skip
# North of the river a row is one street, or three that follow each other from west to east.
NORTH_ROWS: tuple[tuple[str, ...], ...] = (
    ("North Bank Road",),
    ("Hickory Lane", "Taylor Street", "Compass Road"),
    ("Sycamore Lane", "Tyler Street", "Schooner Road"),
    ("Washington Avenue",),
    ("West Canal Street", "Canal Street", "East Canal Street"),
    ("Magnolia Drive", "Pierce Street", "Cannery Road"),
    ("Laurel Drive", "Wilson Avenue", "Shipyard Road"),
    ("Coast Highway",),
    ("Hawthorn Drive", "Grant Avenue", "Oyster Road"),
    ("Ridge Road", "Fillmore Street", "Saint Nicholas Street"),
    ("Quarry Road", "Saint Peter Street", "Dune Road"),
    ("Northern Boulevard",),
)
# Short ways with one end, each off a street of the grid: several share their name with a street on purpose.
DEAD_ENDS = (
    "Elm Court", "Oak Place", "Maple Court", "Pine Lane", "Cedar Court", "Birch Lane", "Walnut Place", "Ash Court",
    "Adams Place", "Jefferson Court", "Madison Place", "Monroe Court", "Jackson Terrace", "Lincoln Court",
    "Washington Terrace", "Anchor Lane", "Ferry Court", "Wharf Lane", "Dock Lane", "Pier Lane", "Quay Court",
    "Rope Walk", "Net Loft Lane", "Cooper Alley", "Sailmaker Alley", "Chandler Alley", "Saint Anne Court",
    "Saint Elmo Place", "Saint Mary Court", "Mill Lane", "Mill Court", "School Lane", "Church Court", "Market Square",
    "Harbor Court", "Harbor Terrace", "Beacon Court", "Garden Court", "Meadow Lane", "Spring Lane", "Stone Court",
    "Hill Terrace", "Hillside Terrace", "Brook Lane", "Brookside Lane", "Fern Way", "Ivy Way", "Juniper Way",
    "Pelham Place", "Ellery Square", "Tanner Alley", "Baker Alley",
)  # fmt: skip

DISTRICT_SETS = ("ward", "trash_day", "plow_zone", "neighborhood")
# Each set cuts the map into a table: its column borders, its row borders, and its names from the south-west, row by row.
CUTS: dict[str, tuple[tuple[float, ...], tuple[float, ...], tuple[str, ...]]] = {
    "ward": ((9.5, 18.5, 26.5), (17.5,), ("6", "5", "1", "2", "7", "8", "4", "3")),
    "trash_day": ((7.5, 14.5, 22.5, 28.5), (), ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
    "plow_zone": ((11.5, 23.5), (14.5,), ("A", "B", "C", "D", "E", "F")),
    "neighborhood": (
        (7.5, 13.5, 20.5, 25.5),
        (17.5,),
        (
            "Westbrook", "Mill Flats", "Downtown", "Old Market", "Harbor",
            "Maple Hill", "Northgate", "Canal Side", "College Park", "Lighthouse Point",
        ),
    ),
}  # fmt: skip

# name; kind; column; row; other names
LANDMARKS = """
Port Ellery City Hall; city-hall; 16.4; 8.4; City Hall, the town hall, municipal building, ayuntamiento, alcaldía
Central Library; library; 14.3; 8.6; the main library, public library, downtown library, biblioteca central
Harbor Branch Library; library; 28.4; 10.3; harbor library
Maple Hill Branch Library; library; 4.4; 23.4; maple hill library, northwest library
Northgate Branch Library; library; 10.4; 26.6; northgate library
Port Ellery General Hospital; hospital; 18.3; 22.4; General Hospital, the general, el hospital general
Saint Brendan Hospital; hospital; 31.4; 20.5; saint brendans
Harbor Walk-in Clinic; clinic; 27.6; 6.4; harbor clinic, la clínica
Ferry Terminal; ferry-terminal; 25.5; 0.5; the ferry, ferry landing, ferry dock, boat terminal, terminal del ferry
Union Station; station; 20.4; 14.5; train station, the depot, railroad station, estación de tren
Northgate Station; station; 11.4; 27.4; northgate stop
Central Bus Station; station; 18.5; 12.4; bus station, bus terminal, greyhound, estación de autobuses
Harbor Bridge; bridge; 30.0; 17.5; harbor street bridge
Main Street Bridge; bridge; 12.0; 17.5; the old bridge, puente viejo
Washington Bridge; bridge; 16.0; 17.5; washington street bridge
Broadway Bridge; bridge; 27.0; 17.5; the new bridge, draw bridge
Ellery Common; park; 15.4; 10.5; the Common, town common, town green
Harbor Park; park; 26.4; 4.5; waterfront park, parque del puerto
Riverside Park; park; 8.5; 17.4; river park, parque del río
Lincoln Park; park; 1.4; 9.5; zoo park
Maple Hill Park; park; 3.5; 26.5; the hill park
Canal Park; park; 17.5; 22.6; canal walk
Lighthouse Park; park; 34.5; 25.5; lighthouse point park
Memorial Field; park; 22.5; 26.4; ball field, memorial ball fields
Grant Playground; playground; 15.5; 26.4; grant avenue tot lot
Mill Flats Playground; playground; 10.5; 5.5; mill tot lot
Anchor Skate Park; park; 22.6; 6.5; skate park
Town Beach; beach; 34.6; 14.4; the beach, public beach, la playa
Seawall Beach; beach; 34.7; 18.5; north beach
Roosevelt High School; school; 20.5; 24.4; the high school, escuela secundaria
Harbor High School; school; 29.5; 12.5; harbor high
Washington Elementary School; school; 15.6; 4.5; washington elementary, washington school
Lincoln Elementary School; school; 3.4; 6.5; lincoln elementary, lincoln school
Maple Hill Elementary School; school; 5.5; 24.6; maple hill school
Saint Mary School; school; 13.5; 13.4; saint marys
Jefferson Middle School; school; 7.5; 12.5; jefferson middle
Canal Side Elementary School; school; 19.4; 20.5; canal school
Ellery Community College; college; 23.5; 22.5; community college, the college, ecc
Police Headquarters; police-station; 17.4; 9.5; the police station, police department, comisaría, la policía
Harbor Police Station; police-station; 28.5; 8.5; harbor precinct
Northgate Police Station; police-station; 9.5; 24.5; northgate precinct
Fire Headquarters; fire-station; 13.4; 9.5; fire department, central fire station, los bomberos
Fire Station 2; fire-station; 29.4; 5.5; engine 2, harbor firehouse
Fire Station 3; fire-station; 6.5; 21.4; engine 3, maple hill firehouse
Fire Station 4; fire-station; 25.4; 24.4; engine 4, college park firehouse
County Courthouse; courthouse; 17.6; 7.4; the courthouse, district court, corte
Main Post Office; post-office; 14.6; 7.5; the post office, oficina de correos, el correo
Harbor Post Office; post-office; 27.4; 11.5; harbor mail office
Fish Market; market; 24.4; 2.5; the fish pier, mercado de pescado
Farmers Market; market; 24.6; 9.5; public market, market hall, mercado
Northgate Plaza; shopping; 10.5; 28.5; northgate mall, the mall, centro comercial
Coast Highway Shopping Center; shopping; 28.5; 25.3; the shopping center, coast plaza
Saint Mary Church; church; 13.6; 12.5; saint marys church, iglesia de santa maría
Saint Brendan Church; church; 30.5; 21.5; iglesia de san brendán
First Baptist Church; church; 6.4; 10.5; first baptist
Trinity Church; church; 18.6; 10.4; trinity episcopal
Temple Beth Israel; temple; 21.5; 11.5; the synagogue, the temple
Port Ellery Islamic Center; mosque; 8.4; 20.5; the mosque, la mezquita
Pine Grove Cemetery; cemetery; 1.5; 20.5; pine grove, cementerio
Old Burying Ground; cemetery; 16.6; 11.5; the old cemetery, burial ground
Ellery Stadium; stadium; 22.4; 28.4; the stadium, the ballpark, estadio
Maritime Museum; museum; 25.6; 3.4; ship museum, museo marítimo
Port Ellery Theater; theater; 14.5; 6.5; the theater, the playhouse, teatro
Aquatic Center; pool; 11.5; 14.5; city pool, the swimming pool, la piscina
Harbor Community Center; community-center; 27.5; 9.5; harbor rec center, centro comunitario
Northgate Senior Center; community-center; 12.5; 25.5; senior center, council on aging
Harbor Homeless Shelter; shelter; 26.5; 8.4; night shelter, harbor shelter
Household Recycling Center; recycling; 1.5; 15.5; transfer station, the dump, recycling depot, el basurero
Public Works Yard; city-yard; 3.5; 16.5; dpw yard, city yard
Animal Shelter; animal-shelter; 2.5; 14.5; dog pound, the pound, refugio de animales
Municipal Parking Garage; parking; 19.5; 8.5; city garage, parking garage, estacionamiento municipal
Ellery Lighthouse; lighthouse; 34.8; 28.6; the lighthouse, el faro
Water Treatment Plant; utility; 0.5; 18.5; water works
Harbor Marina; marina; 27.5; 2.5; the marina, boat slips
""".strip()

Point = tuple[float, float]  # column, row


@dataclass(frozen=True)
class Way:
    """A street of the grid: `fixed` is its column (north-south) or its row; it runs from `start` to `end`."""

    name: str
    north_south: bool
    fixed: float
    start: int
    end: int

    def at(self, along: float) -> Point:
        return (self.fixed, along) if self.north_south else (along, self.fixed)


def on_land(point: Point) -> bool:
    return point[0] <= 26 + 0.8 * point[1]


def degrees(point: Point) -> tuple[float, float]:
    """Latitude and longitude, five decimals (about a metre)."""
    x, y = point[0] * BLOCK_EAST, point[1] * BLOCK_NORTH
    east = x * math.cos(TURN) - y * math.sin(TURN)
    north = x * math.sin(TURN) + y * math.cos(TURN)
    return round(LAT + north / METRES_A_DEGREE, 5), round(LON + east / METRES_A_DEGREE / math.cos(math.radians(LAT)), 5)


def grid() -> list[Way]:
    ways: list[Way] = []
    split = iter(zip(SOUTH_COLUMNS, NORTH_COLUMNS, strict=True))
    for column in range(COLUMNS):
        if column in AVENUES:
            ways.append(Way(AVENUES[column], True, column, 0, ROWS - 1))
        else:
            south, north = next(split)
            ways.append(Way(south, True, column, 0, SOUTH_BANK))
            ways.append(Way(north, True, column, NORTH_BANK, ROWS - 1))
    ways.extend(Way(name, False, row, 0, COLUMNS - 1) for row, name in enumerate(SOUTH_ROWS))
    for offset, names in enumerate(NORTH_ROWS):
        third = COLUMNS // len(names)
        for place, name in enumerate(names):
            end = COLUMNS - 1 if place == len(names) - 1 else (place + 1) * third
            ways.append(Way(name, False, NORTH_BANK + offset, place * third, end))
    return ways


def inside(point: Point, ring: list[Point]) -> bool:
    x, y = point
    found = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found


def district_rings(chance: random.Random) -> dict[str, list[tuple[str, list[Point]]]]:
    """For each set its districts, in grid units; neighbours share every corner of their common border."""
    sets: dict[str, list[tuple[str, list[Point]]]] = {}
    for name, (columns, rows, names) in CUTS.items():
        xs = [-2.0, *columns, COLUMNS + 1.0]
        ys = [-2.0, *rows, ROWS + 1.0]
        upright = {
            (i, j): [
                (x + (chance.uniform(-0.4, 0.4) if 0 < i < len(xs) - 1 else 0), ys[j] + (ys[j + 1] - ys[j]) * part)
                for part in (1 / 3, 2 / 3)
            ]
            for i, x in enumerate(xs)
            for j in range(len(ys) - 1)
        }
        rings: list[tuple[str, list[Point]]] = []
        for place, label in enumerate(names):
            j, i = divmod(place, len(xs) - 1)
            left, right = upright[i, j], upright[i + 1, j]
            ring = [(xs[i], ys[j]), (xs[i + 1], ys[j]), *right, (xs[i + 1], ys[j + 1]), (xs[i], ys[j + 1])]
            ring += [*reversed(left), (xs[i], ys[j])]
            rings.append((label, ring))
        sets[name] = rings
    return sets


class City:
    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.ways = grid()
        self.districts = district_rings(random.Random(SEED + 1))
        self.addresses: list[tuple[str, str, Point]] = []
        self.intersections: list[tuple[str, str, Point]] = []
        self._cross()
        self._number()
        self._dead_ends()

    def names_at(self, point: Point) -> list[str]:
        return [next(label for label, ring in self.districts[name] if inside(point, ring)) for name in DISTRICT_SETS]

    def _cross(self) -> None:
        across = [way for way in self.ways if not way.north_south]
        for way in self.ways:
            for other in across if way.north_south else ():
                point = (way.fixed, other.fixed)
                if way.start <= point[1] <= way.end and other.start <= point[0] <= other.end and on_land(point):
                    self.intersections.append((way.name, other.name, point))

    def _number(self) -> None:
        for way in self.ways:
            for block in range(way.start, way.end):
                if way.north_south and block == SOUTH_BANK:
                    continue  # a bridge has no houses
                if not (on_land(way.at(block)) and on_land(way.at(block + 1))):
                    continue
                offsets = set(self.chance.sample(range(1, 49), self.chance.choice((1, 2, 2, 2, 3))))
                if (way.name, block) == ("Washington Street", 12):
                    offsets.add(2)
                for offset in sorted(offsets):
                    self._house(way, block, offset * 2 - self.chance.randrange(2) if offset != 2 else 4)

    def _house(self, way: Way, block: int, number: int) -> None:
        letter = self.chance.choice("AB") if self.chance.random() < 0.02 and number != 4 else ""
        x, y = way.at(block + number / 100)
        side = 0.07 if number % 2 else -0.07
        point = (x + side, y) if way.north_south else (x, y + side)
        self.addresses.append((f"{block * 100 + number}{letter}", way.name, point))

    def _dead_ends(self) -> None:
        homes = [w for w in self.ways if w.end - w.start > 6]
        for name in DEAD_ENDS:
            word = name.rsplit(" ", 1)[0] + " "
            way = next((w for w in homes if w.name.startswith(word)), None) or self.chance.choice(homes)
            blocks = [b for b in range(way.start, way.end) if b != SOUTH_BANK and on_land(way.at(b + 1.8))]
            x, y = way.at(self.chance.choice(blocks) + 0.5)
            self.intersections.append((way.name, name, (x, y)))
            for house in sorted(self.chance.sample(range(1, 24), self.chance.randrange(4, 8))):
                step = 0.02 * house + 0.05
                point = (x + step, y) if way.north_south else (x, y + step)
                letter = "A" if self.chance.random() < 0.03 else ""
                self.addresses.append((f"{house}{letter}", name, point))

    def landmarks(self) -> list[list[str]]:
        rows: list[list[str]] = []
        for line in LANDMARKS.splitlines():
            name, kind, column, row, also = (part.strip() for part in line.split(";"))
            at = (float(column), float(row))
            near = min(self.addresses, key=lambda a: (a[2][0] - at[0]) ** 2 + (a[2][1] - at[1]) ** 2)
            address = "" if kind in ("bridge", "beach", "lighthouse") else f"{near[0]} {near[1]}"
            lat, lon = degrees(at)
            others = ";".join(part.strip() for part in also.split(","))
            rows.append([name, kind, f"{lat:.5f}", f"{lon:.5f}", address, others])
        return rows


def _number_key(address: tuple[str, str, Point]) -> tuple[str, int, str]:
    number, street, _ = address
    return street, int(number.rstrip("AB")), number


def _table(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def files() -> dict[str, bytes]:
    """File name -> its bytes."""
    city = City()

    def row(first: str, second: str, point: Point) -> list[str]:
        lat, lon = degrees(point)
        return [first, second, f"{lat:.5f}", f"{lon:.5f}", *city.names_at(point)]

    features = [
        {
            "type": "Feature",
            "properties": {"set": name, "name": label},
            "geometry": {"type": "Polygon", "coordinates": [[list(reversed(degrees(point))) for point in ring]]},
        }
        for name in DISTRICT_SETS
        for label, ring in city.districts[name]
    ]
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return {
        "addresses.csv": _table(
            ["number", "street", "lat", "lon", *DISTRICT_SETS],
            [row(*address) for address in sorted(set(city.addresses), key=_number_key)],
        ),
        "intersections.csv": _table(
            ["first", "second", "lat", "lon", *DISTRICT_SETS],
            [row(*crossing) for crossing in sorted(city.intersections)],
        ),
        "landmarks.csv": _table(["name", "kind", "lat", "lon", "address", "also"], city.landmarks()),
        "districts.geojson": f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode(),
    }


def main() -> None:
    default = Path(__file__).resolve().parent.parent / "kb_cache" / "port-ellery" / "places"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data):,} bytes, {len(data.splitlines()):,} lines")


if __name__ == "__main__":
    main()
