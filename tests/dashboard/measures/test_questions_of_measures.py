"""The page of measures asks as much for twelve measures as for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from otklik import database
from otklik.clock import now
from otklik.enums import ActKind, ActState, Role
from otklik.models import Act, ActApproval, Mention, Person
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown

MOST = 14


def measures_only() -> None:
    from dashboard.views import measures

    measures.draw()


@contextmanager
def questions(engine: Engine) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def ask(engine: Engine, how_many: int) -> list[str]:
    """That many reports to the platform, each with one yes; what they are about."""
    with database.session(engine) as session:
        people = {one.role: one.id for one in session.exec(select(Person))}
        rows = session.exec(select(Mention).limit(how_many)).all()
        for row in rows:
            act = Act(
                kind=ActKind.REPORT,
                state=ActState.ASKED,
                subject_key=f"mention:{row.id}",
                mention_id=row.id,
                mention_version=row.version,
                author_id=row.author_id,
                reason="spam",
                asked_by_id=people[Role.LEAD],
                asked_at=now(),
                approvals_needed=2,
            )
            session.add(act)
            session.flush()
            session.add(
                ActApproval(
                    act_id=act.id or 0, person_id=people[Role.APPROVER] or 0, created_at=now()
                )
            )
        return [row.text for row in rows]


@pytest.mark.parametrize("how_many", [1, 12])
def test_the_page_asks_the_database_a_fixed_number_of_questions(
    open_app: OpenApp, desk_engine: Engine, how_many: int
) -> None:
    ask(desk_engine, how_many)
    app = open_app("lead", view=measures_only)
    with questions(desk_engine) as asked:
        app.run()
    assert not app.exception
    assert shown(app).count("1 из 2") == how_many
    assert 0 < len(asked) <= MOST, asked
