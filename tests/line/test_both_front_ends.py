"""The same eleven calls by the line's JSON and by the keys of the desk: the same cases come out, to the last id."""

from __future__ import annotations

import json

import pytest

from helpers.keys import Hands
from helpers.stations import station
from taker311.line.session import run_json
from taker311.station.station import Station

# Each call as a program takes it, and as hands do: words in quotes are typed, the rest are keys.
SAVE = [("confirm", ""), ("wrapup", ""), ("end", "")]
TWO_TOPICS = (
    "'bache' f2 'es' enter enter enter '312 dock' enter enter 1 2 enter 2 'ana@example.com' enter 'Ana Ruiz' enter enter n "
    "'rama sobre la acera' enter enter 1 '100 main' enter enter enter enter enter enter"
)
CALLS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "information": (
        [("type", "when is the library open"), ("open", "1"), ("answered", ""), ("end", "")],
        "'when is the library open' enter a enter",
    ),
    "anonymous pothole": (
        [
            *(("type", "hole in the road"), ("open", "1"), ("intake", ""), ("answer", "100 wash"), ("pick", "1")),
            *(("confirm", ""), ("answer", "1"), ("answer", "yes"), ("answer", "1,3"), ("confirm", ""), ("answer", "4")),
            *SAVE,
        ],
        "'hole in the road' enter enter '100 wash' enter enter 1 y 1 3 enter enter 4 enter enter enter",
    ),
    "pothole with a caller": (
        [
            *(("type", "hole in the road"), ("open", "1"), ("intake", ""), ("answer", "204 elm"), ("pick", "1")),
            *(("confirm", ""), ("answer", "curb"), ("answer", "no"), ("skip", ""), ("answer", "text")),
            *(("answer", "413 555 0142"), ("answer", "Ann Lee"), *SAVE),
        ],
        "'hole in the road' enter enter '204 elm' enter enter 2 2 enter 1 '413 555 0142' enter 'Ann Lee' enter enter enter enter",
    ),
    "tree on a wire, as it was heard": (
        [
            *(
                ("type", "tree on the power line"),
                ("open", "1"),
                ("intake", ""),
                ("take", ""),
                ("answer", "elm and 3rd"),
            ),
            *(("pick", "1"), ("confirm", ""), ("answer", "no"), ("answer", "12"), ("answer", "anonymous"), *SAVE),
        ],
        "'tree on the power line' enter enter y 'elm and 3rd' enter enter 2 '12' enter 4 enter enter enter",
    ),
    "nobody knows": (
        [
            *(("type", "tree "), ("open", "1"), ("intake", ""), ("unknown", ""), ("answer", "100 dock"), ("pick", "1")),
            *(("confirm", ""), ("unknown", ""), ("unknown", ""), *SAVE),
        ],
        "'tree ' 1 enter f2 '100 dock' enter enter f2 f2 enter enter enter",
    ),
    "flagged for its owner": (
        [
            ("type", "when is the library open"),
            ("open", "1"),
            ("flag", ""),
            ("flag", "hours are wrong"),
            ("answered", ""),
            ("end", ""),
        ],
        "'when is the library open' enter f f 'hours are wrong' enter a enter",
    ),
    "private tree": (
        [("type", "tree"), ("open", "1"), ("intake", ""), ("answer", "private"), ("wrapup", ""), ("end", "")],
        "'tree' enter i 3 f4 enter",
    ),
    "transferred": (
        [("type", "tree"), ("open", "1"), ("transfer", ""), ("confirm", ""), ("end", "")],
        "'tree' enter t enter enter",
    ),
    "a place that nobody finds, mended at the read-back": (
        [
            *(("type", "hole in the road"), ("open", "1"), ("intake", ""), ("answer", "zzzz qqqq")),
            *(("unverified", "New or unnamed street"), ("answer", "3"), ("answer", "2"), ("skip", "")),
            *(("answer", "4"), ("jump", "where"), ("answer", "1"), *SAVE),
        ],
        "'hole in the road' enter enter 'zzzz qqqq' f3 1 3 n enter 4 2 1 enter enter enter",
    ),
    "two topics in Spanish": (
        [
            *(
                ("type", "bache"),
                ("language", "es"),
                ("open", "1"),
                ("intake", ""),
                ("answer", "312 dock"),
                ("pick", "1"),
            ),
            *(("confirm", ""), ("answer", "1"), ("answer", "2"), ("skip", ""), ("answer", "2")),
            *(("answer", "ana@example.com"), ("answer", "Ana Ruiz"), ("confirm", ""), ("second", "")),
            *(("type", "rama sobre la acera"), ("open", "1"), ("intake", ""), ("answer", "1"), ("answer", "100 main")),
            *(("pick", "1"), ("confirm", ""), ("skip", ""), *SAVE),
        ],
        TWO_TOPICS,
    ),
    "an emergency in the middle": (
        [
            *(("type", "hole in the road"), ("open", "1"), ("intake", ""), ("emergency", ""), ("close", "")),
            *(("hold", ""), ("resume", ""), ("emergency", ""), ("connected", ""), ("end", "")),
        ],
        "'hole in the road' enter enter f9 escape f8 f8 f9 enter enter",
    ),
}


def by_line(inputs: list[tuple[str, str]]) -> Station:
    made, out = station(seed=3), []
    run_json(made, [json.dumps({"do": do, "value": value}) for do, value in inputs], out.append)
    problems = [json.loads(text)["problem"] for text in out]
    assert problems == [""] * len(out)
    return made


def by_keys(keys: str) -> Station:
    made = Hands(station(seed=3))
    for i, part in enumerate(keys.split("'")):
        if i % 2:
            made.says(part)
        else:
            made.press(*part.split())
        assert not made.view.problem, (part, made.view.problem)
    return made.control.station


def outcome(made: Station) -> object:
    cases = [made.desk.store.case(row.case_id) for row in made.desk.store.rows()]
    sent = [made.desk.store.submission(case.id) for case in cases]
    return made.state, made.calls, cases, sent


@pytest.mark.parametrize("name", list(CALLS))
def test_a_call_comes_out_the_same_by_the_line_and_by_the_desk(name):
    inputs, keys = CALLS[name]
    line, desk = by_line(inputs), by_keys(keys)
    assert outcome(line) == outcome(desk)
    assert line.state.phase == "ready"
    assert line.calls == 1


def test_the_eleven_calls_make_the_cases_that_they_should():
    made = {name: len(by_line(inputs).desk.store.rows()) for name, (inputs, _) in CALLS.items()}
    assert len(made) == 11
    assert sum(made.values()) == 7
    assert made["two topics in Spanish"] == 2
