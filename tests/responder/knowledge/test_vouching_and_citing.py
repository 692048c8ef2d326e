"""A person cites a fact while writing, or stands for a deed; sums and promises need more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import Session

from otklik.enums import Role, Severity
from otklik.errors import ApprovalError, InputError, PolicyError
from otklik.models import DraftRow, Person
from otklik.store import judgements, replies
from otklik.store.audit import list_events
from otklik.verdicts import Span
from responder import editing, vouching
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from tests.fakes import Stage

SHOP = shipped_knowledge()
DEED = "Деньги вернули сегодня."
Add = Callable[..., int]


@pytest.fixture
def operator(stage: Stage) -> Person:
    return stage.people[Role.OPERATOR]


@pytest.fixture
def typed(stage: Stage, db: Session, add_draft: Add, operator: Person) -> Callable[[str], DraftRow]:
    """`typed(text)`: what a person has written and saved."""

    def write(text: str) -> DraftRow:
        return editing.edit_draft(
            db,
            person=operator,
            draft_id=add_draft(),
            text=text,
            at=stage.clock(),
            own_contacts=SHOP.own_contacts,
        )

    return write


def weights(draft: DraftRow) -> dict[str, str]:
    return {str(one["code"]): str(one["severity"]) for one in draft.findings}


def stand_for(stage: Stage, db: Session, draft: DraftRow, person: Person) -> DraftRow:
    place = next(one["span"] for one in draft.findings if one["code"] == vouching.DEED)
    return vouching.vouch(
        db,
        person=person,
        draft_id=draft.id or 0,
        span=Span.model_validate(place),
        at=stage.clock(),
    )


def test_a_deed_that_a_person_stands_for_warns_and_one_person_may_approve_it(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person
) -> None:
    draft = typed(DEED)
    assert weights(draft)[vouching.DEED] == Severity.BLOCK
    assert draft.approvals_needed == 2
    vouched = stand_for(stage, db, draft, operator)
    assert (vouched.text, weights(vouched)) == (DEED, {vouching.DEED: Severity.WARN})
    assert vouched.approvals_needed == 1


def test_who_vouched_when_and_for_which_words_is_on_record(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person
) -> None:
    vouched = stand_for(stage, db, typed(DEED), operator)
    db.flush()
    event = next(one for one in list_events(db) if one.action == "draft.vouched")
    assert (event.detail or {})["words"] == DEED
    assert event.actor == f"person:{operator.id}"
    (kept,) = judgements.list_facts(db, [str(vouched.facts[0]["digest"])])
    assert kept.value["person"] == operator.login


def test_a_persons_word_carries_no_sum(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person
) -> None:
    vouched = stand_for(stage, db, typed("Сегодня вернули вам 500 рублей."), operator)
    assert weights(vouched)["unsupported_figure"] == Severity.BLOCK
    assert vouched.approvals_needed == 2


@pytest.mark.parametrize("text", ["Вернём вам деньги.", "Спасибо, что написали."])
def test_nobody_can_vouch_for_a_promise_or_for_nothing(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person, text: str
) -> None:
    draft = typed(text)
    with pytest.raises(ApprovalError, match="told as done"):
        vouching.vouch(
            db,
            person=operator,
            draft_id=draft.id or 0,
            span=Span(start=0, end=5),
            at=stage.clock(),
        )


def test_other_words_end_what_was_vouched_for(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person
) -> None:
    vouched = stand_for(stage, db, typed(DEED), operator)
    changed = editing.edit_draft(
        db,
        person=operator,
        draft_id=vouched.id or 0,
        text="Деньги вернули ещё вчера и уволили кассира.",
        at=stage.clock(),
    )
    assert weights(changed)[vouching.DEED] == Severity.BLOCK
    assert changed.approvals_needed == 2


def test_a_fact_cited_while_writing_is_ground_for_its_figure(
    stage: Stage, db: Session, typed: Callable[[str], DraftRow], operator: Person
) -> None:
    draft = typed("Срок доставки по городу 90 минут.")
    assert weights(draft) == {"unsupported_figure": Severity.BLOCK}
    cited = vouching.cite(
        db,
        person=operator,
        draft_id=draft.id or 0,
        fact_id="city_delivery",
        knowledge=SHOP,
        at=stage.clock(),
        own_contacts=SHOP.own_contacts,
    )
    assert weights(cited) == {}
    assert cited.approvals_needed == 1
    assert [one["id"] for one in cited.facts] == ["city_delivery"]
    assert replies.get_draft(db, draft.id or 0).state != cited.state


@pytest.mark.parametrize("fact_id", ["summer_hours", "no_such_fact"])
def test_a_fact_that_may_not_be_said_cannot_be_cited(
    stage: Stage,
    db: Session,
    typed: Callable[[str], DraftRow],
    operator: Person,
    fact_id: str,
) -> None:
    draft = typed("Летом открыто до 23:00.")
    with pytest.raises(InputError):
        vouching.cite(
            db,
            person=operator,
            draft_id=draft.id or 0,
            fact_id=fact_id,
            knowledge=SHOP,
            at=stage.clock(),
        )


def test_no_file_can_pass_a_fact_off_as_somebodys_word(
    make_knowledge: Callable[..., Knowledge],
) -> None:
    with pytest.raises(PolicyError, match="vouches for"):
        make_knowledge(
            facts="facts:\n  - {id: vouched-1, ru: [Вернули.], en: [Done.], topics: [price], "
            "keywords: [деньги], owner: я, source: я, valid_from: 2026-01-01}"
        )
