"""Each kind of error the checker knows, in a small city in which one thing is broken: its code and its exact place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpers.broken_city import AGENCIES, CITY, FILES, SCRIPT, TODAY, TOPIC, broken, write_city
from taker311.authoring.source import read_source

S, T, C, A = "scripts/pothole.yaml", "topics/my-street/pothole.md", "city.yaml", "agencies.yaml"
B, R, P = "bulletins/water.md", "rumours/bridge.md", "places/addresses.csv"
ES_TOPIC, ES_SCRIPT = "topics/my-street/pothole.es.md", "scripts/pothole.es.yaml"
YESNO = "    type: yesno\n"
LANE_OR_CURB = "{lane: Lane, curb: Curb}"
LANE_ROW = "  - {when: {where: lane}, to: streets, sla: 1 working day}\n"
OTHER_ROW = "  - {otherwise: yes, to: parks}\n"
DEEP = "ask: Is it deep?"


def when(condition: str) -> dict[str, str | bytes | None]:
    return broken(S, YESNO, f"{YESNO}    when: {condition}\n")


def es_topic(front: str = "", body: str = "") -> dict[str, str | bytes | None]:
    return {ES_TOPIC: f"---\ntitle: Bache\n{front}---\n## Say\nHola.\n{body}"}


CASES = [
    # what YAML takes for something else
    ("quote-this", S, 12, 11, when("!answered(where)")),
    ("quote-this", S, 12, 11, when('"lane" == where')),
    ("quote-this", S, 12, 11, when('["lane"]')),
    ("quote-this", S, 12, 11, when('where == "lane" # only there')),
    ("quote-this", S, 12, 11, when('where == "a #5"')),
    ("quote-this", S, 13, 12, broken(S, "when: {where: lane}", 'when: ["lane"]')),
    ("quote-this", S, 8, 27, broken(S, LANE_OR_CURB, "{lane: Lane, the left one, curb: Curb}")),
    ("quote-this", S, 10, 20, broken(S, DEEP, "ask: Is it deep: yes or no?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: Is unit #5 deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: It is deep # isn't it?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: *Is* it deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: !Is it deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, 'ask: "Is" it deep?')),
    ("quote-this", S, 10, 10, broken(S, DEEP, 'ask: "Is it deep?')),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: 'tis deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: @home is it deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: `Is` it deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: %Is it deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: [Is it] deep?")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: [Is it deep]")),
    ("quote-this", S, 10, 10, broken(S, DEEP, "ask: {phone:desk} is it?")),
    ("quote-this", T, 5, 8, broken(T, "[hole in the road]", "[what: this]")),
    ("quote-this", T, 5, 14, broken(T, "[hole in the road]", "[is it #3, b]")),
    ("quote-this", "scripts/a.yaml", 1, 3, {"scripts/a.yaml": "? [a]\n: b\n"}),
    ("quote-this", S, 13, 12, broken(S, "when: {where: lane}", "when: !answered(where)")),
    ("quote-this", S, 13, 12, broken(S, "when: {where: lane}", 'when: "lane" == where')),
    ("quote-this", S, 13, 12, broken(S, "when: {where: lane}", 'when: where in ["lane"]')),
    ("quote-this", S, 8, 21, broken(S, LANE_OR_CURB, "{lane: Lane: left, curb: Curb}")),
    ("quote-this", S, 8, 21, broken(S, LANE_OR_CURB, "{lane: Lane {left}, curb: Curb}")),
    ("quote-this", T, 5, 14, broken(T, "[hole in the road]", "[hole, 'tis a hole, road]")),
    ("quote-this", T, 5, 14, broken(T, "[hole in the road]", '[hole, "a" hole, road]')),
    ("quote-this", C, 13, 22, broken(C, "[gas smell]", "[gas smell, !fire]")),
    ("quote-this", C, 6, 11, broken(C, "greeting: ", "greeting: - ")),
    ("yaml-syntax", S, 8, 15, broken(S, LANE_OR_CURB, "{lane:Lane, curb: Curb}")),
    # what is not read
    ("yaml-anchor", S, 10, 10, broken(S, DEEP, "ask: &x Is it deep?")),
    ("yaml-alias", S, 2, 10, broken(S, "version: 2", "version: *two")),
    ("yaml-tag", S, 10, 10, broken(S, DEEP, "ask: !!str Is it deep?")),
    ("yaml-tag", S, 1, 1, {S: "%YAML 1.2\n---\n" + SCRIPT}),
    ("yaml-merge", S, 2, 1, broken(S, "version: 2", "<<: 2\nversion: 2")),
    ("yaml-documents", S, 17, 1, {S: SCRIPT + "---\nid: x\n"}),
    ("yaml-tab", S, 10, 12, broken(S, DEEP, "ask: Is\tit deep?")),
    ("yaml-deep", "scripts/a.yaml", 1, 13, {"scripts/a.yaml": "[" * 50}),
    ("yaml-syntax", S, 10, 4, broken(S, "    " + DEEP, "   " + DEEP)),
    ("yaml-syntax", S, 10, 8, broken(S, DEEP, "ask:Is it deep?")),
    ("yaml-syntax", S, 12, 7, broken(S, "routes:", "routes")),
    ("yaml-syntax", S, 8, 14, broken(S, LANE_OR_CURB, LANE_OR_CURB[:-1])),
    ("duplicate-key", S, 3, 1, broken(S, "version: 2", "version: 2\nversion: 3")),
    # files
    ("not-utf8", C, 2, 3, {C: b"id: x\nna\xffme\n"}),
    ("byte-order-mark", C, 1, 1, {C: b"\xef\xbb\xbf" + CITY.encode()}),
    ("control-character", C, 2, 9, broken(C, "name: Alder", "name: Al\x1bder")),
    ("control-character", T, 14, 3, broken(T, "I can report", "I \u202ecan report")),
    ("too-large", S, 1, 1, {S: "# " + "x" * 2_000_000}),
    ("too-long", S, 10, 10, broken(S, "Is it deep?", "deep " * 400)),
    ("too-long", T, 15, 1, {T: TOPIC + "## Details\n" + "more " * 10_001}),
    ("control-character", S, 10, 10, broken(S, "Is it deep?", '"Is it \\x1b[31m deep?"')),
    ("empty-file", S, 1, 1, {S: "# nothing\n"}),
    ("missing-file", A, 1, 1, {A: None}),
    ("no-front-matter", T, 1, 1, {T: "## Say\nHello.\n"}),
    # keys and values
    ("unknown-key", S, 3, 1, broken(S, "service:", "servce:")),
    ("unknown-key", T, 7, 1, broken(T, "agency:", "agencies: x\nagency:")),
    ("missing-key", T, 1, 1, broken(T, "title: Pothole\n", "")),
    ("missing-key", S, 9, 5, broken(S, YESNO, "")),
    ("missing-key", S, 14, 5, broken(S, OTHER_ROW, "  - {to: parks}\n")),
    ("missing-value", S, 10, 5, broken(S, DEEP, "ask:")),
    ("wrong-type", S, 2, 10, broken(S, "version: 2", "version: two")),
    ("wrong-type", S, 11, 11, broken(S, YESNO, "    type: yes-or-no\n")),
    ("wrong-type", C, 5, 49, broken(C, "days: [mon, tue", "days: [monday, tue")),
    ("wrong-type", C, 4, 12, broken(C, "America/New_York", "America/NewYork")),
    ("bad-id", S, 9, 9, broken(S, "id: deep", "id: Deep hole")),
    ("bad-id", S, 9, 9, broken(S, "id: deep", "id: place")),
    ("bad-id", A, 2, 1, broken(A, "parks:", "Parks Department:")),
    ("id-mismatch", T, 2, 5, broken(T, "id: pothole", "id: potholes")),
    ("duplicate-id", S, 9, 9, broken(S, "id: deep", "id: where")),
    ("duplicate-id", "topics/trees/pothole.md", 1, 1, {"topics/trees/pothole.md": TOPIC}),
    ("bad-date", T, 9, 11, broken(T, "2026-10-02", "2026-13-02")),
    ("bad-date", T, 9, 11, broken(T, "2026-10-02", "2 October")),
    ("bad-date", T, 10, 12, broken(T, "2027-04-02", "2026-01-02")),
    ("bad-date", B, 4, 50, broken(B, '"18:00"', "6 pm")),
    ("bad-date", C, 8, 12, broken(C, "2026-11-26:", "26-11-2026:")),
    ("bad-sla", S, 13, 45, broken(S, "1 working day", "a day")),
    ("bad-sla", S, 13, 45, broken(S, "1 working day", "0 days")),
    # names
    ("unknown-agency", T, 7, 9, broken(T, "agency: streets", "agency: street")),
    ("unknown-agency", S, 14, 26, broken(S, "to: parks", "to: park")),
    ("unknown-theme", T, 4, 8, broken(T, "theme: my-street", "theme: my-stret")),
    ("unknown-script", T, 11, 9, broken(T, "script: pothole", "script: potholes")),
    ("unknown-phone", A, 1, 33, broken(A, "phone: desk", "phone: dsk")),
    ("unknown-phone", T, 14, 9, broken(T, "I can report", "Call on {phone:dsk}. I can report")),
    ("unknown-topic", B, 5, 10, broken(B, "[pothole]", "[potholes]")),
    ("unknown-language", C, 3, 17, broken(C, "[en, es]", "[en, Spanish]")),
    (
        "unknown-language",
        "topics/my-street/pothole.fr.md",
        1,
        1,
        {"topics/my-street/pothole.fr.md": "---\ntitle: T\n---\n"},
    ),
    (
        "unknown-language",
        "topics/my-street/pothole.en.md",
        1,
        1,
        {"topics/my-street/pothole.en.md": "---\ntitle: T\n---\n"},
    ),
    ("missing-first-language", C, 3, 12, broken(C, "[en, es]", "[]")),
    # words that are spoken
    ("say-too-long", T, 14, 1, broken(T, "I can report that.", "One. Two. Three.")),
    ("say-too-long", T, 14, 1, broken(T, "I can report that.", "word " * 26)),
    ("markup-in-say", T, 14, 1, broken(T, "I can report that.", "I **can** report that.")),
    ("digits-in-prose", T, 14, 6, broken(T, "I can report that.", "Call 555-0142.")),
    ("digits-in-prose", C, 6, 16, broken(C, "Thank you", "Call (212) 555-0142, thank you")),
    ("no-said", T, 5, 7, broken(T, "[hole in the road]", "[]")),
    ("missing-section", T, 12, 1, broken(T, "## Say\nI can report that.\n", "")),
    ("unknown-section", T, 13, 1, broken(T, "## Say", "## Says")),
    ("duplicate-section", T, 15, 1, {T: TOPIC + "## Say\nAgain.\n"}),
    ("stray-text", T, 13, 1, broken(T, "## Say", "Hello.\n## Say")),
    ("bad-question", T, 16, 1, {T: TOPIC + "## If asked\nThe city pays.\n"}),
    # conditions
    ("condition-syntax", S, 12, 20, when('where == "lane')),
    ("unknown-name", S, 12, 11, when('wher == "lane"')),
    ("later-question", S, 12, 11, when("deep == true")),
    ("not-a-choice", S, 12, 20, when('where == "lan"')),
    ("not-a-choice", S, 12, 21, when("'where == \"lan\"'")),
    ("not-a-choice", S, 13, 20, broken(S, "{when: {where: lane}", "{when: {where: lan}")),
    ("not-a-choice", S, 13, 27, broken(S, "{when: {where: lane}", "{when: {where: [lane, curbs]}")),
    ("not-a-choice", S, 12, 16, broken(S, YESNO, YESNO + "    stop: {on: maybe, do: emergency}\n")),
    ("not-a-choice", S, 12, 13, broken(S, YESNO, YESNO + "    heard: {maybe: [perhaps]}\n")),
    ("type-clash", S, 12, 11, when("where > 3")),
    ("always-true", S, 12, 11, when('where == "lane" || not (where == "lane")')),
    ("always-false", S, 12, 11, when('where == "lane" && where == "curb"')),
    # routes and examples
    ("route-missing", S, 13, 3, broken(S, OTHER_ROW, "")),
    ("route-overlap", S, 14, 12, broken(S, OTHER_ROW, "  - {when: {where: [lane, curb]}, to: parks}\n" + OTHER_ROW)),
    ("route-otherwise", S, 15, 5, broken(S, OTHER_ROW, OTHER_ROW + OTHER_ROW)),
    ("route-nobody", S, 13, 39, broken(S, "to: streets, sla", "to: nobody, sla")),
    ("example-answer", S, 16, 37, broken(S, "answers: {where: lane}", "answers: {where: lan}")),
    ("example-route", S, 16, 56, broken(S, "answers: {where: lane}", "answers: {where: curb}")),
    ("example-promise", S, 16, 74, broken(S, "November 30", "November 29")),
    ("example-service", S, 16, 74, broken(S, 'promise: "by Monday, November 30"', "service: POTHOL")),
    ("bad-date", S, 16, 10, broken(S, "2026-11-25 16:40", "2026-11-25")),
    # translations
    ("orphan-translation", "rumours/brige.es.md", 1, 1, {"rumours/brige.es.md": "---\nclaim: x\n---\n## Say\nNo.\n"}),
    ("orphan-translation", "city.es.yaml", 1, 10, {"city.es.yaml": "themes: {tres: Árboles}\n"}),
    ("missing-first-language", ES_TOPIC, 6, 1, es_topic(body="## Details\nMás.\n")),
    ("missing-first-language", ES_TOPIC, 3, 8, es_topic("alert: Hoy no.\n")),
    ("missing-first-language", ES_SCRIPT, 2, 10, {ES_SCRIPT: "questions:\n  deep: {why: Porque}\n"}),
    ("unknown-question-in-overlay", ES_SCRIPT, 2, 3, {ES_SCRIPT: "questions:\n  depp: {ask: Hondo}\n"}),
    ("not-a-choice", ES_SCRIPT, 2, 21, {ES_SCRIPT: "questions:\n  where: {choices: {lne: Carril}}\n"}),
    # places
    ("bad-row", P, 2, 1, {P: "number,street,lat,lon\n12,Elm Street\n"}),
    ("bad-row", P, 2, 1, {P: 'number,street,lat,lon\n"12,Elm Street,1,2\n'}),
    ("bad-point", P, 2, 15, {P: "number,street,lat,lon\n12,Elm Street,north,2\n"}),
    ("bad-point", P, 2, 18, {P: 'number,street,lat,lon\n12,"Elm, Street",nan,2\n'}),
    ("missing-value", P, 2, 1, {P: "number,street,lat,lon\n,Elm Street,1,2\n"}),
    ("missing-key", P, 1, 1, {P: "number,street,latitude,lon\n"}),
    ("duplicate-id", P, 3, 1, {P: "number,street,lat,lon\n1,Elm,1,2\n1,Elm,1,2\n"}),
    ("bad-geojson", "places/districts.geojson", 1, 13, {"places/districts.geojson": '{"features" []}'}),
    (
        "bad-geojson",
        "places/districts.geojson",
        2,
        3,
        {"places/districts.geojson": '{"features": [\n {"type": "Feature"}]}'},
    ),
]


@pytest.mark.parametrize(
    ("code", "file", "line", "col", "change"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_broken_source_is_told_with_its_code_and_its_exact_place(
    code: str, file: str, line: int, col: int, change: dict[str, str | bytes | None], tmp_path: Path
) -> None:
    source = read_source(write_city(tmp_path, change), today=TODAY)
    told = {(f.code, f.file, f.line, f.col): f for f in source.findings if f.severity == "error"}
    assert (code, file, line, col) in told, [str(f) for f in source.findings]
    sentence = told[code, file, line, col].sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert source.knowledge is None
    others = [str(f) for key, f in told.items() if f.file == file and key[0] != code]
    assert len(others) <= 1, others  # one mistake is told once, not as a shower of follow-ups


WARNINGS = [
    ("stale-translation", ES_TOPIC, 3, 14, es_topic("source_hash: 00000000\n")),
    ("stale-translation", ES_SCRIPT, 1, 17, {ES_SCRIPT: "source_version: 1\nquestions:\n  deep: {ask: Hondo}\n"}),
    ("review-due", T, 10, 12, broken(T, "2027-04-02", "2026-11-02")),
    ("review-in-future", T, 9, 11, broken(T, "2026-10-02", "2026-12-02")),
    ("expired", B, 4, 8, broken(B, "to: 2026-11-30", "to: 2026-11-24")),
    ("duplicate-title", "topics/trees/tree.md", 3, 8, {"topics/trees/tree.md": TOPIC.replace("id: pothole", "id: tree").replace("my-street", "trees").replace("hole in the road", "tree")}),
    ("duplicate-said", "topics/trees/tree.md", 5, 8, {"topics/trees/tree.md": TOPIC.replace("id: pothole", "id: tree").replace("my-street", "trees").replace("title: Pothole", "title: Tree")}),
    ("unused-script", S, 1, 1, broken(T, "script: pothole\n", "")),
    ("theme-folder", T, 4, 8, broken(T, "theme: my-street", "theme: trees")),
    ("stray-file", "topics/pothole.md", 1, 1, {"topics/pothole.md": TOPIC}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "file", "line", "col", "change"), WARNINGS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_warning_is_told_and_the_source_still_counts(
    code: str, file: str, line: int, col: int, change: dict[str, str | bytes | None], tmp_path: Path
) -> None:
    source = read_source(write_city(tmp_path, change), today=TODAY)
    assert [(f.severity, f.code, f.file, f.line, f.col) for f in source.findings] == [
        ("warning", code, file, line, col)
    ]
    assert source.knowledge is not None


def test_the_small_city_itself_is_right(tmp_path: Path) -> None:
    source = read_source(write_city(tmp_path), today=TODAY)
    assert not len(source.findings)
    assert source.files == len(FILES)
    assert source.examples == 1


def test_errors_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    changes = {
        **broken(S, "version: 2", "version: two"),
        **broken(T, "theme: my-street", "theme: x"),
        A: AGENCIES + "x: y\n",
    }
    source = read_source(write_city(tmp_path, changes), today=TODAY)
    assert [f.file for f in source.findings] == [A, S, T]


def test_a_file_with_several_syntax_errors_shows_all_of_them(tmp_path: Path) -> None:
    text = SCRIPT.replace("ask: Lane or curb?", "ask: *Lane* or curb?").replace(DEEP, "ask: @deep?")
    text = text.replace("sla: 1 working day", "sla: a day").replace("to: parks", "to: park")
    source = read_source(write_city(tmp_path, {S: text}), today=TODAY)
    assert [(f.code, f.line) for f in source.findings] == [
        ("quote-this", 6),
        ("quote-this", 10),
        ("bad-sla", 13),
        ("unknown-agency", 14),
    ]


def test_a_broken_city_file_does_not_make_every_topic_wrong(tmp_path: Path) -> None:
    source = read_source(write_city(tmp_path, {C: "id: [\n"}), today=TODAY)
    assert {f.file for f in source.findings} == {C}


def test_a_file_whose_name_is_no_text_is_told_and_can_be_printed(tmp_path: Path) -> None:
    write_city(tmp_path)
    (tmp_path / "scripts" / os.fsdecode(b"a\xff\x1b.yaml")).write_text(SCRIPT)
    findings = [f for f in read_source(tmp_path, today=TODAY).findings if f.code == "bad-id"]
    assert len(findings) == 1
    assert "\x1b" not in str(findings[0])
    str(findings[0]).encode()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_where_a_file_should_be_does_not_stop_the_check(tmp_path: Path) -> None:
    write_city(tmp_path, {B: None})
    os.mkfifo(tmp_path / B)
    assert [f.code for f in read_source(tmp_path, today=TODAY).findings] == ["unreadable"]


def test_a_long_line_of_blanks_costs_no_time(tmp_path: Path) -> None:
    text = broken(S, DEEP, "ask: a" + " " * 300_000 + "b")[S]
    assert isinstance(text, str)
    source = read_source(write_city(tmp_path, {S: text + "- x: y: z\n"}), today=TODAY)
    assert source.findings.errors
