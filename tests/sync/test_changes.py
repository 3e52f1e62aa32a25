"""What changed, in sentences that an owner and a call-taker read."""

from __future__ import annotations

from datetime import date

from msgspec import structs

from helpers import mini_city
from taker311.knowledge.model import Alert, Bulletin, Knowledge, Route, Rumour, Script, Sla, Topic
from taker311.sync.changes import changes
from taker311.sync.stale import stale

CITY = mini_city.knowledge()


def sentences(new: Knowledge, old: Knowledge = CITY) -> list[str]:
    return [change.sentence for change in changes(old, new)]


def topic(topic_id: str = "tree-problem") -> Topic:
    return next(t for t in CITY.topics if t.id == topic_id)


def with_topic(changed: Topic) -> Knowledge:
    return structs.replace(CITY, topics=tuple(changed if t.id == changed.id else t for t in CITY.topics))


def with_script(changed: Script) -> Knowledge:
    return structs.replace(CITY, scripts=tuple(changed if s.id == changed.id else s for s in CITY.scripts))


def script() -> Script:
    return next(s for s in CITY.scripts if s.id == "tree-problem")


def test_the_same_knowledge_has_no_changes() -> None:
    assert changes(CITY, CITY) == ()


def test_a_promised_time_is_told_in_numbers() -> None:
    one = structs.replace(script(), routes=(Route("forestry", sla=Sla(5, "working days")),))
    two = structs.replace(script(), routes=(Route("forestry", sla=Sla(3, "working days")),))
    assert sentences(with_script(two), with_script(one)) == ["Problem with a tree: promised time 5 -> 3 working days"]
    none = structs.replace(script(), routes=(Route("forestry"),))
    assert sentences(with_script(none), with_script(one)) == [
        "Problem with a tree: promised time 5 working days -> none"
    ]


def test_one_routes_time_is_told_with_its_agency() -> None:
    routes = tuple(
        structs.replace(route, sla=Sla(1, "days")) if route.to == "forestry" else route for route in script().routes
    )
    told = sentences(with_script(structs.replace(script(), routes=routes)))
    assert told == ["Problem with a tree: promised time of Forestry 10 working days -> 1 day"]


def test_a_new_question_and_a_dropped_one_are_told_in_their_words() -> None:
    questions = script().questions
    fewer = structs.replace(script(), questions=questions[:-1])
    ask = questions[-1].ask["en"]
    assert sentences(with_script(script()), with_script(fewer)) == [
        f'Problem with a tree: asks a new question: "{ask}"'
    ]
    assert sentences(with_script(fewer)) == [f'Problem with a tree: no longer asks "{ask}"']


def test_a_topics_words_and_alert_are_told() -> None:
    text = structs.replace(topic().texts["en"], say="Please hold the line.")
    changed = structs.replace(topic(), texts={**topic().texts, "en": text}, alert=Alert({"en": "Suspended today."}))
    assert sentences(with_topic(changed)) == [
        'Problem with a tree: say now: "Please hold the line."',
        'Problem with a tree: alert: "Suspended today."',
    ]


def test_a_new_title_is_told_once_though_the_script_has_it_too() -> None:
    text = structs.replace(topic().texts["en"], title="A tree in trouble")
    renamed = with_topic(structs.replace(topic(), texts={**topic().texts, "en": text}))
    scripts = tuple(structs.replace(s, titles={"en": "A tree in trouble"}) if s.id == "tree-problem" else s for s in CITY.scripts)  # fmt: skip
    told = sentences(structs.replace(renamed, scripts=scripts))
    assert told == ["A tree in trouble: was called 'Problem with a tree'"]


def test_topics_come_and_go() -> None:
    fewer = structs.replace(CITY, topics=tuple(t for t in CITY.topics if t.id != "tree-problem"))
    assert sentences(fewer) == ["Problem with a tree: no longer a topic"]
    assert sentences(CITY, fewer) == ["Problem with a tree: new topic"]


def test_bulletins_and_rumours_come_first_then_what_is_used_most() -> None:
    bulletin = Bulletin("storm", {"en": "Storm tonight"}, {"en": "Stay home."})
    rumour = Rumour("bridge", {"en": "The bridge fell"}, "unconfirmed", {"en": "We are checking."})
    old = structs.replace(CITY, rumours=(rumour,))
    topics = tuple(structs.replace(t, reviewed=date(2026, 11, 30)) for t in CITY.topics)
    new = structs.replace(
        CITY,
        topics=topics,
        bulletins=(*CITY.bulletins, bulletin),
        rumours=(structs.replace(rumour, status="false"),),
    )
    busiest = topics[-1].id
    told = changes(old, new, used={busiest: 9})
    assert [change.sentence for change in told[:2]] == [
        "Storm tonight: new bulletin",
        "The bridge fell: false now (was unconfirmed)",
    ]
    assert told[2].id == busiest


def test_a_phone_number_is_told_old_and_new() -> None:
    phones = tuple(structs.replace(p, number="555-0199") if p.id == "water-line" else p for p in CITY.city.phones)
    new = structs.replace(CITY, city=structs.replace(CITY.city, phones=phones))
    assert len(sentences(new)) == 1
    assert sentences(new)[0].endswith("is now 555-0199 (was 555-0142)")


def test_every_difference_gets_at_least_one_sentence() -> None:
    for found in CITY.topics:
        assert sentences(with_topic(structs.replace(found, external_id="x")))
    for one in CITY.scripts:
        assert sentences(with_script(structs.replace(one, version=one.version + 1)))


def test_answers_past_their_date_are_listed_by_owner() -> None:
    late = structs.replace(topic(), review_by=date(2026, 1, 1), owner="b desk")
    over = structs.replace(CITY.topics[0], valid_to=date(2026, 2, 1), review_by=None, owner="a desk")
    city = structs.replace(CITY, topics=(late, over))
    found = stale(city, date(2026, 6, 1))
    assert [(item.owner, item.topic) for item in found] == [("a desk", over.id), ("b desk", "tree-problem")]
    assert stale(city, date(2025, 12, 31)) == ()
