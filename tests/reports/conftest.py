"""Mentions for reports, written straight into the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine

from otklik import database
from otklik.enums import (
    Approach,
    DraftState,
    Language,
    MentionState,
    ReplyState,
    Role,
    Stance,
    Topic,
)
from otklik.models import (
    Approval,
    Author,
    DecisionRow,
    DraftRow,
    Mention,
    MentionVersion,
    Person,
    PolicyRevision,
    Reply,
    Source,
    Thread,
)

MONDAY = datetime(2026, 11, 2, 21, tzinfo=UTC)  # Tuesday the third, midnight in Moscow
Write = Callable[..., int]


class Stream:
    """Writes mentions into one database: `write(at, stance=…, answered_after=…)`."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self._numbers = engine, count(1)
        with database.session(engine) as session:
            source = Source(platform="isso", name="site", next_due_at=MONDAY)
            session.add(source)
            session.flush()
            thread = Thread(source_id=source.id or 0, platform="isso", external_id="t")
            session.add(thread)
            session.add(
                PolicyRevision(digest="p" * 64, name="shop", version=1, text="…", loaded_at=MONDAY)
            )
            session.flush()
            self.source_id, self.thread_id = source.id or 0, thread.id or 0

    def author(self) -> int:
        """A new author."""
        with database.session(self.engine) as session:
            row = Author(platform="isso", external_id=f"a{next(self._numbers)}")
            session.add(row)
            session.flush()
            return row.id or 0

    def person(self, role: Role = Role.LEAD) -> Person:
        """A new person of the desk."""
        with database.session(self.engine) as session:
            row = Person(login=f"p{next(self._numbers)}", role=role, created_at=MONDAY)
            session.add(row)
        return row

    def write(
        self,
        at: datetime,
        *,
        author_id: int | None = None,
        answered_after: timedelta | None = None,
        points: list[dict[str, Any]] | None = None,
        first_rating: float | None = None,
        **fields: Any,
    ) -> int:
        """One mention; its id."""
        number = next(self._numbers)
        author_id = author_id or self.author()
        state = MentionState.ANSWERED if answered_after else MentionState.DRAFTED
        usual: dict[str, Any] = {
            "platform": "isso",
            "stance": Stance.CRITIC,
            "topic": Topic.DELIVERY,
            "state": state,
            "external_id": f"e{number}",
            "content_digest": "d",
            "text": "…",
            "collected_at": at,
            "waiting_since": at,
            "state_changed_at": at,
        }
        with database.session(self.engine) as session:
            row = Mention(
                source_id=self.source_id,
                thread_id=self.thread_id,
                author_id=author_id,
                **{**usual, **fields},
            )
            session.add(row)
            session.flush()
            if first_rating is not None:
                session.add(
                    MentionVersion(
                        mention_id=row.id or 0,
                        version=1,
                        content_digest="d",
                        text="…",
                        rating=first_rating,
                        seen_at=at,
                    )
                )
            if answered_after or points is not None:
                draft = self._draft(session, row, points or [])
                if answered_after:
                    self._answer(session, row, draft, at + answered_after)
            return row.id or 0

    def _draft(self, session: Any, row: Mention, points: list[dict[str, Any]]) -> DraftRow:
        decision = DecisionRow(
            mention_id=row.id or 0,
            mention_version=1,
            rule_id="r",
            why="…",
            policy_digest="p" * 64,
            policy_version=1,
            created_at=row.waiting_since,
        )
        session.add(decision)
        session.flush()
        draft = DraftRow(
            mention_id=row.id or 0,
            mention_version=1,
            decision_id=decision.id or 0,
            writer="w",
            approach=Approach.ARGUE,
            language=Language.RUSSIAN,
            state=DraftState.PROPOSED,
            text="ответ",
            text_digest="x",
            points=points,
            created_at=row.waiting_since,
        )
        session.add(draft)
        session.flush()
        return draft

    def _answer(self, session: Any, row: Mention, draft: DraftRow, at: datetime) -> None:
        approver = Person(login=f"a{next(self._numbers)}", role=Role.APPROVER, created_at=at)
        session.add(approver)
        session.flush()
        session.add(
            Approval(
                draft_id=draft.id or 0,
                mention_id=row.id or 0,
                mention_version=1,
                text_digest="x",
                person_id=approver.id or 0,
                created_at=at,
            )
        )
        session.flush()
        draft.state = DraftState.APPROVED
        session.flush()
        reply = Reply(
            mention_id=row.id or 0,
            mention_version=1,
            draft_id=draft.id or 0,
            text="ответ",
            text_digest="x",
            idempotency_key=f"k{next(self._numbers)}",
            state=ReplyState.QUEUED,
            queued_at=at,
            send_after=at,
        )
        session.add(reply)
        session.flush()
        reply.state = ReplyState.SENDING
        session.flush()
        reply.state, reply.posted_at = ReplyState.POSTED, at
        session.flush()


@pytest.fixture
def stream(engine: Engine) -> Stream:
    """Both databases in turn."""
    return Stream(engine)
