from __future__ import annotations

from pathlib import Path

import pytest

from taker311.base.errors import UserError
from taker311.crm.dialects import BUILT_IN, load_dialect


def test_the_standard_is_what_every_default_says() -> None:
    assert load_dialect("standard") == BUILT_IN["standard"]
    assert not BUILT_IN["standard"].honours_idempotency_key


def test_only_the_hub_is_trusted_with_keys_and_reads() -> None:
    assert [name for name, dialect in BUILT_IN.items() if dialect.honours_idempotency_key] == ["hub"]
    assert [name for name, dialect in BUILT_IN.items() if dialect.consistent_reads] == ["hub"]


def test_a_name_that_is_not_known_gets_the_nearest_one() -> None:
    with pytest.raises(UserError, match="did you mean 'ureport'"):
        load_dialect("uraport")


def test_the_settings_jurisdiction_wins() -> None:
    assert load_dialect("chicago", jurisdiction="cityofchicago.org").jurisdiction == "cityofchicago.org"


def test_a_file_says_what_differs_from_its_base(tmp_path: Path) -> None:
    (tmp_path / "our.toml").write_text(
        'base = "mysociety"\nlisting_cap = 77\n[[replies]]\nreply_class = "blocked"\nstatus = [418]\n', encoding="utf-8"
    )
    dialect = load_dialect("our.toml", folder=tmp_path)
    assert (dialect.name, dialect.listing_cap, dialect.multi_value) == ("our", 77, "repeated")
    assert dialect.replies[0].status == (418,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("listing_cup = 3", "did you mean 'listing_cap'"),
        ('listing_cap = "many"', "listing_cap"),
        ('base = "nowhere"', "base must be one of"),
        ("not toml", "no valid TOML"),
    ],
)
def test_a_file_that_is_wrong_gets_one_sentence_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "our.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said) as failure:
        load_dialect(str(path))
    assert str(path) in str(failure.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.toml"):
        load_dialect("none.toml", folder=tmp_path)
