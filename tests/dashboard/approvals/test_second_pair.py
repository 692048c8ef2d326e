"""A second pair of eyes: who waits for whom, and what sending back does."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import database
from otklik.clock import now
from otklik.enums import DraftState, MentionState
from otklik.errors import ApprovalError, NotAllowed, StaleText
from otklik.models import AuditEvent, Case, DraftRow, Mention
from otklik.store import approvals
from responder import leases, second_pair
from responder.second_pair import Asks, Obstacle
from tests.dashboard.approvals.conftest import RISKY, hand_over, person, proposed
from tests.dashboard.seed import BRAND, seed


@pytest.fixture
def desk_engine(engine: Engine) -> Engine:
    """Both databases."""
    seed(engine)
    return engine


def test_what_a_person_wrote_waits_and_a_machines_draft_does_not(
    desk_engine: Engine, handed: int
) -> None:
    with database.reading(desk_engine) as session:
        found = approvals.list_to_approve(session, BRAND)
        assert [one.mention_id for one in found] == [handed]
        assert (found[0].needed, found[0].given) == (2, ())
        assert approvals.list_to_approve(session, BRAND, zones=("nowhere",)) == []
        assert approvals.list_to_approve(session, "other") == []


def test_a_text_sent_back_waits_for_its_editor_with_the_reason(
    desk_engine: Engine, handed: int
) -> None:
    with database.session(desk_engine) as session:
        draft, approver = proposed(session, handed), person(session, "approver")
        again = second_pair.send_back(
            session,
            person=approver,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            reason="Уберите телефон",
            at=now(),
        )
        assert (again.text, again.state) == (RISKY, DraftState.PROPOSED)
    with database.session(desk_engine) as session:
        editor = person(session, "operator")
        assert approvals.list_to_approve(session, BRAND) == []
        back = approvals.list_sent_back(session, BRAND, editor_id=editor.id)
        assert [one.mention_id for one in back] == [handed]
        mention = session.get_one(Mention, handed)
        assert mention.state is MentionState.DRAFTED
        assert mention.last_error == "Борис Громов: Уберите телефон"
        assert session.get_one(Case, mention.case_id).owner_id == editor.id
        event = session.exec(
            select(AuditEvent).where(col(AuditEvent.action) == "draft.sent_back")
        ).one()
        assert event.detail is not None
        assert event.detail["reason"] == "Уберите телефон"
    with database.session(desk_engine) as session:
        hand_over(session, handed, "Проверяем партию и ответим сегодня до 20:00.")
        assert [one.mention_id for one in approvals.list_to_approve(session, BRAND)] == [handed]
        assert session.get_one(Mention, handed).last_error == ""


def test_the_editor_is_handed_what_came_back(desk_engine: Engine, handed: int) -> None:
    with database.session(desk_engine) as session:
        editor = person(session, "operator")
        lease = leases.next_most_urgent(session, person=editor, at=now())
        assert lease is not None
        assert lease.mention_id != handed
        leases.release(session, person=editor, mention_id=lease.mention_id, at=now())
        draft = proposed(session, handed)
        second_pair.send_back(
            session,
            person=person(session, "approver"),
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            reason="Уберите телефон",
            at=now(),
        )
        lease = leases.next_most_urgent(session, person=editor, at=now())
        assert lease is not None
        assert lease.mention_id == handed


REFUSALS = [
    ("operator", "", "Нет", NotAllowed),
    ("approver", "", " ", ApprovalError),
    ("approver", "other", "Нет", StaleText),
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_sending_back_asks_for_role_reason_and_the_text_that_was_shown(
    desk_engine: Engine, handed: int, refusal: tuple[str, str, str, type[Exception]]
) -> None:
    login, digest, reason, error = refusal
    with database.session(desk_engine) as session:
        draft = proposed(session, handed)
        with pytest.raises(error):
            second_pair.send_back(
                session,
                person=person(session, login),
                draft_id=draft.id or 0,
                text_digest=digest or draft.text_digest,
                reason=reason,
                at=now(),
            )
        assert session.get_one(DraftRow, draft.id).state is DraftState.PROPOSED


def test_a_machines_draft_is_not_sent_back_to_anybody(desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        draft = proposed(session, 1)
        with pytest.raises(ApprovalError, match="nobody wrote"):
            second_pair.send_back(
                session,
                person=person(session, "approver"),
                draft_id=draft.id or 0,
                text_digest=draft.text_digest,
                reason="Нет",
                at=now(),
            )


def test_what_stands_in_the_way_is_said_before_the_click(desk_engine: Engine, handed: int) -> None:
    with database.session(desk_engine) as session:
        draft = hand_over(session, handed, RISKY + " Ждём.", login="approver")
        mention = session.get_one(Mention, handed)

        def said(login: str, *given: int) -> Obstacle | None:
            return second_pair.obstacle(
                person(session, login), draft, mention, given=given, holder=None
            )

        assert said("operator") is Obstacle.ROLE
        assert said("approver") is Obstacle.WROTE_IT
        assert said("second", person(session, "second").id or 0) is Obstacle.GAVE_IT
        assert said("second") is None
        lease = leases.take(session, person=person(session, "lead"), mention_id=handed, at=now())
        holder = leases.holder_of(session, [lease.mention_id], now())[handed]
        second = person(session, "second")
        found = second_pair.obstacle(second, draft, mention, given=(), holder=holder)
        assert found is Obstacle.HELD


def test_why_two_are_asked_is_told(desk_engine: Engine, handed: int) -> None:
    with database.reading(desk_engine) as session:
        draft, mention = proposed(session, handed), session.get_one(Mention, handed)
        why = second_pair.why_two(None, mention, None, draft)
        assert {one.asks for one in why} == {Asks.REMARK}
        assert all(one.value for one in why)
        origin = second_pair.drafted_from(
            draft, [draft, session.get_one(DraftRow, draft.supersedes_id)]
        )
        assert origin is not None
        assert origin.writer == "deterministic-1"
