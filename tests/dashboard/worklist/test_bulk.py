"""Many rows at once: preview, parts, conflicts, undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import audit, database
from otklik.clock import now
from otklik.enums import (
    CloseReason,
    DraftState,
    IncidentKind,
    MentionState,
    ReplyState,
    Stance,
    Topic,
)
from otklik.errors import InputError, NotAllowed, StaleText
from otklik.models import AuditEvent, BulkBatch, Case, Label, Mention
from otklik.store import judgements, replies
from responder import bulk, bulk_undo, leases
from responder.bulk import Doing, LeftOut, Order, Outcome, Preview
from tests.dashboard.seed import approve_and_end
from tests.dashboard.worklist.conftest import drafted, person

IGNORE = Order(Doing.IGNORE, reason="Накрутка: один текст под разными именами")


def preview(session: Session, order: Order, ids: list[int], login: str = "operator") -> Preview:
    return bulk.preview(
        session, person=person(session, login), order=order, mention_ids=ids, at=now()
    )


def done(engine: Engine, order: Order, ids: list[int], login: str = "operator") -> Outcome:
    with database.session(engine) as session:
        shown = preview(session, order, ids, login).rows
        who = person(session, login)
        return bulk.do(session, person=who, order=order, shown=shown, at=now())


def undone(
    engine: Engine, batch_id: int, login: str = "operator", later: timedelta = timedelta()
) -> Outcome:
    with database.session(engine) as session:
        who = person(session, login)
        return bulk_undo.undo(session, person=who, batch_id=batch_id, at=now() + later)


def test_the_preview_says_what_is_left_out_and_why(filled: Engine) -> None:
    with database.session(filled) as session:
        ids = drafted(session, 5)
        urgent = next(
            one for one in drafted(session, 99, below=4) if one not in drafted(session, 99)
        )
        leases.take(session, person=person(session, "second"), mention_id=ids[0], at=now())
        approve_and_end(session, person(session, "approver"), ids[1], ReplyState.QUEUED, now())
        session.get_one(Mention, ids[2]).deleted_at = now()
        session.flush()
        found = preview(session, IGNORE, [*ids, urgent, 10**6])
    assert [row.id for row in found.rows] == ids[3:]
    assert found.left_out == {
        LeftOut.HELD: (ids[0],),
        LeftOut.NOT_WAITING: (ids[1], 10**6),
        LeftOut.DELETED: (ids[2],),
        LeftOut.URGENT: (urgent,),
    }
    assert found.holders == {ids[0]: "Вера Лис"}


def test_rows_are_ignored_with_one_reason_and_one_batch(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 4)
    made = done(filled, IGNORE, ids)
    assert made.done == tuple(ids)
    with database.reading(filled) as session:
        for number in ids:
            mention = session.get_one(Mention, number)
            assert mention.state is MentionState.CLOSED
            assert mention.close_reason is CloseReason.IGNORED
        events = session.exec(
            select(AuditEvent).where(col(AuditEvent.action) == "mention.ignored")
        ).all()
        assert {(one.detail or {})["batch"] for one in events} == {str(made.batch_id)}
        assert len(events) == len(ids)
        audit.verify(session)


def test_what_changed_since_the_preview_is_left_out_and_said(filled: Engine) -> None:
    with database.session(filled) as session:
        ids = drafted(session, 4)
        shown = preview(session, IGNORE, ids).rows
    with database.session(filled) as session:
        session.get_one(Mention, ids[0]).version = 2
        leases.take(session, person=person(session, "second"), mention_id=ids[1], at=now())
    with database.session(filled) as session:
        who = person(session, "operator")
        made = bulk.do(session, person=who, order=IGNORE, shown=shown, at=now())
    assert made.left_out == {ids[0]: LeftOut.CHANGED, ids[1]: LeftOut.HELD}
    assert made.done == tuple(ids[2:])
    with database.reading(filled) as session:
        assert session.get_one(Mention, ids[0]).state is MentionState.DRAFTED


def test_an_ignored_batch_is_taken_back_with_its_drafts(filled: Engine) -> None:
    with database.session(filled) as session:
        ids = drafted(session, 3)
        texts = [replies.find_proposed_draft(session, one) for one in ids]
    made = done(filled, IGNORE, ids)
    back = undone(filled, made.batch_id)
    assert (back.done, back.left_out, back.left) == (tuple(ids), {}, 0)
    with database.reading(filled) as session:
        for number, text in zip(ids, texts, strict=True):
            again = replies.find_proposed_draft(session, number)
            assert text is not None
            assert again is not None
            assert (again.text, again.state) == (text.text, DraftState.PROPOSED)
            mention = session.get_one(Mention, number)
            assert mention.state is MentionState.DRAFTED
            assert leases.holder_of(session, [number], now()) == {}
        audit.verify(session)
    with pytest.raises(StaleText):
        undone(filled, made.batch_id)


def test_after_half_a_minute_only_a_lead_takes_it_back(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 2)
    made = done(filled, IGNORE, ids)
    late = timedelta(minutes=5)
    with pytest.raises(StaleText, match="too late"):
        undone(filled, made.batch_id, later=late)
    assert undone(filled, made.batch_id, "lead", late).done == tuple(ids)


def test_a_lead_sees_what_an_undo_would_do_before_it_is_done(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 3)
    made = done(filled, IGNORE, ids)
    with database.session(filled) as session:
        session.get_one(Mention, ids[0]).version = 2
    late = now() + timedelta(days=1)
    with database.session(filled) as session:
        events = len(session.exec(select(AuditEvent)).all())
        lead = person(session, "lead")
        (batch,) = bulk_undo.list_recent(session, person=lead, at=late)
        seen = bulk_undo.preview(session, person=lead, batch_id=batch.id or 0, at=late)
        assert (seen.done, list(seen.left_out)) == (tuple(ids[1:]), [ids[0]])
        assert len(session.exec(select(AuditEvent)).all()) == events
        assert session.get_one(Mention, ids[1]).state is MentionState.CLOSED
        assert bulk_undo.may_undo(lead, batch, late)
    with database.session(filled) as session, pytest.raises(NotAllowed):
        bulk_undo.list_recent(session, person=person(session, "approver"), at=late)
    assert undone(filled, made.batch_id, "lead", timedelta(days=1)).done == tuple(ids[1:])


def test_a_row_somebody_acted_on_since_stays_and_is_said(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 2)
    made = done(filled, IGNORE, ids)
    with database.session(filled) as session:
        session.get_one(Mention, ids[0]).version = 2
    back = undone(filled, made.batch_id)
    assert back.done == (ids[1],)
    assert list(back.left_out) == [ids[0]]


def test_a_large_batch_goes_in_parts_both_ways(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PART", 3)
    monkeypatch.setattr(bulk_undo, "PART", 2)
    with database.session(filled) as session:
        ids = drafted(session, 7)
        shown = preview(session, IGNORE, ids).rows
    batch: int | None = None
    seen: list[int] = []
    while shown:
        with database.session(filled) as session:
            who = person(session, "operator")
            made = bulk.do(session, person=who, order=IGNORE, shown=shown, at=now(), batch_id=batch)
        seen += made.done
        batch, shown = made.batch_id, shown[3:]
        assert made.left == len(shown)
    assert seen == ids
    assert batch is not None
    lefts = [undone(filled, batch).left for _part in range(4)]
    assert lefts == [5, 3, 1, 0]
    with database.reading(filled) as session:
        assert drafted(session, 7) == ids
        assert session.get_one(BulkBatch, batch).undone_at is not None


def test_cases_are_handed_to_a_colleague_who_then_owns_them(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids, to = drafted(session, 3), person(session, "second").id or 0
    order = Order(Doing.HAND_OVER, to_id=to)
    made = done(filled, order, ids)
    assert made.done == tuple(ids)
    with database.reading(filled) as session:
        cases = [session.get_one(Case, session.get_one(Mention, one).case_id) for one in ids]
        assert {one.owner_id for one in cases} == {to}
        assert {one.leased_by_id for one in cases} == {None}
        again = preview(session, order, ids)
    assert again.left_out == {LeftOut.SAME: tuple(ids)}
    assert undone(filled, made.batch_id).done == tuple(ids)
    with database.reading(filled) as session:
        cases = [session.get_one(Case, session.get_one(Mention, one).case_id) for one in ids]
        assert {one.owner_id for one in cases} == {None}


def test_rows_go_to_another_zone_and_back(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 3)
    made = done(filled, Order(Doing.ROUTE, zone="delivery"), ids)
    with database.reading(filled) as session:
        assert {session.get_one(Mention, one).zone for one in ids} == {"delivery"}
    assert undone(filled, made.batch_id).done == tuple(ids)
    with database.reading(filled) as session:
        assert {session.get_one(Mention, one).zone for one in ids} == {"general"}


def test_rows_are_put_aside_and_taken_up_again(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 2)
    order = Order(Doing.HOLD, reason="Ждём склад", until=now() + timedelta(hours=4))
    made = done(filled, order, ids)
    assert made.done == tuple(ids)
    assert undone(filled, made.batch_id).done == tuple(ids)


def test_labels_are_given_and_taken_back_by_a_lead(filled: Engine) -> None:
    with database.reading(filled) as session:
        ids = drafted(session, 3)
    made = done(filled, Order(Doing.LABEL, field="stance", value=Stance.OTHER), ids)
    with database.reading(filled) as session:
        assert len(session.exec(select(Label)).all()) == 3
    assert undone(filled, made.batch_id, "lead").done == tuple(ids)
    with database.reading(filled) as session:
        assert session.exec(select(Label)).all() == []


def test_rows_join_an_incident(filled: Engine) -> None:
    with database.session(filled) as session:
        ids = drafted(session, 3)
        incident = judgements.save_incident(
            session,
            brand_id="default",
            kind=IncidentKind.FAULT,
            topic=Topic.DELIVERY,
            signature="s",
            title="Опоздания",
            at=now(),
        )
    made = done(filled, Order(Doing.INCIDENT, incident_id=incident.id or 0), ids)
    assert made.done == tuple(ids)
    with database.reading(filled) as session:
        assert {session.get_one(Mention, one).incident_id for one in ids} == {incident.id}
    assert undone(filled, made.batch_id).done == tuple(ids)
    with database.reading(filled) as session:
        assert {session.get_one(Mention, one).incident_id for one in ids} == {None}


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (Order(Doing.IGNORE, reason="  "), InputError),
        (Order(Doing.HOLD, reason="ждём"), InputError),
        (Order(Doing.ROUTE), InputError),
        (Order(Doing.LABEL, field="stance", value="nonsense"), InputError),
        (Order(Doing.INCIDENT), InputError),
    ],
)
def test_an_order_that_lacks_something_is_refused(
    filled: Engine, order: Order, error: type[Exception]
) -> None:
    with database.session(filled) as session, pytest.raises(error):
        preview(session, order, [1])


def test_somebody_switched_off_does_nothing(filled: Engine) -> None:
    with database.session(filled) as session:
        person(session, "operator").is_active = False
        session.flush()
        with pytest.raises(NotAllowed):
            preview(session, IGNORE, [1])
