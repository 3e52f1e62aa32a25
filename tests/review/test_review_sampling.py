from __future__ import annotations

import hmac
import uuid
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.stations import NOW
from taker311.base.settings import ReviewSettings, parse_settings
from taker311.cases.model import JournalEntry
from taker311.review.sampling import in_sample, rate, reasons


def mac_of(key: bytes):
    return lambda label, data: hmac.digest(hmac.digest(key, label.encode(), "sha256"), data, "sha256")


def ids(count: int) -> list[str]:
    return [str(uuid.UUID(int=number * 2**64 + 7, version=4)) for number in range(count)]


def entries(*kinds: tuple[str, dict[str, str]], call_id: str = "1", agent: str = "Sam") -> list[JournalEntry]:
    every = (("started", {"agent": agent}), *kinds)
    return [JournalEntry(call_id, seq, NOW, kind, fields) for seq, (kind, fields) in enumerate(every, 1)]


@settings(max_examples=25)
@given(st.binary(min_size=32, max_size=32))
def test_whatever_the_key_the_rate_is_what_was_asked_for(key):
    chosen = sum(in_sample(one, rate(20), mac_of(key)) for one in ids(2000))
    assert 50 <= chosen <= 155, "100 of 2,000, give or take more than five standard deviations"


def test_the_same_call_is_chosen_again_and_again_and_another_key_chooses_others():
    one, other = ({i for i in ids(2000) if in_sample(i, 0.1, mac_of(key * 32))} for key in (b"a", b"b"))
    assert one == {i for i in ids(2000) if in_sample(i, 0.1, mac_of(b"a" * 32))}
    assert len(one & other) < len(one) / 2, "knowing one desk's choice tells nothing of another's"


def test_a_choice_does_not_depend_on_the_calls_before_it():
    chosen = [in_sample(one, 0.5, mac_of(b"k" * 32)) for one in ids(4000)]
    after = [now for before, now in pairwise(chosen) if before]
    assert abs(sum(after) / len(after) - 0.5) < 0.05


@pytest.mark.parametrize(("every", "share"), [(20, 0.05), (1, 1.0), (0.1, 0.1), (0, 0.0), (2.5, 0.4)])
def test_a_rate_is_one_of_so_many_or_a_share(every, share):
    assert rate(every) == pytest.approx(share)


def test_with_a_rate_of_one_every_call_is_kept_and_with_none_no_call():
    assert reasons(entries(), ReviewSettings(every=1), mac_of(b"k")) == ("sample",)
    assert reasons(entries(), ReviewSettings(every=0), mac_of(b"k")) == ()
    assert reasons([], ReviewSettings(every=1), mac_of(b"k")) == ()


def test_an_agent_may_have_a_rate_of_their_own():
    wanted = ReviewSettings(every=0, every_of={"Kim Lee": 1})
    assert reasons(entries(agent="Kim Lee"), wanted, mac_of(b"k")) == ("sample",)
    assert reasons(entries(agent="Sam"), wanted, mac_of(b"k")) == ()


def test_a_call_for_help_the_911_card_and_an_abusive_end_are_always_kept_where_the_settings_say_so():
    call = entries(("help-called", {}), ("emergency-heard", {}), ("disposed", {"code": "abusive"}))
    assert reasons(call, ReviewSettings(every=0), mac_of(b"k")) == ("help", "emergency", "abusive")
    assert reasons(call, ReviewSettings(every=0, always=("help",)), mac_of(b"k")) == ("help",)
    assert reasons(entries(("disposed", {"code": "answered"})), ReviewSettings(every=0), mac_of(b"k")) == ()


def test_what_an_agent_marks_is_kept_whatever_the_settings():
    wanted = ReviewSettings(every=0, always=())
    call = entries(("typed", {}), ("marked-for-review", {}))
    assert reasons(call, wanted, mac_of(b"k")) == ("marked",)


def test_a_volunteer_s_tenth_call_is_marked_before_its_first_word_and_counts_as_chosen_by_its_number():
    call = entries(("marked-for-review", {}), ("typed", {}))
    assert reasons(call, ReviewSettings(every=0, always=()), mac_of(b"k")) == ("sample",)


def test_the_settings_refuse_more_than_thirty_days():
    text = "[review]\nkeep_days = 31\n"
    with pytest.raises(Exception, match="keep_days"):
        parse_settings(text, "settings.toml")
    with pytest.raises(Exception, match="keep_journal_days"):
        parse_settings("[desk]\nkeep_journal_days = 0.5\n", "settings.toml")
