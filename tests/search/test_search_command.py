"""`taker311 search`, `kb from-catalogue` and `kb learn` as a person or a program runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taker311.cli import main

LABELS = ["Pothole", "Street light", "Missed trash", "Graffiti", "Fallen tree", "Noise", "Abandoned car", "Rats", "Water bill",
          "Dog license", "Parking ticket", "Snow on sidewalk"]  # fmt: skip


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("TAKER311_HOME", str(tmp_path / "home"))
    (tmp_path / "c.tsv").write_text("label\ttitle\n" + "".join(f"{label}\t{label}\n" for label in LABELS))
    (tmp_path / "s.tsv").write_text(
        "query\tlabel\nbig hole in my road\tPothole\ngarbage was not collected\tMissed trash\n"
    )
    folder = tmp_path / "kb"
    assert (
        main(["kb", "from-catalogue", str(tmp_path / "c.tsv"), "--said", str(tmp_path / "s.tsv"), "-o", str(folder)])
        == 0
    )
    assert "12 topics, 2 wordings" in capsys.readouterr().out
    return folder


def run(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main([*words]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_person_reads_the_best_topic_first(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "search", "--kb", str(base), "hole", "road")[0].startswith("pothole")
    assert run(capsys, "search", "--kb", str(base), "I smell gas")[0] == "911: 'smell gas'"
    assert run(capsys, "search", "--kb", str(base), "qqqq") == ["Nothing fits these words."]


def test_a_program_reads_ids_scores_reasons_and_the_label(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = run(capsys, "search", "--kb", str(base), "--json", "garbage")
    found = json.loads(line)
    assert found["query"] == "garbage"
    assert found["cpu_ms"] > 0
    assert len(found["hits"]) == 10
    best = found["hits"][0]
    assert (best["id"], best["external_id"]) == ("missed-trash", "Missed trash")
    assert (best["why"], best["score"] > 0) == ("garbage was not collected", True)


def test_a_batch_answers_every_line_also_blank_ones(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.tsv").write_bytes(
        "hole in road\tPothole\n\n?!\ngraffitti\r\n\x1b[31m\xff\nrats\tRats".encode("latin-1")
    )
    lines = [json.loads(line) for line in run(capsys, "search", "--kb", str(base), "--batch", str(tmp_path / "q.tsv"))]
    assert [line["query"] for line in lines][:4] == ["hole in road", "", "?!", "graffitti"]
    assert [line["hits"][0]["id"] if line["hits"] else "" for line in lines][:4] == ["pothole", "", "", "graffiti"]
    assert lines[-1]["hits"][0]["id"] == "rats"
    assert all(len(line["hits"]) in (0, 10) for line in lines)


def test_a_bundle_answers_as_its_folder_does(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kb", "build", str(base), "-o", str(tmp_path / "kb.bundle")]) == 0
    capsys.readouterr()
    asked = [[{k: v for k, v in json.loads(run(capsys, "search", "--kb", str(path), "--json", "hole")[0]).items() if k != "cpu_ms"}]
             for path in (base, tmp_path / "kb.bundle")]  # fmt: skip
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    "words",
    [["search"], ["search", "x", "--batch", "y"], ["search", "--batch", "/nonexistent/q"], ["search", "--lang", "zz", "x"], ["search", "--limit", "0", "x"]],
)  # fmt: skip
def test_wrong_use_is_one_sentence(base: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main([*words, "--kb", str(base)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "Traceback" not in error


def test_history_is_learned_into_the_folder_and_used_from_then_on(
    base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "the lantern is dark,Street light\n" * 6 + "broken row\n" + "kaboom all night,Noise\n" * 6
    (tmp_path / "h.csv").write_text("text,service\n" + rows)
    assert run(capsys, "search", "--kb", str(base), "lantern") == ["Nothing fits these words."]
    assert main(["kb", "learn", str(tmp_path / "h.csv"), "--kb", str(base)]) == 0
    said = capsys.readouterr()
    assert "skipped line 8: no topic or service" in said.err
    assert "from 12 requests (1 rows skipped)" in said.out
    assert "lantern is dark" in (base / "said-proposed.txt").read_text()
    assert run(capsys, "search", "--kb", str(base), "lantern")[0].startswith("street-light")
    assert main(["kb", "check", str(base)]) == 0
