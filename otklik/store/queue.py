"""Page queries for the desk: what waits for a person, what is done, how the machine fares.

Lists come in pages cut in the database and carry the beginning of a text, never five
megabytes of it; the whole text belongs to the case.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal_column, union_all
from sqlmodel import Session, col, func, select

from otklik.enums import CloseReason, MentionState, ReplyState, SlaState, Stance, Topic
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
    Thread,
)
from otklik.store.queue_filter import (
    DONE,
    QueueFilter,
    SortBy,
    Viewer,
    by_index,
    by_order,
    is_overdue,
    list_conditions,
    waits,
)
from otklik.store.search import condition_in_order, find_few

PAGE_SIZE = 50
EXCERPT = 360
COUNTED = 10_000  # what was dealt with is counted no further
COUNTED_WAITING = 100_000
COUNTED_FOUND = 500  # of a frequent word
Cut = tuple[int, int]  # number and size of a page


@dataclass(frozen=True)
class QueueRow:
    """One line of a list. `excerpt` holds at most `EXCERPT` characters of the text.

    `media` are the links of a comment's pictures and files; `cannot_answer` is why it cannot
    be answered where it stands, empty when it can; `said_of_state` why it is held or stuck.
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
    zone: str
    author_name: str
    thread_title: str
    said_of_state: str = ""


@dataclass(frozen=True)
class QueuePage:
    """One page and how many rows there are in all: `total` or, where `is_cut`, more."""

    rows: list[QueueRow]
    total: int
    number: int
    size: int = PAGE_SIZE
    is_cut: bool = False

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
    Mention.zone,
    col(Author.name).label("author_name"),
    col(Thread.title).label("thread_title"),
    func.substr(col(Mention.last_error), 1, EXCERPT).label("said_of_state"),
)
_MOST_URGENT_FIRST = (col(Mention.urgency).desc(), col(Mention.waiting_since), col(Mention.id))
_ORDERS: dict[SortBy, tuple[Any, ...]] = {
    SortBy.PRESSURE: (col(Mention.pressing_at), col(Mention.id)),
    SortBy.URGENCY: _MOST_URGENT_FIRST,
    SortBy.DUE: (
        col(Mention.sla_due_at).is_(None),
        col(Mention.sla_due_at),
        *_MOST_URGENT_FIRST,
    ),
    SortBy.NEWEST: (col(Mention.waiting_since).desc(), col(Mention.id).desc()),
    SortBy.OLDEST: (col(Mention.waiting_since), col(Mention.id)),
    SortBy.REACH: (
        func.coalesce(col(Author.followers), -1).desc(),
        *_MOST_URGENT_FIRST,
    ),
    SortBy.RATING: (col(Mention.rating).is_(None), col(Mention.rating), *_MOST_URGENT_FIRST),
}


def list_queue(
    session: Session,
    brand_id: str,
    wanted: QueueFilter,
    *,
    viewer: Viewer | None = None,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> QueuePage:
    """A page of what waits, in the order of the filter."""
    found = list_conditions(session, brand_id, wanted, viewer)
    total = _count(session, found, wanted.states, COUNTED_WAITING)
    number = min(max(1, number), _pages(total, COUNTED_WAITING, size))
    ids = _ordered_ids(session, found, wanted, offset=(number - 1) * size, limit=size)
    return _page(session, ids, total, COUNTED_WAITING, cut=(number, size))


def list_ids(
    session: Session,
    brand_id: str,
    wanted: QueueFilter,
    *,
    viewer: Viewer | None = None,
    limit: int = PAGE_SIZE,
) -> list[int]:
    """The first of what waits, in the order of the filter."""
    found = list_conditions(session, brand_id, wanted, viewer)
    return _ordered_ids(session, found, wanted, offset=0, limit=limit)


def list_done(
    session: Session,
    brand_id: str,
    wanted: QueueFilter,
    *,
    viewer: Viewer | None = None,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> QueuePage:
    """A page of what people have dealt with, the latest first."""
    if wanted.words.strip():
        return _list_found(session, brand_id, wanted, viewer, (number, size))
    found = list_conditions(session, brand_id, wanted, viewer)
    return _list_latest(session, found, wanted.states or DONE, COUNTED, (number, size))


def _list_found(
    session: Session,
    brand_id: str,
    wanted: QueueFilter,
    viewer: Viewer | None,
    cut: tuple[int, int],
) -> QueuePage:
    """Few hits are looked at all; of a frequent word the latest are found on the way."""
    few, silent = find_few(session, wanted.words), wanted.model_copy(update={"words": ""})
    found = list_conditions(session, brand_id, silent, viewer)
    if few is None:
        found.append(condition_in_order(session.get_bind().dialect.name, wanted.words))
        return _list_latest(session, found, wanted.states or DONE, COUNTED_FOUND, cut)
    changed = col(Mention.state_changed_at)
    every: Any = select(Mention.id).where(*found, col(Mention.id).in_(few))
    by_key = every.with_hint(Mention, "NOT INDEXED", "sqlite")
    ids = list(session.exec(by_key.order_by(changed.desc(), col(Mention.id).desc())))
    number = min(max(1, cut[0]), _pages(len(ids), COUNTED, cut[1]))
    shown = ids[(number - 1) * cut[1] : number * cut[1]]
    return _page(session, shown, len(ids), COUNTED, cut=(number, cut[1]))


def _list_latest(
    session: Session, found: Sequence[Any], states: Sequence[MentionState], most: int, cut: Cut
) -> QueuePage:
    size = cut[1]
    total = _count(session, found, states, most)
    number = min(max(1, cut[0]), _pages(total, most, size))
    first = (number - 1) * size
    # state by state: each is read off an index in the order of the list
    heads = [_latest(found, state, first + size) for state in states]
    merged = union_all(*heads).subquery()
    latest = select(merged.c.id).order_by(merged.c.at.desc(), merged.c.id.desc())
    ids = list(session.exec(latest.offset(first).limit(size)))
    return _page(session, ids, total, most, cut=(number, size))


def _latest(found: Sequence[ColumnElement[bool]], state: MentionState, limit: int) -> Any:
    changed = col(Mention.state_changed_at)
    every: Any = select(Mention.id, changed.label("at")).where(*found, Mention.state == state)
    head = (
        by_index(every, (state,))
        .order_by(changed.desc(), col(Mention.id).desc())
        .limit(limit)
        .subquery()
    )
    return select(head.c.id, head.c.at)


def _ordered_ids(
    session: Session, found: Sequence[Any], wanted: QueueFilter, *, offset: int, limit: int
) -> list[int]:
    """Ids first, by the index alone; rows with their texts are read for one page only."""
    query: Any = by_order(select(Mention.id).where(*found), wanted)
    if wanted.sort is SortBy.REACH:
        query = query.join(Author, col(Author.id) == Mention.author_id)
    return list(session.exec(query.order_by(*_ORDERS[wanted.sort]).offset(offset).limit(limit)))


def _count(
    session: Session, found: Sequence[Any], states: Sequence[MentionState], most: int
) -> int:
    """How many there are, or one more than `most`."""
    every: Any = select(literal_column("1")).select_from(Mention).where(*found)
    some = by_index(every, states).limit(most + 1)
    return session.exec(select(func.count()).select_from(some.subquery())).one()


def _pages(total: int, most: int, size: int) -> int:
    return max(1, -(-min(total, most) // size))


def _page(
    session: Session, ids: Sequence[int], total: int, most: int, *, cut: tuple[int, int]
) -> QueuePage:
    found = session.execute(
        select(*_COLUMNS)
        .join(Author, col(Author.id) == Mention.author_id)
        .join(Thread, col(Thread.id) == Mention.thread_id)
        .where(col(Mention.id).in_(ids))
    )
    rows = {row[0]: QueueRow(*row) for row in found}
    in_order = [rows[one] for one in ids if one in rows]
    return QueuePage(in_order, min(total, most), *cut, is_cut=total > most)


def count_waiting(session: Session, brand_id: str) -> dict[int, int]:
    """How many wait for a person, by urgency."""
    every: Any = (
        select(Mention.urgency, func.count())
        .where(Mention.brand_id == brand_id, waits())
        .group_by(col(Mention.urgency))
    )
    return dict(list(session.exec(by_index(every))))


def count_overdue(session: Session, brand_id: str, at: datetime) -> int:
    """How many wait for a person though their first reply was due."""
    every: Any = (
        select(func.count())
        .select_from(Mention)
        .where(Mention.brand_id == brand_id, waits(), is_overdue(at))
    )
    return int(session.exec(by_index(every)).one())


def list_zones(session: Session, brand_id: str) -> list[str]:
    """Zones in which something waits, by name."""
    every: Any = select(Mention.zone).where(Mention.brand_id == brand_id, waits()).distinct()
    return sorted(session.exec(by_index(every)))


def list_platforms(session: Session, brand_id: str) -> list[str]:
    """Names of the platforms that have a source."""
    query = select(Source.platform).where(Source.brand_id == brand_id).distinct()
    return sorted(session.exec(query))


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
