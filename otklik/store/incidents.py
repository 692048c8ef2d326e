"""Incidents as people work on them: who is in, what is said to them, what people changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, case, col, func, or_, select, update

from otklik.enums import DraftState, IncidentState, MentionState, ReplyState
from otklik.errors import NotFound
from otklik.models import (
    AuditEvent,
    Author,
    DraftRow,
    Incident,
    Mention,
    Person,
    Reply,
)

PAGE_SIZE = 25
LIVE = (
    IncidentState.SUSPECTED,
    IncidentState.OPEN,
    IncidentState.IN_WORK,
    IncidentState.REOPENED,
)
UNANSWERED = (
    MentionState.COLLECTED,
    MentionState.CLASSIFIED,
    MentionState.GROUPED,
    MentionState.DECIDED,
    MentionState.DRAFTED,
    MentionState.HELD,
    MentionState.STUCK,
)


@dataclass(frozen=True)
class Figures:
    """How large an incident is: its mentions, their authors, those who wait, the last hour's."""

    mentions: int = 0
    people: int = 0
    waiting: int = 0
    last_hour: int = 0
    reach: int | None = None
    hour_before: int = 0  # in the hour before the last one

    @property
    def grows(self) -> int:
        """1: faster than an hour ago, 0: as fast, -1: slower."""
        return (self.last_hour > self.hour_before) - (self.last_hour < self.hour_before)


@dataclass(frozen=True)
class IncidentLine:
    """One line of the list."""

    incident: Incident
    owner: str
    figures: Figures


@dataclass(frozen=True)
class IncidentPage:
    """One page of the list and how many incidents there are in all."""

    lines: list[IncidentLine]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.size))


def list_incident_lines(
    session: Session,
    brand_id: str,
    states: Sequence[IncidentState],
    hour_ago: datetime,
    *,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> IncidentPage:
    """A page of incidents in these states, the one alive last first; merged ones are left out."""
    wanted = (
        Incident.brand_id == brand_id,
        col(Incident.state).in_(states),
        col(Incident.merged_into_id).is_(None),
    )
    total = session.exec(select(func.count()).select_from(Incident).where(*wanted)).one()
    number = min(max(1, number), max(1, -(-total // size)))
    rows = session.exec(
        select(Incident, Person.name)
        .outerjoin(Person, col(Person.id) == Incident.owner_id)
        .where(*wanted)
        .order_by(col(Incident.last_at).desc(), col(Incident.id).desc())
        .offset((number - 1) * size)
        .limit(size)
    ).all()
    known = count_figures(session, [one.id or 0 for one, _name in rows], hour_ago)
    lines = [IncidentLine(one, name or "", known.get(one.id or 0, Figures())) for one, name in rows]
    return IncidentPage(lines, total, number, size)


def count_figures(
    session: Session, incident_ids: Collection[int], hour_ago: datetime
) -> dict[int, Figures]:
    """Sizes of these incidents, by id; what was deleted on the platform is not counted."""
    inside = (col(Mention.incident_id).in_(incident_ids), col(Mention.deleted_at).is_(None))
    is_waiting = case((col(Mention.state).in_(UNANSWERED), 1), else_=0)
    is_fresh = case((col(Mention.waiting_since) >= hour_ago, 1), else_=0)
    two_ago = hour_ago - timedelta(hours=1)
    is_before = case(
        (and_(col(Mention.waiting_since) >= two_ago, col(Mention.waiting_since) < hour_ago), 1),
        else_=0,
    )
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Mention.incident_id,
            func.count(),
            func.count(func.distinct(col(Mention.author_id))),
            func.sum(is_waiting),
            func.sum(is_fresh),
            func.sum(is_before),
        )
        .where(*inside)
        .group_by(col(Mention.incident_id))
    ).all()
    reach = _count_reach(session, inside)
    return {
        number: Figures(mentions, people, int(waits), int(fresh), reach.get(number), int(before))
        for number, mentions, people, waits, fresh, before in rows
    }


def _count_reach(session: Session, inside: Sequence[ColumnElement[bool]]) -> dict[int, int]:
    """Followers of everybody inside, each person once, where a platform tells them."""
    once = (
        select(Mention.incident_id, Mention.author_id).where(*inside).distinct().subquery("inside")
    )
    rows = session.execute(
        select(once.c.incident_id, func.sum(Author.followers))
        .join(Author, col(Author.id) == once.c.author_id)
        .where(col(Author.followers).is_not(None))
        .group_by(once.c.incident_id)
    )
    return {number: int(followers) for number, followers in rows}


def lock_incident(session: Session, incident_id: int) -> Incident:
    """The incident of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Incident)
        .where(Incident.id == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"incident {incident_id}")
    return row


def save_incident(session: Session, incident: Incident) -> Incident:
    """Add or change."""
    session.add(incident)
    session.flush()
    return incident


def save_state(session: Session, incident: Incident, was: IncidentState, to: IncidentState) -> bool:
    """Move it from that state to another, unless somebody was faster."""
    session.flush()
    moved = session.execute(
        update(Incident)
        .where(col(Incident.id) == incident.id, col(Incident.state) == was)
        .values(state=to)
        .returning(col(Incident.id))
    ).scalar_one_or_none()
    session.refresh(incident)
    return moved is not None


def count_people_around(session: Session, incident: Incident, moment: datetime) -> tuple[int, int]:
    """How many people inside wrote up to that moment, and how many only after it."""
    first = (
        select(Mention.author_id, func.min(Mention.waiting_since).label("first_at"))
        .where(Mention.incident_id == incident.id)
        .group_by(col(Mention.author_id))
        .subquery("people")
    )
    after = case((first.c.first_at > moment, 1), else_=0)
    total, later = session.execute(
        select(func.count(), func.coalesce(func.sum(after), 0)).select_from(first)
    ).one()
    return int(total) - int(later), int(later)


def list_incidents_like(
    session: Session, incident: Incident, *, limit: int = 30
) -> list[tuple[int, str]]:
    """Other live incidents one can be merged into: id and title, same topic first."""
    same_topic = case((col(Incident.topic) == incident.topic, 0), else_=1)
    rows = session.exec(
        select(Incident.id, Incident.title)
        .where(
            Incident.brand_id == incident.brand_id,
            Incident.id != incident.id,
            col(Incident.state).in_(LIVE),
            col(Incident.merged_into_id).is_(None),
        )
        .order_by(same_topic, col(Incident.last_at).desc())
        .limit(limit)
    )
    return [(number or 0, title) for number, title in rows]


# ---- its statement ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """How far a statement has come: drafts that rest on it, what is queued, what stands there."""

    drafts: int = 0
    queued: int = 0
    published: int = 0


def count_spread(session: Session, statement_ids: Collection[int]) -> dict[int, Spread]:
    """How far each of these statements has come, by id."""
    live = case((DraftRow.state == DraftState.PROPOSED, 1), else_=0)
    on_its_way = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN)
    queued = case((col(Reply.state).in_(on_its_way), 1), else_=0)
    out = case((col(Reply.state).in_((ReplyState.POSTED, ReplyState.REHEARSED)), 1), else_=0)
    rows = session.execute(
        select(DraftRow.statement_id, func.sum(live), func.sum(queued), func.sum(out))
        .select_from(DraftRow)
        .outerjoin(Reply, col(Reply.draft_id) == DraftRow.id)
        .where(col(DraftRow.statement_id).in_(statement_ids))
        .group_by(col(DraftRow.statement_id))
    )
    return {row[0]: Spread(*(int(one) for one in row[1:])) for row in rows}


# ---- what happened ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """What is on record of an incident: events with the actor's name, first answer, answers."""

    events: list[tuple[AuditEvent, str]] = field(default_factory=list)
    first_answer: datetime | None = None
    answers: int = 0


def get_story(
    session: Session, incident_id: int, statement_ids: Collection[int], *, limit: int = 60
) -> Story:
    """The latest events of an incident and of its statements, oldest first."""
    about = or_(
        and_(
            AuditEvent.subject_kind == "incident",
            AuditEvent.subject_id == str(incident_id),
        ),
        and_(
            AuditEvent.subject_kind == "statement",
            col(AuditEvent.subject_id).in_([str(one) for one in statement_ids]),
        ),
    )
    ids = [str(incident_id), *(str(one) for one in statement_ids)]
    found = session.exec(
        select(AuditEvent)
        .where(col(AuditEvent.subject_id).in_(ids), about)
        .order_by(col(AuditEvent.id).desc())
        .limit(limit)
    ).all()
    names = _names(session, {one.actor for one in found})
    inside = select(Mention.id).where(Mention.incident_id == incident_id)
    # (the sign keeps SQLite from walking all that was ever posted instead of the members)
    is_posted = func.coalesce(Reply.state, "") == ReplyState.POSTED
    first, answers = session.exec(
        select(func.min(Reply.posted_at), func.count()).where(
            col(Reply.mention_id).in_(inside), is_posted
        )
    ).one()
    events = [(one, names.get(one.actor, "")) for one in reversed(found)]
    return Story(events, first, answers)


def _names(session: Session, actors: Collection[str]) -> dict[str, str]:
    ids = [int(one.removeprefix("person:")) for one in actors if one.startswith("person:")]
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
    return {f"person:{number}": name for number, name in rows}
