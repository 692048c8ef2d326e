"""Texts on the way to a second pair of eyes."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.models import DraftRow, Mention, Person
from otklik.store import replies
from otklik.store.people import find_person
from responder import editing, leases

RISKY = "Здравствуйте! Позвоните нам: +7 912 345-67-89, паспорт 4510 123456, всё решим."


def person(session: Session, login: str) -> Person:
    found = find_person(session, login)
    assert found is not None
    return found


def proposed(session: Session, mention_id: int) -> DraftRow:
    found = replies.find_proposed_draft(session, mention_id)
    assert found is not None
    return found


def hand_over(session: Session, mention_id: int, text: str, login: str = "operator") -> DraftRow:
    """A text a person wrote over the machine's draft."""
    return editing.edit_draft(
        session,
        person=person(session, login),
        draft_id=proposed(session, mention_id).id or 0,
        text=text,
        at=now(),
    )


@pytest.fixture
def handed(desk_engine: Engine) -> int:
    """The mention of a text that an operator wrote and two others must approve."""
    with database.session(desk_engine) as session:
        mention = session.exec(select(Mention).where(Mention.id == 1)).one()
        operator = person(session, "operator")
        leases.take(session, person=operator, mention_id=mention.id or 0, at=now())
        draft = hand_over(session, mention.id or 0, RISKY)
        assert draft.approvals_needed == 2
    return mention.id or 0
