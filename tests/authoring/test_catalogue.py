"""A labelled table as a knowledge base."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from taker311.authoring.catalogue import read_catalogue, topics, write_catalogue
from taker311.authoring.source import read_source
from taker311.base.errors import UserError

TABLE = (
    "label\ttitle\tdescription\tkeywords\n"
    "Trash & Recycling\tTrash & Recycling\tIntake: call 203-555-0142 / bins\tmissed bin | bag\n"
    "Potholes\tPotholes\tHow deep is the hole?\t\n"
    "3D: \"odd\" [label]\t\t\t\n"
    "Potholes\tPotholes\t\tcrater\n"
    "\tno label\t\t\n"
)  # fmt: skip
SAID = 'query\tlabel\tsource\nbig hole here\tPotholes\tx\nbag #not taken: "really"\tTrash & Recycling\tx\n?\tPotholes\tx\nhole\tNowhere\tx\n'


def files(folder: Path) -> tuple[Path, Path]:
    (folder / "c.tsv").write_text(TABLE)
    (folder / "s.tsv").write_text(SAID)
    return folder / "c.tsv", folder / "s.tsv"


def test_every_label_becomes_one_topic_whose_id_is_safe(tmp_path: Path) -> None:
    made = read_catalogue(*files(tmp_path))
    assert [(one.id, one.label) for one in made.drafts] == [
        ("trash-recycling", "Trash & Recycling"), ("potholes", "Potholes"), ("t-3d-odd-label", '3D: "odd" [label]')
    ]  # fmt: skip


def test_the_written_folder_passes_the_check_and_reads_back_as_the_same_topics(tmp_path: Path) -> None:
    made = read_catalogue(*files(tmp_path))
    write_catalogue(made, tmp_path / "kb", name="Test", today=date(2026, 11, 25))
    source = read_source(tmp_path / "kb", today=date(2026, 11, 25))
    assert source.findings.errors == 0
    assert source.knowledge is not None
    for read, meant in zip(source.knowledge.topics, topics(made), strict=True):
        text, other = read.texts["en"], meant.texts["en"]
        assert (read.id, read.external_id, text.title, text.said, text.keywords) == (
            meant.id, meant.external_id, other.title, other.said, other.keywords
        )  # fmt: skip


def test_rows_that_cannot_be_used_are_told_with_their_line(tmp_path: Path) -> None:
    made = read_catalogue(*files(tmp_path))
    assert [sentence.split(" of ")[0] for sentence in made.skipped] == ["line 6", "line 4", "line 5"]


@pytest.mark.parametrize(
    ("title", "language"),
    [("Es ist kaputt und wird nicht repariert", "de"), ("hay basura en la calle", "es"), ("there is trash in the street", "en"), ("xyz", "en")],
)  # fmt: skip
def test_the_language_is_guessed_from_the_small_words(tmp_path: Path, title: str, language: str) -> None:
    (tmp_path / "c.tsv").write_text(f"label\ttitle\nx\t{title}\n")
    assert read_catalogue(tmp_path / "c.tsv").language == language


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    made = read_catalogue(*files(tmp_path))
    with pytest.raises(UserError, match="not empty"):
        write_catalogue(made, tmp_path, name="Test", today=date(2026, 11, 25))


@pytest.mark.parametrize("text", ["", "label\n", "name\ttitle\nx\ty\n"])
def test_a_table_without_labels_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.tsv").write_text(text)
    with pytest.raises(UserError, match=r"c\.tsv"):
        read_catalogue(tmp_path / "c.tsv")
