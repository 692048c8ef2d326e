"""Whatever was done to a case can be taken back for half a minute, by whoever did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from otklik import audit, database
from otklik.enums import ActKind, ActState, DraftState, MentionState, ReplyState
from otklik.errors import StaleText
from otklik.models import Act, Case, DraftRow, Label, Mention, Person, Reply
from otklik.store import cases, replies, work
from responder import approval, choosing, editing, holding, labelling, leases
from responder.moderation import asking
from responder.moderation.grounds import HideGround
from tests.dashboard.case.conftest import SeededDesk
from tests.dashboard.coming import coming

Doing = Callable[[Session, Person, datetime], object]
COMPLAINT, HATER = 1, 6


def draft_of(session: Session, number: int) -> DraftRow:
    found = replies.find_proposed_draft(session, number)
    assert found is not None
    return found


def ignore(number: int) -> Doing:
    return lambda session, who, at: editing.ignore(
        session, person=who, mention_id=number, mention_version=1, reason="Провокация", at=at
    )


def edit(session: Session, who: Person, at: datetime) -> object:
    text = f"Разберёмся и напишем здесь до {coming(2)}."
    number = draft_of(session, COMPLAINT).id or 0
    return editing.edit_draft(session, person=who, draft_id=number, text=text, at=at)


def reject(session: Session, who: Person, at: datetime) -> None:
    number = draft_of(session, COMPLAINT).id or 0
    editing.reject(session, person=who, draft_id=number, reason="не о том", at=at)


def approve(session: Session, who: Person, at: datetime) -> object:
    draft = draft_of(session, COMPLAINT)
    return approval.approve(
        session,
        person=who,
        draft_id=draft.id or 0,
        text_digest=draft.text_digest,
        mention_version=1,
        at=at,
        undo=timedelta(seconds=30),
    )


def label(session: Session, who: Person, at: datetime) -> object:
    return labelling.label(
        session,
        person=who,
        mention_id=HATER,
        mention_version=1,
        field="stance",
        value="critic",
        at=at,
    )


def hold(session: Session, who: Person, at: datetime) -> object:
    return holding.hold(
        session,
        person=who,
        mention_id=COMPLAINT,
        mention_version=1,
        until=at + timedelta(hours=2),
        reason="ждём технолога",
        at=at,
    )


def hide(session: Session, who: Person, at: datetime) -> object:
    return asking.ask_hide(
        session,
        person=who,
        mention_id=HATER,
        version=1,
        ground=HideGround.OBSCENITY,
        reason="мат",
        at=at,
    )


def standing(session: Session, number: int) -> tuple[object, ...]:
    """What of a mention people decide on."""
    session.expire_all()
    mention = session.get_one(Mention, number)
    case = session.get(Case, mention.case_id) if mention.case_id else None
    proposed = replies.find_proposed_draft(session, number)
    return (
        mention.state,
        mention.close_reason if mention.state is MentionState.CLOSED else None,
        mention.sla_state,
        proposed.text if proposed else None,
        proposed.editor_id if proposed else None,
        sorted(
            one.text
            for one in replies.list_drafts(session, number)
            if one.state is DraftState.OFFERED
        ),
        case.state if case else None,
        case.owner_id if case else None,
        work.find_hold(session, mention.case_id),
        session.exec(select(Label).where(Label.mention_id == number)).all(),
    )


def offer(session: Session, who: Person, at: datetime) -> None:
    """A second text beside the machine's proposal."""
    old = draft_of(session, COMPLAINT)
    values = old.model_dump(exclude={"id", "text", "text_digest", "state"})
    text = f"Нам жаль. Проверяем партию и ответим здесь до {coming(3)}."
    session.add(
        DraftRow(**values, text=text, text_digest=audit.digest(text), state=DraftState.OFFERED)
    )


@pytest.mark.parametrize(
    ("doing", "number", "login"),
    [
        (ignore(COMPLAINT), COMPLAINT, "operator"),
        (ignore(HATER), HATER, "operator"),
        (edit, COMPLAINT, "operator"),
        (reject, COMPLAINT, "operator"),
        (approve, COMPLAINT, "approver"),
        (label, HATER, "operator"),
        (hold, COMPLAINT, "operator"),
    ],
    ids=["ignore", "ignore-held", "send", "reject", "approve", "label", "hold"],
)
def test_what_was_done_is_as_if_it_had_not_been(
    seeded: SeededDesk, doing: Doing, number: int, login: str
) -> None:
    def begin(session: Session, who: Person, at: datetime) -> None:
        if number == COMPLAINT and doing is not approve:
            offer(session, who, at)
        leases.take(session, person=who, mention_id=number, at=at)
        leases.own(session, session.get_one(Mention, number), who.id)

    seeded.act(login, begin)
    before = seeded.act(login, lambda session, _who, _at: standing(session, number))
    seeded.act(login, doing)
    assert seeded.act(login, lambda session, _who, _at: standing(session, number)) != before
    assert seeded.back(login, seconds=20).mention_id == number
    after = seeded.act(login, lambda session, _who, _at: standing(session, number))
    assert after == before
    with database.reading(seeded.engine) as session:
        audit.verify(session)
        found = cases.list_holders(session, [number], seeded.at)
        if doing is not label:
            assert found[number].person_id == seeded.person(session, login).id


def test_a_reply_taken_back_is_never_sent(seeded: SeededDesk) -> None:
    seeded.act("approver", approve)
    seeded.back("approver")
    with database.reading(seeded.engine) as session:
        sent = session.exec(select(Reply).where(Reply.mention_id == COMPLAINT)).one()
    assert sent.state is ReplyState.FAILED


def test_a_request_to_hide_is_taken_back_by_who_asked(seeded: SeededDesk) -> None:
    seeded.act("operator", hide)
    seeded.back("operator")
    with database.reading(seeded.engine) as session:
        act = session.exec(select(Act).where(Act.kind == ActKind.HIDE)).one()
    assert act.state is ActState.REFUSED


def test_a_case_handed_over_comes_back_unless_the_colleague_has_acted(seeded: SeededDesk) -> None:
    def hand_over(session: Session, who: Person, at: datetime) -> object:
        to = seeded.person(session, "second")
        return leases.hand_over(session, person=who, mention_id=COMPLAINT, to_person=to, at=at)

    seeded.act("operator", hand_over)
    seeded.back("operator")
    with database.reading(seeded.engine) as session:
        holder = leases.holder_of(session, [COMPLAINT], seeded.at)[COMPLAINT]
        assert holder.person_id == seeded.person(session, "operator").id
    seeded.act("operator", hand_over)
    seeded.act("second", edit)
    seeded.act("second", ignore(COMPLAINT))
    with pytest.raises(StaleText, match="colleague"):
        seeded.back("operator")


def test_a_chosen_draft_gives_its_place_back(seeded: SeededDesk) -> None:
    def choose(session: Session, who: Person, at: datetime) -> object:
        offer(session, who, at)
        session.flush()
        other = next(
            one
            for one in replies.list_drafts(session, COMPLAINT)
            if one.state is DraftState.OFFERED
        )
        return choosing.choose(session, person=who, draft_id=other.id or 0, at=at)

    with database.reading(seeded.engine) as session:
        before = draft_of(session, COMPLAINT).text
    seeded.act("operator", choose)
    seeded.back("operator")
    with database.reading(seeded.engine) as session:
        assert draft_of(session, COMPLAINT).text == before


def test_after_half_a_minute_it_is_done(seeded: SeededDesk) -> None:
    seeded.act("operator", ignore(HATER))
    assert seeded.last("operator", seconds=29) is not None
    assert seeded.last("operator", seconds=31) is None
    with pytest.raises(StaleText):
        seeded.back("operator", seconds=31)
    assert seeded.mention(HATER).state is MentionState.CLOSED


def test_nobody_takes_back_what_somebody_else_did(seeded: SeededDesk) -> None:
    seeded.act("operator", ignore(HATER))
    assert seeded.last("lead") is None


def test_only_the_last_step_is_offered_and_only_once(seeded: SeededDesk) -> None:
    seeded.act("operator", ignore(HATER))
    seeded.act("operator", ignore(10))
    assert seeded.back("operator").mention_id == 10
    assert seeded.last("operator") is None


def test_what_has_moved_on_since_stays(seeded: SeededDesk) -> None:
    seeded.act("operator", ignore(HATER))

    def move(session: Session, _who: Person, _at: datetime) -> None:
        session.get_one(Mention, HATER).version = 2

    seeded.act("operator", move)
    with pytest.raises(StaleText, match="moved on"):
        seeded.back("operator")
