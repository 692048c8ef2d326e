"""Near-copies: what is the same text, and what only sounds like it."""

import pytest

from responder.incidents.near_copies import are_near, bands, likeness, signature

NUTS = "Купила орехи кешью, пачка двести граммов, вкус прогорклый, есть невозможно"


@pytest.mark.parametrize(
    "other",
    [
        NUTS.upper() + "!!!",
        "Купилааа орехи кешью, пачка двести граммов, вкус прогорклый, есть невозможно https://a.b",
        "@shop купила орехи кешью, пачка двести граммов: вкус прогорклый, есть просто невозможно",
    ],
)
def test_a_copy_with_other_dress_is_near_and_shares_a_band(other: str) -> None:
    assert are_near(signature(NUTS), signature(other))
    assert set(bands(signature(NUTS))) & set(bands(signature(other)))


@pytest.mark.parametrize(
    "other",
    ["Купила орехи фундук, пачка порвана, всё рассыпалось по сумке", "Курьер опоздал", "", "😡"],
)
def test_another_trouble_is_not_near(other: str) -> None:
    assert not are_near(signature(NUTS), signature(other))


def test_short_texts_are_copies_only_when_they_are_equal() -> None:
    assert are_near(signature("воры"), signature("ВОРЫ!!!"))
    assert not are_near(signature("воры"), signature("воруют"))


def test_numbers_kept_in_the_database_never_change() -> None:
    assert bands(signature(NUTS))[:2] == [-3590801786488350722, -491079718005038137]
    assert likeness(signature(NUTS), signature(NUTS)) == 1.0
