"""What to show of the queue: a filter that a link, a saved view and a bulk action can carry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ColumnElement, exists, literal_column
from sqlmodel import Session, and_, col, or_, select

from otklik.clock import now
from otklik.enums import MentionState, SlaState, Stance, Topic
from otklik.models import Case, Mention, SubjectEntity
from otklik.store.search import search_condition

WAITING = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)
DONE = (MentionState.APPROVED, MentionState.ANSWERED, MentionState.CLOSED)
ME, NOBODY = "me", "nobody"  # owners that are told by who looks
MOST_DAYS = 3650
SOON = timedelta(hours=1)
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2999, 1, 1))]

# word for word the conditions of two partial indexes: without them neither is used
# (not Boolean: SQLite has no such type, and "… = 1" is another condition)
_WAITS: ColumnElement[bool] = literal_column("mention.state IN ('drafted', 'held', 'stuck')")
# (not `is_ours = 0`: SQLite would rather walk the index of reports, which begins with it)
_THEIRS: ColumnElement[bool] = literal_column("NOT mention.is_ours")
_IS_DONE: ColumnElement[bool] = literal_column(
    "mention.state IN ('approved', 'answered', 'closed')"
)


class SortBy(StrEnum):
    """The order of a list of what waits."""

    PRESSURE = "pressure"  # as cases are handed out: see `otklik.pressing`
    URGENCY = "urgency"  # the most urgent first, among equals the longest waiting
    DUE = "due"  # the first-reply clock that runs out first
    NEWEST = "newest"
    OLDEST = "oldest"
    REACH = "reach"  # the most followers first
    RATING = "rating"  # the fewest stars first


class QueueFilter(BaseModel):
    """What to show; an empty field asks for nothing.

    Args:
        entities: ids of the company's own lists.
        owners: who works on the case or keeps it: ids of people, `me`, `nobody`.
        is_overdue: the first reply was due.
        runs_out: it is due within the next hour.
        days: published (dealt with, where that is listed) in the last so many days.
        since, until: the same between two days of the desk, both included.
        waits_minutes: waits for that long at least.
        words: searched in the text, by beginnings of words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: tuple[MentionState, ...] = WAITING
    stances: tuple[Stance, ...] = ()
    urgencies: tuple[Annotated[int, Field(ge=0, le=3)], ...] = ()
    topics: tuple[Topic, ...] = ()
    platforms: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    owners: tuple[Annotated[str, Field(pattern=r"^(me|nobody|[0-9]{1,18})$")], ...] = ()
    incident: int | None = Field(None, ge=1, le=2**62)
    only_unsure: bool = False
    is_overdue: bool = False
    runs_out: bool = False
    days: int = Field(0, ge=0, le=MOST_DAYS)
    since: Day | None = None
    until: Day | None = None
    waits_minutes: int = Field(0, ge=0, le=MOST_DAYS * 1440)
    words: str = Field("", max_length=400)
    sort: SortBy = SortBy.PRESSURE


class Viewer(NamedTuple):
    """Who looks, and when: `at` in the desk's own time zone tells where a day begins."""

    person_id: int
    at: datetime


def list_conditions(
    session: Session, brand_id: str, wanted: QueueFilter, viewer: Viewer | None = None
) -> list[ColumnElement[bool]]:
    """What a mention must fulfil; a filter by time or person asks for a `viewer`."""
    viewer = viewer or Viewer(0, now())
    return [
        col(Mention.brand_id) == brand_id,
        _THEIRS,
        *_of_states(wanted.states),
        *_chosen(wanted),
        *_named(brand_id, wanted.entities),
        *_owned(wanted.owners, viewer),
        *_in_time(wanted, viewer.at),
        *_searched(session, brand_id, wanted),
    ]


def _of_states(states: Sequence[MentionState]) -> list[ColumnElement[bool]]:
    chosen = set(states)
    if not chosen:
        return []
    found: list[ColumnElement[bool]] = [col(Mention.state).in_(states)]
    if chosen <= set(WAITING):
        return [_WAITS] if chosen == set(WAITING) else [_WAITS, *found]
    return [_IS_DONE, *found] if chosen <= set(DONE) else found


def _chosen(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    chosen: tuple[tuple[Any, Sequence[Any]], ...] = (
        (Mention.stance, wanted.stances),
        (Mention.urgency, wanted.urgencies),
        (Mention.topic, wanted.topics),
        (Mention.platform, wanted.platforms),
        (Mention.zone, wanted.zones),
    )
    found: list[ColumnElement[bool]] = [
        col(column).in_(values) for column, values in chosen if values
    ]
    if wanted.incident is not None:
        found.append(col(Mention.incident_id) == wanted.incident)
    if wanted.only_unsure:
        found.append(col(Mention.is_unsure).is_(True))
    return found


def _named(brand_id: str, entities: Collection[str]) -> list[ColumnElement[bool]]:
    if not entities:
        return []
    named = select(SubjectEntity.mention_id).where(
        SubjectEntity.brand_id == brand_id, col(SubjectEntity.entity_id).in_(entities)
    )
    return [col(Mention.id).in_(named)]


def _owned(owners: Sequence[str], viewer: Viewer) -> list[ColumnElement[bool]]:
    if not owners:
        return []
    people = {viewer.person_id if one == ME else int(one) for one in owners if one != NOBODY}
    is_held = and_(col(Case.leased_by_id).in_(people), col(Case.lease_until) > viewer.at)
    either: list[ColumnElement[bool]] = []
    if people:
        theirs = select(Case.id).where(or_(col(Case.owner_id).in_(people), is_held))
        either.append(col(Mention.case_id).in_(theirs))
    if NOBODY in owners:
        taken = or_(col(Case.owner_id).is_not(None), col(Case.lease_until) > viewer.at)
        either.append(~exists().where(col(Case.id) == col(Mention.case_id), taken))
    return [or_(*either)]


def _in_time(wanted: QueueFilter, at: datetime) -> list[ColumnElement[bool]]:
    is_done = bool(wanted.states) and set(wanted.states) <= set(DONE)
    column = col(Mention.state_changed_at if is_done else Mention.waiting_since)
    found: list[ColumnElement[bool]] = []
    if wanted.days:
        found.append(column >= at - timedelta(days=wanted.days))
    if wanted.since:
        found.append(column >= _midnight(wanted.since, at))
    if wanted.until:
        found.append(column < _midnight(wanted.until + timedelta(days=1), at))
    if wanted.waits_minutes:
        found.append(col(Mention.waiting_since) <= at - timedelta(minutes=wanted.waits_minutes))
    if wanted.runs_out:
        found.append(runs_out(at))
    return [*found, is_overdue(at)] if wanted.is_overdue else found


def _midnight(day: date, at: datetime) -> datetime:
    return datetime.combine(day, time(), at.tzinfo)


def is_overdue(at: datetime) -> ColumnElement[bool]:
    """The first reply was due."""
    return or_(
        col(Mention.sla_state) == SlaState.MISSED,
        and_(col(Mention.sla_state) == SlaState.RUNNING, col(Mention.sla_due_at) <= at),
    )


def runs_out(at: datetime) -> ColumnElement[bool]:
    """The reply is due within the next hour."""
    return and_(
        col(Mention.sla_state) == SlaState.RUNNING,
        col(Mention.sla_due_at) > at,
        col(Mention.sla_due_at) <= at + SOON,
    )


def _searched(session: Session, brand_id: str, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    if not wanted.words.strip():
        return []
    only_waits = bool(wanted.states) and set(wanted.states) <= set(WAITING)
    dialect = session.get_bind().dialect.name
    return [search_condition(dialect, brand_id, wanted.words, _WAITS if only_waits else None)]


def by_index(query: Any, states: Sequence[MentionState] = WAITING) -> Any:
    """Read what waits, or what was dealt with, off its own index.

    SQLite knows nothing of how few rows wait and would walk a larger index; where no index is
    for these states the query stays as it is.
    """
    chosen = set(states)
    for name, group in (("ix_mention_waiting", WAITING), ("ix_mention_done", DONE)):
        if chosen and chosen <= set(group):
            return query.with_hint(Mention, f"INDEXED BY {name}", "sqlite")
    return query


def by_order(query: Any, wanted: QueueFilter) -> Any:
    """Read a list off the index that has its order, where few of the rows read are left out.

    What asks for little (words, a person, a thing) is found faster off the index that holds
    what is filtered by, and sorted then.
    """
    is_narrow = wanted.words.strip() or wanted.owners or wanted.entities or wanted.incident
    is_waiting = bool(wanted.states) and set(wanted.states) <= set(WAITING)
    if wanted.sort is not SortBy.PRESSURE or is_narrow or not is_waiting:
        return by_index(query, wanted.states)
    return query.with_hint(Mention, "INDEXED BY ix_mention_pressing", "sqlite")


def waits() -> ColumnElement[bool]:
    """A person must act: the condition of the index of what waits."""
    return _WAITS


def read_filter(raw: Mapping[str, Any]) -> tuple[QueueFilter, list[str]]:
    """A filter from a link or a saved view, as far as it can be read.

    Args:
        raw: fields by name, as JSON or as texts; several values as a list.

    Returns:
        The filter, and what of it means nothing (any more), as ``field=value``.
    """
    kept: dict[str, Any] = {}
    left_out = []
    for name, value in raw.items():
        values = value if isinstance(value, list | tuple) else [value]
        good = [one for one in values if _is_read(name, one)]
        left_out += [f"{name}={one}"[:120] for one in values if one not in good]
        if good:
            kept[name] = good if name in _SEVERAL else good[-1]
    return QueueFilter.model_validate(kept), left_out


_SEVERAL = {
    name for name, field in QueueFilter.model_fields.items() if isinstance(field.default, tuple)
}


def _is_read(name: str, value: Any) -> bool:
    try:
        QueueFilter.model_validate({name: [value] if name in _SEVERAL else value})
    except ValidationError:
        return False
    return True
