"""Look-up of places at a real city's size: CPU per find, build time and file size, as one JSON object.

It uses Boston's addresses and intersections from TAKER311_SHARED (default: `shared` beside the checkout) and otherwise
the demo city; `city` says which. Both get the demo city's landmarks, and `made` addresses (real ones again under higher
numbers) fill them up to 50,000. Times are CPU milliseconds.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from taker311.knowledge.model import Address, District, Gazetteer, Intersection, Landmark  # noqa: E402 - after the path
from taker311.places.build import build_index  # noqa: E402
from taker311.places.geometry import metres_between  # noqa: E402
from taker311.places.index import PlaceIndex  # noqa: E402
from taker311.places.model import PlaceHit  # noqa: E402

SIZE = 50_000
SETS = ("neighborhood", "ward", "police_district")


def boston(folder: Path) -> Gazetteer:
    with (folder / "boston_addresses.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    addresses = tuple(
        Address(r["number"], r["street"], float(r["lat"]), float(r["lon"]), tuple(r[s] for s in SETS)) for r in rows
    )
    features = json.loads((folder / "boston_neighborhoods.geojson").read_text(encoding="utf-8"))["features"]
    return Gazetteer(SETS, addresses, _crossings(folder, {r["street"] for r in rows}), (), tuple(_districts(features)))


def _crossings(folder: Path, streets: set[str]) -> tuple[Intersection, ...]:
    """Rows read 'INTERSECTION of A St & Athens St South Boston MA': the second street is the longest one known."""
    found: list[Intersection] = []
    with (folder / "boston_intersections.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            match = re.fullmatch(r"INTERSECTION of (.+?) & (.+)", row["intersection"])
            if not match:
                continue
            words = match[2].split()
            names = (" ".join(words[:end]) for end in range(len(words), 0, -1))
            second = next((name for name in names if name in streets), None)
            if second:
                found.append(Intersection(match[1], second, float(row["lat"]), float(row["lon"])))
    return tuple(found)


def _districts(features: list[dict[str, object]]) -> list[District]:
    districts: list[District] = []
    for feature in features:
        geometry, properties = feature["geometry"], feature["properties"]
        assert isinstance(geometry, dict)
        assert isinstance(properties, dict)
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = tuple(tuple((p[0], p[1]) for p in ring) for polygon in polygons for ring in polygon)
        districts.append(District("area", str(properties["neighborhood"]), rings))
    return districts


def demo() -> Gazetteer:
    folder = ROOT / "kb_cache" / "port-ellery" / "places"
    with (folder / "addresses.csv").open(encoding="utf-8", newline="") as file:
        addresses = tuple(
            Address(r["number"], r["street"], float(r["lat"]), float(r["lon"])) for r in csv.DictReader(file)
        )
    with (folder / "intersections.csv").open(encoding="utf-8", newline="") as file:
        crossings = tuple(
            Intersection(r["first"], r["second"], float(r["lat"]), float(r["lon"])) for r in csv.DictReader(file)
        )
    return Gazetteer((), addresses, crossings)


def landmarks() -> tuple[Landmark, ...]:
    with (ROOT / "kb_cache" / "port-ellery" / "places" / "landmarks.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Landmark(r["name"], r["kind"], float(r["lat"]), float(r["lon"]), r["address"], tuple(r["also"].split(";")))
            for r in csv.DictReader(file)
        )


def filled(gazetteer: Gazetteer) -> Gazetteer:
    """The gazetteer with landmarks and with `SIZE` addresses."""
    numbered = [row for row in gazetteer.addresses if row.number.isdecimal()]
    missing = max(0, SIZE - len(gazetteer.addresses))
    made = (
        msgspec.structs.replace(row, number=str(int(row.number) + 10_000 * (1 + turn // len(numbered))))
        for turn, row in zip(range(missing), itertools.cycle(numbered), strict=False)
    )
    return msgspec.structs.replace(gazetteer, addresses=(*gazetteer.addresses, *made), landmarks=landmarks())


def swapped(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def queries(gazetteer: Gazetteer, chance: random.Random) -> dict[str, list[str]]:
    addresses = chance.sample(gazetteer.addresses, 300)
    crossings = chance.sample(gazetteer.intersections, 300)
    full = [f"{row.number} {row.street}" for row in addresses]
    return {
        "address": full,
        "address, two letters swapped": [f"{r.number} {swapped(r.street, chance)}" for r in addresses],
        "address without type": [" ".join(text.split()[:-1]) for text in full],
        "address, letter by letter": [text[:end] for text in full[:60] for end in range(1, len(text) + 1)],
        "crossing": [f"corner of {row.first} n {row.second}".lower() for row in crossings],
        "crossing, swapped": [f"{swapped(r.first, chance)} and {swapped(r.second, chance)}" for r in crossings],
        "landmark": [
            f"{chance.choice(('in front of', 'by', 'behind', ''))} {swapped(name.lower(), chance)}"
            for row in gazetteer.landmarks
            for name in (row.name, *row.also)
        ],
        "block": [f"{int(re.sub('[^0-9].*', '', r.number) or 0) // 100 * 100} block of {r.street}" for r in addresses],
        "sentence": [
            f"there is a big hole in the road in front of {swapped(text, chance)} next to the red hose" for text in full
        ],
        "hostile": ["x" * 10_000, "a b c d e f g h i j k l m n o p q r s t", "elm & " * 2_000, "1 2 3 4 5 6 7 8 9"]
        * 10,
    }


def found_after_a_swap(gazetteer: Gazetteer, index: PlaceIndex, chance: random.Random) -> dict[str, float]:
    """Shares of addresses and crossings that stand first, and among the first three, when each street's name has two
    neighbouring letters swapped. A place counts as found within 100 m of its own row."""
    asked = [(f"{r.number} {swapped(r.street, chance)}", r) for r in chance.sample(gazetteer.addresses, 500)]
    crossed = [
        (f"{swapped(r.first, chance)} and {swapped(r.second, chance)}", r)
        for r in chance.sample(gazetteer.intersections, 500)
    ]
    shares: dict[str, float] = {}
    for kind, pairs in (("address", asked), ("crossing", crossed)):
        places = [next((n for n, hit in enumerate(index.find(text)) if _at(hit, row)), 99) for text, row in pairs]
        shares[f"{kind}_top1"] = sum(place == 0 for place in places) / len(places)
        shares[f"{kind}_top3"] = sum(place < 3 for place in places) / len(places)
    return shares


def _at(hit: PlaceHit, row: Address | Intersection) -> bool:
    lat, lon = hit.place.lat, hit.place.lon
    return lat is not None and lon is not None and metres_between(lat, lon, row.lat, row.lon) <= 100


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "median_ms": round(ordered[len(ordered) // 2], 3),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3),
        "worst_ms": round(ordered[-1], 3),
    }


def main() -> None:
    shared = Path(os.environ.get("TAKER311_SHARED", ROOT.parent / "shared")) / "data" / "places"
    real = (shared / "boston_addresses.csv").exists()
    source = boston(shared) if real else demo()
    gazetteer = filled(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places.sqlite"
        started = time.process_time()
        build_index(gazetteer, path)
        built = time.process_time() - started
        started = time.process_time()
        index = PlaceIndex.open(path)
        opened = time.process_time() - started
        every: list[float] = []
        by_kind: dict[str, dict[str, float]] = {}
        for kind, texts in queries(gazetteer, random.Random(311)).items():
            times: list[float] = []
            for text in texts:
                started = time.process_time()
                index.find(text)
                times.append((time.process_time() - started) * 1000)
            by_kind[kind] = spread(times)
            every += times
        result = {
            "benchmark": "places",
            "city": "boston" if real else "port-ellery",
            "addresses": len(gazetteer.addresses),
            "made": len(gazetteer.addresses) - len(source.addresses),
            "intersections": len(gazetteer.intersections),
            "find": spread(every),
            "by_kind": by_kind,
            "found_after_a_swap": found_after_a_swap(source, index, random.Random(312)),
            "build_s": round(built, 2),
            "open_ms": round(opened * 1000, 1),
            "file_mb": round(path.stat().st_size / 1e6, 2),
        }
        index.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
