"""Drafts, approvals, replies, promises."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from otklik.enums import DraftState, PromiseState, ReplyState
from otklik.errors import NotFound
from otklik.models import Approval, DraftRow, Mention, Promise, Reply, Thread


def save_draft(session: Session, draft: DraftRow) -> DraftRow:
    """Add a draft; a proposed one that stood for the mention is superseded."""
    session.exec(
        update(DraftRow)
        .where(
            col(DraftRow.mention_id) == draft.mention_id,
            col(DraftRow.state) == DraftState.PROPOSED,
        )
        .values(state=DraftState.SUPERSEDED)
    )
    session.add(draft)
    session.flush()
    return draft


def get_draft(session: Session, draft_id: int) -> DraftRow:
    """The draft of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(DraftRow).where(DraftRow.id == draft_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"draft {draft_id}")
    return row


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
    """Approvals that count: where two are asked, the editor's own does not.

    The trigger on `reply` counts the same way; this one is for telling people.
    """
    query = (
        select(func.count())
        .select_from(Approval)
        .where(Approval.draft_id == draft.id, Approval.text_digest == draft.text_digest)
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
    """The reply of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(select(Reply).where(Reply.id == reply_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"reply {reply_id}")
    return row


def list_replies(session: Session, mention_id: int) -> list[Reply]:
    """Every reply to a mention, oldest first."""
    return list(
        session.exec(select(Reply).where(Reply.mention_id == mention_id).order_by(col(Reply.id)))
    )


def claim_reply(session: Session, brand_id: str, at: datetime) -> Reply | None:
    """The oldest reply whose undo window is over, locked; None when there is none."""
    return session.exec(_next_reply(brand_id, at).with_for_update(skip_locked=True)).first()


def _next_reply(brand_id: str, at: datetime) -> SelectOfScalar[Reply]:
    return (
        select(Reply)
        .where(Reply.brand_id == brand_id, Reply.state == ReplyState.QUEUED, Reply.send_after <= at)
        .order_by(col(Reply.send_after), col(Reply.id))
        .limit(1)
    )


def find_next_reply(session: Session, brand_id: str, at: datetime) -> Reply | None:
    """What `claim_reply` would claim, without claiming it."""
    return session.exec(_next_reply(brand_id, at)).first()


def list_lost_replies(session: Session, brand_id: str, at: datetime) -> list[Reply]:
    """Replies `sending` for longer than their lease: the process that sent them is gone."""
    return list(
        session.exec(
            select(Reply)
            .where(
                Reply.brand_id == brand_id,
                Reply.state == ReplyState.SENDING,
                col(Reply.lease_until) < at,
            )
            .with_for_update(skip_locked=True)
        )
    )


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


def save_promises(session: Session, promises: Sequence[Promise]) -> None:
    """Enter promises into the ledger."""
    session.add_all(promises)
    session.flush()


def list_due_promises(session: Session, brand_id: str, at: datetime) -> list[Promise]:
    """Open promises whose date has come."""
    return list(
        session.exec(
            select(Promise)
            .where(
                Promise.brand_id == brand_id,
                Promise.state == PromiseState.OPEN,
                Promise.due_at <= at,
            )
            .order_by(col(Promise.due_at))
        )
    )


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


def list_open_promises(session: Session, reply_id: int) -> list[Promise]:
    """What one reply promised and is not kept yet."""
    return list(
        session.exec(
            select(Promise).where(Promise.reply_id == reply_id, Promise.state == PromiseState.OPEN)
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
