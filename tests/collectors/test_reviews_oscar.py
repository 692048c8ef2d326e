"""A real Django-Oscar shop, read by the selector file that is shipped for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otklik.platforms import AnyPlatform, build_platform, discover
from tests.rigs.reading import Ledger
from tests.servers.oscar import OscarShop

LIST = "/search/?q=%D0%A4%D0%B0%D1%80%D1%84%D0%BE%D1%80"  # products with "Фарфор" in their title
# young enough for a first reading, whatever the day on which this runs
AT = datetime.now(UTC).replace(hour=15, minute=30, second=0, microsecond=0) - timedelta(days=4)


@pytest.fixture(scope="module")
def shop() -> Iterator[OscarShop]:
    with OscarShop() as running:
        yield running


def source(shop: OscarShop, *paths: str, **changes: Any) -> AnyPlatform:
    config = {
        "base_url": shop.url,
        "start_urls": list(paths),
        "selectors": "django_oscar",
        "allow_private_hosts": True,
        "min_interval": 0,
        "timeout": 60.0,
        **changes,
    }
    return build_platform(discover()["reviews"], config, source="shop")


def test_every_review_of_a_shop_is_found_over_lists_and_pages(shop: OscarShop) -> None:
    kettle, path = shop.add_product("Фарфоровый чайник 1,7 л")
    cup, _ = shop.add_product("Фарфоровая кружка")
    written = {}
    for n in range(12):
        number, link = shop.add_review(
            kettle,
            f"Течёт, отзыв {n}: заменили через {n} дней 😡",
            title=f"Заголовок {n}",
            score=n % 5 + 1,
            name=f"Ольга {n}",
            at=AT - timedelta(days=n),
        )
        written[f"{shop.host}/reviews/{number}"] = (n, link)
    number, _ = shop.add_review(cup, "Мыло", title="Кружка", score=2, name="Пётр", at=AT)
    ledger = Ledger()
    ledger.read(source(shop, LIST))
    assert ledger.theirs == {*written, f"{shop.host}/reviews/{number}"}
    assert not ledger.warnings
    for key, (n, link) in written.items():
        mention = ledger.standing[key]
        assert mention.text == f"Заголовок {n}\n\nТечёт, отзыв {n}: заменили через {n} дней 😡"
        assert mention.author.name == f"Ольга {n}"
        assert mention.rating == n % 5 + 1
        assert mention.published_at == AT - timedelta(days=n)
        assert mention.url == shop.url + link
        assert mention.thread.title == "Фарфоровый чайник 1,7 л"
        assert mention.thread.external_id == f"{shop.host}{path}"
    shop.edit_review(number, "Исправлено: мыльница хорошая")
    again = ledger.read(source(shop, LIST))
    assert [(m.external_id, m.text) for m in again] == [
        (f"{shop.host}/reviews/{number}", "Кружка\n\nИсправлено: мыльница хорошая")
    ]


def test_a_product_without_reviews_is_no_reason_to_worry(shop: OscarShop) -> None:
    _, path = shop.add_product("Поднос")
    ledger = Ledger()
    ledger.read(source(shop, path))
    assert not ledger.standing
    assert not ledger.warnings
