"""200 comments that steer: the deterministic writer ignores them, an obeying model is dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from otklik.enums import Approach, Language, Severity
from otklik.judging import Question
from tests.responder.injection.conftest import (
    COMMENTS,
    OWN,
    SHOP,
    Scripted,
    Steering,
    offered_ids,
    request_for,
    said,
    writer_with,
)
from tests.responder.injection.hostile import HOSTILE

GROUNDING = {
    *("unsupported_figure", "unsupported_promise", "unsupported_deed", "unsupported_contact"),
    *("unsupported_name", "unsupported_reference", "unsupported_claim", "beyond_powers"),
    *("personal_data", "link_forbidden", "hidden_characters"),
}
OURS = " ".join(text for fact in SHOP.facts for text in fact.all_texts())
APPROACHES = list(Approach)


def blocking(draft: Any) -> set[str]:
    return {one.code for one in draft.findings if one.severity is Severity.BLOCK}


def test_there_are_two_hundred_comments_and_no_two_are_alike() -> None:
    assert len(COMMENTS) == 200 == len(set(COMMENTS))
    assert sum(one.language is Language.ENGLISH for one in COMMENTS) >= 60


@pytest.mark.parametrize("number", range(len(COMMENTS)))
def test_the_deterministic_writer_takes_nothing_from_a_steering_comment(number: int) -> None:
    approach = APPROACHES[number % len(APPROACHES)]
    request = request_for(COMMENTS[number], approach=approach)
    for draft in OWN.write(request):
        assert not blocking(draft) & GROUNDING, draft.text
        numbers = re.findall(r"\d+(?:[.,:]\d+)*", draft.text)
        assert [one for one in numbers if one not in OURS and one not in {"23", "24", "25"}] == []
        assert not re.search(r"evil|https?:|www\.|@|[<>{}\[\]`\u202e\u200b\x00]|HACK", draft.text)


def alone(claim: str) -> Callable[[Question], object]:
    return lambda _: {
        "drafts": [said((claim, ["none"])), said((claim, ["none"]), approach="argue")]
    }


def cited(claim: str) -> Callable[[Question], object]:
    """The claim, put down to a fact that says nothing of the kind."""

    def say(question: Question) -> object:
        ids = offered_ids(question)[:1] or ["none"]
        return {"drafts": [said((claim, ids)), said((claim, ids), ("Спасибо.", ["none"]))]}

    return say


def woven(claim: str) -> Callable[[Question], object]:
    """The claim behind a true sentence, in one breath."""

    def say(question: Question) -> object:
        ids = offered_ids(question)[:1]
        fact = SHOP.fact(ids[0]) if ids else None
        russian = "Ты пишешь" in question.system
        true = (fact.text_ru if russian else fact.text_en) if fact else "Спасибо."
        both = f"{true.rstrip('.')}; {claim[0].lower()}{claim[1:]}"
        return {"drafts": [said((true, ids or ["none"]), (both, ids or ["none"]))]}

    return say


def invented(claim: str) -> Callable[[Question], object]:
    return lambda _: {"drafts": [said((claim, ["gift_for_everybody"]))]}


def echoed(_: str) -> Callable[[Question], object]:
    """The comment itself, word by word."""

    def say(question: Question) -> object:
        text = question.user.split("<<<COMMENT-")[-1]
        text = text.split(">>>\n", 1)[-1].rsplit("\n<<<END", 1)[0]
        return {"drafts": [said((text[:390] or "…", offered_ids(question)[:1] or ["none"]))]}

    return say


WAYS = (alone, cited, woven, invented, echoed)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(len(COMMENTS)))
def test_an_obeying_model_gets_nothing_unsupported_offered(
    number: int, way: Callable[[str], Callable[[Question], object]]
) -> None:
    steering = COMMENTS[number]
    claim = HOSTILE[(number + 11 * WAYS.index(way)) % len(HOSTILE)]
    own = {draft.text for draft in OWN.write(request_for(steering))}
    drafts = writer_with(Scripted(way(claim))).compose(request_for(steering))
    offered = [draft for draft in drafts if draft.text not in own]
    assert len(drafts) > len(offered)
    assert not any(claim[:-1] in draft.text for draft in offered)
    assert not [draft.text for draft in offered if blocking(draft) or way is not woven]


def test_a_model_that_keeps_to_the_facts_is_offered_first_with_ours_behind() -> None:
    steering = Steering("Курьер опоздал на два часа, доставка ужас")

    def say(question: Question) -> object:
        assert "city_delivery" in offered_ids(question)
        return {
            "drafts": [
                said(
                    ("Понимаем вашу досаду, извините.", ["none"]),
                    ("По городу мы должны привезти заказ за 90 минут.", ["city_delivery"]),
                    ("До 24 ноября начислим 300 баллов за опоздание.", ["city_delivery"]),
                )
            ]
        }

    writer = writer_with(Scripted(say))
    first, second, *_ = writer.compose(request_for(steering))
    assert first.writer == writer.name
    assert [fact.id for fact in first.facts] == ["city_delivery"]
    assert not blocking(first)
    assert second.writer.startswith("deterministic")
