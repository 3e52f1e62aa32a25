"""What a right source is compiled into."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from helpers import mini_city
from helpers.broken_city import ADDRESSES, SCRIPT, TODAY, TOPIC, broken, write_city
from taker311.authoring.build import build, published
from taker311.authoring.prose import sentences
from taker311.authoring.source import read_source
from taker311.base.errors import UserError
from taker311.knowledge.model import Alert, Closure, EmergencyWords, Sla, Stop


def test_the_mini_city_has_no_errors_and_no_warnings() -> None:
    source = read_source(mini_city.FOLDER, today=mini_city.TODAY)
    assert [str(f) for f in source.findings] == []
    assert source.examples == 6


def test_a_city_carries_its_texts_in_both_languages() -> None:
    city = mini_city.knowledge().city
    assert city.languages == ("en", "es")
    assert city.closures[0] == Closure(date(2026, 11, 26), {"en": "Thanksgiving Day", "es": "Día de Acción de Gracias"})
    assert city.working_days == (0, 1, 2, 3, 4)
    assert city.emergency_words["es"] == EmergencyWords(
        ("huele a gas", "olor a gas", "incendio", "no respira"), ("factura del gas",)
    )
    assert city.emergency_card.steps[1] == {"en": "Stay until 911 answers.", "es": "Espere hasta que conteste el 911."}
    assert [phone.id for phone in city.phones] == sorted(phone.id for phone in city.phones)


def test_a_topic_has_its_phone_written_out_its_alert_and_its_dates() -> None:
    topic = next(t for t in mini_city.knowledge().topics if t.id == "water-quality")
    assert topic.texts["en"].say.endswith("If it stays brown, call 555-0142.")
    assert topic.alert == Alert({"en": "Crews are flushing pipes in the Harbor district."}, date(2026, 12, 1))
    assert (topic.valid_from, topic.valid_to) == (date(2026, 1, 1), date(2027, 12, 31))


def test_the_questions_people_ask_come_with_their_answers() -> None:
    topic = next(t for t in mini_city.knowledge().topics if t.id == "tree-problem")
    assert [(a.question, a.answer) for a in topic.texts["en"].asked] == [
        ("Who pays?", "The city does, for trees on city land."),
        ("Can I keep the wood?", "Yes, ask the crew when they come."),
    ]
    assert topic.texts["es"].asked[0].question == "¿Quién paga?"


def test_a_script_is_typed_by_its_questions() -> None:
    script = next(s for s in mini_city.knowledge().scripts if s.id == "tree-problem")
    where, sparks, width = script.questions
    assert [c.key for c in where.choices] == ["street", "park", "private", "wires"]
    assert where.choices[0].labels == {"en": "Street or sidewalk strip", "es": "Calle o franja de la acera"}
    assert where.heard["es"] == {"wires": ("sobre el cable", "toca los cables")}
    assert sparks.stop == Stop(True, "emergency")
    assert (width.minimum, width.maximum, width.unit["es"], width.public) == (1.0, 200.0, "pulgadas", True)
    assert script.routes[0].sla == Sla(1, "working days")
    assert script.routes[3].say["es"].startswith("La ciudad no trabaja")
    assert script.routes[4].when is None


def test_places_are_sorted_and_carry_their_districts() -> None:
    gazetteer = mini_city.gazetteer()
    assert gazetteer.district_sets == ("trash_day", "ward")
    assert (len(gazetteer.addresses), len(gazetteer.intersections), len(gazetteer.landmarks)) == (20, 4, 3)
    library = next(found for found in gazetteer.landmarks if found.kind == "library")
    assert library.also == ("main library", "the library")
    assert library.districts == ("", "")
    assert [(d.set, d.name, len(d.rings[0])) for d in gazetteer.districts] == [
        ("ward", "Ward 1", 5),
        ("ward", "Ward 2", 5),
    ]


def test_the_order_of_rows_in_a_table_changes_nothing(tmp_path: Path) -> None:
    head, first, second, _ = ADDRESSES.split("\n")
    one = read_source(write_city(tmp_path / "a"), today=TODAY)
    two = read_source(
        write_city(tmp_path / "b", {"places/addresses.csv": f"{head}\r\n{second}\r\n{first}"}), today=TODAY
    )
    assert build(one) == build(two)


def test_a_route_may_ask_where_it_is(tmp_path: Path) -> None:
    routes = "  - {when: {place.ward: Ward 1}, to: streets}\n  - {otherwise: yes, to: parks}\n"
    examples = "  - {at: 2026-11-25 16:40, place: {kind: address, ward: Ward 1}, answers: {deep: no}, to: streets}\n"
    text = SCRIPT[: SCRIPT.index("  - {when")] + routes + "examples:\n" + examples
    source = read_source(write_city(tmp_path, {"scripts/pothole.yaml": text}), today=TODAY)
    assert [str(f) for f in source.findings] == []
    wrong = text.replace("place.ward: Ward 1", "place.ward: Ward 9")
    source = read_source(write_city(tmp_path, {"scripts/pothole.yaml": wrong}), today=TODAY)
    assert [(f.code, f.line, f.col) for f in source.findings] == [("not-a-choice", 13, 25)]


def test_a_draft_is_checked_and_never_built(tmp_path: Path) -> None:
    source = read_source(
        write_city(
            tmp_path, broken("topics/my-street/pothole.md", "script: pothole", "script: pothole\nstatus: draft")
        ),
        today=TODAY,
    )
    assert source.knowledge is not None
    assert len(source.knowledge.topics) == 1
    ready = published(source.knowledge)
    assert ready.topics == ()
    assert ready.bulletins[0].topics == ()


def test_an_imported_topic_needs_neither_an_owner_nor_a_review(tmp_path: Path) -> None:
    text = "\n".join(line for line in TOPIC.split("\n") if not line.startswith(("owner", "review", "said")))
    source = read_source(
        write_city(
            tmp_path,
            {"topics/my-street/pothole.md": text.replace("script: pothole", "script: pothole\nstatus: imported")},
        ),
        today=TODAY,
    )
    assert [str(f) for f in source.findings] == []


def test_nothing_is_built_from_a_source_with_errors(tmp_path: Path) -> None:
    source = read_source(write_city(tmp_path, {"agencies.yaml": "streets: {name: Streets}\n"}), today=TODAY)
    with pytest.raises(UserError, match="nothing was built"):
        build(source)


def test_a_translation_that_follows_its_original_is_not_stale(tmp_path: Path) -> None:
    here = read_source(write_city(tmp_path), today=TODAY).hashes["pothole"]
    es = {"topics/my-street/pothole.es.md": f"---\ntitle: Bache\nsource_hash: {here}\n---\n## Say\nHola.\n"}
    source = read_source(write_city(tmp_path, es), today=TODAY)
    assert [str(f) for f in source.findings] == []
    assert source.knowledge is not None
    assert not source.knowledge.topics[0].texts["es"].stale
    changed = {**es, **broken("topics/my-street/pothole.md", "I can report that.", "I can report it.")}
    source = read_source(write_city(tmp_path, changed), today=TODAY)
    assert source.knowledge is not None
    assert source.knowledge.topics[0].texts["es"].stale


def test_a_folder_without_a_city_is_told_in_a_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UserError, match="there is no"):
            read_source(folder)


def test_many_bad_rows_are_counted_after_the_first_twenty(tmp_path: Path) -> None:
    rows = "number,street,lat,lon\n" + "".join(f"{n},Elm,x,1\n" for n in range(50))
    findings = list(read_source(write_city(tmp_path, {"places/addresses.csv": rows}), today=TODAY).findings)
    assert len(findings) == 21
    assert findings[-1].sentence.startswith("30 more errors")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two.", 2),
        ("Go to St. Mary Street from 9 a.m. to 5 p.m. today.", 1),
        ("Is it? Yes! It is", 3),
        ("It costs $4.50 a day.", 1),
        ("¿Dónde está? Voy.", 2),
        ("", 0),
    ],
)
def test_sentences_are_counted_as_a_reader_hears_them(text: str, count: int) -> None:
    assert len(sentences(text)) == count
