"""What always holds, whatever a trainee does."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.drills import GAS, HOLE, LIBRARY, TREE, Run
from taker311.base.codec import to_json
from taker311.call.allowed import VERBS
from taker311.drills.log import read, written
from taker311.drills.score import score

VALUES = st.sampled_from(
    ["", "1", "2", "tree", "tree-problem", "pothole", "library-hours", "wires", "yes", "no", "1204 elm street", "riverside park", "es", "what?", "place", "answered", "requested", "dropped", "617 555 0142; tonight", "anonymous", "a\x1b[2J\u202eb", "413 555 0142"]
)  # fmt: skip
INPUTS = st.lists(st.tuples(st.sampled_from([*VERBS, "say", "nonsense"]), VALUES, st.integers(0, 90)), max_size=25)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.sampled_from([TREE, GAS, HOLE, LIBRARY]), inputs=INPUTS, seed=st.integers(0, 3))
def test_any_call_has_a_score_from_0_to_100_that_its_written_log_gives_again(text, inputs, seed):
    run = Run(text, seed=seed)
    for verb, value, seconds in inputs:
        run.clock.advance(seconds)
        run.station.do(verb, value)
        run.station.tick()
        shown = run.station.view()
        assert not shown.ref or shown.ref.startswith("DRILL-")
        assert "DRILL" in shown.notice
    log = run.station.log_so_far
    card = score(log)
    assert 0 <= card.score <= 1000
    assert all(0 <= one.points <= one.of for one in card.criteria)
    assert card.passed <= (not card.critical)
    assert to_json(score(read(written(log).encode(), "log"))) == to_json(card)
    assert all(row.ref.startswith("DRILL-") for row in run.station.sealed.rows())
