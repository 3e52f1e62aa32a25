"""Points, distances and polygons on the ground, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
Ring = Sequence[tuple[float, float]]  # (longitude, latitude) as in GeoJSON


def metres_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in metres (haversine)."""
    p1, p2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def box_around(lat: float, lon: float, metres: float) -> tuple[float, float, float, float]:
    """(south, north, west, east) in degrees of a box that holds the circle."""
    high = math.degrees(metres / EARTH_RADIUS_M) * 1.001
    wide = high / max(0.01, math.cos(math.radians(min(89.0, abs(lat) + high))))
    return lat - high, lat + high, lon - wide, lon + wide


def bounds(rings: Sequence[Ring]) -> tuple[float, float, float, float]:
    """(south, north, west, east) of all rings."""
    lons = [point[0] for ring in rings for point in ring]
    lats = [point[1] for ring in rings for point in ring]
    return min(lats), max(lats), min(lons), max(lons)


def inside(lat: float, lon: float, rings: Sequence[Ring]) -> bool:
    """Even-odd rule over all rings together, so that holes and several outer rings both come out right."""
    found = False
    for ring in rings:
        if not ring:
            continue
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                found = not found
            x1, y1 = x2, y2
    return found
