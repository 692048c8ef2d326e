"""People of the seeded desk and what they do to its cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.models import Mention, Person
from responder import undoing
from responder.undoing import Step
from tests.dashboard.seed import seed

Act = Callable[[Session, Person, datetime], object]


class SeededDesk:
    """The seeded desk: `act` does something in somebody's name, `back` takes it back."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.at = engine, now()
        self.mentions = seed(engine, at=self.at)

    def act(self, login: str, what: Act) -> object:
        """One transaction in the name of this person."""
        with database.session(self.engine) as session:
            return what(session, self.person(session, login), self.at)

    def person(self, session: Session, login: str) -> Person:
        """Who has this login."""
        return session.exec(select(Person).where(Person.login == login)).one()

    def last(self, login: str, **later: float) -> Step | None:
        """What this person may take back, so much later."""
        with database.reading(self.engine) as session:
            who = self.person(session, login)
            return undoing.find_last(session, person=who, at=self.at + timedelta(**later))

    def back(self, login: str, **later: float) -> Step:
        """Take the last step back, so much later."""
        step = self.last(login)
        assert step is not None
        at = self.at + timedelta(**later)
        with database.session(self.engine) as session:
            who = self.person(session, login)
            return undoing.undo(session, person=who, event_id=step.event_id, at=at)

    def mention(self, number: int) -> Mention:
        """A mention as it stands."""
        with database.reading(self.engine) as session:
            return session.get_one(Mention, number)


@pytest.fixture
def seeded(engine: Engine) -> SeededDesk:
    """A desk with work on it, on both databases."""
    return SeededDesk(engine)
