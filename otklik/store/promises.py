"""The ledger of promises: what is owed, what falls due, how much of it was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import String, and_, cast, literal, or_
from sqlmodel import Session, case, col, func, select

from otklik.enums import AlertKind, PromiseState, RateBy, ReplyState
from otklik.errors import NotFound
from otklik.models import Alert, Mention, Person, Promise, Reply


class KeptRate(BaseModel):
    """How many promises of one kind were kept; each counts once.

    Attributes:
        key: login, topic, zone, or month as ``2026-11``; ``-`` where there is none.
        in_time: kept by the date first given.
        postponed: kept by a date given later, with a reason.
        late: kept, after its date.
        overdue: open, its date gone by; `open`: not due yet.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    in_time: int
    postponed: int
    late: int
    broken: int
    overdue: int
    open: int
    void: int

    @property
    def owed(self) -> int:
        """Promises whose time has come, or that were kept before."""
        return self.in_time + self.postponed + self.late + self.broken + self.overdue

    @property
    def rate(self) -> float | None:
        """Share kept by the date first given; None when nothing was owed yet."""
        return self.in_time / self.owed if self.owed else None


def save_promises(session: Session, promises: Sequence[Promise]) -> None:
    """Enter promises into the ledger."""
    session.add_all(promises)
    session.flush()


def get_promise(session: Session, promise_id: int) -> Promise:
    """The promise of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Promise).where(Promise.id == promise_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"promise {promise_id}")
    return row


def find_promise(session: Session, promise_id: int | None) -> Promise | None:
    """The promise of that id as it stands, not locked, or None."""
    return None if promise_id is None else session.get(Promise, promise_id)


def list_open_promises(session: Session, reply_id: int) -> list[Promise]:
    """What one reply promised and is not kept yet."""
    return list(
        session.exec(
            select(Promise).where(Promise.reply_id == reply_id, Promise.state == PromiseState.OPEN)
        )
    )


def list_promises_to(session: Session, mention_id: int) -> list[Promise]:
    """Everything ever promised under a mention, oldest first."""
    return list(
        session.exec(
            select(Promise).where(Promise.mention_id == mention_id).order_by(col(Promise.id))
        )
    )


def list_promises(
    session: Session,
    brand_id: str,
    *,
    states: Sequence[PromiseState] = (PromiseState.OPEN,),
    owner_id: int | None = None,
    until: datetime | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[tuple[Promise, Mention]]:
    """Promises with the mentions they were made under, the soonest due first.

    Args:
        owner_id: only what this person owes.
        until: only what falls due by then.
    """
    query = (
        select(Promise, Mention)
        .join(Mention, col(Mention.id) == Promise.mention_id)
        .where(Promise.brand_id == brand_id, col(Promise.state).in_(states))
    )
    if owner_id is not None:
        query = query.where(Promise.owner_id == owner_id)
    if until is not None:
        query = query.where(Promise.due_at <= until)
    return list(
        session.exec(
            query.order_by(col(Promise.due_at), col(Promise.id)).offset(offset).limit(limit)
        )
    )


def _untold_to_readers(brand_id: str, owner_id: int | None) -> list[Any]:
    ended = (PromiseState.KEPT, PromiseState.BROKEN)
    found: list[Any] = [
        Promise.brand_id == brand_id,
        col(Promise.state).in_(ended),
        col(Promise.kept_by_reply_id).is_(None),
    ]
    return found if owner_id is None else [*found, col(Promise.owner_id) == owner_id]


def list_untold_promises(
    session: Session, brand_id: str, *, owner_id: int | None = None, limit: int, offset: int = 0
) -> list[tuple[Promise, Mention]]:
    """Settled promises whose readers were not told how it ended, the last settled first."""
    some = (
        select(Promise.id)
        .where(*_untold_to_readers(brand_id, owner_id))
        .order_by(col(Promise.closed_at).desc(), col(Promise.id).desc())
        .offset(offset)
        .limit(limit)
    )
    # the few are chosen before their comments are read
    query = (
        select(Promise, Mention)
        .join(Mention, col(Mention.id) == Promise.mention_id)
        .where(col(Promise.id).in_(some))
        .order_by(col(Promise.closed_at).desc(), col(Promise.id).desc())
    )
    return list(session.exec(query))


def count_untold_promises(session: Session, brand_id: str, *, owner_id: int | None = None) -> int:
    """How many settled promises the readers were not told of."""
    query = select(func.count()).where(*_untold_to_readers(brand_id, owner_id))
    return session.exec(query).one()


@dataclass(frozen=True)
class Debts:
    """How much is owed: in all, overdue, due soon."""

    owed: int
    overdue: int
    soon: int


def count_debts(
    session: Session,
    brand_id: str,
    at: datetime,
    ahead: timedelta,
    *,
    owner_id: int | None = None,
) -> Debts:
    """How many open promises there are, overdue ones and those due within `ahead`.

    Args:
        owner_id: only what this person owes.
    """
    is_late = case((col(Promise.due_at) <= at, 1), else_=0)
    is_soon = case((and_(col(Promise.due_at) > at, col(Promise.due_at) <= at + ahead), 1), else_=0)
    query = select(func.count(), func.sum(is_late), func.sum(is_soon)).where(
        Promise.brand_id == brand_id, Promise.state == PromiseState.OPEN
    )
    if owner_id is not None:
        query = query.where(Promise.owner_id == owner_id)
    owed, late, soon = session.exec(query).one()
    return Debts(owed, late or 0, soon or 0)


def alert_key(kind: str, promise: Promise) -> str:
    """Identity of an alert about a promise: a new one after each postponement."""
    return f"{kind}:{promise.id}:{promise.postponements}"


def _untold(kind: str) -> Any:
    key = (literal(f"{kind}:") + cast(col(Promise.id), String) + ":") + cast(
        col(Promise.postponements), String
    )
    told = select(Alert.id).where(Alert.brand_id == Promise.brand_id, Alert.dedup_key == key)
    return ~told.exists()


def list_due_promises(session: Session, brand_id: str, at: datetime) -> list[Promise]:
    """Open promises whose date has come and of which no alert has told yet."""
    return list(
        session.exec(
            select(Promise)
            .where(
                Promise.brand_id == brand_id,
                Promise.state == PromiseState.OPEN,
                Promise.due_at <= at,
                _untold(AlertKind.PROMISE_DUE),
            )
            .order_by(col(Promise.due_at))
        )
    )


def list_soon_promises(
    session: Session, brand_id: str, at: datetime, ahead: timedelta
) -> list[Promise]:
    """Open promises that fall due within `ahead` and were not reminded of yet.

    One made for less than twice that time is reminded of after half of its own time.
    """
    found = session.exec(
        select(Promise)
        .where(
            Promise.brand_id == brand_id,
            Promise.state == PromiseState.OPEN,
            Promise.due_at > at,
            Promise.due_at <= at + ahead,
            _untold(AlertKind.PROMISE_SOON),
        )
        .order_by(col(Promise.due_at))
    )
    return [row for row in found if at - row.created_at >= row.due_at - at]


def find_follow_up(session: Session, promise_id: int) -> Reply | None:
    """The reply that reports on a promise and stands in public or is on its way, or None."""
    live = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)
    return session.exec(
        select(Reply).where(Reply.follows_up_id == promise_id, col(Reply.state).in_(live))
    ).first()


def count_public_replies(session: Session, mention_id: int) -> int:
    """How many replies of ours to this mention stand in public, or have stood there."""
    stood = (ReplyState.POSTED, ReplyState.WITHDRAWN)
    query = select(func.count(col(Reply.id))).where(
        Reply.mention_id == mention_id, col(Reply.state).in_(stood)
    )
    return session.exec(query).one()


def list_kept_rates(
    session: Session,
    brand_id: str,
    by: RateBy,
    at: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    zone: tzinfo = UTC,
) -> list[KeptRate]:
    """Kept-rates of promises due in a window (either end may be open), by key.

    Args:
        zone: whose months are meant.
    """
    key = _key(session, brand_id, by, zone).label("key")
    query = (
        select(key, *(func.sum(case((fits, 1), else_=0)).label(name) for name, fits in _kinds(at)))
        .select_from(Promise)
        .join(Mention, col(Mention.id) == Promise.mention_id)
        .outerjoin(Person, col(Person.id) == Promise.owner_id)
        .where(Promise.brand_id == brand_id)
        .group_by(key)
        .order_by(key)
    )
    if since is not None:
        query = query.where(Promise.due_at >= since)
    if until is not None:
        query = query.where(Promise.due_at < until)
    rows = session.connection().execute(query).mappings()
    return [KeptRate.model_validate({**row, "key": row["key"] or "-"}) for row in rows]


def _kinds(at: datetime) -> list[tuple[str, Any]]:
    state, due, closed = col(Promise.state), col(Promise.due_at), col(Promise.closed_at)
    kept, is_open = state == PromiseState.KEPT, state == PromiseState.OPEN
    moved = col(Promise.postponements) > 0
    return [
        ("in_time", and_(kept, closed <= due, or_(~moved, closed <= col(Promise.first_due_at)))),
        ("postponed", and_(kept, closed <= due, moved, closed > col(Promise.first_due_at))),
        ("late", and_(kept, closed > due)),
        ("broken", state == PromiseState.BROKEN),
        ("overdue", and_(is_open, due < at)),
        ("open", and_(is_open, due >= at)),
        ("void", state == PromiseState.VOID),
    ]


def _key(session: Session, brand_id: str, by: RateBy, zone: tzinfo) -> Any:
    if by is RateBy.MONTH:
        return _month(session, brand_id, zone)
    columns: dict[RateBy, Any] = {
        RateBy.PERSON: col(Person.login),
        RateBy.TOPIC: col(Mention.topic),
        RateBy.ZONE: col(Mention.zone),
    }
    return columns[by]


def _month(session: Session, brand_id: str, zone: tzinfo) -> Any:
    """The month of a due date where the desk is: SQLite knows no zones, so by its bounds."""
    first, last = session.exec(
        select(func.min(Promise.due_at), func.max(Promise.due_at)).where(
            Promise.brand_id == brand_id
        )
    ).one()
    if first is None or last is None:
        return literal("-")
    start = first.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    bounds = []
    while start <= last.astimezone(zone):
        following = (start + timedelta(days=32)).replace(day=1)
        bounds.append((col(Promise.due_at) < following, f"{start:%Y-%m}"))
        start = following
    return case(*bounds, else_="-")
