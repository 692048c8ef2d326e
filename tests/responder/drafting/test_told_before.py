"""Whoever was told a fact at another comment is led to it instead of hearing it again."""

from __future__ import annotations

import pytest

from otklik.enums import Approach, Language, PointState, Severity, Stance, Topic
from otklik.verdicts import Verdict
from responder.drafting import Draft, DraftRequest, EarlierAnswer
from tests.responder.drafting.test_neighbouring_facts import AT, WRITERS

LATE = "Заказ не приехал, доставка опоздала на три дня."
LATE_EN = "My order was delivered two hours late."


def draft(text: str, before: EarlierAnswer | None, language: Language, seed: int = 1) -> Draft:
    verdict = Verdict.model_validate(
        {
            "claim": "concrete",
            "claim_proba": {},
            "abuse": "none",
            "abuse_proba": {},
            "stance": Stance.CRITIC,
            "stance_proba": {},
            "urgency": 1,
            "urgency_parts": {},
            "topic": Topic.DELIVERY,
            "topic_proba": {},
            "language": language,
            "abstained": False,
            "model_version": "test",
        }
    )
    request = DraftRequest(
        text=text,
        verdict=verdict,
        approach=Approach.APOLOGISE_AND_FIX,
        language=language,
        at=AT,
        seed=f"told:{seed}",
        answered_before=before,
    )
    return WRITERS["shop"].write(request)[0]


@pytest.mark.parametrize(
    ("text", "language", "where"),
    [(LATE, Language.RUSSIAN, "комментарием"), (LATE_EN, Language.ENGLISH, "earlier comment")],
)
@pytest.mark.parametrize("seed", range(4))
def test_a_fact_told_elsewhere_is_referred_to_not_repeated(
    text: str, language: Language, where: str, seed: int
) -> None:
    first = draft(text, None, language, seed)
    told = frozenset(fact.id for fact in first.facts)
    assert told
    again = draft(text, EarlierAnswer(fact_ids=told), language, seed)
    assert where in again.text
    assert where not in first.text
    assert PointState.GAP not in {point.state for point in again.points}
    assert not [one for one in again.findings if one.severity is Severity.BLOCK], again.text


def test_what_was_not_told_there_is_told_here() -> None:
    first = draft(LATE, None, Language.RUSSIAN)
    other = draft(LATE, EarlierAnswer(fact_ids=frozenset({"tasting"})), Language.RUSSIAN)
    assert other.text == first.text
