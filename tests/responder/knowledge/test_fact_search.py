"""The search box over facts, what cites one, and what nobody had a fact for; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from otklik.bootstrap import keep_facts
from otklik.database import session
from otklik.enums import PointState
from otklik.models import AuditEvent
from otklik.store import facts as rows
from otklik.store.audit import list_events
from responder.knowledge import Knowledge
from responder.knowledge.gaps import list_gaps
from responder.knowledge.searching import search, sync
from tests.fakes import Stage

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FACTS = """\
facts:
  - id: refund
    ru: ["Деньги вернём за 3 дня."]
    en: ["Refunds take 3 days."]
    topics: [price]
    keywords: [вернуть деньги, refund]
    owner: бухгалтер
    source: правила
    valid_from: 2026-01-01
  - id: fir
    ru: ["Ёлка стоит 500 рублей."]
    en: ["A fir costs 500 roubles."]
    topics: [price]
    keywords: [ёлка, fir]
    owner: продавец
    source: ценник
    valid_from: 2026-11-01
    valid_until: 2026-12-31
  - id: summer
    ru: ["Летом деньги за ёлку не берём."]
    en: ["In summer firs are free."]
    topics: [price]
    keywords: [летом]
    owner: продавец
    source: ценник
    valid_from: 2026-06-01
    valid_until: 2026-08-31
"""


@pytest.fixture
def kept(db: Session, make_knowledge: Callable[..., Knowledge]) -> Knowledge:
    knowledge = make_knowledge(FACTS)
    keep_facts(db, "default", knowledge.facts, AT)
    return knowledge


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("верните деньги", "refund"),
        ("возвращение денег вернуть", "refund"),
        ("елку", "fir"),
        ("ЁЛКИ", "fir"),
        ("refunds", "refund"),
        ("сколько стоит ёлочка или ёлка", "fir"),
    ],
)
def test_any_form_of_a_word_finds_the_fact(
    db: Session, kept: Knowledge, words: str, found: str
) -> None:
    assert search(db, "default", words, AT)[0].id == found


def test_valid_facts_come_before_expired_ones(db: Session, kept: Knowledge) -> None:
    assert [fact.id for fact in search(db, "default", "ёлка", AT)] == ["fir", "summer"]
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert [fact.id for fact in search(db, "default", "ёлка", summer)] == ["summer", "fir"]


@pytest.mark.parametrize("words", ["", "🙂", '"', "' OR 1=1 --", "самовар", "AND", "и"])
def test_signs_and_strange_words_find_nothing_and_break_nothing(
    db: Session, kept: Knowledge, words: str
) -> None:
    assert search(db, "default", words, AT) == []


def test_a_fact_taken_out_of_the_file_is_searched_no_more(
    db: Session, kept: Knowledge, make_knowledge: Callable[..., Knowledge]
) -> None:
    fewer = [fact for fact in kept.facts if fact.id != "fir"]
    assert sync(db, "default", fewer, AT) == ["fir"]
    assert sync(db, "default", fewer, AT) == []
    assert [fact.id for fact in search(db, "default", "ёлка", AT)] == ["summer"]


def test_the_desks_of_two_brands_search_their_own_facts(db: Session, kept: Knowledge) -> None:
    sync(db, "other", kept.facts[1:2], AT)
    assert search(db, "other", "деньги", AT) == []
    assert [fact.id for fact in search(db, "other", "ёлка", AT)] == ["fir"]


def cites(fact: object) -> list[dict[str, object]]:
    return [{"id": fact.id, "digest": fact.digest}]  # type: ignore[attr-defined]


def test_a_changed_fact_names_the_replies_and_promises_that_rest_on_it(
    stage: Stage,
    add_draft: Callable[..., int],
    approve: Callable[[int], None],
    make_knowledge: Callable[..., Knowledge],
) -> None:
    knowledge = make_knowledge(FACTS)
    with session(stage.desk.engine) as db:
        keep_facts(db, "default", knowledge.facts, AT)
    told = "Мы вернём деньги до 27 ноября."
    draft_id = add_draft(text=told, facts=cites(knowledge.fact("refund")))
    add_draft(facts=cites(knowledge.fact("fir")))
    approve(draft_id)
    with session(stage.desk.engine) as db:
        (one,) = rows.list_citing(db, "default", ["refund"])
        assert rows.is_outside(one)
        assert [promise.text for promise in one.promises] == [told]
        (other,) = rows.list_citing(db, "default", ["fir"])
        assert not rows.is_outside(other)
    changed = make_knowledge(FACTS.replace("за 3 дня", "за 5 дней"))
    with session(stage.desk.engine) as db:
        assert sync(db, "default", changed.facts, AT) == ["refund"]
        event = last_event(db)
    assert event.action == "fact.changed"
    assert event.detail is not None
    assert len(event.detail["replies"]) == len(event.detail["promises"]) == 1


def last_event(db: Session) -> AuditEvent:
    return list(list_events(db))[-1]


def test_gaps_are_counted_by_topic_and_thing_with_examples(
    stage: Stage, add_draft: Callable[..., int]
) -> None:
    add_draft("Где парковка? Чай", points=[point("Где парковка?", "place", "parking")])
    add_draft("Парковки нет! Чай", points=[point("Парковки нет!", "place", "parking")])
    add_draft("Чай, и шумно", points=[point("шумно", "place", "")])
    answered = point("чай", "quality", "tea") | {"state": PointState.FACT}
    add_draft("Чай", points=[answered])
    with session(stage.desk.engine) as db:
        gaps = list_gaps(db, "default", stage.clock() - timedelta(days=1))
        later = list_gaps(db, "default", stage.clock() + timedelta(days=1))
    assert [(gap.thing_id, gap.mentions) for gap in gaps] == [("parking", 2), ("", 1)]
    assert gaps[0].texts == ("Парковки нет!", "Где парковка?")
    assert len(set(gaps[0].mention_ids)) == 2
    assert later == []


def point(text: str, topic: str, thing: str) -> dict[str, object]:
    return {"text": text, "topic": topic, "thing_id": thing, "state": PointState.GAP.value}
