"""Mentions on the data's way: claim by state, move on, fail, void."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select, update

from otklik.enums import CloseReason, DraftState, MentionState, ReplyState
from otklik.errors import NotFound
from otklik.models import Author, DraftRow, Mention, MentionVersion, Reply, Thread

RETRY_BASE_SECONDS = 5.0
BY_HAND = "published on the site by hand"  # why such a draft waits no longer


def get_mention(session: Session, mention_id: int) -> Mention:
    """The mention of that id.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Mention, mention_id)
    if row is None:
        raise NotFound(f"mention {mention_id}")
    return row


def lock_mention(session: Session, mention_id: int) -> Mention:
    """The mention as it stands now, locked until the transaction ends.

    What belongs to a mention (drafts, replies, its case) is locked after it and the audit log
    last of all: so no two transactions wait for each other in a circle.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Mention)
        .where(Mention.id == mention_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"mention {mention_id}")
    return row


def lock_mentions(session: Session, mention_ids: Iterable[int]) -> list[Mention]:
    """These mentions as they stand now, locked in one order."""
    return list(
        session.exec(
            select(Mention)
            .where(col(Mention.id).in_(set(mention_ids)))
            .order_by(col(Mention.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def claim_mentions(
    session: Session, brand_id: str, state: MentionState, at: datetime, limit: int
) -> list[Mention]:
    """Up to `limit` mentions in `state`, oldest first, locked until the transaction ends.

    On PostgreSQL rows another worker holds are skipped; on SQLite the transaction itself is
    the lock.
    """
    ready = or_(col(Mention.retry_at).is_(None), col(Mention.retry_at) <= at)
    return list(
        session.exec(
            select(Mention)
            .where(Mention.brand_id == brand_id, Mention.state == state, ready)
            .order_by(col(Mention.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def list_collected_texts(session: Session, brand_id: str, at: datetime, limit: int) -> list[str]:
    """Texts of the mentions that would be claimed next to be judged; nothing is locked."""
    ready = or_(col(Mention.retry_at).is_(None), col(Mention.retry_at) <= at)
    return list(
        session.exec(
            select(Mention.text)
            .where(Mention.brand_id == brand_id, Mention.state == MentionState.COLLECTED, ready)
            .order_by(col(Mention.id))
            .limit(limit)
        )
    )


def list_next(
    session: Session, brand_id: str, state: MentionState, at: datetime, limit: int
) -> list[Mention]:
    """The mentions `claim_mentions` would claim next; nothing is locked."""
    ready = or_(col(Mention.retry_at).is_(None), col(Mention.retry_at) <= at)
    return list(
        session.exec(
            select(Mention)
            .where(Mention.brand_id == brand_id, Mention.state == state, ready)
            .order_by(col(Mention.id))
            .limit(limit)
        )
    )


def claim_mention(session: Session, mention_id: int, state: MentionState) -> Mention | None:
    """One mention, locked, if it still stands in `state`."""
    return session.exec(
        select(Mention)
        .where(Mention.id == mention_id, Mention.state == state)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def save_state(
    mention: Mention, state: MentionState, at: datetime, reason: CloseReason | None = None
) -> None:
    """Move a claimed mention on; a success forgets earlier failures."""
    mention.state, mention.state_changed_at = state, at
    mention.close_reason = reason
    mention.attempts, mention.retry_at, mention.last_error = 0, None, ""


def save_step_failure(mention: Mention, error: str, at: datetime, max_attempts: int) -> None:
    """A step failed on this row: try again later, or leave it `stuck` for a person."""
    mention.attempts += 1
    mention.last_error = error[:2000]
    mention.retry_at = at + timedelta(seconds=RETRY_BASE_SECONDS * 2 ** (mention.attempts - 1))
    if mention.attempts >= max_attempts:
        mention.state, mention.state_changed_at = MentionState.STUCK, at
        mention.retry_at = None


def void_work(session: Session, mention_ids: Iterable[int], reason: str) -> list[int]:
    """Drafts of these mentions expire and what is queued is not sent; ids of voided replies.

    A reply that is already being sent cannot be called back by us; it is left to its outcome.
    """
    ids = list(mention_ids)
    if not ids:
        return []
    session.flush()
    queued = session.exec(
        select(Reply).where(col(Reply.mention_id).in_(ids), Reply.state == ReplyState.QUEUED)
    ).all()
    for reply in queued:
        reply.state, reply.error = ReplyState.FAILED, reason
        session.add(reply)
    # what is offered first: a trigger ends it in its own way together with the proposed one
    for waiting in ((DraftState.OFFERED,), (DraftState.PROPOSED, DraftState.APPROVED)):
        session.exec(
            update(DraftRow)
            .where(col(DraftRow.mention_id).in_(ids), col(DraftRow.state).in_(waiting))
            .values(state=DraftState.EXPIRED, reject_reason=reason)
        )
    session.flush()
    return [reply.id or 0 for reply in queued]


def close_mentions(
    session: Session, mention_ids: Sequence[int], reason: CloseReason, at: datetime
) -> None:
    """Nothing is to be done (any more); an answered mention stays answered."""
    if mention_ids:
        session.exec(
            update(Mention)
            .where(col(Mention.id).in_(mention_ids), col(Mention.state) != MentionState.ANSWERED)
            .values(state=MentionState.CLOSED, close_reason=reason, state_changed_at=at)
        )


def list_authors(session: Session, mentions: Sequence[Mention]) -> dict[int, Author]:
    """Authors of these mentions, by author id."""
    ids = {m.author_id for m in mentions}
    found = session.exec(select(Author).where(col(Author.id).in_(ids)))
    return {row.id or 0: row for row in found}


def list_threads(session: Session, mentions: Sequence[Mention]) -> dict[int, Thread]:
    """Threads of these mentions, by thread id."""
    ids = {m.thread_id for m in mentions}
    found = session.exec(select(Thread).where(col(Thread.id).in_(ids)))
    return {row.id or 0: row for row in found}


def count_by_author(session: Session, author_ids: Iterable[int]) -> dict[int, int]:
    """How many mentions each author has written, the present ones included."""
    rows = session.exec(
        select(Mention.author_id, func.count())
        .where(col(Mention.author_id).in_(set(author_ids)))
        .group_by(col(Mention.author_id))
    )
    return dict(list(rows))


def list_newest_texts(session: Session, mention: Mention, at_most: int) -> list[str]:
    """Texts beside a mention in its thread, the last ones known, oldest first.

    A group chat is one thread for ever: only as much of it is read as is wanted.
    """
    newest = session.exec(
        select(Mention.text)
        .where(
            Mention.thread_id == mention.thread_id,
            Mention.id != mention.id,
            col(Mention.deleted_at).is_(None),
        )
        .order_by(col(Mention.id).desc())
        .limit(at_most)
    )
    return list(newest)[::-1]


def list_parents(session: Session, mentions: Sequence[Mention]) -> dict[str, Mention]:
    """The mentions these ones reply to, by external id."""
    wanted = {m.parent_external_id for m in mentions if m.parent_external_id}
    if not wanted:
        return {}
    found = session.exec(
        select(Mention).where(
            Mention.platform == mentions[0].platform,
            Mention.brand_id == mentions[0].brand_id,
            col(Mention.external_id).in_(wanted),
        )
    )
    return {row.external_id: row for row in found}


def list_mentions(session: Session, mention_ids: Sequence[int]) -> list[Mention]:
    """These mentions, by id."""
    return list(
        session.exec(
            select(Mention).where(col(Mention.id).in_(mention_ids)).order_by(col(Mention.id))
        )
    )


def list_versions(session: Session, mention_id: int) -> list[MentionVersion]:
    """Every text a mention has had, first to last."""
    return list(
        session.exec(
            select(MentionVersion)
            .where(MentionVersion.mention_id == mention_id)
            .order_by(col(MentionVersion.version))
        )
    )


def count_states(session: Session, brand_id: str) -> dict[str, int]:
    """How many mentions stand in each state."""
    rows = session.exec(
        select(Mention.state, func.count())
        .where(Mention.brand_id == brand_id)
        .group_by(col(Mention.state))
    )
    return {str(state): count for state, count in rows}


def list_waiting(session: Session, brand_id: str, at: datetime) -> list[Mention]:
    """Mentions whose first-reply clock has run out."""
    return list(
        session.exec(
            select(Mention)
            .where(
                Mention.brand_id == brand_id,
                col(Mention.sla_due_at) <= at,
                Mention.sla_state == "running",
            )
            .order_by(col(Mention.id))
            .limit(500)
            .with_for_update(skip_locked=True)
        )
    )
