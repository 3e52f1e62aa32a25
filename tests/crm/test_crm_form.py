from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from taker311.crm.form import encode_form

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(_TEXT, _TEXT)))
def test_what_is_encoded_is_read_back_in_its_order(fields: list[tuple[str, str]]) -> None:
    fields = [(name, value) for name, value in fields if name or value]
    assert parse_qsl(encode_form(fields).decode("ascii"), keep_blank_values=True) == fields


def test_brackets_blanks_and_lines_travel_safely() -> None:
    assert encode_form([("attribute[A][]", "a b&c\n")]) == b"attribute%5BA%5D%5B%5D=a+b%26c%0A"
    assert encode_form([]) == b""
