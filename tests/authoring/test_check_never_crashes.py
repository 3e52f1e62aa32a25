"""Whatever stands in the files: findings, never an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.broken_city import FILES, TODAY, write_city
from taker311.authoring.findings import Findings, Report
from taker311.authoring.source import read_source
from taker311.authoring.yaml_reader import read_yaml

YAML_LIKE = st.text(alphabet="abc: -{}[],#'\"!&*|>%@`\n\t?yes1", max_size=60)
EXTRA = {
    "scripts/pothole.es.yaml": "questions:\n  where: {ask: Dónde, choices: {lane: Carril}}\nroutes:\n  1: {say: x}\n",
    "topics/my-street/pothole.es.md": "---\ntitle: Bache\nsaid: [hoyo]\n---\n## Say\nHola.\n",
    "city.es.yaml": "name: x\nthemes: {trees: Árboles}\nemergency: {words: [gas], card: {say: x, steps: [y]}}\n",
    "places/districts.geojson": '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": '
    '{"set": "ward", "name": "1"}, "geometry": {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}}]}',
}
ALL = {**FILES, **EXTRA}


@settings(max_examples=400, deadline=None)
@given(YAML_LIKE)
@example("a: !<x> b")
@example("? - a\n: b")
@example("- - - a\n\tb")
@example("%TAG ! x\n--- a")
def test_no_text_makes_the_reader_crash_and_what_is_no_yaml_is_told(text: str) -> None:
    findings = Findings()
    document = read_yaml(text, Report("x.yaml", findings))
    assert document.root is not None or len(findings) or not text.strip(" \n\t") or "#" in text or "-" in text
    for finding in findings:
        assert 1 <= finding.line <= text.count("\n") + 2
        assert finding.col >= 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_change_to_any_file_makes_the_check_crash(draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(sorted(ALL)))
    text = ALL[name]
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, min(len(text), start + 30)))
    new = draw.draw(YAML_LIKE)
    with tempfile.TemporaryDirectory() as folder:
        source = read_source(write_city(Path(folder), {**EXTRA, name: text[:start] + new + text[end:]}), today=TODAY)
    assert (source.knowledge is None) == (source.findings.errors > 0)
    for finding in source.findings:
        assert str(finding).count("\n") == 0


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(ALL)), st.binary(max_size=80))
def test_no_bytes_make_the_check_crash(name: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = read_source(write_city(Path(folder), {**EXTRA, name: data}), today=TODAY)
    assert (source.knowledge is None) == (source.findings.errors > 0)
