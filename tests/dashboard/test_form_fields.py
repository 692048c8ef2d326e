"""A form from any settings model, and what was typed back into a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr, model_validator

from dashboard import i18n
from dashboard.sources import fields
from dashboard.sources.fields import WHOLE, FieldKind
from otklik.platforms import Cursor, Page, Platform, PlatformSettings, discover


class Sort(StrEnum):
    NEW = "new"
    OLD = "old"


class ShopSettings(PlatformSettings):
    """Settings of a shop that there is not.

    Attributes:
        base_url: where the shop is.
        shop: number of the shop; it stands
            in the address.
        words, stop: what to look for, and what to leave out.
        token: of the owner.
    """

    shop: int = Field(ge=1)
    words: tuple[str, ...] = ()
    stop: list[str] = Field(default_factory=list)
    token: SecretStr | None = None
    sort: Sort = Sort.NEW
    kind: Literal["post", "video"] | None = None
    places: tuple[Literal["wall", "market"], ...] = ("wall",)
    is_deep: bool = True
    columns: dict[str, str] = Field(default_factory=dict)
    pause: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _is_usable(self) -> ShopSettings:
        if self.words and self.words == tuple(self.stop):
            raise ValueError("words and stop leave nothing")
        return self


class Shop(Platform[ShopSettings]):
    name = "shop"
    settings_type = ShopSettings

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        yield Page()


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "en")


def test_each_kind_of_setting_has_its_widget() -> None:
    kinds = {field.name: field.kind for field in fields.list_fields(Shop)}
    assert kinds == {
        "base_url": FieldKind.TEXT,
        "shop": FieldKind.NUMBER,
        "words": FieldKind.LINES,
        "stop": FieldKind.LINES,
        "token": FieldKind.SECRET,
        "sort": FieldKind.CHOICE,
        "kind": FieldKind.CHOICE,
        "places": FieldKind.CHOICES,
        "is_deep": FieldKind.FLAG,
        "columns": FieldKind.JSON,
        "pause": FieldKind.NUMBER,
        **dict.fromkeys(
            ("timeout", "min_interval", "max_bytes", "since_days", "monthly_budget"),
            FieldKind.NUMBER,
        ),
        "allow_private_hosts": FieldKind.FLAG,
    }


def test_the_address_comes_first_then_what_is_needed_and_the_common_ones_last() -> None:
    names = [field.name for field in fields.list_fields(Shop)]
    assert names[:2] == ["base_url", "shop"]
    assert set(names[-6:]) == set(fields.COMMON) - {"base_url"}


def test_a_setting_is_explained_in_the_words_of_its_class() -> None:
    found = {field.name: field for field in fields.list_fields(Shop)}
    assert found["shop"].hint == "Number of the shop; it stands in the address."
    assert found["stop"].hint == "What to look for, and what to leave out."
    assert found["base_url"].hint == "Where the shop is."
    assert found["timeout"].hint == "Seconds to wait for one call."


def test_what_was_typed_becomes_a_configuration_without_its_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_SHOP", "hush")
    typed = {
        "base_url": " https://shop.example ",
        "shop": "12 000",
        "words": "чай\n\n  кофе ",
        "token": "OTKLIK_SECRET_SHOP",
        "sort": "old",
        "places": ["market", "wall"],
        "is_deep": False,
        "columns": '{"text": "Отзыв"}',
        "pause": "0,5",
        "timeout": "10",
    }
    config, wrong = fields.read_form(Shop, typed)
    assert wrong == {}
    assert config == {
        "base_url": "https://shop.example",
        "shop": 12_000,
        "words": ["чай", "кофе"],
        "token": "env:OTKLIK_SECRET_SHOP",
        "sort": "old",
        "places": ["market", "wall"],
        "is_deep": False,
        "columns": {"text": "Отзыв"},
        "pause": 0.5,
    }


@pytest.mark.parametrize(
    ("typed", "place", "said"),
    [
        ({}, "shop", "This is needed."),
        ({"shop": "0"}, "shop", "Must be at least 1."),
        ({"shop": "1.5"}, "shop", "A whole number is needed."),
        ({"shop": "many"}, "shop", "A number is needed."),
        ({"shop": "1", "pause": "-1"}, "pause", "Must be more than 0."),
        ({"shop": "1", "columns": "{"}, "columns", "This is not JSON."),
        ({"shop": "1", "words": "a", "stop": "a"}, WHOLE, "words and stop leave nothing"),
        ({"shop": "1", "token": "OTKLIK_SECRET_ABSENT"}, "token", "is not set"),
        ({"shop": "1", "token": "DATABASE_URL"}, "token", "begins with OTKLIK_SECRET_"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(typed: dict[str, Any], place: str, said: str) -> None:
    _config, wrong = fields.read_form(Shop, typed)
    assert list(wrong) == [place]
    assert said in wrong[place]


def test_a_secret_typed_in_the_clear_is_refused_and_not_repeated() -> None:
    _config, wrong = fields.read_form(Shop, {"shop": "1", "token": "vk1.a.SecretItself"})
    assert "SecretItself" not in " ".join(wrong.values())
    assert list(wrong) == ["token"]


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_form(text: str) -> None:
    unlike = (FieldKind.FLAG, FieldKind.CHOICES)
    names = [f.name for f in fields.list_fields(Shop) if f.kind not in unlike]
    config, wrong = fields.read_form(Shop, dict.fromkeys(names, text))
    assert isinstance(config, dict)
    assert all(isinstance(said, str) for said in wrong.values())


@pytest.mark.parametrize("name", sorted(set(discover()) - {"file"}))
def test_every_platform_has_a_form_that_explains_each_field(name: str) -> None:
    kind = discover()[name]
    found = fields.list_fields(kind)
    assert [field.name for field in found if not field.hint] == []
    config, _wrong = fields.read_form(kind, {field.name: field.default for field in found})
    assert config == {}
