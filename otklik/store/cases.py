"""Cases: one person, one story; who works on which, and what was said to that person before."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select, update

from otklik.enums import (
    CaseState,
    CloseReason,
    DraftState,
    MentionState,
    ReplyState,
    Topic,
)
from otklik.errors import NotFound
from otklik.models import Author, Case, DraftRow, Mention, Person, Reply
from otklik.store import mentions

WAITING = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)
SAME_STORY = timedelta(days=14)
_OUT = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)


def list_canonical_ids(session: Session, author_ids: Iterable[int]) -> dict[int, int]:
    """The first known account of the person behind each of these."""
    wanted = set(author_ids)
    linked = session.exec(
        select(Author.id, Author.same_as_id).where(
            col(Author.id).in_(wanted), col(Author.same_as_id).is_not(None)
        )
    )
    return {one: one for one in wanted} | {one or 0: first or 0 for one, first in linked}


def get_case(session: Session, case_id: int) -> Case:
    """The case of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"case {case_id}")
    return row


def lock_cases(session: Session, case_ids: Iterable[int]) -> list[Case]:
    """These cases as they stand now, locked in one order."""
    return list(
        session.exec(
            select(Case)
            .where(col(Case.id).in_(set(case_ids)))
            .order_by(col(Case.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def list_open_cases(session: Session, author_ids: Iterable[int]) -> dict[int, Case]:
    """Open cases by author id, the one of a linked account included."""
    first = list_canonical_ids(session, author_ids)
    found = session.exec(
        select(Case).where(
            col(Case.author_id).in_(set(first.values())), Case.state == CaseState.OPEN
        )
    )
    by_person = {row.author_id: row for row in found}
    return {author: by_person[one] for author, one in first.items() if one in by_person}


def save_case(session: Session, case: Case) -> Case:
    """Add or change."""
    session.add(case)
    session.flush()
    return case


# ---- leases --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    """Who works on a case, until when."""

    person_id: int
    name: str
    until: datetime


def list_holders(session: Session, mention_ids: Collection[int], at: datetime) -> dict[int, Holder]:
    """Who works on the cases of these mentions now, by mention id."""
    rows = session.exec(
        select(Mention.id, Person.id, Person.name, Case.lease_until)
        .join(Case, col(Case.id) == Mention.case_id)
        .join(Person, col(Person.id) == Case.leased_by_id)
        .where(col(Mention.id).in_(mention_ids), col(Case.lease_until) > at)
    )
    return {
        mention or 0: Holder(person or 0, name, until)
        for mention, person, name, until in rows
        if until is not None
    }


def save_lease(
    session: Session, case_id: int, person_id: int, until: datetime, at: datetime
) -> bool:
    """Lease a case if it is free or this person's already; False: somebody else holds it."""
    free = or_(col(Case.lease_until).is_(None), col(Case.lease_until) <= at)
    done: Any = session.exec(
        update(Case)
        .where(col(Case.id) == case_id, or_(free, col(Case.leased_by_id) == person_id))
        .values(leased_by_id=person_id, lease_until=until)
    )
    return bool(done.rowcount)


def delete_lease(session: Session, case_id: int | None, person_id: int) -> bool:
    """Give a case back; False: it was not this person's."""
    done: Any = session.exec(
        update(Case)
        .where(col(Case.id) == case_id, col(Case.leased_by_id) == person_id)
        .values(leased_by_id=None, lease_until=None)
    )
    return bool(done.rowcount)


def list_without_case(session: Session, brand_id: str, limit: int = 20) -> list[Mention]:
    """Mentions that wait for a person though no case was opened: a step failed on them."""
    return list(
        session.exec(
            select(Mention)
            .where(
                Mention.brand_id == brand_id,
                col(Mention.case_id).is_(None),
                col(Mention.state).in_(WAITING),
                col(Mention.is_ours).is_(False),
            )
            .order_by(col(Mention.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


# ---- the whole story -----------------------------------------------------------------------


@dataclass(frozen=True)
class CaseLine:
    """One comment of a case and what it was answered with; `by_hand`: outside Otklik."""

    mention: Mention
    author_name: str
    reply: Reply | None = None
    by_hand: DraftRow | None = None


def list_case_mentions(session: Session, case_id: int) -> list[CaseLine]:
    """The whole story of a person, oldest first: every comment on any platform, and our answers."""
    rows = session.exec(
        select(Mention, Author.name)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Mention.case_id == case_id)
        .order_by(col(Mention.waiting_since), col(Mention.id))
    ).all()
    ids = [mention.id or 0 for mention, _ in rows]
    answers = _last_replies(session, ids)
    hands = _texts_by_hand(session, [mention for mention, _ in rows])
    return [
        CaseLine(mention, name, answers.get(mention.id or 0), hands.get(mention.id or 0))
        for mention, name in rows
    ]


def _last_replies(session: Session, mention_ids: Sequence[int]) -> dict[int, Reply]:
    found = session.exec(
        select(Reply)
        .where(col(Reply.mention_id).in_(mention_ids), col(Reply.state).in_(_OUT))
        .order_by(col(Reply.id))
    )
    return {row.mention_id: row for row in found}


def _texts_by_hand(session: Session, rows: Sequence[Mention]) -> dict[int, DraftRow]:
    elsewhere = [row.id or 0 for row in rows if row.close_reason == CloseReason.ANSWERED_ELSEWHERE]
    found = session.exec(
        select(DraftRow)
        .where(
            col(DraftRow.mention_id).in_(elsewhere),
            DraftRow.state == DraftState.EXPIRED,
            DraftRow.reject_reason == mentions.BY_HAND,
        )
        .order_by(col(DraftRow.id))
    )
    return {row.mention_id: row for row in found}


@dataclass(frozen=True)
class AnsweredElsewhere:
    """The same person was answered at another comment; `url` may be empty.

    `topic` is what that comment was about, `fact_ids` are the facts its answer rests on.
    """

    mention_id: int
    platform: str
    url: str
    text: str
    at: datetime
    is_out: bool
    topic: Topic | None = None
    fact_ids: tuple[str, ...] = ()


def list_answered_elsewhere(
    session: Session, rows: Sequence[Mention], at: datetime
) -> dict[int, AnsweredElsewhere]:
    """For each mention, the latest answer to the same person in the last 14 days, if any.

    It may stand in another thread or on another platform, or wait to be sent.
    """
    here, there = aliased(Mention), aliased(Mention)
    found = session.exec(
        select(here.id, there, Reply, DraftRow.facts)
        .join(there, col(there.case_id) == here.case_id)
        .join(Reply, col(Reply.mention_id) == there.id)
        .join(DraftRow, col(DraftRow.id) == Reply.draft_id)
        .where(
            col(here.id).in_([row.id for row in rows]),
            there.id != here.id,
            col(Reply.state).in_(_OUT),
            Reply.queued_at >= at - SAME_STORY,
        )
        .order_by(col(Reply.id))
    )
    return {
        mention_id or 0: AnsweredElsewhere(
            mention_id=other.id or 0,
            platform=other.platform,
            url=reply.url or other.url,
            text=reply.text,
            at=reply.posted_at or reply.queued_at,
            is_out=reply.state == ReplyState.POSTED,
            topic=other.topic,
            fact_ids=tuple(fact["id"] for fact in facts),
        )
        for mention_id, other, reply, facts in found
    }
