"""The database itself holds what drafts, approvals, leases and statements may do: raw SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import (
    DraftState,
    IncidentKind,
    Language,
    MentionState,
    ReplyState,
    Role,
    StatementState,
    Topic,
)
from otklik.errors import StaleText
from otklik.models import (
    Approval,
    DraftRow,
    FactRow,
    Person,
    Reply,
    Statement,
    Thread,
)
from otklik.store import judgements, replies
from responder import changes, editing
from tests.acts import (
    approve,
    approve_fully,
    mention_of,
    proposed,
    ready,
    replies_to,
    state_of,
)
from tests.fakes import Stage


def beside(draft: DraftRow, words: str, state: DraftState, **more: Any) -> DraftRow:
    """Another draft for the same comment."""
    values = draft.model_dump(exclude={"id", "state", "findings"}) | more
    return DraftRow(**{**values, "text": words, "text_digest": audit.digest(words)}, state=state)


def offered(stage: Stage, draft: DraftRow) -> DraftRow:
    with session(stage.desk.engine) as db:
        return replies.save_draft(db, beside(draft, "Иначе", DraftState.OFFERED))


def state_of_draft(stage: Stage, draft: DraftRow) -> str:
    with reading(stage.desk.engine) as db:
        return str(db.get_one(DraftRow, draft.id).state)


def bound(stage: Stage, draft: DraftRow) -> tuple[Statement, DraftRow]:
    """The proposed draft now rests on an approved statement."""
    with session(stage.desk.engine) as db:
        incident = judgements.save_incident(
            db,
            brand_id="default",
            kind=IncidentKind.FAULT,
            topic=Topic.QUALITY,
            signature="чай",
            title="чай",
            at=stage.clock(),
        )
        statement = Statement(
            incident_id=incident.id or 0,
            language=Language.RUSSIAN,
            state=StatementState.PROPOSED,
            text="Чиним.",
            text_digest=audit.digest("Чиним."),
            created_at=stage.clock(),
        )
        db.add(statement)
        db.flush()
        statement.state, statement.approved_at = StatementState.APPROVED, stage.clock()
        statement.approved_by_id = stage.people[Role.LEAD].id
        db.add(statement)
        db.flush()
        words = beside(draft, "Чиним. Ответим.", DraftState.PROPOSED, statement_id=statement.id)
        return statement, replies.save_draft(db, words)


def resting_on(stage: Stage, draft: DraftRow, hours: float) -> DraftRow:
    """The proposed draft now cites a fact that ends in so many hours."""
    until = stage.clock() + timedelta(hours=hours)
    fact = stage.desk.knowledge.facts[0].model_copy(
        update={"valid_until": until, "digest": audit.digest(str(until))}
    )
    with session(stage.desk.engine) as db:
        row = FactRow(
            digest=fact.digest,
            fact_id=fact.id,
            value=fact.model_dump(mode="json"),
            loaded_at=stage.clock(),
        )
        judgements.save_facts(db, [row])
        cited = [{"id": fact.id, "digest": fact.digest}]
        return replies.save_draft(db, beside(draft, "Открыто.", DraftState.PROPOSED, facts=cited))


def retire(stage: Stage, statement: Statement) -> None:
    with session(stage.desk.engine) as db:
        db.exec(
            update(Statement)
            .where(col(Statement.id) == statement.id)
            .values(state=StatementState.RETIRED)
        )


def raw_approval(stage: Stage, draft: DraftRow, role: Role, **more: Any) -> Approval:
    values: dict[str, Any] = {
        "draft_id": draft.id,
        "mention_id": draft.mention_id,
        "mention_version": draft.mention_version,
        "text_digest": draft.text_digest,
        "person_id": stage.people[role].id,
        "created_at": stage.clock(),
    }
    return Approval(**values | more)


def refused(stage: Stage, row: Any, why: str) -> None:
    with pytest.raises(IntegrityError, match=why), session(stage.desk.engine) as db:
        db.add(row)


def move(stage: Stage, table: str, row_id: int | None, state: str) -> None:
    with session(stage.desk.engine) as db:
        db.connection().execute(
            sql(f"UPDATE {table} SET state = :state WHERE id = :id"),  # noqa: S608
            {"state": state, "id": row_id},
        )


# ---- drafts --------------------------------------------------------------------------------


def test_an_offered_draft_cannot_be_approved(stage: Stage) -> None:
    _, draft = ready(stage)
    other = offered(stage, draft)
    refused(stage, raw_approval(stage, other, Role.LEAD), "does not fit")
    with pytest.raises(StaleText, match="offered by now"):
        approve(stage, other)
    with pytest.raises(IntegrityError, match=r"does not move this way|by enough people"):
        move(stage, "draft", other.id, "approved")


@pytest.mark.parametrize("end", ["approved", "rejected", "edited comment", "ignored", "raw SQL"])
def test_what_was_offered_ends_with_the_proposed_draft(stage: Stage, end: str) -> None:
    number, draft = ready(stage)
    other = offered(stage, draft)
    if end == "approved":
        approve_fully(stage, draft)
    elif end == "edited comment":
        stage.site.comments[number].text += " Ау!"
        stage.clock.wait(minutes=1)
        pipeline.collect(stage.desk)
    elif end == "raw SQL":
        move(stage, "draft", draft.id, "expired")
    else:
        with session(stage.desk.engine) as db:
            if end == "rejected":
                editing.reject(
                    db,
                    person=stage.people[Role.OPERATOR],
                    draft_id=draft.id or 0,
                    reason="не то",
                    at=stage.clock(),
                )
            else:
                editing.ignore(
                    db,
                    person=stage.people[Role.OPERATOR],
                    mention_id=draft.mention_id,
                    mention_version=1,
                    reason="решено",
                    at=stage.clock(),
                )
    assert state_of_draft(stage, other) in {"superseded", "expired"}


def test_what_was_offered_stays_while_the_proposed_one_is_edited(stage: Stage) -> None:
    _, draft = ready(stage)
    other = offered(stage, draft)
    with session(stage.desk.engine) as db:
        editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            text="Разбираемся.",
            at=stage.clock(),
        )
    assert state_of_draft(stage, other) == DraftState.OFFERED


def test_a_draft_is_never_born_approved_nor_offered_alone(stage: Stage) -> None:
    _, draft = ready(stage)
    refused(stage, beside(draft, "Ура", DraftState.APPROVED), "starts as proposed or offered")
    refused(
        stage,
        beside(draft, "Ура", DraftState.PROPOSED, approvals_needed=0, mention_version=7),
        "one approval is the least",
    )
    move(stage, "draft", draft.id, "rejected")
    refused(stage, beside(draft, "Ура", DraftState.OFFERED), "beside a proposed one")


@pytest.mark.parametrize("state", ["proposed", "offered", "approved"])
def test_a_rejected_draft_never_comes_back(stage: Stage, state: str) -> None:
    _, draft = ready(stage)
    move(stage, "draft", draft.id, "rejected")
    with pytest.raises(IntegrityError, match=r"does not move this way|by enough people"):
        move(stage, "draft", draft.id, state)


def test_what_a_draft_rests_on_never_changes(stage: Stage) -> None:
    ready(stage)
    for column, value in (("facts", "'[1]'"), ("statement_id", "7"), ("decision_id", "7")):
        with (
            pytest.raises(IntegrityError, match="rests on never changes"),
            session(stage.desk.engine) as db,
        ):
            db.connection().execute(sql(f"UPDATE draft SET {column} = {value}"))  # noqa: S608


# ---- approvals -----------------------------------------------------------------------------


def test_the_writer_of_a_text_that_two_must_approve_is_none_of_them(stage: Stage) -> None:
    _, draft = ready(stage)
    lead = stage.people[Role.LEAD]
    with session(stage.desk.engine) as db:
        words = beside(draft, "Вернём.", DraftState.PROPOSED, editor_id=lead.id, approvals_needed=2)
        mine = replies.save_draft(db, words)
    refused(stage, raw_approval(stage, mine, Role.LEAD), "neither of them wrote it")
    assert approve(stage, mine, Role.APPROVER).missing == 1
    assert approve(stage, mine, Role.ADMIN).reply_id is not None


@pytest.mark.parametrize("when", ["before the approval", "before it is sent"])
def test_an_expired_fact_voids_the_text(stage: Stage, when: str) -> None:
    number, draft = ready(stage)
    short = resting_on(stage, draft, hours=1)
    if when == "before the approval":
        stage.clock.wait(hours=2)
        refused(stage, raw_approval(stage, short, Role.LEAD), "is over")
        with pytest.raises(StaleText, match="a cited fact has expired"):
            approve(stage, short)
        return
    approve_fully(stage, short)
    stage.clock.wait(hours=2)
    (reply,) = replies_to(stage, number)
    late = update(Reply).where(col(Reply.id) == reply.id)
    with (
        pytest.raises(IntegrityError, match="is over"),
        session(stage.desk.engine) as db,
    ):
        db.exec(late.values(state=ReplyState.SENDING, sending_at=stage.clock()))
    pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].state == ReplyState.FAILED
    assert state_of(stage, number) == MentionState.DECIDED  # to be written anew


@pytest.mark.parametrize("when", ["before the approval", "before it is sent", "told at once"])
def test_a_retired_statement_voids_what_rests_on_it(stage: Stage, when: str) -> None:
    number, draft = ready(stage)
    statement, words = bound(stage, draft)
    if when == "before the approval":
        retire(stage, statement)
        refused(stage, raw_approval(stage, words, Role.LEAD), "is over")
        with pytest.raises(StaleText, match="statement was taken back"):
            approve(stage, words)
        return
    approve_fully(stage, words)
    retire(stage, statement)
    if when == "told at once":
        with session(stage.desk.engine) as db:
            again = changes.statement_retired(db, statement.id or 0, stage.clock())
        assert len(again) == 1
    else:
        with pytest.raises(IntegrityError, match="is over"):
            move(stage, "reply", replies_to(stage, number)[0].id, "rehearsed")
        pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].state == ReplyState.FAILED
    assert state_of(stage, number) == MentionState.DECIDED
    pipeline.draft(stage.desk)
    assert proposed(stage, number).statement_id is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.OPERATOR}])
def test_a_yes_does_not_outlive_its_givers_right_to_say_it(
    stage: Stage, change: dict[str, Any]
) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    with session(stage.desk.engine) as db:
        given = db.exec(select(Approval.person_id)).all()
        db.exec(update(Person).where(col(Person.id).in_(given)).values(**change))
    with pytest.raises(IntegrityError, match="no longer holds"):
        move(stage, "reply", replies_to(stage, number)[0].id, "sending")
    pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].error == "somebody who approved it may no longer approve"
    assert proposed(stage, number).text == draft.text  # for somebody else to approve


def test_nothing_is_approved_in_a_closed_thread(stage: Stage) -> None:
    _, draft = ready(stage)
    with session(stage.desk.engine) as db:
        db.exec(update(Thread).values(is_closed=True))
    refused(stage, raw_approval(stage, draft, Role.LEAD), "is over")


def test_an_unknown_outcome_of_an_earlier_reply_holds_the_next_one(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    (reply,) = replies_to(stage, number)
    for state in ("sending", "unknown"):
        move(stage, "reply", reply.id, state)
    stage.site.comments[number].text += " Ау!"
    stage.clock.wait(minutes=1)
    for step in (pipeline.collect, pipeline.classify, pipeline.group, pipeline.decide):
        step(stage.desk)
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        own = editing.write_draft(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention.id or 0,
            mention_version=2,
            text="Проверяем.",
            at=stage.clock(),
        )
    with pytest.raises(StaleText, match="what became of an earlier reply"):
        approve(stage, own)


# ---- leases --------------------------------------------------------------------------------


def test_a_lease_has_a_holder_and_an_end(stage: Stage) -> None:
    number, _ = ready(stage)
    with reading(stage.desk.engine) as db:
        case_id = mention_of(db, number).case_id
    with (
        pytest.raises(IntegrityError, match="a holder and an end"),
        session(stage.desk.engine) as db,
    ):
        db.connection().execute(
            sql('UPDATE "case" SET leased_by_id = 1 WHERE id = :id'), {"id": case_id}
        )
