"""A person asks for a fresh draft from today's facts; what stood there stays on record."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from otklik import audit, database
from otklik.clock import now
from otklik.enums import DraftState, MentionState
from otklik.errors import ApprovalError, StaleText
from otklik.models import AuditEvent, DecisionRow, DraftRow, FactRow, Mention, Person
from otklik.store import replies
from responder import editing, leases, rewriting
from tests.dashboard.case.conftest import SeededDesk
from tests.dashboard.coming import coming
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown

COMPLAINT = 1


def ask(session: Session, who: Person, at: datetime, *, over: bool = False) -> None:
    draft = replies.find_proposed_draft(session, COMPLAINT)
    rewriting.ask_anew(
        session,
        person=who,
        mention_id=COMPLAINT,
        mention_version=1,
        draft_id=draft.id if draft else None,
        at=at,
        over_own_words=over,
    )


def edit(session: Session, who: Person, at: datetime) -> None:
    draft = replies.find_proposed_draft(session, COMPLAINT)
    assert draft is not None
    text = f"Разберёмся и напишем здесь до {coming(2)}."
    editing.edit_draft(session, person=who, draft_id=draft.id or 0, text=text, at=at)


def drafts(session: Session) -> list[DraftRow]:
    return replies.list_drafts(session, COMPLAINT)


def test_the_machine_writes_next_and_the_old_draft_is_superseded(seeded: SeededDesk) -> None:
    seeded.act("operator", ask)
    assert seeded.mention(COMPLAINT).state is MentionState.DECIDED
    with database.reading(seeded.engine) as session:
        assert {one.state for one in drafts(session)} == {DraftState.SUPERSEDED}
        event = session.exec(select(AuditEvent).where(AuditEvent.action == rewriting.ACTION)).one()
        assert (event.detail or {})["mention"] == COMPLAINT
        audit.verify(session)


def test_a_persons_words_are_not_lost_unasked(seeded: SeededDesk) -> None:
    seeded.act("operator", edit)
    with pytest.raises(ApprovalError, match="a person has edited"):
        seeded.act("operator", ask)
    seeded.act("operator", lambda session, who, at: ask(session, who, at, over=True))
    assert seeded.mention(COMPLAINT).state is MentionState.DECIDED


def test_a_draft_that_was_turned_down_is_written_anew(seeded: SeededDesk) -> None:
    def reject(session: Session, who: Person, at: datetime) -> None:
        draft = replies.find_proposed_draft(session, COMPLAINT)
        assert draft is not None
        editing.reject(session, person=who, draft_id=draft.id or 0, reason="не о том", at=at)

    seeded.act("operator", reject)
    seeded.act("operator", ask)
    assert seeded.mention(COMPLAINT).state is MentionState.DECIDED
    with pytest.raises(StaleText):  # once is enough
        seeded.act("operator", ask)


def test_nothing_is_asked_where_a_colleague_works_or_policy_wants_no_draft(
    seeded: SeededDesk,
) -> None:
    seeded.act(
        "second", lambda db, who, at: leases.take(db, person=who, mention_id=COMPLAINT, at=at)
    )
    with pytest.raises(ApprovalError, match="working on"):
        seeded.act("operator", ask)
    with database.session(seeded.engine) as session:
        session.exec(update(DecisionRow).values(effects=[{"kind": "hold"}]))
    with pytest.raises(ApprovalError, match="your own words"):
        seeded.act("second", ask)


def test_a_press_asks_and_says_so(open_app: OpenApp, desk_engine: Engine) -> None:
    app = open_app("operator", mention=COMPLAINT)
    app.button(key=f"anew-{COMPLAINT}").click().run()
    assert not app.exception
    assert "Пишется черновик" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, COMPLAINT).state is MentionState.DECIDED


def test_an_edited_text_is_asked_about_first(open_app: OpenApp, desk_engine: Engine) -> None:
    app = open_app("operator", mention=COMPLAINT)
    box = next(one for one in app.text_area if (one.key or "").startswith("text-"))
    box.set_value("Мои собственные слова.").run()
    app.button(key=f"anew-{COMPLAINT}").click().run()
    assert "правил человек" in shown(app)
    app.button(key=f"anew-keep-{COMPLAINT}").click().run()
    assert "правил человек" not in shown(app)
    app.button(key=f"anew-{COMPLAINT}").click().run()
    app.button(key=f"anew-sure-{COMPLAINT}").click().run()
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, COMPLAINT).state is MentionState.DECIDED


def test_a_case_in_somebodys_hands_says_which_fact_has_changed(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        draft = replies.find_proposed_draft(session, COMPLAINT)
        assert draft is not None
        assert draft.facts
        digest, named = draft.facts[0]["digest"], draft.facts[0]["id"]
        fact = session.exec(select(FactRow).where(col(FactRow.digest) == digest)).one()
        session.exec(
            update(FactRow)
            .where(col(FactRow.digest) == digest)
            .values(value={**fact.value, "valid_until": now().isoformat()})
        )
    app = open_app("operator", mention=COMPLAINT)
    assert "С тех пор изменилось или больше не действует" in shown(app)
    assert named in shown(app)
