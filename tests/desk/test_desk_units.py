"""The small parts of the desk: a line being typed, text in cells, the little Markdown, the table of keys, the colours."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from taker311.base.errors import UserError
from taker311.desk import draw, markdown
from taker311.desk.actions import ACTIONS, BY_ID, key_name, keymap
from taker311.desk.entry import Entry
from taker311.desk.theme import THEMES
from taker311.search.model import Span

# No zero-width joiner: what it does to a width hangs on the letters around it, so no sum of parts is ever right.
WIDE = st.text(alphabet=st.sampled_from("ab c\n-–日本語ñé e\u0301👍ąz"), max_size=60)


# ---------------------------------------------------------------- entry
def test_what_is_typed_stands_where_the_cursor_is():
    entry = Entry("hole road")
    for _ in range(4):
        entry.key("left")
    entry.insert("in the ")
    assert entry.text == "hole in the road"
    entry.key("home")
    entry.key("delete")
    assert entry.text == "ole in the road"
    entry.key("backspace")
    assert entry.text == "ole in the road"
    entry.key("end")
    entry.key("backspace")
    assert entry.text == "ole in the roa"
    entry.key("delete")
    assert entry.text == "ole in the roa"


def test_ctrl_u_and_ctrl_k_cut_to_either_side():
    entry = Entry("hole in the road")
    entry.cursor = 5
    entry.key("ctrl+u")
    assert (entry.text, entry.cursor) == ("in the road", 0)
    entry.cursor = 2
    entry.key("ctrl+k")
    assert (entry.text, entry.cursor) == ("in", 2)


def test_other_keys_are_not_the_entrys():
    assert not Entry("x").key("f1")
    assert not Entry("x").key("a")


def test_a_flood_is_cut_off():
    entry = Entry()
    entry.insert("x" * 100_000)
    assert len(entry.text) == 2_000
    entry.insert("y")
    assert len(entry.text) == 2_000


def test_the_same_text_set_again_leaves_the_cursor():
    entry = Entry("abc")
    entry.cursor = 1
    entry.set("abc")
    assert entry.cursor == 1
    entry.set("abcd")
    assert entry.cursor == 4


KEYS = ["backspace", "delete", "left", "right", "home", "end", "ctrl+u", "ctrl+k"]


@given(st.lists(st.one_of(st.sampled_from(KEYS), WIDE), max_size=30), st.integers(4, 40))
def test_the_cursor_is_always_in_the_text_and_in_its_window(keys, width):
    entry = Entry()
    for key in keys:
        if key not in KEYS:
            entry.insert(key.replace("\n", ""))
        else:
            entry.key(key)
        assert 0 <= entry.cursor <= len(entry.text)
        shown, at = entry.window(width)
        assert cell_len(shown) <= width
        assert 0 <= at < width
        assert shown in entry.text


# ---------------------------------------------------------------- text in cells
@given(WIDE, st.integers(0, 30))
def test_cut_padded_and_fit_never_take_more_cells_than_there_are(text, width):
    flat = text.replace("\n", " ")
    assert cell_len(draw.cut(flat, width)) <= width
    assert cell_len(draw.padded(flat, width)) == width
    assert draw.width_of(draw.fit(draw.line((flat, "text"), (flat, "dim")), width)) == width


@given(WIDE, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_letter(text, width):
    rows = draw.wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_wrapping_keeps_words_whole_and_empty_lines_where_they_are():
    assert draw.wrap("one two three\n\nfour", 7) == ["one two", "three", "", "four"]
    assert draw.wrap("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"]
    assert draw.wrap("日本語日本語", 4) == ["日本", "語日", "本語"]
    assert draw.wrap("", 5) == []


def test_a_cut_text_shows_that_something_is_missing():
    assert draw.cut("Problem with a tree", 10) == "Problem w…"
    assert draw.cut("日本語", 4) == "日…"
    assert draw.cut("abc", 0) == ""


@given(WIDE, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5), st.integers(1, 40))
def test_marked_text_keeps_its_letters_and_its_width(text, edges, width):
    flat = text.replace("\n", " ")
    spans: list[Span] = [(min(edge), max(edge)) for edge in edges]
    pieces = draw.marked(flat, spans, width, "text")
    assert draw.width_of(pieces) == width
    assert "".join(piece for piece, _ in pieces).startswith(draw.cut(flat, width))


def test_two_columns_stand_beside_each_other():
    rows = draw.beside([draw.line(("left", "text"))], [draw.line(("a", "text")), draw.line(("b", "text"))], 6, 14)
    assert draw.plain(rows) == "left  ┃ a\n      ┃ b"
    assert {draw.width_of(row) for row in rows} == {14}


# ---------------------------------------------------------------- Markdown
def rendered(text: str, width: int = 40) -> list[str]:
    return draw.plain(markdown.render(text, width)).split("\n")


def test_paragraphs_bullets_and_numbers():
    assert rendered("One\ntwo.\n\n- first\n- second\n\n1. step") == [
        "One two.",
        "",
        "• first",
        "• second",
        "",
        "1. step",
    ]


def test_a_bullet_that_wraps_stays_beside_its_mark():
    assert rendered("- one two three", 10) == ["• one two", "  three"]


def test_links_and_code_are_told_as_their_words():
    assert rendered("See [the form](https://x.example) and `this`.") == ["See the form and this."]


def test_a_bold_lead_in_stands_out():
    (row,) = markdown.render("**Who pays?** The city.", 40)
    assert ("Who pays?", "title") in row
    assert rendered("**Who pays?** The city.") == ["Who pays? The city."]


@given(st.text(alphabet="ab *-#\n[]()`1.日|", max_size=80), st.integers(12, 40))
def test_whatever_a_city_writes_is_drawn_in_the_width_there_is(text, width):
    assert all(draw.width_of(row) <= width for row in markdown.render(text, width))


# ---------------------------------------------------------------- keys
FORBIDDEN = {f"ctrl+{letter}" for letter in "abhijmnopqstwz"}


def test_no_action_takes_a_key_that_terminals_tmux_and_browsers_take():
    for action in ACTIONS:
        assert not FORBIDDEN & set(action.keys), action.id


def test_every_key_is_one_that_every_terminal_passes_on():
    fine = re.compile(r"f([1-9]|10)|enter|escape|tab|space|up|down|left|right|[a-z0-9]|ctrl\+[a-z]")
    for action in ACTIONS:
        assert all(fine.fullmatch(key) for key in action.keys), action.id


def test_ids_are_stable_words_and_stand_once():
    assert len(BY_ID) == len(ACTIONS)
    assert all(re.fullmatch(r"(call|desk)\.[a-z0-9-]+", action.id) for action in ACTIONS)


def test_every_action_can_be_given_another_key():
    keys = keymap({"call.emergency": "F12, ctrl+E"})
    assert keys["call.emergency"] == ("f12", "ctrl+e")
    assert keys["desk.help"] == ("f1",)


def test_an_unknown_action_in_the_settings_is_told_by_name():
    with pytest.raises(UserError, match=r"call\.emergancy.*did you mean 'call\.emergency'"):
        keymap({"call.emergancy": "f9"})


def test_keys_are_named_as_they_stand_on_a_keyboard():
    assert [key_name(key) for key in ("f9", "ctrl+g", "escape", "enter", "a")] == ["F9", "Ctrl+G", "Esc", "Enter", "a"]


# ---------------------------------------------------------------- colours
def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


READ = [role for role in THEMES["dark"] if role not in ("background", "rule")]


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
@pytest.mark.parametrize("role", READ)
def test_every_text_can_be_read_on_its_ground(theme, role):
    style = THEMES[theme][role]
    colours = re.findall(r"#[0-9a-f]{6}", style)
    ground = colours[1] if " on " in style else THEMES[theme]["background"]
    assert contrast(colours[0], ground) >= (7 if theme == "contrast" else 4.5)


def test_every_theme_has_every_role():
    assert {frozenset(theme) for theme in THEMES.values()} == {frozenset(THEMES["dark"])}


def test_the_terminals_own_theme_names_no_colour():
    assert "#" not in "".join(THEMES["terminal"].values())


def test_a_table_stands_in_columns_without_its_rules():
    assert rendered("| Where | Who |\n| --- | --- |\n| a park | Parks |", 40) == [
        "Where   Who",
        "a park  Parks",
    ]


def test_a_table_wider_than_the_room_is_wrapped_in_its_cells():
    rows = markdown.render("| a very long first cell indeed | and a second one that is longer still |\n", 30)
    assert all(draw.width_of(row) <= 30 for row in rows)
