"""Intake: one page of a platform becomes rows, in the caller's one transaction.

Nothing is lost or doubled (promise 2): identity is (brand, platform, external id), a changed
text is a new version, a vanished comment is a deletion, and each of them is reported back so
that the caller can write its audit event.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select, update

from otklik.enums import CloseReason, MentionState
from otklik.models import Author, Mention, MentionVersion, Quarantine, Source, Thread
from otklik.platforms import BadRow, CollectedMention, Page
from otklik.store import erasing

# SQLite binds at most 32,766 values in a statement
_CHUNK = 500
# a comment may be published with a date before its moderation
_LATE = timedelta(days=7)


@dataclass
class Intake:
    """What a page changed: mention ids; `bad_rows` counts rows newly quarantined."""

    new: list[int] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    ours: list[int] = field(default_factory=list)
    seen: int = 0
    bad_rows: int = 0


@dataclass
class IntakeCount:
    """What many pages changed, counted: a reading may be of millions."""

    new: int = 0
    edited: int = 0
    deleted: int = 0
    ours: int = 0
    seen: int = 0
    bad_rows: int = 0

    @property
    def changes(self) -> int:
        """Mentions that are new, edited or gone."""
        return self.new + self.edited + self.deleted + self.ours

    def add(self, page: Intake) -> None:
        """One page more."""
        self.new += len(page.new)
        self.edited += len(page.edited)
        self.deleted += len(page.deleted)
        self.ours += len(page.ours)
        self.seen += page.seen
        self.bad_rows += page.bad_rows


def content_digest(mention: CollectedMention) -> str:
    """What makes a version: text, rating and pictures; 64 hex digits."""
    content = json.dumps([mention.text, mention.rating, list(mention.media)], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def save_page(session: Session, source: Source, page: Page, at: datetime) -> Intake:
    """Store one page; running it twice changes nothing the second time."""
    intake = Intake(seen=len(page.mentions))
    # an item that moved between two pages may stand twice on one: the later wins
    collected = list({mention.external_id: mention for mention in page.mentions}.values())
    # locks their rows: two that read one thread see what the other has stored of it
    threads = _save_threads(session, source, collected)
    known = _known_mentions(session, source, [m.external_id for m in collected])
    erased = erasing.list_erased(session, (row.author_id for row in known.values()))
    if erased:  # whoever asked to be forgotten is not learned of again from old comments
        forgotten = {key for key, row in known.items() if row.author_id in erased}
        collected = [m for m in collected if m.external_id not in forgotten]
    authors = _save_authors(session, source, collected)
    fresh = [m for m in collected if m.external_id not in known]
    for mention in collected:
        if mention.external_id in known:
            _save_again(session, known[mention.external_id], mention, at, intake)
    rows = [_mention_row(source, mention, threads, authors, at) for mention in fresh]
    _insert_new(session, rows, at, intake)
    _save_deletions(session, source, page, at, intake)
    intake.bad_rows = _save_bad_rows(session, source, page.bad_rows, at)
    return intake


def _insert(session: Session, table: type[SQLModel]) -> Any:
    postgres = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if postgres else sqlite.insert)(table)


def _chunks(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


def _save_threads(
    session: Session, source: Source, collected: Sequence[CollectedMention]
) -> dict[str, int]:
    offered = {m.thread.external_id: m.thread for m in collected}
    rows = [
        {
            "brand_id": source.brand_id,
            "source_id": source.id,
            "platform": source.platform,
            "external_id": key,
            "title": thread.title[:500],
            "url": thread.url,
            "is_closed": thread.is_closed,
        }
        for key, thread in offered.items()
    ]
    return _upsert(session, Thread, rows, changing=("title", "url", "is_closed"))


def _save_authors(
    session: Session, source: Source, collected: Sequence[CollectedMention]
) -> dict[str, int]:
    offered = {m.author.external_id: m.author for m in collected}
    rows = [
        {
            "brand_id": source.brand_id,
            "platform": source.platform,
            "external_id": key,
            "name": author.name[:255],
            "url": author.url,
            "followers": author.followers,
            "registered_at": author.registered_at,
            "is_ours": author.is_ours,
        }
        for key, author in offered.items()
    ]
    changing = ("name", "url", "followers", "registered_at", "is_ours")
    return _upsert(session, Author, rows, changing=changing)


def _upsert(
    session: Session,
    table: type[Thread] | type[Author],
    rows: Sequence[dict[str, Any]],
    *,
    changing: tuple[str, ...],
) -> dict[str, int]:
    """Insert or refresh by (brand, platform, external id); ids by external id."""
    if not rows:
        return {}
    statement = _insert(session, table)
    # rows are handed over apart from the statement: compiled once, it serves every page
    returned = session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["brand_id", "platform", "external_id"],
            set_={name: statement.excluded[name] for name in changing},
        ).returning(col(table.external_id), col(table.id)),
        rows,
    )
    return {str(key): number for key, number in returned}


def _known_mentions(
    session: Session, source: Source, external_ids: Sequence[str]
) -> dict[str, Mention]:
    known: dict[str, Mention] = {}
    for chunk in _chunks(external_ids):
        found = session.exec(
            select(Mention).where(
                Mention.brand_id == source.brand_id,
                Mention.platform == source.platform,
                col(Mention.external_id).in_(chunk),
            )
        )
        known.update({row.external_id: row for row in found})
    return known


def _insert_new(
    session: Session, rows: Sequence[dict[str, Any]], at: datetime, intake: Intake
) -> None:
    if not rows:
        return
    returned = session.connection().execute(
        _insert(session, Mention).returning(col(Mention.id), col(Mention.external_id)), rows
    )
    numbers = {external_id: int(number) for number, external_id in returned}
    versions = []
    for row in rows:
        number = numbers[row["external_id"]]
        (intake.ours if row["is_ours"] else intake.new).append(number)
        versions.append(
            {
                "mention_id": number,
                "version": 1,
                "content_digest": row["content_digest"],
                "text": row["text"],
                "rating": row["rating"],
                "seen_at": at,
            }
        )
    session.connection().execute(_insert(session, MentionVersion), versions)


def _mention_row(
    source: Source,
    mention: CollectedMention,
    threads: dict[str, int],
    authors: dict[str, int],
    at: datetime,
) -> dict[str, Any]:
    ours = mention.author.is_ours
    # a clock ahead of ours must not make a comment wait less than no time
    since = min(mention.published_at or at, at)
    return {
        "brand_id": source.brand_id,
        "source_id": source.id,
        "thread_id": threads[mention.thread.external_id],
        "author_id": authors[mention.author.external_id],
        "platform": source.platform,
        "external_id": mention.external_id,
        "parent_external_id": mention.parent_external_id,
        "version": 1,
        "content_digest": content_digest(mention),
        "text": mention.text,
        "rating": mention.rating,
        "url": mention.url,
        "media": list(mention.media),
        "original": dict(mention.original),
        "is_ours": ours,
        "is_hidden": mention.is_hidden,
        "cannot_answer": mention.cannot_answer,
        "published_at": mention.published_at,
        "edited_at": mention.edited_at,
        "collected_at": at,
        "waiting_since": since,
        "starts_clock": _starts_clock(source, mention.published_at),
        "state": MentionState.CLOSED if ours else MentionState.COLLECTED,
        "close_reason": CloseReason.OURS if ours else None,
        "state_changed_at": at,
        "attempts": 0,
        "last_error": "",
        "urgency": 0,
        "is_unsure": False,
        "zone": "general",
    }


def _starts_clock(source: Source, published_at: datetime | None) -> bool:
    """Not where the date is unknown, nor for what a back-fill digs out of a source's past."""
    if published_at is None or source.live_since is None:
        return published_at is not None
    return published_at >= source.live_since - _LATE


def _save_again(
    session: Session, row: Mention, mention: CollectedMention, at: datetime, intake: Intake
) -> None:
    if row.deleted_at is not None:
        _save_return(row, at, intake)
        session.add(row)
    if row.content_digest != content_digest(mention):
        _save_edit(session, row, mention, at)
        intake.edited.append(row.id or 0)
    if (row.is_hidden, row.cannot_answer) != (mention.is_hidden, mention.cannot_answer):
        row.is_hidden, row.cannot_answer = mention.is_hidden, mention.cannot_answer
        session.add(row)


def _save_return(row: Mention, at: datetime, intake: Intake) -> None:
    """A comment we thought deleted is there again: judge it anew."""
    row.deleted_at = None
    if not row.is_ours:
        row.state, row.state_changed_at, row.close_reason = MentionState.COLLECTED, at, None
        intake.new.append(row.id or 0)


def _save_edit(session: Session, row: Mention, mention: CollectedMention, at: datetime) -> None:
    row.version += 1
    row.content_digest = content_digest(mention)
    row.text, row.rating, row.media = mention.text, mention.rating, list(mention.media)
    row.edited_at = mention.edited_at or at
    if not row.is_ours:
        row.state, row.state_changed_at, row.close_reason = MentionState.COLLECTED, at, None
        row.attempts, row.retry_at = 0, None
    session.add(row)
    session.add(
        MentionVersion(
            mention_id=row.id or 0,
            version=row.version,
            content_digest=row.content_digest,
            text=row.text,
            rating=row.rating,
            seen_at=at,
        )
    )


def _save_deletions(
    session: Session, source: Source, page: Page, at: datetime, intake: Intake
) -> None:
    gone = _known_mentions(session, source, page.deleted_ids).values()
    for row in [*gone, *_absent(session, source, page)]:
        if row.deleted_at is None and row.id not in intake.deleted:
            intake.deleted.append(row.id or 0)
    for chunk in _chunks(intake.deleted):
        session.exec(update(Mention).where(col(Mention.id).in_(chunk)).values(deleted_at=at))


def _absent(session: Session, source: Source, page: Page) -> list[Mention]:
    """Known, undeleted mentions of threads shown in full that the page does not show."""
    if not page.complete_thread_ids:
        return []
    shown = {m.external_id for m in page.mentions}
    stored = session.exec(
        select(Mention)
        .join(Thread, col(Thread.id) == Mention.thread_id)
        .where(
            Mention.brand_id == source.brand_id,
            Mention.platform == source.platform,
            col(Thread.external_id).in_(page.complete_thread_ids),
            col(Mention.deleted_at).is_(None),
        )
    )
    return [row for row in stored if row.external_id not in shown]


def _save_bad_rows(
    session: Session, source: Source, bad_rows: Sequence[BadRow], at: datetime
) -> int:
    saved = 0
    for bad in bad_rows:
        key = hashlib.sha256(f"{bad.place}\n{bad.reason}\n{bad.raw}".encode()).hexdigest()
        statement = (
            _insert(session, Quarantine)
            .values(
                brand_id=source.brand_id,
                source_id=source.id,
                place=bad.place[:512],
                reason=bad.reason,
                raw=bad.raw,
                row_digest=key,
                created_at=at,
            )
            .on_conflict_do_nothing(index_elements=["brand_id", "row_digest"])
            .returning(col(Quarantine.id))
        )
        saved += len(session.connection().execute(statement).all())
    return saved
