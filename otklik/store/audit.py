"""Rows of the audit chain; hashing is `otklik.audit`'s."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, false, null, text, union_all
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select, update

from otklik.models import AuditEvent

# any number will do as long as nothing else in the database takes the same lock
_CHAIN_LOCK = 0x07171


def lock_chain(session: Session) -> None:
    """Let one writer append at a time; SQLite's transactions are exclusive already."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK}
        )


def find_last_event(session: Session) -> AuditEvent | None:
    """The newest link, or None."""
    return session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)).first()


def save_events(session: Session, events: Sequence[AuditEvent]) -> None:
    """Append links in this order."""
    session.add_all(events)
    session.flush()


def list_events(session: Session, *, after_id: int = 0, size: int = 1000) -> Iterator[AuditEvent]:
    """All links in order, read in pages of `size`."""
    while True:
        page = session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.id) > after_id)
            .order_by(col(AuditEvent.id))
            .limit(size)
        ).all()
        if not page:
            return
        yield from page
        after_id = page[-1].id or after_id
        session.expunge_all()


class Link(NamedTuple):
    """One link as the chain is walked by: no row of the session."""

    id: int
    brand_id: str
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any] | None
    detail_digest: str
    previous_hash: str
    hash: str


_LINK = tuple(col(getattr(AuditEvent, name)) for name in Link._fields)


def list_links(session: Session, after_id: int, size: int) -> list[Link]:
    """Up to `size` links that follow `after_id`, in order."""
    query = sa_select(*_LINK).where(_LINK[0] > after_id).order_by(_LINK[0]).limit(size)
    return [Link(*row) for row in session.connection().execute(query)]


def find_event_before(session: Session, event_id: int) -> AuditEvent | None:
    """The link before this one, or None."""
    query = select(AuditEvent).where(col(AuditEvent.id) < event_id)
    return session.exec(query.order_by(col(AuditEvent.id).desc()).limit(1)).first()


class AuditPage(NamedTuple):
    """Events that fit, newest first. `searched_to`: older ones than this were not looked at yet.

    None: there are no older ones. With `words` a page may hold fewer events than asked for,
    even none, though older ones are left: go on with `before_id=searched_to`.
    """

    events: list[AuditEvent]
    searched_to: int | None


LOOKED_THROUGH = 20_000  # events read for one page when words are sought
_READ_AT_ONCE = 2_000


def search(
    session: Session,
    brand_id: str,
    *,
    words: str = "",
    meanings: Mapping[str, Collection[str]] = MappingProxyType({}),
    actor: str = "",
    action: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    size: int = 50,
) -> AuditPage:
    """Events of a desk, newest first, a page at a time.

    Args:
        words: all of them stand in action, subject or detail, in any case. They are sought row by
            row, so that one page looks through `LOOKED_THROUGH` events and no more.
        meanings: by word in lower case, which actions, actors (``person:7``) and subjects are
            shown by a name that holds it; these are found by it, too.
        actor: ``person:7``, ``machine`` or ``cli``.
        action: a whole one, ``draft.approved``, or all of a kind, ``draft.``.
        subject: ``mention:17``, or ``17`` of whatever kind.
        since, until: aware; the second is exclusive.
        before_id: only older events; `searched_to` of the page before.
    """
    conditions = _wanted(brand_id, actor, "" if action.endswith(".") else action, subject)
    kind = (
        [one for one in list_actions(session) if one.startswith(action)]
        if action.endswith(".")
        else None
    )
    bounds = _id_bounds(session, since, until)
    if bounds is None:
        return AuditPage([], None)
    conditions += [col(AuditEvent.at) >= since] if since else []
    conditions += [col(AuditEvent.at) < until] if until else []
    conditions += [col(AuditEvent.id) >= bounds[0]] if bounds[0] else []
    below = min(
        (one for one in (before_id, bounds[1] + 1 if bounds[1] else None) if one), default=None
    )
    sought = {word: frozenset(meanings.get(word, ())) for word in words.casefold().split()}
    if not sought:
        found = _older(session, conditions, kind, below, size + 1)
        more = len(found) > size
        return AuditPage(found[:size], found[size - 1].id if more else None)
    return _search_words(session, Sought(conditions, kind, sought), below, size)


def _wanted(brand_id: str, actor: str, action: str, subject: str) -> list[Any]:
    wanted: list[Any] = [col(AuditEvent.brand_id) == brand_id]
    if actor:
        wanted.append(col(AuditEvent.actor) == actor)
    if action:
        wanted.append(col(AuditEvent.action) == action)
    kind, colon, number = subject.strip().partition(":")
    if kind or number:
        wanted.append(col(AuditEvent.subject_id) == (number.strip() if colon else kind))
        wanted += [col(AuditEvent.subject_kind) == kind.strip()] if colon and kind else []
    return wanted


def _id_bounds(
    session: Session, since: datetime | None, until: datetime | None
) -> tuple[int | None, int | None] | None:
    """First and last number of the time asked for, by the index; None: nothing happened then."""
    if since is None and until is None:
        return None, None
    wanted = [col(AuditEvent.at) >= since] if since else []
    wanted += [col(AuditEvent.at) < until] if until else []
    query = sa_select(func.min(AuditEvent.id), func.max(AuditEvent.id)).where(*wanted)
    first, last = session.connection().execute(query).one()
    return None if first is None or last is None else (int(first), int(last))


def _older(
    session: Session, conditions: list[Any], kind: list[str] | None, below: int | None, size: int
) -> list[AuditEvent]:
    query = _newest_first(select(AuditEvent), conditions, kind, below, size)
    return list(session.exec(query))


def _newest_first(
    query: Any, conditions: list[Any], kind: list[str] | None, below: int | None, size: int
) -> Any:
    number = col(AuditEvent.id)
    older = [*conditions, *([number < below] if below is not None else [])]
    if kind is not None:  # each action from its own end of the index, instead of sorting them all
        parts = [
            sa_select(number)
            .where(*older, col(AuditEvent.action) == one)
            .order_by(number.desc())
            .limit(size)
            .subquery()
            for one in kind
        ]
        older = (
            [number.in_(union_all(*(sa_select(part) for part in parts)))] if parts else [false()]
        )
    return query.where(*older).order_by(number.desc()).limit(size)


class Sought(NamedTuple):
    """What a search for words goes by."""

    conditions: list[Any]
    kind: list[str] | None
    words: Mapping[str, frozenset[str]]


_READ = (
    col(AuditEvent.id),
    col(AuditEvent.actor),
    col(AuditEvent.action),
    col(AuditEvent.subject_kind),
    col(AuditEvent.subject_id),
    cast(col(AuditEvent.detail), Text),
)


def _search_words(session: Session, sought: Sought, below: int | None, size: int) -> AuditPage:
    found: list[int] = []
    searched_to = below
    for _turn in range(LOOKED_THROUGH // _READ_AT_ONCE):
        query = _newest_first(
            sa_select(*_READ), sought.conditions, sought.kind, searched_to, _READ_AT_ONCE
        )
        rows = session.connection().execute(query).all()
        for number, actor, *texts in rows:
            searched_to = number
            if _holds(actor, texts, sought.words):
                found.append(number)
                if len(found) == size:
                    return AuditPage(_events(session, found), searched_to)
        if len(rows) < _READ_AT_ONCE:
            return AuditPage(_events(session, found), None)
    return AuditPage(_events(session, found), searched_to)


def _events(session: Session, numbers: list[int]) -> list[AuditEvent]:
    query = select(AuditEvent).where(col(AuditEvent.id).in_(numbers))
    return list(session.exec(query.order_by(col(AuditEvent.id).desc())))


def _holds(actor: str, texts: Sequence[str | None], words: Mapping[str, frozenset[str]]) -> bool:
    text = " ".join(filter(None, texts))
    if "\\u" in text and text.isascii():  # as SQLite keeps what is not ASCII
        text = text.encode().decode("unicode_escape", "replace")
    text = text.casefold()
    codes = (actor, texts[0], f"{texts[1]}:{texts[2]}")
    return all(
        word in text or any(code in meant for code in codes) for word, meant in words.items()
    )


def list_actions(session: Session) -> list[str]:
    """Every action there ever was, by its index: not by reading the log."""
    query = text(
        "WITH RECURSIVE one(action) AS (SELECT min(action) FROM audit_event UNION ALL "
        "SELECT (SELECT min(e.action) FROM audit_event AS e WHERE e.action > one.action) "
        "FROM one WHERE one.action IS NOT NULL) SELECT action FROM one WHERE action IS NOT NULL"
    )
    return [str(row[0]) for row in session.connection().execute(query)]


def delete_details(session: Session, event_ids: Iterable[int]) -> int:
    """Take the detail from these events; the digest stays, so that the chain verifies."""
    numbers, erased = list(event_ids), 0
    for start in range(0, len(numbers), 500):
        wanted = update(AuditEvent).where(
            col(AuditEvent.id).in_(numbers[start : start + 500]),
            col(AuditEvent.detail).is_not(None),
        )
        erased += session.connection().execute(wanted.values(detail=null())).rowcount
    return int(erased)
