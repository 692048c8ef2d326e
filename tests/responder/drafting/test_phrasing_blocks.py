"""Phrasings: many equal ways to say one thing, each usable as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

import pytest

from otklik.enums import Language
from otklik.errors import PolicyError
from responder.knowledge.file import shipped_knowledge
from responder.lint import LintContext, lint
from responder.phrasing import (
    BLOCKS,
    LEAST_PHRASINGS,
    Chooser,
    expand,
    is_used,
    parse_phrases,
    phrases,
    split_sentences,
    used_sentences,
)

SHOP = shipped_knowledge()
RUSSIAN = {
    "about": "о доставке",
    "with": "с доставкой",
    "date": "25 ноября",
    "owner": "служба доставки",
    "action": "проверим заказ",
    "channel": SHOP.channel.ru[0],
    "fact": "чай пробуют до продажи.",
    "of": "доставки",
    "why": "почему заказ опоздал",
}
ENGLISH = {
    "about": "the delivery",
    "with": "the delivery",
    "date": "25 November",
    "owner": "the delivery team",
    "action": "look into the order",
    "channel": SHOP.channel.en[0],
    "fact": "tea is tasted before sale.",
    "of": "the delivery",
    "why": "why the order was late",
}
READ_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)  # before the day promised above
RANKS = [f"{number:04x}" * 32 for number in range(4)]
FILLED = sorted(
    {
        (language, block, expand(variant, rank).format(**values))
        for language, values in ((Language.RUSSIAN, RUSSIAN), (Language.ENGLISH, ENGLISH))
        for block, variants in phrases(language).items()
        if block != "verse"
        for variant in variants
        for rank in RANKS
    }
)


@pytest.mark.parametrize(("language", "block", "text"), FILLED)
def test_every_phrasing_is_one_sentence_that_lint_has_nothing_against(
    language: Language, block: str, text: str
) -> None:
    text = text[:1].upper() + text[1:]
    context = LintContext(language=language, own_contacts=SHOP.own_contacts, at=READ_AT)
    assert lint(text, context) == []
    assert len(split_sentences(text)) == 1
    assert text.endswith("."), block


@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.ENGLISH])
def test_every_block_has_enough_different_phrasings(language: Language) -> None:
    found = phrases(language)
    assert set(found) == set(BLOCKS)
    for block, variants in found.items():
        assert len(set(variants)) >= LEAST_PHRASINGS, block


def _shipped() -> str:
    return (resources.files("responder") / "phrases" / "ru.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{owner} <доложит", "{ownr} <доложит", "unknown slot {ownr}"),
        ("\nhater:", "\nhaters:", "unknown key 'haters'"),
        ("\nhater:\n", "\nhater: []\nthank:\n", ""),
    ],
)
def test_a_broken_phrase_file_is_refused(old: str, new: str, said: str) -> None:
    assert old in _shipped()
    with pytest.raises(PolicyError) as caught:
        parse_phrases(_shipped().replace(old, new, 1), "ru.yaml")
    assert said in caught.value.message
    assert caught.value.line > 1


def test_the_chooser_is_the_same_for_one_seed_and_differs_between_seeds() -> None:
    variants = [f"Вариант номер {n} звучит так." for n in range(6)]
    firsts = {Chooser(str(seed)).choose("b", variants, {}) for seed in range(40)}
    assert len(firsts) == 6
    assert Chooser("7").choose("b", variants, {}) == Chooser("7").choose("b", variants, {})


def test_the_chooser_says_nothing_twice_in_one_reply_while_it_can() -> None:
    chooser = Chooser("s")
    variants = ["Первый способ сказать.", "Второй путь объяснить.", "Третий ход мысли."]
    assert len({chooser.choose("b", variants, {}) for _ in range(3)}) == 3
    assert chooser.choose("b", variants, {}) in variants


def test_the_chooser_avoids_what_was_said_lately() -> None:
    variants = ["Извините за долгую доставку.", "Курьер ехал слишком долго."]
    used = used_sentences(("Извините за долгую доставку!",))
    for seed in range(20):
        assert Chooser(str(seed), used).choose("b", variants, {}) == variants[1]


@pytest.mark.parametrize(
    ("sentence", "again"),
    [
        ("Чай вышел слабым, и это видно", True),
        ("чай вышел слабым и это ВИДНО!!!", True),
        ("Кофе вышел крепким, и это слышно", False),
        ("Чай", False),
    ],
)
def test_a_sentence_is_the_same_whatever_its_marks(sentence: str, again: bool) -> None:
    used = used_sentences(("Чай вышел слабым, и это видно.",))
    assert is_used(sentence, used) is again
