"""The demo city is what its script makes, and as large and as tangled as it was meant to be."""

from __future__ import annotations

from places_data import DEMO, ROOT, demo_gazetteer, load_module


def test_the_committed_files_are_what_the_script_makes() -> None:
    made = load_module(ROOT / "tools" / "make_port_ellery_places.py").files()
    assert sorted(made) == sorted(path.name for path in DEMO.iterdir())
    for name, data in made.items():
        assert (DEMO / name).read_bytes() == data, f"run python3 tools/make_port_ellery_places.py ({name})"


def test_the_city_has_enough_of_everything() -> None:
    city = demo_gazetteer()
    streets = {row.street for row in city.addresses}
    assert len(streets) >= 150
    assert len(city.addresses) >= 3_000
    assert len(city.intersections) >= 500
    assert len(city.landmarks) >= 60
    assert {"Elm Street", "Elm Court", "Washington Street", "Washington Avenue", "Third Street"} <= streets
    assert any(row.number.endswith("A") for row in city.addresses)
    sizes = {name: sum(d.set == name for d in city.districts) for name in city.district_sets}
    assert sizes == {"ward": 8, "trash_day": 5, "plow_zone": 6, "neighborhood": 10}
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 450_000


def test_every_row_stands_once_and_every_crossing_is_of_known_streets() -> None:
    city = demo_gazetteer()
    assert len({(row.number, row.street) for row in city.addresses}) == len(city.addresses)
    assert len({frozenset((row.first, row.second)) for row in city.intersections}) == len(city.intersections)
    assert len({row.name for row in city.landmarks}) == len(city.landmarks)
    streets = {row.street for row in city.addresses}
    assert {name for row in city.intersections for name in (row.first, row.second)} <= streets
    known = {f"{row.number} {row.street}" for row in city.addresses}
    assert {row.address for row in city.landmarks if row.address} <= known


def test_every_place_lies_in_a_district_of_every_set() -> None:
    city = demo_gazetteer()
    assert all(all(row.districts) for row in (*city.addresses, *city.intersections))
