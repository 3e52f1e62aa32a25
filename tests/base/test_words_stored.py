"""Sentences that are stored in English and told again in the agent's language: the tables hold all that the rules write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from helpers.texts import ROOT
from taker311.base import words
from taker311.cases import outbox
from taker311.cases.model import OutboxRow
from taker311.cases.outbox import PERSON
from taker311.cases.reasons import REASONS, reason_in_words
from taker311.cases.tasks import tasks
from taker311.drills.sentences import SENTENCES, in_words

NOW = datetime(2026, 11, 25, 16, 40, tzinfo=UTC)


@pytest.fixture
def spanish():
    words.use("es")
    yield
    words.use("en")


def pieces(file: str) -> Iterator[str]:
    """Strings of the code with \\0 where a value stands; not docstrings, nor what is said or raised at once."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    known = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("say", "noted", "Literal")
        ):
            known |= {id(argument) for argument in node.args}
        if isinstance(node, ast.JoinedStr):
            known |= {id(value) for value in node.values}
    for node in ast.walk(tree):
        if id(node) in known:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(_part(value) for value in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    assert isinstance(value, ast.FormattedValue)
    return PERSON if isinstance(value.value, ast.Name) and value.value.id == "PERSON" else "\0"


def told(table: tuple[str, ...]) -> str:
    return "\n".join(re.sub(r"\{\w+\}", "\0", text) for text in table)


@pytest.mark.parametrize(
    "file",
    [
        *("cases/outbox.py", "cases/reconcile.py", "cases/acts.py", "cases/delivery.py", "cases/salvage.py"),
        *("cases/tables.py", "cases/pace.py", "crm/revalidate.py", "drills/world.py", "station/queueing.py"),
    ],
)
def test_every_reason_that_a_rule_writes_stands_in_the_table_of_reasons(file):
    table = told(REASONS)
    sentences = [
        text for text in pieces(file) if re.match(r"(\0 )?[A-Z\0].* .* .*[.,]$", text) and "SELECT" not in text
    ]
    assert [text for text in sentences if text.strip("\0 ") not in table] == []


@pytest.mark.parametrize("file", ["drills/score.py", "drills/critical.py"])
def test_every_sentence_of_a_judge_stands_in_the_table_of_sentences(file):
    table = told(SENTENCES)
    sentences = [
        text
        for text in pieces(file)
        if re.search(r"[a-z]{3}.* |^\0.* [a-z]{3}", text) and "\\" not in text and "(" not in text
    ]
    assert len(sentences) > 10
    assert [text for text in sentences if text.strip("\0 .,;'") not in table] == []


def row(**changes: object) -> OutboxRow:
    return OutboxRow(
        **{
            "case_id": "1",
            "ref": "K3F7QX2D",
            "state": "sent",
            "created_at": NOW,
            "service_code": "POT",
            "topic_id": "pothole",
            "agency": "dpw",
            **changes,
        }  # type: ignore[arg-type]
    )


def test_a_reason_is_told_in_the_language_of_the_screen_and_kept_in_english(spanish):
    gone = outbox.receipt_gone(row(state="purged", request_id="26-17"), NOW)
    assert gone.last_reason.startswith("The city no longer knows its number 26-17. What it said")
    assert reason_in_words(gone).startswith("La ciudad ya no conoce su número 26-17. Su contenido se borró aquí")
    gone = outbox.receipt_gone(row(request_id="26-17"), NOW, why="The city gave it the number of another case,")
    assert reason_in_words(gone) == "La ciudad le dio el número de otro caso, 26-17."


def test_what_a_person_is_asked_to_do_is_told_with_its_reason_and_its_day(spanish):
    held = row(
        state="held", promise_day="2026-11-30", last_reason=f"The city's system refused it (answer 400). {PERSON}"
    )
    assert tasks([held], NOW)[0].sentence == (
        "K3F-7QX2-D: El sistema de la ciudad lo rechazó (respuesta 400). Una persona debe decidir. "
        "A quien llamó se le prometió el lun, 30 nov."
    )


def test_a_scorecards_sentences_are_told_one_by_one(spanish):
    assert in_words("2 of 3 exact; depth: wrong ('no')") == "2 de 3 exactas; depth: mal ('no')"
    assert in_words("transferred to water, not in the caller's language") == (
        "transferida a water, no en el idioma de quien llama"
    )
    assert in_words("'413 555 0142' stands in the place.") == "'413 555 0142' está en el lugar."
    assert in_words("dpw, by Monday, November 30, said") == "dpw, by Monday, November 30, dicho"
