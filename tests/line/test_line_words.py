"""The line in another language: every word of its own can be translated, and a program is told the same things by the same keys."""

from __future__ import annotations

import json

import pytest

from helpers import pseudo
from helpers.stations import station
from taker311.base import words
from taker311.call.allowed import VERBS
from taker311.call.dispositions import DISPOSITIONS
from taker311.line.session import run_json, run_plain

# A pothole that nobody can place, then a topic that is transferred; typos and questions about what is possible in between.
CALL = (
    *(
        "?",
        "{hole in the road}",
        "?",
        ".open 77",
        "1",
        "?",
        "",
        "?",
        "zzzz",
        ".unverified",
        "?",
        ".unverified new street",
    ),
    *("?", "nonsense", "3", ".take", "n", "?", "", "4", "?", ".jump nowhere", ".second", "", "?", "n", "{tree}", "1"),
    *("t", "?", "", "?", ".hold", "?", ".answered", ".resume", ".emergency", "?", "x", "end", "", ".quit"),
)


@pytest.fixture
def spanish():
    words.use("es")
    yield
    words.use("en")


def plain(lines: tuple[str, ...]) -> list[str]:
    told: list[str] = []
    run_plain(station(), iter(lines), told.append)
    return told


def test_the_line_says_no_word_that_no_translator_has_seen(monkeypatch):
    pseudo.speak(monkeypatch)
    made = station()
    told: list[str] = []
    lines = [text if text[:1] != "{" else pseudo.known(text.strip("{}")) for text in CALL]

    def write(text: str) -> None:
        told.append(text)
        left = pseudo.left(text, *lines, *VERBS, "quit", *DISPOSITIONS)
        assert not left, f"{left}\n{text}"

    run_plain(made, iter(lines), write)
    assert len(told) > 30
    assert "ПРОБЛЕМ" in "".join(told)


def test_a_whole_call_on_the_line_in_spanish(spanish):
    told = plain(tuple(text.strip("{}") for text in CALL))
    assert told[0] == "[listo] Alder Falls\nEscriba lo que dice quien llama. ? muestra lo que se puede."
    assert "Lo demás es lo que dice quien llama; un número abre esa línea." in told[1]
    assert "PROBLEMA" in "".join(told)
    everything = "\n".join(told)
    for text in (
        "[tema] Pothole",
        "[preguntas] Pothole",
        "[lectura] Pothole",
        "[guardado] Pothole",
        "[cierre]",
        "PREG. ",
    ):
        assert text in everything
    assert "DIGA Let me read back what I have." in everything
    assert all(len(line) <= 72 for line in everything.splitlines())


PROGRAM = (
    *(("type", "hole in the road"), ("open", "1"), ("intake", ""), ("answer", "100 wash"), ("pick", "1")),
    *(("confirm", ""), ("answer", "1"), ("answer", "perhaps"), ("answer", "yes"), ("answer", "1,3"), ("confirm", "")),
    *(("answer", "4"), ("nonsense", ""), ("confirm", ""), ("wrapup", ""), ("end", "")),
)
_FOR_PEOPLE = ("say", "ask", "problem")


def spoken_to_a_program() -> list[dict[str, object]]:
    out: list[str] = []
    run_json(station(), (json.dumps({"do": do, "value": value}) for do, value in PROGRAM), out.append)
    return [json.loads(text) for text in out]


def test_a_program_reads_the_same_contract_whatever_the_screen_speaks(spanish):
    in_spanish = spoken_to_a_program()
    words.use("en")
    in_english = spoken_to_a_program()
    for one, other in zip(in_spanish, in_english, strict=True):
        assert list(one) == list(other)
        assert {k: v for k, v in one.items() if k not in (*_FOR_PEOPLE, "choices")} == {
            k: v for k, v in other.items() if k not in (*_FOR_PEOPLE, "choices")
        }
        assert [choice["key"] for choice in one["choices"]] == [choice["key"] for choice in other["choices"]]
        assert one["say"] == other["say"]  # it is for the caller, who speaks English
        assert bool(one["problem"]) == bool(other["problem"])
    problems = [one["problem"] for one in in_spanish if one["problem"]]
    assert problems == ["Aquí se responde sí o no.", "Aquí no existe 'nonsense'."]
    assert in_spanish[-2]["choices"][1]["label"] == "Reporte tomado"
