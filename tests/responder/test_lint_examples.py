"""Reply lint by example: for each finding, replies it must stop and replies it must not."""

from __future__ import annotations

from typing import Any

import pytest

from otklik.enums import Language, PointState, Severity, Stance
from responder.lint import CHECKS, Finding, LintContext, lint
from responder.lint_codes import CODES
from responder.points import Point
from tests.responder.lint_examples import (
    AT,
    BAD,
    CALM,
    GOOD,
    POINT,
    REPLIES,
    SETTINGS,
    SHOP,
    STORY,
)


def context(text: str, **changes: Any) -> LintContext:
    is_russian = any("а" <= letter.lower() <= "я" for letter in text)
    language = Language.RUSSIAN if is_russian else Language.ENGLISH
    values = {"at": AT, "language": language, "own_contacts": SHOP.own_contacts, **changes}
    return LintContext(**values)


def codes(text: str, **changes: Any) -> set[str]:
    return {finding.code for finding in lint(text, context(text, **changes))}


BAD_CASES = [(code, text) for code, texts in BAD.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), BAD_CASES)
def test_a_bad_reply_is_found(code: str, text: str) -> None:
    assert code in codes(text, **SETTINGS.get(code, {}))


@pytest.mark.parametrize("text", CALM)
def test_a_calm_reply_is_let_through_whole(text: str) -> None:
    assert lint(text, context(text, recent_replies=REPLIES, author_name="Анна К.")) == []


GOOD_CASES = [(code, text, more) for code, cases in GOOD.items() for text, more in cases]


@pytest.mark.parametrize(("code", "text", "more"), GOOD_CASES)
def test_a_good_reply_near_the_line_is_not_stopped(
    code: str, text: str, more: dict[str, Any]
) -> None:
    assert code not in codes(text, **{**SETTINGS.get(code, {}), **more})


def test_every_code_has_at_least_six_bad_examples_and_six_good() -> None:
    assert set(BAD) == set(CODES)
    assert all(len(texts) >= 6 for texts in BAD.values())
    assert len(CALM) >= 20
    assert all(len(cases) >= 6 for cases in GOOD.values())


def test_a_finding_says_why_and_what_to_do_in_both_languages() -> None:
    for code, says in CODES.items():
        for text in (says.message_ru, says.message_en, says.way_out_ru, says.way_out_en):
            assert len(text) > 10, code


def test_what_may_never_go_out_blocks() -> None:
    blocking = {code for code, says in CODES.items() if says.severity is Severity.BLOCK}
    wanted = {"unsupported_figure", "too_long", "hidden_characters", "personal_data", "obscenity"}
    assert wanted <= blocking


def test_a_sum_that_only_the_author_named_is_a_warning_when_promised() -> None:
    text = "До 25 ноября вернём 890 рублей."
    (finding,) = lint(text, context(text, comment=STORY))
    assert (finding.code, finding.severity) == ("unsupported_figure", Severity.WARN)
    assert text[finding.span.start : finding.span.end] == "890"


def test_a_gap_the_reply_admits_is_a_note_and_one_it_passes_over_a_warning() -> None:
    gap = POINT.model_copy(update={"state": PointState.GAP})
    assert severities(POINT.answer, gap) == [Severity.NOTE]
    assert severities("Спасибо.", gap) == [Severity.WARN]


def severities(text: str, point: Point) -> list[Severity]:
    return [finding.severity for finding in lint(text, context(text, points=(point,)))]


def test_one_sentence_said_before_is_a_note_and_a_reply_of_them_a_warning() -> None:
    fresh = "Сегодня привезут другой, покрепче, и чайник тоже новый. Смена уже знает об этом."
    one = lint(f"{REPLIES[0]} {fresh}", context(fresh, recent_replies=REPLIES))
    both = lint(" ".join(REPLIES), context(fresh, recent_replies=REPLIES))
    assert [finding.severity for finding in one] == [Severity.NOTE]
    assert [finding.severity for finding in both] == [Severity.WARN, Severity.WARN]


def test_links_are_forbidden_where_the_platform_forbids_even_our_own() -> None:
    text = "Смотрите teayard.example сегодня."
    own = {"own_contacts": ("teayard.example",)}
    assert "link_forbidden" not in codes(text, **own)
    assert "link_forbidden" in codes(text, links_allowed=False, **own)


def test_a_critic_gets_fewer_exclamation_marks_than_praise_does() -> None:
    text = "Спасибо! Ждём вас!"
    assert "forced_enthusiasm" in codes(text, stance=Stance.CRITIC)
    assert "forced_enthusiasm" not in codes(text, stance=Stance.PRAISE)


def test_findings_come_in_order_of_place_and_lie_in_the_text() -> None:
    text = "Гарантируем!!! Вы сами виноваты. Звоните +7 912 345-67-89."
    found: list[Finding] = lint(text, context(text))
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    assert all(0 <= one.span.start < one.span.end <= len(text) for one in found)
    assert len(CHECKS) >= 15
