"""Every example of the demo city's scripts becomes a drill that can be played to 100 as it comes out."""

from __future__ import annotations

import pytest

from helpers import mini_city, port_ellery
from helpers.drills import checked
from taker311.authoring.drill_from_example import drill_from_example, drill_text
from taker311.authoring.files import SourceFile, read_text
from taker311.authoring.findings import Findings, Report
from taker311.authoring.nodes import Map, Seq
from taker311.authoring.yaml_reader import read_yaml
from taker311.base.errors import UserError
from taker311.places.index import PlaceIndex


def examples(script_id: str) -> list[Map]:
    path = port_ellery.FOLDER / "scripts" / f"{script_id}.yaml"
    report = Report(path.name, Findings())
    root = read_yaml(read_text(SourceFile(path, path.name), report) or "", report).root
    node = root.get("examples") if isinstance(root, Map) else None
    return [item for item in node.items if isinstance(item, Map)] if isinstance(node, Seq) else []


SCRIPTS = sorted(
    path.name.split(".")[0] for path in (port_ellery.FOLDER / "scripts").glob("*.yaml") if path.name.count(".") == 1
)


@pytest.fixture(scope="module")
def places() -> PlaceIndex:
    return PlaceIndex.in_memory(port_ellery.gazetteer())


@pytest.mark.parametrize("script_id", SCRIPTS)
def test_each_example_of_a_script_makes_a_drill_that_passes_the_checker(script_id, places):
    knowledge, gazetteer = port_ellery.compiled()
    script = port_ellery.script(script_id)
    topic = next(one for one in knowledge.topics if one.script == script_id)
    for number, example in enumerate(examples(script_id), 1):
        text = drill_text(knowledge, gazetteer, script, topic, example, number)
        drill, findings = checked(text, port_ellery.bundle(), places)
        assert drill is not None, f"{[str(one) for one in findings]}\n{text}"


def test_an_example_that_is_not_there_is_told():
    with pytest.raises(UserError, match="there is no number 99"):
        drill_from_example(mini_city.FOLDER / "scripts" / "pothole.yaml", 99)
