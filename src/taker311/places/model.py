"""Places as plain values."""

from __future__ import annotations

from typing import Literal

from taker311.base.codec import Value

PlaceKind = Literal["address", "intersection", "block", "landmark", "unverified"]


class Place(Value, frozen=True):
    """A place as it is read back and submitted.

    `label` is normalised for reading out ("1204 Washington Street"); `lat` and `lon` are WGS84 degrees, None for an
    unverified place; `districts` maps a district set ("ward") to its name ("Ward 5"). `typed` is what the agent wrote,
    `address` is a landmark's street address where the city knows one, `reason` why an unverified place is accepted,
    `detail` anything that helps a crew find it ("behind the church").
    """

    kind: PlaceKind
    label: str
    lat: float | None = None
    lon: float | None = None
    districts: dict[str, str] = {}
    landmark_kind: str = ""
    typed: str = ""
    reason: str = ""
    detail: str = ""
    address: str = ""

    @property
    def verified(self) -> bool:
        return self.kind != "unverified"


class PlaceHit(Value, frozen=True):
    """A candidate for what was typed; `score` in 0..1, best first; `exact` when every typed word was found as written."""

    place: Place
    score: float
    exact: bool = False
