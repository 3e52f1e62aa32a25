"""Calls of trainees, good and bad, with what each is worth: the golden set of the scorer.

`python -m helpers.drill_plays` in tests/ writes their logs and scorecards anew; look at what changed before you keep it.
"""

from __future__ import annotations

from pathlib import Path

from helpers.drills import GAS, HOLE, LIBRARY, TREE, Run
from taker311.base.codec import to_json
from taker311.drills.log import Log, written
from taker311.drills.score import score

FOLDER = Path(__file__).resolve().parents[1] / "data" / "drill-logs"
Inputs = tuple[tuple[str, str] | str, ...]

STALE = """\
id: old-tree-page
version: 1
title: The page on trees is out of date
category: trees
difficulty: hard
at: 2026-11-25 10:00
opening: Who prunes the trees on my street?
expected: {topic: tree-problem, ending: transferred, agency: forestry, disposition: transferred}
faults: [{do: stale-article, topic: tree-problem}]
par: 90
"""

START: Inputs = (("type", "tree on the power line"), ("open", "tree-problem"), "intake")
HOUSE: Inputs = (("answer", "1204 elm street"), ("pick", "1"), "confirm")
TEXT: Inputs = (("answer", "text"), ("answer", "413 555 0142"), "skip")
ROSA: Inputs = (("answer", "wires"), *HOUSE, ("answer", "no"), "skip", ("say", "please"), *TEXT)
END: Inputs = ("confirm", "wrapup", ("end", "requested"))
HOLE_START: Inputs = (
    ("type", "pothole"),
    ("open", "pothole"),
    "intake",
    ("answer", "riverside park"),
    ("pick", "1"),
    "confirm",
)
HOLE_REST: Inputs = (("answer", "lane"), ("answer", "no"), ("answer", "nothing"), ("answer", "anonymous"), *END)

# name -> (drill, inputs, seconds between them, result, score in tenths, critical errors)
PLAYS: dict[str, tuple[str, Inputs, float, str, int, tuple[str, ...]]] = {
    "perfect": (TREE, (*START, *ROSA, *END), 4, "passed", 1000, ()),
    "slow": (TREE, (*START, *ROSA, *END), 20, "passed", 992, ()),
    "very-slow": (TREE, (*START, *ROSA, *END), 40, "passed", 967, ()),
    "wrong-card-first": (TREE, (("type", "hole"), ("open", "pothole"), "back", *START, *ROSA, *END), 4, "passed", 956, ()),
    "needless-width": (
        TREE,
        (*START, ("answer", "wires"), *HOUSE, ("answer", "no"), ("answer", "10"), ("say", "please"), *TEXT, *END),
        4, "passed", 978, (),
    ),
    "asked-again": (
        TREE,
        (*START, *ROSA, ("say", "is it touching the wires"), ("say", "where is it, what street"), *END),
        4, "passed", 956, (),
    ),
    "called-back-instead": (TREE, (*START, *ROSA, "confirm", ("call-back", "413 555 0142; tonight"), "wrapup", ("end", "call-back")), 4, "passed", 956, ()),
    "wrong-spark": (
        TREE,
        (*START, ("answer", "wires"), *HOUSE, ("answer", "unknown"), "skip", ("say", "please"), *TEXT, *END),
        4, "passed", 896, (),
    ),
    "unverified-place": (
        TREE,
        (*START, ("answer", "wires"), ("answer", "1204 Elm Street"), ("unverified", "In a hurry"), ("answer", "no"), "skip", ("say", "please"), *TEXT, *END),
        4, "passed", 889, (),
    ),
    "wrong-location": (
        TREE,
        (*START, ("answer", "wires"), ("answer", "1204 main street"), ("pick", "1"), "confirm", ("answer", "no"), "skip", ("say", "please"), *TEXT, *END),
        4, "failed", 833, ("wrong-location",),
    ),
    "wrong-route": (
        TREE,
        (*START, ("answer", "street"), *HOUSE, "skip", ("say", "please"), *TEXT, *END),
        4, "failed", 683, (),
    ),
    "personal-data": (
        TREE,
        (("type", "Rosa Diaz 413 555 0142 tree"), "no-answer", *START, *ROSA, *END),
        4, "failed", 1000, ("personal-data",),
    ),
    "false-date": (
        TREE,
        (*START, *ROSA, ("say", "They will be there tomorrow."), *END), 4, "failed", 1000, ("false-promise",),
    ),
    "true-date": (TREE, (*START, *ROSA, ("say", "They will be there by Monday, November 30."), *END), 4, "passed", 1000, ()),
    "false-number": (
        TREE,
        (*START, *ROSA, ("say", "Your city number is 4711."), *END), 4, "failed", 1000, ("false-promise",),
    ),
    "coded-without-a-case": (TREE, (*START, "wrapup", ("end", "requested")), 4, "failed", 300, ("false-promise",)),
    "dropped": (TREE, (*START, "wrapup", ("end", "dropped")), 4, "failed", 256, ("caller-dropped",)),
    "left": (TREE, (*START, ("answer", "wires"), "LEAVE"), 4, "left", 222, ("caller-dropped",)),
    "nobody-answered": (TREE, ("LEAVE",), 4, "left", 0, ("caller-dropped",)),
    "courtesy": (TREE, (*START, "MARK courtesy 5", "MARK listening 3", *ROSA, *END), 4, "passed", 989, ()),
    "library": (LIBRARY, (("type", "library"), ("open", "library-hours"), "answered", ("end", "answered")), 4, "passed", 1000, ()),
    "wrong-answer": (LIBRARY, (("type", "hole"), ("open", "pothole"), "answered", ("end", "answered")), 4, "failed", 219, ("wrong-answer",)),
    "handed-over-for-nothing": (LIBRARY, (("type", "library"), ("open", "library-hours"), "emergency", "connected", ("end", "emergency")), 4, "failed", 436, ()),
    "stale-transferred": (STALE, (("type", "tree"), ("open", "tree-problem"), "transfer", "confirm", ("end", "transferred")), 4, "passed", 1000, ()),
    "stale-answered": (STALE, (("type", "tree"), ("open", "tree-problem"), "answered", ("end", "answered")), 4, "failed", 325, ("wrong-answer",)),
    "emergency": (GAS, (("type", "hole in the road"), ("open", "pothole"), "emergency", "connected", ("end", "emergency")), 4, "passed", 1000, ()),
    "emergency-late": (GAS, (("type", "hole in the road"), ("open", "pothole"), "WAIT 40", "emergency", "connected", ("end", "emergency")), 4, "failed", 681, ("emergency-late",)),
    "emergency-missed": (GAS, (("type", "hole in the road"), ("open", "pothole"), "answered", ("end", "answered")), 4, "failed", 383, ("emergency-missed",)),
    "emergency-put-away": (GAS, (("type", "hole in the road"), ("open", "pothole"), "emergency", "close", "answered", ("end", "answered")), 4, "failed", 383, ("emergency-missed",)),
    "joined": (HOLE, (*HOLE_START, ("join", "1"), *HOLE_REST), 4, "passed", 1000, ()),
    "doubled": (HOLE, (*HOLE_START, "new", *HOLE_REST), 4, "passed", 938, ()),
    "not-anonymous": (
        HOLE,
        (*HOLE_START, ("join", "1"), ("answer", "lane"), ("answer", "no"), ("answer", "nothing"), ("answer", "email"), ("answer", "x@example.org"), "skip", *END),
        4, "failed", 953, ("personal-data",),
    ),
}  # fmt: skip


def played(name: str) -> Log:
    """The call played now."""
    text, inputs, every, *_ = PLAYS[name]
    run = Run(text)
    for item in inputs:
        word = item if isinstance(item, str) else ""
        if word == "LEAVE":
            run.station.leave()
        elif word.startswith("WAIT "):
            run.clock.advance(float(word.split()[1]))
        elif word.startswith("MARK "):
            run.station.mark("Ann", word.split()[1], int(word.split()[2]))  # type: ignore[arg-type]
        else:
            run.do(item, every=every)
    return run.station.log_so_far


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PLAYS:
        log = played(name)
        card = score(log)
        (FOLDER / f"{name}.jsonl").write_text(written(log))
        (FOLDER / f"{name}.score.json").write_text(to_json(card) + "\n")
        lost = [f"{one.id} {one.points}/{one.of} {one.why}" for one in card.criteria if one.points < one.of]
        print(f"{name:26} {card.result:7} {card.score:5} {[one.id for one in card.critical]}", lost)  # noqa: T201 - it is run by hand


if __name__ == "__main__":
    main()
