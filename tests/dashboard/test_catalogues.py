"""Every text of the desk is in both languages, with its places to fill in."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable
from datetime import timedelta

import pytest

from dashboard import i18n, words
from dashboard.i18n import read_po, translation
from otklik import enums
from otklik.errors import ConfigError, NotAllowed, StaleText
from otklik.store.judgements import LABEL_FIELDS
from tests.dashboard.catalogue import all_texts, sources

# marks, not words: they are the same in every language
SIGNS = set("–—·↗✓№:… ,%★?→\n")


def holes(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


@pytest.fixture(autouse=True)
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")


def test_every_text_has_its_russian() -> None:
    assert all_texts() - set(translation("ru").texts) == set()


def test_no_russian_text_is_left_over() -> None:
    assert set(translation("ru").texts) - all_texts() == set()


def test_nothing_is_translated_by_nothing() -> None:
    assert all(all(forms) for forms in translation("ru").texts.values())


def test_translations_fill_in_the_same_places() -> None:
    for original, forms in translation("ru").texts.items():
        for form in forms:
            assert holes(form) == holes(original), original


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 день"), (2, "2 дня"), (11, "11 дней"), (21, "21 день")],
)
def test_russian_counts_in_three_forms(count: int, said: str) -> None:
    assert words.lasting(timedelta(days=count)) == said


def test_english_counts_in_two_forms() -> None:
    english = translation("en")
    assert english.ngettext("{n} day", "{n} days", 1) == "{n} day"
    assert english.ngettext("{n} day", "{n} days", 11) == "{n} days"


def test_every_word_of_the_vocabulary_that_is_shown_has_a_name() -> None:
    shown: dict[str, Iterable[object]] = {
        "stance": enums.Stance,
        "urgency": enums.Urgency,
        "topic": enums.Topic,
        "claim": enums.Claim,
        "abuse": enums.Abuse,
        "state": enums.MentionState,
        "close": enums.CloseReason,
        "reply": enums.ReplyState,
        "draft": enums.DraftState,
        "point": enums.PointState,
        "severity": enums.Severity,
        "health": enums.SourceHealth,
        "mode": enums.PostingMode,
        "delivery": enums.DeliveryState,
        "alert": enums.AlertKind,
        "role": enums.Role,
        "field": LABEL_FIELDS,
    }
    for kind, values in shown.items():
        for value in values:
            text = value.value if isinstance(value, enums.Urgency) else value
            assert f"{kind}.{text}" in words.NAMES


def test_a_refusal_is_said_in_the_language_of_the_person() -> None:
    assert "комментарий удалён" in words.refusal(StaleText("the comment was deleted"))
    said = words.refusal(StaleText("this draft is superseded by now: somebody else has acted"))
    assert "этот черновик уже заменён" in said
    assert "роль" in words.refusal(NotAllowed("bob may not act as admin"))


def test_a_number_before_a_noun_has_its_forms() -> None:
    """«1 комментариев» comes of a text without plural forms; limits are never that small."""
    bare = re.compile(r"\{\w+\} (?!знаков)[а-яё]+(?:ов|ев|ей)\b")
    single = [forms[0] for forms in translation("ru").texts.values() if len(forms) == 1]
    assert [one for one in single if bare.search(one)] == []


def test_approving_has_one_family_of_words() -> None:
    """The glossary's: to learn one word is enough to find a button, a state and a role."""
    others = re.compile(r"согласу[ею]|согласова[нв]|утвержда(?!ть)|утверд[иё]|утвержд[её]н", re.I)
    forms = [form for texts in translation("ru").texts.values() for form in texts]
    assert [one for one in forms if others.search(one)] == []


def test_a_broken_catalogue_is_refused() -> None:
    with pytest.raises(ConfigError):
        read_po('nonsense "x"\nmsgstr "y"')


def test_no_words_stand_outside_the_catalogue() -> None:
    """Arguments that people read are texts of the catalogue, or hold no words at all."""
    read_by_people = {"placeholder", "help", "page_title", "label", "title", "text", "hint"}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = [one.value for one in node.keywords if one.arg in read_by_people]
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                is_widget = node.func.value.id == "st"
                given += node.args[:1] if is_widget and node.func.attr != "container" else []
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    assert set(value.value) <= SIGNS, (path.name, value.lineno, value.value)
