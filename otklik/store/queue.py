"""Page queries for the desk: what waits for a person, what is done, how the machine fares.

Lists come in pages cut in the database and carry the beginning of a text, never five
megabytes of it; the whole text belongs to the case.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, literal_column, table, tuple_
from sqlmodel import Session, and_, col, func, or_, select

from otklik.enums import (
    CloseReason,
    MentionState,
    ReplyState,
    SlaState,
    Stance,
    Topic,
)
from otklik.models import (
    Alert,
    AlertDelivery,
    Approval,
    Author,
    Label,
    Mention,
    Person,
    Quarantine,
    Reply,
    Source,
    SubjectEntity,
    Thread,
)

PAGE_SIZE = 50
EXCERPT = 360
WAITING = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)
DONE = (MentionState.APPROVED, MentionState.ANSWERED, MentionState.CLOSED)


@dataclass(frozen=True)
class QueueFilter:
    """What to show; an empty field asks for nothing. `words` searches the text by prefixes,
    `entities` are ids of the company's own lists.
    """

    states: tuple[MentionState, ...] = WAITING
    stances: tuple[Stance, ...] = ()
    urgencies: tuple[int, ...] = ()
    topics: tuple[Topic, ...] = ()
    platforms: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    only_unsure: bool = False
    words: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One line of a list. `excerpt` holds at most `EXCERPT` characters of the text.

    `media` are the links of a comment's pictures and files; `cannot_answer` is why it cannot
    be answered where it stands, empty when it can.
    """

    id: int
    version: int
    platform: str
    excerpt: str
    is_cut: bool
    rating: float | None
    state: MentionState
    close_reason: CloseReason | None
    urgency: int
    stance: Stance | None
    topic: Topic | None
    is_unsure: bool
    incident_id: int | None
    waiting_since: datetime
    starts_clock: bool
    sla_due_at: datetime | None
    sla_state: SlaState | None
    state_changed_at: datetime
    media: list[str]
    cannot_answer: str
    author_name: str
    thread_title: str


@dataclass(frozen=True)
class QueuePage:
    """One page and how many rows there are in all."""

    rows: list[QueueRow]
    total: int
    number: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.size))


_COLUMNS: tuple[Any, ...] = (
    Mention.id,
    Mention.version,
    Mention.platform,
    func.substr(col(Mention.text), 1, EXCERPT).label("excerpt"),
    (func.length(col(Mention.text)) > EXCERPT).label("is_cut"),
    Mention.rating,
    Mention.state,
    Mention.close_reason,
    Mention.urgency,
    Mention.stance,
    Mention.topic,
    Mention.is_unsure,
    Mention.incident_id,
    Mention.waiting_since,
    Mention.starts_clock,
    Mention.sla_due_at,
    Mention.sla_state,
    Mention.state_changed_at,
    Mention.media,
    Mention.cannot_answer,
    col(Author.name).label("author_name"),
    col(Thread.title).label("thread_title"),
)
_MOST_URGENT_FIRST = (col(Mention.urgency).desc(), col(Mention.waiting_since), col(Mention.id))
_LATEST_FIRST = (col(Mention.state_changed_at).desc(), col(Mention.id).desc())


def list_queue(
    session: Session, brand_id: str, wanted: QueueFilter, *, number: int = 1, size: int = PAGE_SIZE
) -> QueuePage:
    """A page of what waits, the most urgent first and among these the longest waiting."""
    return _page(session, brand_id, wanted, _MOST_URGENT_FIRST, cut=(number, size))


def list_done(
    session: Session, brand_id: str, wanted: QueueFilter, *, number: int = 1, size: int = PAGE_SIZE
) -> QueuePage:
    """A page of what people have dealt with, the latest first."""
    return _page(session, brand_id, wanted, _LATEST_FIRST, cut=(number, size))


def _page(
    session: Session, brand_id: str, wanted: QueueFilter, order: Any, *, cut: tuple[int, int]
) -> QueuePage:
    number, size = cut
    conditions = _conditions(session, brand_id, wanted)
    total = session.exec(select(func.count()).select_from(Mention).where(*conditions)).one()
    last = max(1, -(-total // size))
    number = min(max(1, number), last)
    found = session.execute(
        select(*_COLUMNS)
        .join(Author, col(Author.id) == Mention.author_id)
        .join(Thread, col(Thread.id) == Mention.thread_id)
        .where(*conditions)
        .order_by(*order)
        .offset((number - 1) * size)
        .limit(size)
    )
    return QueuePage([QueueRow(*row) for row in found], total, number, size)


def _conditions(session: Session, brand_id: str, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    chosen: tuple[tuple[Any, Sequence[Any]], ...] = (
        (Mention.state, wanted.states),
        (Mention.stance, wanted.stances),
        (Mention.urgency, wanted.urgencies),
        (Mention.topic, wanted.topics),
        (Mention.platform, wanted.platforms),
    )
    conditions: list[ColumnElement[bool]] = [
        col(Mention.brand_id) == brand_id,
        col(Mention.is_ours).is_(False),
    ]
    conditions += [col(column).in_(values) for column, values in chosen if values]
    if wanted.entities:
        named = select(SubjectEntity.mention_id).where(
            SubjectEntity.brand_id == brand_id, col(SubjectEntity.entity_id).in_(wanted.entities)
        )
        conditions.append(col(Mention.id).in_(named))
    if wanted.only_unsure:
        conditions.append(col(Mention.is_unsure).is_(True))
    if wanted.words.strip():
        conditions.append(search_condition(session.get_bind().dialect.name, wanted.words))
    return conditions


def search_condition(dialect: str, words: str) -> ColumnElement[bool]:
    """Mentions holding a word that begins with each of `words`; nothing is operator in them."""
    found = re.findall(r"[^\W_]+", words)
    if not found:
        return false()
    if dialect == "postgresql":
        query = " & ".join(f"'{word}':*" for word in found)
        simple: Any = literal_column("'simple'")
        return func.to_tsvector(simple, col(Mention.text)).op("@@")(func.to_tsquery(simple, query))
    index = table("mention_search")
    query = " ".join(f'"{word}"*' for word in found)
    hits: Any = (
        select(literal_column("rowid"))
        .select_from(index)
        .where(literal_column("mention_search").op("MATCH")(query))
    )
    return col(Mention.id).in_(hits)


def search_mentions(session: Session, brand_id: str, words: str, *, limit: int = 50) -> list[int]:
    """Ids of mentions in any state that hold all `words` (by prefix), the newest first."""
    conditions = _conditions(session, brand_id, QueueFilter(states=(), words=words))
    query = select(Mention.id).where(*conditions).order_by(col(Mention.id).desc()).limit(limit)
    return [found for found in session.exec(query) if found is not None]


def find_next(session: Session, brand_id: str, *, skip: Collection[int] = ()) -> int | None:
    """The most urgent mention that waits for a person and is not among `skip`."""
    query = select(Mention.id).where(Mention.brand_id == brand_id, col(Mention.state).in_(WAITING))
    if skip:
        query = query.where(col(Mention.id).not_in(skip))
    return session.exec(query.order_by(*_MOST_URGENT_FIRST).limit(1)).first()


def count_waiting(session: Session, brand_id: str) -> dict[int, int]:
    """How many wait for a person, by urgency."""
    rows = session.exec(
        select(Mention.urgency, func.count())
        .where(Mention.brand_id == brand_id, col(Mention.state).in_(WAITING))
        .group_by(col(Mention.urgency))
    )
    return dict(list(rows))


def count_overdue(session: Session, brand_id: str, at: datetime) -> int:
    """How many wait for a person though their first reply was due."""
    return session.exec(
        select(func.count())
        .select_from(Mention)
        .where(
            Mention.brand_id == brand_id,
            col(Mention.state).in_(WAITING),
            or_(
                Mention.sla_state == SlaState.MISSED,
                and_(Mention.sla_state == SlaState.RUNNING, col(Mention.sla_due_at) <= at),
            ),
        )
    ).one()


def list_platforms(session: Session, brand_id: str) -> list[str]:
    """Names of the platforms that have a source."""
    query = select(Source.platform).where(Source.brand_id == brand_id).distinct()
    return sorted(session.exec(query))


@dataclass(frozen=True)
class ThreadLine:
    """One comment of a thread as it stands in public."""

    id: int
    external_id: str
    parent_external_id: str | None
    author_name: str
    is_ours: bool
    text: str
    at: datetime
    is_edited: bool


def list_thread_around(
    session: Session, mention: Mention, *, before: int = 3, after: int = 20, text_limit: int = 2000
) -> list[ThreadLine]:
    """The comments before and after one, oldest first, itself among them."""
    place = tuple_(col(Mention.waiting_since), col(Mention.id))
    here = (mention.waiting_since, mention.id)
    near = _thread_query(mention, text_limit)
    backwards = (col(Mention.waiting_since).desc(), col(Mention.id).desc())
    earlier = near.where(place <= here).order_by(*backwards).limit(before + 1)
    later = near.where(place > here).order_by(col(Mention.waiting_since), col(Mention.id))
    lines = [*reversed(session.execute(earlier).all()), *session.execute(later.limit(after))]
    return [ThreadLine(*line) for line in lines]


def _thread_query(mention: Mention, text_limit: int) -> Any:
    columns: tuple[Any, ...] = (
        Mention.id,
        Mention.external_id,
        Mention.parent_external_id,
        Author.name,
        Mention.is_ours,
        func.substr(col(Mention.text), 1, text_limit),
        Mention.waiting_since,
        col(Mention.edited_at).is_not(None),
    )
    return (
        select(*columns)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Mention.thread_id == mention.thread_id, col(Mention.deleted_at).is_(None))
    )


def list_labels(session: Session, mention_id: int) -> list[tuple[Label, str]]:
    """What people say the verdict should have been, with their names, oldest first."""
    query = (
        select(Label, Person.name)
        .join(Person, col(Person.id) == Label.person_id)
        .where(Label.mention_id == mention_id)
        .order_by(col(Label.id))
    )
    return [(label, name) for label, name in session.exec(query)]


def list_approvers(session: Session, draft_id: int) -> list[str]:
    """Names of those who have approved a draft, in order."""
    query = (
        select(Person.name)
        .join(Approval, col(Approval.person_id) == Person.id)
        .where(Approval.draft_id == draft_id)
        .order_by(col(Approval.id))
    )
    return list(session.exec(query))


def count_replies(session: Session, brand_id: str, since: datetime) -> dict[ReplyState, int]:
    """Replies queued since a moment, by state."""
    rows = session.exec(
        select(Reply.state, func.count())
        .where(Reply.brand_id == brand_id, Reply.queued_at >= since)
        .group_by(col(Reply.state))
    )
    return {ReplyState(state): count for state, count in rows}


def list_last_replies(session: Session, mention_ids: Collection[int]) -> dict[int, Reply]:
    """The latest reply to each of these mentions that has one, by mention id."""
    query = select(Reply).where(col(Reply.mention_id).in_(mention_ids)).order_by(col(Reply.id))
    return {reply.mention_id: reply for reply in session.exec(query)}


def list_unknown_replies(session: Session, brand_id: str, *, limit: int = 50) -> list[Reply]:
    """Replies of which nobody knows whether they were posted, the oldest first."""
    return list(
        session.exec(
            select(Reply)
            .where(Reply.brand_id == brand_id, Reply.state == ReplyState.UNKNOWN)
            .order_by(col(Reply.id))
            .limit(limit)
        )
    )


def list_quarantine(
    session: Session, brand_id: str, *, number: int = 1, size: int = PAGE_SIZE
) -> tuple[list[tuple[Quarantine, str]], int]:
    """Rows that could not become mentions, with their source's name, newest first; the total."""
    total = session.exec(
        select(func.count()).select_from(Quarantine).where(Quarantine.brand_id == brand_id)
    ).one()
    rows = session.exec(
        select(Quarantine, Source.name)
        .join(Source, col(Source.id) == Quarantine.source_id)
        .where(Quarantine.brand_id == brand_id)
        .order_by(col(Quarantine.id).desc())
        .offset((max(1, number) - 1) * size)
        .limit(size)
    )
    return [(row, name) for row, name in rows], total


@dataclass(frozen=True)
class AlertLine:
    """One alert and what became of it on each channel."""

    alert: Alert
    deliveries: list[AlertDelivery] = field(default_factory=list)


def list_alerts(session: Session, brand_id: str, *, limit: int = 50) -> list[AlertLine]:
    """The latest alerts, newest first."""
    alerts = session.exec(
        select(Alert).where(Alert.brand_id == brand_id).order_by(col(Alert.id).desc()).limit(limit)
    ).all()
    lines = {alert.id: AlertLine(alert) for alert in alerts}
    found = select(AlertDelivery).where(col(AlertDelivery.alert_id).in_(lines))
    for delivery in session.exec(found.order_by(col(AlertDelivery.id))):
        lines[delivery.alert_id].deliveries.append(delivery)
    return list(lines.values())
