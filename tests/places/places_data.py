"""The demo city's places and, where the data is at hand, Boston's, as gazetteers."""

from __future__ import annotations

import csv
import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType

from taker311.knowledge.model import Address, District, Gazetteer, Intersection, Landmark

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "kb_cache" / "port-ellery" / "places"
SETS = ("ward", "trash_day", "plow_zone", "neighborhood")


def load_module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"loaded_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _rows(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def demo_gazetteer() -> Gazetteer:
    features = json.loads((DEMO / "districts.geojson").read_text(encoding="utf-8"))["features"]
    return Gazetteer(
        SETS,
        tuple(
            Address(r["number"], r["street"], float(r["lat"]), float(r["lon"]), tuple(r[s] for s in SETS))
            for r in _rows("addresses.csv")
        ),
        tuple(
            Intersection(r["first"], r["second"], float(r["lat"]), float(r["lon"]), tuple(r[s] for s in SETS))
            for r in _rows("intersections.csv")
        ),
        tuple(
            Landmark(
                r["name"],
                r["kind"],
                float(r["lat"]),
                float(r["lon"]),
                r["address"],
                tuple(filter(None, r["also"].split(";"))),
            )
            for r in _rows("landmarks.csv")
        ),
        tuple(
            District(
                f["properties"]["set"],
                f["properties"]["name"],
                tuple(tuple((lon, lat) for lon, lat in ring) for ring in f["geometry"]["coordinates"]),
            )
            for f in features
        ),
    )
