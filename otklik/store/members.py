"""Who belongs to an incident: pages of members, counts over them, and what people changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, cast
from sqlmodel import Session, and_, case, col, delete, func, or_, select, update

from otklik.enums import MentionState, Stance
from otklik.errors import NotFound
from otklik.models import Author, Incident, IncidentChange, IncidentExclusion, Mention

MEMBERS = 20
EXCERPT = 360
# they have a case: nobody handles them in bulk as part of an attack
WITH_A_CASE = (Stance.CRITIC, Stance.HEATED)
_CHUNK = 500


@dataclass(frozen=True)
class MemberLine:
    """One mention of an incident; `excerpt` holds at most `EXCERPT` characters.

    `said_of_state`: why it is held.
    """

    id: int
    author_name: str
    platform: str
    excerpt: str
    is_cut: bool
    stance: Stance | None
    urgency: int
    state: MentionState
    waiting_since: datetime
    said_of_state: str = ""


_MEMBER: tuple[Any, ...] = (
    Mention.id,
    Author.name,
    Mention.platform,
    func.substr(col(Mention.text), 1, EXCERPT),
    func.length(col(Mention.text)) > EXCERPT,
    Mention.stance,
    Mention.urgency,
    Mention.state,
    Mention.waiting_since,
    func.substr(col(Mention.last_error), 1, EXCERPT),
)


def count_stances(session: Session, incident_id: int) -> dict[Stance | None, int]:
    """How many mentions of an incident have each stance."""
    rows = session.exec(
        select(Mention.stance, func.count())
        .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
        .group_by(col(Mention.stance))
    )
    return {Stance(stance) if stance else None: count for stance, count in rows}


def list_member_lines(
    session: Session,
    incident_id: int,
    stances: Sequence[Stance | None] = (),
    *,
    number: int = 1,
    size: int = MEMBERS,
) -> list[MemberLine]:
    """A page of members, newest first; of these stances only (None: not judged)."""
    query = (
        select(*_MEMBER)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
    )
    if stances:
        named = [one for one in stances if one is not None]
        is_named = col(Mention.stance).in_(named)
        query = query.where(
            or_(is_named, col(Mention.stance).is_(None)) if None in stances else is_named
        )
    query = query.order_by(col(Mention.waiting_since).desc(), col(Mention.id).desc())
    rows = session.execute(query.offset((max(1, number) - 1) * size).limit(size))
    return [MemberLine(*row) for row in rows]


def list_lines(session: Session, mention_ids: Sequence[int]) -> list[MemberLine]:
    """The same line of these mentions, newest first."""
    rows = session.execute(
        select(*_MEMBER)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(
            col(Mention.id).in_(mention_ids),
            col(Mention.deleted_at).is_(None),
            col(Mention.is_ours).is_(False),
        )
        .order_by(col(Mention.waiting_since).desc(), col(Mention.id).desc())
    )
    return [MemberLine(*row) for row in rows]


def list_member_ids(session: Session, incident_id: int) -> list[int]:
    """Ids of all mentions of an incident, those deleted on the platform among them."""
    query = select(Mention.id).where(Mention.incident_id == incident_id).order_by(col(Mention.id))
    return [found or 0 for found in session.exec(query)]


def list_member_ids_with(
    session: Session, incident_id: int, stances: Sequence[Stance]
) -> list[int]:
    """Ids of the members of these stances."""
    query = select(Mention.id).where(
        Mention.incident_id == incident_id, col(Mention.stance).in_(stances)
    )
    return [found or 0 for found in session.exec(query)]


def count_people(session: Session, mention_ids: Sequence[int]) -> int:
    """How many different people wrote these mentions."""
    authors: set[int] = set()
    for some in _chunks(mention_ids):
        authors |= set(
            session.exec(select(Mention.author_id).where(col(Mention.id).in_(some)).distinct())
        )
    return len(authors)


def list_newest_members(session: Session, incident_id: int, limit: int) -> list[Mention]:
    """The newest members whole, for what is computed from their texts."""
    return list(
        session.exec(
            select(Mention)
            .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
            .order_by(col(Mention.waiting_since).desc(), col(Mention.id).desc())
            .limit(limit)
        )
    )


def list_places(session: Session, mention_ids: Sequence[int]) -> dict[int, int | None]:
    """Which incident each of these strangers' mentions belongs to (None: none), by id."""
    found: dict[int, int | None] = {}
    for some in _chunks(mention_ids):
        rows = session.exec(
            select(Mention.id, Mention.incident_id).where(
                col(Mention.id).in_(some), col(Mention.is_ours).is_(False)
            )
        )
        found |= {number or 0: place for number, place in rows}
    return found


def save_members(session: Session, mention_ids: Sequence[int], to_id: int | None) -> None:
    """Put these mentions into an incident, or into none."""
    for some in _chunks(mention_ids):
        session.exec(update(Mention).where(col(Mention.id).in_(some)).values(incident_id=to_id))
    session.flush()


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def save_counts(session: Session, incident: Incident) -> None:
    """Size and times of an incident after its members have changed."""
    people, first, last = session.exec(
        select(
            func.count(func.distinct(col(Mention.author_id))),
            func.min(Mention.waiting_since),
            func.max(Mention.waiting_since),
        ).where(Mention.incident_id == incident.id)
    ).one()
    incident.size = people
    incident.first_at = first or incident.first_at
    incident.last_at = last or incident.last_at
    session.add(incident)
    session.flush()


def count_buckets(
    session: Session, incident_id: int, since: datetime, seconds: int
) -> dict[int, int]:
    """Mentions by the number of whole steps of `seconds` since `since`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    moment = col(Mention.waiting_since)
    epoch: Any = func.strftime("%s", moment) if is_sqlite else func.extract("epoch", moment)
    start = int(since.timestamp())
    # floor on PostgreSQL first: its cast rounds
    whole: Any = cast(epoch if is_sqlite else func.floor(epoch), BigInteger)
    step = (whole - start) // seconds
    rows = session.execute(
        select(step.label("step"), func.count())
        .where(
            Mention.incident_id == incident_id,
            col(Mention.deleted_at).is_(None),
            Mention.waiting_since >= since,
        )
        .group_by("step")
    )
    return {int(number): count for number, count in rows}


@dataclass(frozen=True)
class AccountSigns:
    """Authors of an incident: all, those whose age is known and the young, the empty ones."""

    people: int
    dated: int
    young: int
    empty: int


def count_account_signs(session: Session, incident_id: int, young_since: datetime) -> AccountSigns:
    """How old and how empty the accounts are, where platforms tell it.

    Args:
        young_since: an account registered later is young. One is empty that has neither a name
            nor a follower.
    """
    inside = (
        select(Mention.author_id)
        .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
        .distinct()
    )
    empty = and_(Author.name == "", func.coalesce(Author.followers, 0) == 0)
    row = session.exec(
        select(
            func.count(),
            func.sum(case((col(Author.registered_at).is_not(None), 1), else_=0)),
            func.sum(case((col(Author.registered_at) >= young_since, 1), else_=0)),
            func.sum(case((empty, 1), else_=0)),
        ).where(col(Author.id).in_(inside))
    ).one()
    return AccountSigns(*(int(one or 0) for one in row))


def save_change(session: Session, change: IncidentChange) -> IncidentChange:
    """Add or change."""
    session.add(change)
    session.flush()
    return change


def get_change(session: Session, change_id: int) -> IncidentChange:
    """The change of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(IncidentChange)
        .where(IncidentChange.id == change_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"change {change_id}")
    return row


def find_last_change(session: Session, person_id: int, since: datetime) -> IncidentChange | None:
    """The last change of this person since then that still stands, or None."""
    return session.exec(
        select(IncidentChange)
        .where(
            IncidentChange.person_id == person_id,
            IncidentChange.created_at >= since,
            col(IncidentChange.undone_at).is_(None),
        )
        .order_by(col(IncidentChange.id).desc())
        .limit(1)
    ).first()


def save_exclusions(
    session: Session, incident_id: int, mention_ids: Sequence[int], at: datetime
) -> None:
    """Remember that a person took these out of it."""
    known = list_excluded(session, incident_id, mention_ids)
    fresh = [one for one in mention_ids if one not in known]
    session.add_all(
        IncidentExclusion(incident_id=incident_id, mention_id=one, created_at=at) for one in fresh
    )
    session.flush()


def delete_exclusions(session: Session, incident_id: int, mention_ids: Sequence[int]) -> None:
    """A person put these back into it."""
    for some in _chunks(mention_ids):
        session.exec(
            delete(IncidentExclusion).where(
                col(IncidentExclusion.incident_id) == incident_id,
                col(IncidentExclusion.mention_id).in_(some),
            )
        )


def list_excluded(session: Session, incident_id: int, mention_ids: Sequence[int]) -> set[int]:
    """Which of these mentions a person took out of this incident."""
    found: set[int] = set()
    for some in _chunks(mention_ids):
        found |= set(
            session.exec(
                select(IncidentExclusion.mention_id).where(
                    IncidentExclusion.incident_id == incident_id,
                    col(IncidentExclusion.mention_id).in_(some),
                )
            )
        )
    return found
