"""Drafts, approvals, replies, promises."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select, update

from otklik.enums import DraftState, ReplyState, Role, StatementState
from otklik.errors import NotFound
from otklik.models import Approval, DraftRow, Mention, Person, Reply, Statement, Thread
from otklik.store import mentions

APPROVERS = (Role.APPROVER, Role.LEAD, Role.ADMIN)  # as the triggers have it
ON_ITS_WAY = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN)


def save_draft(session: Session, draft: DraftRow) -> DraftRow:
    """Add a draft; a proposed one supersedes the one that stood for the mention.

    What was offered beside it goes too, unless this is the proposed one again: written anew by
    a person, or taken back.
    """
    if draft.state == DraftState.PROPOSED:
        is_again = draft.supersedes_id is not None
        ended = (DraftState.PROPOSED,) if is_again else (DraftState.PROPOSED, DraftState.OFFERED)
        session.exec(
            update(DraftRow)
            .where(col(DraftRow.mention_id) == draft.mention_id, col(DraftRow.state).in_(ended))
            .values(state=DraftState.SUPERSEDED)
        )
    session.add(draft)
    session.flush()
    return draft


def save_again(
    session: Session, old: DraftRow, state: DraftState, at: datetime, *, reason: str = ""
) -> DraftRow:
    """The same text as a new draft: one that has ended never comes back itself."""
    kept = old.model_dump(exclude={"id", "state", "supersedes_id", "reject_reason", "created_at"})
    again = DraftRow(**kept, supersedes_id=old.id, state=state, reject_reason=reason, created_at=at)
    return save_draft(session, again)


def get_draft(session: Session, draft_id: int) -> DraftRow:
    """The draft of that id; its mention and itself are locked for the transaction, in this order.

    Raises:
        NotFound: there is none.
    """
    owner = session.exec(select(DraftRow.mention_id).where(DraftRow.id == draft_id)).one_or_none()
    if owner is None:
        raise NotFound(f"draft {draft_id}")
    mentions.lock_mention(session, owner)
    return session.exec(
        select(DraftRow)
        .where(DraftRow.id == draft_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_mention_ids(session: Session, draft_ids: Sequence[int]) -> list[int]:
    """What these drafts would answer."""
    found = select(DraftRow.mention_id).where(col(DraftRow.id).in_(draft_ids))
    return list(session.exec(found))


def find_proposed_draft(session: Session, mention_id: int) -> DraftRow | None:
    """The draft that waits for a person, or None."""
    return session.exec(
        select(DraftRow).where(
            DraftRow.mention_id == mention_id, DraftRow.state == DraftState.PROPOSED
        )
    ).one_or_none()


def list_drafts(session: Session, mention_id: int) -> list[DraftRow]:
    """Every draft of a mention, oldest first."""
    return list(
        session.exec(
            select(DraftRow).where(DraftRow.mention_id == mention_id).order_by(col(DraftRow.id))
        )
    )


def list_approvals(session: Session, draft_id: int) -> list[Approval]:
    """Who has approved a draft, in order."""
    return list(
        session.exec(
            select(Approval).where(Approval.draft_id == draft_id).order_by(col(Approval.id))
        )
    )


def save_approval(session: Session, approval: Approval) -> None:
    """One person's yes; the database refuses one that does not fit text and version."""
    session.add(approval)
    session.flush()


def count_valid_approvals(session: Session, draft: DraftRow) -> int:
    """Approvals that count: by people who may still give them and, where two are asked, not by
    the editor.

    The triggers on `draft` and `reply` count the same way; this one is for telling people.
    """
    query = (
        select(func.count())
        .select_from(Approval)
        .join(Person, col(Person.id) == Approval.person_id)
        .where(
            Approval.draft_id == draft.id,
            Approval.text_digest == draft.text_digest,
            col(Person.is_active),
            col(Person.role).in_(APPROVERS),
        )
    )
    if draft.approvals_needed > 1 and draft.editor_id is not None:
        query = query.where(Approval.person_id != draft.editor_id)
    return session.exec(query).one()


def save_reply(session: Session, reply: Reply) -> Reply:
    """Queue a reply; the database refuses one without its approvals."""
    session.add(reply)
    session.flush()
    return reply


def get_reply(session: Session, reply_id: int) -> Reply:
    """The reply of that id; its mention and itself are locked for the transaction, in this order.

    Raises:
        NotFound: there is none.
    """
    owner = session.exec(select(Reply.mention_id).where(Reply.id == reply_id)).one_or_none()
    if owner is None:
        raise NotFound(f"reply {reply_id}")
    mentions.lock_mention(session, owner)
    return session.exec(
        select(Reply)
        .where(Reply.id == reply_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def find_ended_statement(session: Session, draft: DraftRow) -> Statement | None:
    """The statement a draft is bound to, if it is not in force (any more)."""
    if draft.statement_id is None:
        return None
    statement = session.get(Statement, draft.statement_id)
    is_in_force = statement is not None and statement.state == StatementState.APPROVED
    return None if is_in_force else statement


def list_drafts_of_statement(session: Session, statement_id: int) -> list[DraftRow]:
    """Drafts bound to a statement that wait for a person or to be sent."""
    live = (DraftState.PROPOSED, DraftState.OFFERED, DraftState.APPROVED)
    return list(
        session.exec(
            select(DraftRow)
            .where(DraftRow.statement_id == statement_id, col(DraftRow.state).in_(live))
            .order_by(col(DraftRow.mention_id), col(DraftRow.id))
        )
    )


def find_on_its_way(session: Session, mention_id: int) -> Reply | None:
    """The reply to a mention whose outcome is still open, or None."""
    return session.exec(
        select(Reply).where(Reply.mention_id == mention_id, col(Reply.state).in_(ON_ITS_WAY))
    ).first()


def list_replies(session: Session, mention_id: int) -> list[Reply]:
    """Every reply to a mention, oldest first."""
    return list(
        session.exec(select(Reply).where(Reply.mention_id == mention_id).order_by(col(Reply.id)))
    )


def claim_reply(session: Session, brand_id: str, at: datetime) -> Reply | None:
    """The oldest reply whose undo window is over, locked after its mention; None: there is none.

    What another process is busy with is passed over.
    """
    found = session.exec(
        select(Reply.id)
        .join(Mention, col(Mention.id) == Reply.mention_id)
        .where(*_is_due(brand_id, at))
        .order_by(col(Reply.send_after), col(Reply.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=Mention)
    ).first()
    reply = get_reply(session, found) if found is not None else None
    return reply if reply is not None and reply.state == ReplyState.QUEUED else None


def _is_due(brand_id: str, at: datetime) -> tuple[Any, ...]:
    return (
        Reply.brand_id == brand_id,
        Reply.state == ReplyState.QUEUED,
        col(Reply.send_after) <= at,
    )


def find_next_reply(session: Session, brand_id: str, at: datetime) -> Reply | None:
    """What `claim_reply` would claim, without claiming it."""
    return session.exec(
        select(Reply)
        .where(*_is_due(brand_id, at))
        .order_by(col(Reply.send_after), col(Reply.id))
        .limit(1)
    ).first()


def list_lost_replies(session: Session, brand_id: str, at: datetime) -> list[Reply]:
    """Replies `sending` for longer than their lease: the process that sent them is gone."""
    found = session.exec(
        select(Reply.id)
        .where(
            Reply.brand_id == brand_id,
            Reply.state == ReplyState.SENDING,
            col(Reply.lease_until) < at,
        )
        .order_by(col(Reply.mention_id))
    ).all()
    rows = [get_reply(session, reply_id) for reply_id in found if reply_id is not None]
    return [row for row in rows if row.state == ReplyState.SENDING]


def claim_follow_ups(
    session: Session, brand_id: str, at: datetime, limit: int, lease: timedelta
) -> list[Reply]:
    """Replies whose thread is to be read again; their next turn moves on by `lease`."""
    states = (ReplyState.POSTED, ReplyState.UNKNOWN)
    rows = session.exec(
        select(Reply)
        .where(
            Reply.brand_id == brand_id,
            col(Reply.state).in_(states),
            col(Reply.follow_up_at) <= at,
        )
        .order_by(col(Reply.follow_up_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.follow_up_at = at + lease
        session.add(row)
    return list(rows)


def list_under_way(session: Session, parent: Mention) -> list[tuple[Reply, Mention]]:
    """Replies to this mention, or to one directly under it, whose outcome is not known yet."""
    states = (ReplyState.SENDING, ReplyState.UNKNOWN)
    return list(
        session.exec(
            select(Reply, Mention)
            .join(Mention, col(Mention.id) == Reply.mention_id)
            .where(
                col(Reply.state).in_(states),
                Mention.thread_id == parent.thread_id,
                or_(
                    col(Mention.id) == parent.id,
                    col(Mention.parent_external_id) == parent.external_id,
                ),
            )
            .order_by(col(Reply.id))
        )
    )


def list_recent_texts(session: Session, brand_id: str, limit: int = 200) -> list[str]:
    """Our latest public or waiting texts, newest first: none of them is to be repeated."""
    return list(
        session.exec(
            select(DraftRow.text)
            .where(
                DraftRow.brand_id == brand_id,
                col(DraftRow.state).in_((DraftState.PROPOSED, DraftState.APPROVED)),
            )
            .order_by(col(DraftRow.id).desc())
            .limit(limit)
        )
    )


def get_place(session: Session, mention: Mention) -> Thread:
    """The thread a mention stands in."""
    thread = session.get(Thread, mention.thread_id)
    if thread is None:
        raise NotFound(f"thread {mention.thread_id}")
    return thread


def list_public_texts(session: Session, brand_id: str, limit: int = 200) -> list[str]:
    """Texts of our latest replies that are out or on their way, newest first."""
    out = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.POSTED, ReplyState.UNKNOWN)
    return list(
        session.exec(
            select(Reply.text)
            .where(Reply.brand_id == brand_id, col(Reply.state).in_(out))
            .order_by(col(Reply.id).desc())
            .limit(limit)
        )
    )


def find_reply_there(session: Session, external_id: str) -> Reply | None:
    """Our reply of that external id, or None."""
    return session.exec(select(Reply).where(Reply.external_id == external_id)).first()


def list_answered(session: Session, rows: Sequence[Mention]) -> set[int]:
    """Which of these mentions have a reply of ours in public, or perhaps have."""
    out = (ReplyState.POSTED, ReplyState.SENDING, ReplyState.UNKNOWN)
    return set(
        session.exec(
            select(Reply.mention_id).where(
                col(Reply.mention_id).in_([row.id for row in rows]), col(Reply.state).in_(out)
            )
        )
    )
