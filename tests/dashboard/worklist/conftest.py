"""A seeded desk whose comments belong to cases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import database
from otklik.clock import now
from otklik.enums import MentionState
from otklik.models import Mention, Person
from otklik.store.people import find_person
from otklik.store.queue_filter import WAITING
from responder.incidents import waves
from tests.dashboard.seed import seed


def person(session: Session, login: str) -> Person:
    found = find_person(session, login)
    assert found is not None
    return found


def drafted(session: Session, count: int, *, below: int = 3) -> list[int]:
    """Ids of comments with a machine's draft, less urgent than `below`."""
    query = (
        select(Mention.id)
        .where(Mention.state == MentionState.DRAFTED, col(Mention.urgency) < below)
        .order_by(col(Mention.id))
        .limit(count)
    )
    return [one for one in session.exec(query) if one is not None]


def open_all_cases(engine: Engine) -> None:
    """Every waiting comment gets its case."""
    with database.session(engine) as session:
        rows = session.exec(select(Mention).where(col(Mention.state).in_(WAITING))).all()
        waves.open_cases(session, rows, now())
        session.add_all(rows)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """On both databases."""
    seed(engine)
    open_all_cases(engine)
    return engine
