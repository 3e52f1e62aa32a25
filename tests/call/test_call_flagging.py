"""An answer is flagged in one step and the call goes on; nothing of a caller goes into the flag. Answers past their date say
what to tell the caller."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from helpers.stations import mini_bundle, play, station
from taker311.call import past_date
from taker311.call.events import AnswerFlagged
from taker311.call.flagging import holds_private
from taker311.call.model import Permissions
from taker311.call.world import World
from taker311.station.recorder import entry_of

CARD = (("type", "when is the library open"), ("open", "library-hours"))
TODAY = date(2026, 11, 24)


def test_an_answer_is_flagged_in_one_step_and_the_call_goes_on() -> None:
    made = play(station(), *CARD, "flag")
    shown = made.view()
    assert shown.state == "topic"
    assert shown.card is not None
    assert shown.card.marks[-1] == "Flagged for its owner."
    play(made, "answered", "end")
    assert made.calls == 1


def test_a_bulletin_is_flagged_as_a_topic_is_and_nothing_else_can_be() -> None:
    made = play(station(), ("type", "boil"), ("open", "boil-water-harbor"), "flag")
    assert made.state.flagged == ("boil-water-harbor",)
    made = play(station(), ("type", "boil"))
    assert "flag" not in made.view().allowed
    assert made.do("flag").problem


def test_only_the_topic_stands_plain_in_the_journal() -> None:
    made = play(station(), *CARD, ("flag", "closed on Mondays now"))
    at, event = made._events[-1]
    assert isinstance(event, AnswerFlagged)
    assert event.words == "when is the library open"
    entry = entry_of("call", 1, at, event)
    assert entry.fields == {"topic_id": "library-hours"}
    assert "Mondays" in entry.sealed["event"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "call her at 413 555 0142",
            "(413) 555-0142",
            "4135550142",
            "write to ann@example.org",
            "see www.example.org/x",
        ),
        *("he lives at 1204 Washington Street", "12b old mill rd", "vive en la calle ocho 41", "her name is Ann"),
        *("Mrs Lopez says so", "la señora Ruiz", "se llama Ana"),
    ],
)
def test_what_looks_like_a_callers_own_is_refused_and_nothing_changes(text: str) -> None:
    assert holds_private(text)
    made = play(station(), *CARD)
    before = made.state
    assert "caller's number, address or name" in made.do("flag", text).problem
    assert made.state == before


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the hours are wrong",
            "closed on Saturdays since 2026",
            "it is 9 to 17, not 9 to 20",
            "the fee is 25 dollars",
        ),
        *("the street is closed", "the link leads nowhere", "el horario cambió", ""),
    ],
)
def test_what_is_said_of_an_answer_alone_is_taken(text: str) -> None:
    assert not holds_private(text)


def marks(lang: str = "en", **changes: object) -> str:
    topic = mini_bundle().topic("pothole")
    assert topic is not None
    return " ".join(past_date.marks(World(mini_bundle(), Permissions()), replace(topic, **changes), lang, TODAY))


def test_an_answer_whose_review_is_over_due_says_what_to_tell_the_caller_in_their_language() -> None:
    told = marks(review_by=date(2026, 11, 2))
    assert "to be reviewed by Nov 2, 2026" in told
    assert 'Tell the caller: "This may have changed since.' in told
    assert "Esto puede haber cambiado" in marks("es", review_by=date(2026, 11, 2))


def test_an_answer_out_of_force_says_until_when_it_was_so() -> None:
    assert 'Tell the caller: "This was so until Monday, November 23.' in marks(valid_to=date(2026, 11, 23))
    assert "Esto fue así hasta el lunes 23 de noviembre" in marks("es", valid_to=date(2026, 11, 23))
    assert 'Tell the caller: "This begins on Tuesday, December 1."' in marks(valid_from=date(2026, 12, 1))


def test_an_answer_within_its_dates_has_no_such_mark() -> None:
    assert marks(review_by=TODAY, valid_to=TODAY, valid_from=TODAY) == ""
