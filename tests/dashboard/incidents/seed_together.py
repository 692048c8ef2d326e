"""An incident with a statement in force: its drafts carry it and wait to be looked at together."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import audit, database
from otklik.clock import now
from otklik.enums import DraftState, Language, MentionState, Severity, StatementState
from otklik.models import DraftRow, Mention, Statement
from otklik.store import mentions, replies
from otklik.verdicts import Span
from responder import statements
from responder.lint import Finding
from tests.dashboard.seed_work import person

SAID = "Партию 4471 сняли с продажи, деньги за пачку вернём в любом магазине без чека."
STOPS = Finding(
    code="own-words",
    severity=Severity.BLOCK,
    span=Span(start=0, end=7),
    message_ru="Так здесь не говорят.",
    message_en="That is not said here.",
    way_out_ru="Скажите иначе.",
    way_out_en="Say it otherwise.",
)


def carry(engine: Engine, number: int) -> list[int]:
    """A statement for incident `number`; ids of its drafts, the first with a remark that stops it.

    Those of the comments that wait longest come first, as the page shows them.
    """
    at = now() - timedelta(minutes=30)  # nobody can take it back any more
    with database.session(engine) as session:
        said = statements.propose(
            session,
            person=person(session, "operator"),
            incident_id=number,
            language=Language.RUSSIAN,
            text=SAID,
            at=at,
        )
        for login in ("lead", "admin"):
            if said.state is StatementState.PROPOSED:
                statements.approve(
                    session,
                    person=person(session, login),
                    statement_id=said.id or 0,
                    text_digest=said.text_digest,
                    at=at,
                )
        query = select(Mention).where(Mention.incident_id == number)
        rows = session.exec(query.order_by(col(Mention.waiting_since), col(Mention.id))).all()
        return [_written(session, row, said, is_stopped=row is rows[0]) for row in rows]


def _written(session: Session, row: Mention, said: Statement, *, is_stopped: bool) -> int:
    """The draft of one comment, written anew with the statement; its id."""
    query = select(DraftRow).where(DraftRow.mention_id == row.id)
    old = session.exec(query.order_by(col(DraftRow.id).desc())).first()
    assert old is not None
    mentions.save_state(row, MentionState.DRAFTED, said.created_at)
    session.add(row)
    session.flush()
    text = f"Спасибо, что написали. {SAID}"
    values = old.model_dump(exclude={"id", "state", "text", "text_digest", "statement_id"})
    draft = DraftRow(
        **values | {"findings": [STOPS.model_dump(mode="json")] if is_stopped else []},
        state=DraftState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        statement_id=said.id,
    )
    return replies.save_draft(session, draft).id or 0
