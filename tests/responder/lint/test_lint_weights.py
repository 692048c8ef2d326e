"""What a policy may weigh otherwise, and one finding for one place."""

from __future__ import annotations

import pytest

from otklik.enums import PointState, Severity, Stance
from otklik.verdicts import Span
from responder.lint import lint
from responder.lint.codes import CODES
from responder.lint.merging import merged
from responder.lint.values import Hit
from tests.responder.lint.example_files import context_of, make_point

CANNED = "Ваше мнение очень важно для нас."
LEAK = "Позвоните курьеру: +7 912 345-67-89."


def severities(text: str, code: str, asked: Severity | None) -> list[Severity]:
    context = context_of(text, {}).model_copy(update={"severities": {code: asked}})
    return [one.severity for one in lint(text, context) if one.code == code]


def test_policy_makes_a_warning_block() -> None:
    assert severities(CANNED, "canned_phrase", Severity.BLOCK) == [Severity.BLOCK]


def test_policy_makes_a_warning_a_note() -> None:
    assert severities(CANNED, "canned_phrase", Severity.NOTE) == [Severity.NOTE]


def test_policy_switches_a_warning_off() -> None:
    assert severities(CANNED, "canned_phrase", None) == []


@pytest.mark.parametrize("asked", [None, Severity.NOTE, Severity.WARN])
def test_what_blocks_by_default_can_be_neither_switched_off_nor_made_lighter(
    asked: Severity | None,
) -> None:
    assert severities(LEAK, "personal_data", asked) == [Severity.BLOCK]


def test_a_hit_that_is_light_by_itself_stays_light_when_policy_makes_its_code_heavy() -> None:
    gap = make_point("курьер нахамил => Курьер обязан звонить и подниматься до двери.")
    point = gap.model_copy(update={"state": PointState.GAP})
    context = context_of(point.answer, {}).model_copy(
        update={"points": (point,), "severities": {"point_unanswered": Severity.BLOCK}}
    )
    found = [one for one in lint(point.answer, context) if one.code == "point_unanswered"]
    assert [one.severity for one in found] == [Severity.NOTE]


def test_a_gap_the_reply_passes_over_is_a_warning() -> None:
    gap = make_point("курьер нахамил => Курьер обязан звонить и подниматься до двери.")
    point = gap.model_copy(update={"state": PointState.GAP})
    context = context_of("Спасибо.", {}).model_copy(update={"points": (point,)})
    assert [one.severity for one in lint("Спасибо.", context)] == [Severity.WARN]


def test_one_sentence_said_before_is_a_note_and_a_reply_of_them_a_warning() -> None:
    said = (
        "Чай в этот раз вышел у нас слабым, и это видно всем.",
        "Кафе стояло без света, потому что сгорел щит во дворе.",
    )
    fresh = "Пачки с полки сняты. Технолог пробует остаток и жалеет, что не сделал этого раньше."
    values = {"recent": list(said)}
    one, both = f"{said[0]} {fresh}", " ".join(said)
    assert repeated(one, values) == [Severity.NOTE]
    assert repeated(both, values) == [Severity.WARN, Severity.WARN]


def repeated(text: str, values: dict[str, list[str]]) -> list[Severity]:
    found = lint(text, context_of(text, values))
    return [one.severity for one in found if one.code == "repeated_sentence"]


def test_hits_of_one_code_that_overlap_become_one() -> None:
    hits = [hit("canned_phrase", 0, 10), hit("canned_phrase", 5, 25), hit("canned_phrase", 30, 40)]
    places = [(one.span.start, one.span.end) for one in merged(hits, "x" * 60, {})]
    assert places == [(5, 25), (30, 40)]


def test_the_heavier_of_two_findings_at_one_place_stays() -> None:
    hits = [hit("officialese", 3, 9), hit("admits_liability", 3, 9)]
    assert [one.code for one in merged(hits, "x" * 60, {})] == ["admits_liability"]


def test_two_findings_about_the_whole_text_both_stay() -> None:
    hits = [hit("point_unanswered", 0, 20), hit("wrong_language", 0, 20)]
    assert len(merged(hits, "x" * 20, {})) == 2


def test_a_number_in_personal_data_is_not_called_misspelt_or_unsupported_as_well() -> None:
    text = "Заказ 5512 8841 найден."
    assert [one.code for one in lint(text, context_of(text, {}))][:1] == ["personal_data"]


def test_a_critic_gets_fewer_exclamation_marks_than_praise_does() -> None:
    text = "Спасибо! Ждём вас в субботу!"
    critic = lint(text, context_of(text, {}))
    praise = lint(text, context_of(text, {"stance": Stance.PRAISE.value}))
    assert "forced_enthusiasm" in {one.code for one in critic}
    assert "forced_enthusiasm" not in {one.code for one in praise}


def test_a_platform_without_links_refuses_even_our_own() -> None:
    text = "Смотрите teayard.example сегодня."
    own = context_of(text, {"own": ["teayard.example"]})
    strict = own.model_copy(update={"links_allowed": False})
    assert "link_forbidden" not in {one.code for one in lint(text, own)}
    assert "link_forbidden" in {one.code for one in lint(text, strict)}


def test_every_code_of_a_hit_has_words() -> None:
    assert {"personal_data", "misspelling", "address_slip", "admits_liability"} <= set(CODES)


def hit(code: str, start: int, end: int) -> Hit:
    return Hit(code, Span(start=start, end=end))
