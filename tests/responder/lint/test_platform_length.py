"""Length as the platform counts it: the same as its collector says."""

from __future__ import annotations

import pytest

from collectors.telegram.platform import _units
from otklik.language.x_length import weighted_length
from responder.lint import lint
from responder.lint.length import platform_length
from tests.responder.lint.example_files import context_of

TEXTS = [
    "Вы правы, дверь закрыли раньше.",
    "Смотрите https://teayard.com/help/returns/how-to, там всё.",
    "Спасибо ☕️ 👨‍👩‍👧 🇷🇺 1️⃣",
    "茶 и чай – “оба”…",
    "a.b.c chai.shop и т.е. 4.2",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_x_and_telegram_are_counted_as_their_collectors_count(text: str) -> None:
    assert platform_length(text, "x") == weighted_length(text)
    assert platform_length(text, "telegram") == _units(text)


def test_mastodon_counts_a_link_as_23_and_a_name_without_its_server() -> None:
    assert platform_length("https://teayard.example/a/very/long/way/to/help", "mastodon") == 23
    assert platform_length("@anna@mastodon.example hi", "mastodon") == len("@anna hi")


def test_other_platforms_count_characters() -> None:
    assert platform_length("чай 🙂", "vk") == 5


@pytest.mark.parametrize(
    ("platform", "text"), [("", "слово " * 20), ("telegram", "🙂" * 60), ("x", "чай 🙂" * 30)]
)
def test_the_place_is_where_the_text_stops_fitting(platform: str, text: str) -> None:
    context = context_of(text, {"max": "100", "platform": platform})
    (found,) = (one for one in lint(text, context) if one.code == "too_long")
    assert platform_length(text[: found.span.start], platform) <= 100
    assert platform_length(text[: found.span.start + 1], platform) > 100
    assert found.span.end == len(text)
