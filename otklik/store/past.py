"""What one person wrote before, what they were answered, and what we owe them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from otklik.enums import MentionState, PromiseState, ReplyState, Stance
from otklik.models import Approval, Case, DraftRow, Label, Mention, Promise, Reply
from otklik.store import histories
from otklik.store.mentions import BY_HAND

LINES = 12
PROMISES = 6
_SHOWN = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)


class PastLine(NamedTuple):
    """One comment of a person; `answer` is empty where none stands or waits to be sent."""

    mention_id: int
    case_id: int | None
    platform: str
    text: str
    at: datetime
    state: MentionState
    stance: Stance | None
    answer: str
    is_by_hand: bool


@dataclass(frozen=True)
class Past:
    """Of one person: other comments, the latest first, and how many others there are.

    `haters` counts those taken for a hater's. Labels are what staff last said of each field.
    """

    lines: list[PastLine] = field(default_factory=list)
    total: int = 0
    haters: int = 0
    accounts: int = 1
    promises: list[Promise] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


def get_past(session: Session, mention: Mention, *, text_limit: int = 400) -> Past:
    """What the author of this mention wrote besides it, on every account known to be theirs."""
    accounts = list(histories.list_accounts(session, [mention.author_id]))
    total, haters = _count(session, mention, accounts)
    rows = _lines(session, mention, accounts, text_limit) if total else []
    return Past(
        rows,
        total,
        haters,
        len(accounts),
        _promises(session, accounts),
        _labels(session, accounts) if total else [],
    )


def _count(session: Session, here: Mention, accounts: Collection[int]) -> tuple[int, int]:
    by_stance = session.exec(
        select(Mention.stance, func.count())
        .where(
            col(Mention.author_id).in_(accounts),
            col(Mention.id) != here.id,
            col(Mention.is_ours).is_(False),
        )
        .group_by(col(Mention.stance))
    ).all()
    return sum(n for _, n in by_stance), sum(n for kind, n in by_stance if kind is Stance.HATER)


def _lines(
    session: Session, here: Mention, accounts: Collection[int], text_limit: int
) -> list[PastLine]:
    answer = (
        select(func.max(Reply.id))
        .where(col(Reply.mention_id) == col(Mention.id), col(Reply.state).in_(_SHOWN))
        .correlate(Mention)
        .scalar_subquery()
    )
    by_hand = (
        select(func.max(DraftRow.id))
        .where(col(DraftRow.mention_id) == col(Mention.id), DraftRow.reject_reason == BY_HAND)
        .correlate(Mention)
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        Mention.id,
        Mention.case_id,
        Mention.platform,
        func.substr(col(Mention.text), 1, text_limit),
        Mention.waiting_since,
        Mention.state,
        Mention.stance,
        func.substr(func.coalesce(col(Reply.text), col(DraftRow.text), ""), 1, text_limit),
        col(DraftRow.id).is_not(None),
    )
    found = session.execute(
        select(*columns)
        .outerjoin(Reply, col(Reply.id) == answer)
        .outerjoin(DraftRow, col(DraftRow.id) == by_hand)
        .where(
            col(Mention.author_id).in_(accounts),
            col(Mention.id) != here.id,
            col(Mention.is_ours).is_(False),
        )
        .order_by(col(Mention.waiting_since).desc(), col(Mention.id).desc())
        .limit(LINES)
    )
    return [PastLine(*row) for row in found]


def _promises(session: Session, accounts: Collection[int]) -> list[Promise]:
    found = session.exec(
        select(Promise)
        .join(Mention, col(Mention.id) == Promise.mention_id)
        .where(col(Mention.author_id).in_(accounts), Promise.state != PromiseState.VOID)
        .order_by(col(Promise.closed_at).is_not(None), col(Promise.due_at), col(Promise.id))
        .limit(PROMISES)
    )
    return list(found)


def _labels(session: Session, accounts: Collection[int]) -> list[Label]:
    found = session.exec(
        select(Label)
        .join(Mention, col(Mention.id) == Label.mention_id)
        .where(col(Mention.author_id).in_(accounts))
        .order_by(col(Label.id).desc())
        .limit(LINES)
    )
    return list(found)


class Pulse(NamedTuple):
    """What must be drawn anew when it changes; one question to the database."""

    version: int
    state: MentionState
    is_deleted: bool
    cannot_answer: str
    last_draft: int | None
    approvals: int
    last_reply: int | None
    reply_state: ReplyState | None
    last_line: int | None
    holder_id: int | None


def find_pulse(session: Session, mention_id: int, at: datetime) -> Pulse | None:
    """Of one case as it stands; None: it is gone."""
    here = aliased(Mention)
    last_reply = _last(Reply.id, Reply.mention_id)
    columns: tuple[Any, ...] = (
        Mention.version,
        Mention.state,
        col(Mention.deleted_at).is_not(None),
        Mention.cannot_answer,
        _last(DraftRow.id, DraftRow.mention_id),
        _one(select(func.count(col(Approval.id))).where(Approval.mention_id == Mention.id)),
        last_reply,
        _one(select(Reply.state).where(col(Reply.id) == last_reply)),
        _one(select(func.max(here.id)).where(here.thread_id == Mention.thread_id)),
        _one(
            select(Case.leased_by_id).where(
                col(Case.id) == Mention.case_id, col(Case.lease_until) > at
            )
        ),
    )
    row = session.execute(select(*columns).where(col(Mention.id) == mention_id)).one_or_none()
    return Pulse(*row) if row is not None else None


def _last(number: Any, of: Any) -> Any:
    return _one(select(func.max(number)).where(of == Mention.id))


def _one(query: Any) -> Any:
    return query.correlate(Mention).scalar_subquery()
