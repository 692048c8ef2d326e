"""Identities, ratings and dates as sites write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.reviews.found import Moment, identity_digest, moment_of, rating_of
from collectors.reviews.schema_org import key_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
URL = "https://shop.example/p/kettle"


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("#review-17", "#review-17"),
        ("review-17", "#review-17"),
        (f"{URL}#review-17", "#review-17"),
        (f"{URL}?page=2#review-17", "#review-17"),
        ("https://shop.example/reviews/17", "/reviews/17"),
        ("/reviews/17?x=1", "/reviews/17?x=1"),
        (f"{URL}?review=17", "/p/kettle?review=17"),
        (URL, ""),
        (f"{URL}#reviews", ""),
        ("https://shop.example/", ""),
        ("https://other.example/r/17", ""),
        ("_:b0", ""),
        ("", ""),
    ],
)
def test_an_id_counts_where_it_tells_one_review_from_others(told: str, key: str) -> None:
    assert key_of(told, URL) == key


def test_a_date_told_relatively_is_no_part_of_an_identity() -> None:
    keys = {
        identity_digest("Ольга", moment_of("2 дня назад", now=now), "Текст")
        for now in (NOW, NOW.replace(day=23))
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("told", "rating"),
    [
        ((4,), 4.0),
        (("4,5",), 4.5),
        (("5.0", "5", "1"), 5.0),
        ((7, 10, 1), 3.5),
        ((9,), 4.5),
        ((80, 100), 4.0),
        (("90%",), 4.5),
        (("4/5",), 4.0),
        (("8 из 10",), 4.0),
        (("★★★☆☆",), 3.0),
        ((1, 1, 6), 5.0),
        ((6, 1, 6), 0.0),
        ((0, 1, -1), 2.5),
        ((6, 5), None),
        (("-1",), None),
        (("нет",), None),
        ((None,), None),
        ((True,), None),
        ((3, 0), None),
    ],
)
def test_a_rating_becomes_points_out_of_five(told: tuple[Any, ...], rating: float | None) -> None:
    assert rating_of(*told) == rating


DAY = datetime(2026, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-03-12", Moment(DAY, is_day=True)),
        ("2026-03-12T14:05:00", Moment(DAY.replace(hour=14, minute=5))),
        ("2026-03-12T14:05:00+07:00", Moment(DAY.replace(hour=7, minute=5))),
        ("2026-03-12 14:05:00 +0300", Moment(DAY.replace(hour=11, minute=5))),
        ("Thu, 12 Mar 2026 14:05:00 GMT", Moment(DAY.replace(hour=14, minute=5))),
        ("12 марта 2026", Moment(DAY, is_day=True)),
        ("12 марта 2026 г. в 14:05", Moment(DAY.replace(hour=14, minute=5))),
        ("12.03.2026", Moment(DAY, is_day=True)),
        ("March 12, 2026", Moment(DAY, is_day=True)),
        ("12 Mar 2026, 2:05 p.m.", Moment(DAY.replace(hour=14, minute=5))),
        ("12 Mar 2026, noon", Moment(DAY.replace(hour=12))),
        (1773324300, Moment(DAY.replace(hour=14, minute=5))),
        ("1773324300000", Moment(DAY.replace(hour=14, minute=5))),
        ("вчера", Moment(datetime(2026, 11, 21, 8, tzinfo=UTC), is_rough=True)),
        ("3 дня назад", Moment(datetime(2026, 11, 19, 8, tzinfo=UTC), is_rough=True)),
        ("10", None),
        ("недавно", None),
        ("0001-01-01", None),
        ("2099-01-01", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_read_in_the_forms_sites_write(told: Any, moment: Moment | None) -> None:
    assert moment_of(told, now=NOW) == moment


def test_a_date_in_a_form_of_its_own_is_read_by_that_form_only() -> None:
    assert moment_of("26/3/12", now=NOW, formats=("%y/%m/%d",)) == Moment(DAY, is_day=True)
    assert moment_of("12 марта", now=NOW, formats=("%y/%m/%d",)) is None
