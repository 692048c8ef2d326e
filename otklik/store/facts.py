"""Facts as they are now, for the search box; what cites a fact; points nobody had one for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, column, literal_column, table
from sqlmodel import Session, col, delete, func, insert, select

from otklik.enums import DraftState, PointState, PromiseState, ReplyState
from otklik.models import DraftRow, FactEnd, FactRow, KnowledgeText, Promise, Reply

_MOST_SEARCHED = 200

# made by migration 0012: FTS5 on SQLite, a table with a GIN index on PostgreSQL
_SEARCH = table(
    "fact_search", column("brand_id"), column("fact_id"), column("digest"), column("lemmas")
)


class Cited(NamedTuple):
    """A draft that cites a fact, in the words it had then, and what became of it."""

    draft: DraftRow
    digest: str
    reply: Reply | None
    promises: list[Promise]


class GapPoint(NamedTuple):
    """A point of a mention that no fact answered."""

    mention_id: int
    text: str
    topic: str
    thing_id: str
    at: datetime


def list_searched_facts(session: Session, brand_id: str) -> dict[str, str]:
    """Digest by fact id, of the facts that are searched now."""
    found = session.connection().execute(
        select(_SEARCH.c.fact_id, _SEARCH.c.digest).where(_SEARCH.c.brand_id == brand_id)
    )
    return {row.fact_id: row.digest for row in found}


def save_searched_facts(session: Session, brand_id: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Search these facts from now on, and no others: fact_id, digest and lemmas of each."""
    connection = session.connection()
    connection.execute(delete(_SEARCH).where(_SEARCH.c.brand_id == brand_id))
    if rows:
        connection.execute(insert(_SEARCH), [{**row, "brand_id": brand_id} for row in rows])


def search_facts(
    session: Session, brand_id: str, lemmas: Sequence[str], *, limit: int = 10
) -> list[FactRow]:
    """Facts with all of these dictionary forms, the best first; failing that, with any of them.

    Their dates are left to the caller: a fact is shown with them, and cited only by them.
    """
    if not lemmas:
        return []
    for joined in (" & ", " | "):
        digests = _matching(session, brand_id, lemmas, joined, limit)
        if digests:
            rows = session.exec(select(FactRow).where(col(FactRow.digest).in_(digests)))
            return sorted(rows, key=lambda row: digests.index(row.digest))
    return []


def _matching(
    session: Session, brand_id: str, lemmas: Sequence[str], joined: str, limit: int
) -> list[str]:
    query: Any = select(_SEARCH.c.digest).where(_SEARCH.c.brand_id == brand_id)
    if session.get_bind().dialect.name == "postgresql":
        simple: Any = literal_column("'simple'")
        vector = func.to_tsvector(simple, _SEARCH.c.lemmas)
        asked = func.to_tsquery(simple, joined.join(f"'{one}'" for one in lemmas))
        query = query.where(vector.op("@@")(asked)).order_by(func.ts_rank(vector, asked).desc())
    else:
        word = " AND " if joined == " & " else " OR "
        words = word.join(f'"{one}"' for one in lemmas)
        query = query.where(literal_column("fact_search").op("MATCH")(words))
        query = query.order_by(literal_column("rank"))
    found = session.connection().execute(query.limit(min(limit, _MOST_SEARCHED)))
    return [row[0] for row in found]


def list_cited(
    session: Session, brand_id: str, digests: Sequence[str]
) -> list[tuple[FactRow, datetime | None]]:
    """Facts by digest as they read when they were cited, and from when on they hold no more."""
    query = (
        select(FactRow, FactEnd.ended_at)
        .outerjoin(
            FactEnd, (col(FactEnd.digest) == FactRow.digest) & (col(FactEnd.brand_id) == brand_id)
        )
        .where(col(FactRow.digest).in_(digests))
    )
    return [(row, ended_at) for row, ended_at in session.exec(query)]


def save_ends(session: Session, brand_id: str, ends: Mapping[str, datetime]) -> None:
    """These wordings hold no more, from then on."""
    for digest in sorted(ends):
        session.merge(FactEnd(brand_id=brand_id, digest=digest, ended_at=ends[digest]))
    session.flush()


def delete_ends(session: Session, brand_id: str, digests: Sequence[str]) -> None:
    """These wordings hold again."""
    session.connection().execute(
        delete(FactEnd).where(
            col(FactEnd.brand_id) == brand_id, col(FactEnd.digest).in_(list(digests))
        )
    )


def find_knowledge_text(session: Session, brand_id: str) -> KnowledgeText | None:
    """The last good files of the knowledge, or None before any were read."""
    return session.get(KnowledgeText, brand_id)


def save_knowledge_text(session: Session, row: KnowledgeText) -> None:
    """These files were good."""
    session.merge(row)
    session.flush()


def list_citing(session: Session, brand_id: str, fact_ids: Sequence[str]) -> list[Cited]:
    """Drafts that cite one of these facts, the newest first, with their replies and promises.

    Those that another text replaced are left out.
    """
    rows = [
        (draft, digest)
        for draft in _drafts_naming(session, brand_id, fact_ids)
        if (digest := _digest_of(draft, fact_ids)) is not None
    ]
    replies = _replies_of(session, [draft.id or 0 for draft, _ in rows])
    owed = _open_promises(session, [reply.id or 0 for reply in replies.values()])
    return [
        Cited(draft, digest, reply, owed.get(reply.id or 0, []) if reply else [])
        for draft, digest in rows
        for reply in (replies.get(draft.id or 0),)
    ]


def _drafts_naming(session: Session, brand_id: str, fact_ids: Sequence[str]) -> list[DraftRow]:
    facts = cast(col(DraftRow.facts), Text)
    found: dict[int, DraftRow] = {}
    for fact_id in fact_ids:
        query = select(DraftRow).where(
            DraftRow.brand_id == brand_id,
            facts.contains(f'"{fact_id}"', autoescape=True),
            col(DraftRow.state).not_in((DraftState.SUPERSEDED, DraftState.REJECTED)),
        )
        found |= {draft.id or 0: draft for draft in session.exec(query)}
    return [found[key] for key in sorted(found, reverse=True)]


def _digest_of(draft: DraftRow, fact_ids: Sequence[str]) -> str | None:
    digests = (fact["digest"] for fact in draft.facts if fact["id"] in fact_ids)
    return next(digests, None)


def _replies_of(session: Session, draft_ids: Sequence[int]) -> dict[int, Reply]:
    found = session.exec(select(Reply).where(col(Reply.draft_id).in_(draft_ids)))
    return {reply.draft_id: reply for reply in found}


def _open_promises(session: Session, reply_ids: Sequence[int]) -> dict[int, list[Promise]]:
    found = session.exec(
        select(Promise)
        .where(col(Promise.reply_id).in_(reply_ids), Promise.state == PromiseState.OPEN)
        .order_by(col(Promise.due_at))
    )
    owed: dict[int, list[Promise]] = {}
    for promise in found:
        owed.setdefault(promise.reply_id or 0, []).append(promise)
    return owed


def is_outside(cited: Cited) -> bool:
    """Whether readers see it, or may see it soon: what it rests on matters."""
    seen = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)
    return cited.reply is not None and cited.reply.state in seen


def list_gap_points(
    session: Session, brand_id: str, since: datetime, *, limit: int = 10_000
) -> list[GapPoint]:
    """Points without a fact in the machine's first drafts since then, the newest first.

    What a person wrote instead is left aside: it shows what the facts could not say.
    """
    query = (
        select(DraftRow)
        .where(
            DraftRow.brand_id == brand_id,
            DraftRow.created_at >= since,
            col(DraftRow.editor_id).is_(None),
            DraftRow.state != DraftState.OFFERED,
            cast(col(DraftRow.points), Text).contains(f'"{PointState.GAP.value}"'),
        )
        .order_by(col(DraftRow.id).desc())
        .limit(limit)
    )
    seen: set[int] = set()
    found: list[GapPoint] = []
    for draft in session.exec(query):
        if draft.mention_id not in seen:
            seen.add(draft.mention_id)
            found += [_gap(draft, one) for one in draft.points if one["state"] == PointState.GAP]
    return found


def _gap(draft: DraftRow, point: Mapping[str, Any]) -> GapPoint:
    return GapPoint(
        mention_id=draft.mention_id,
        text=str(point["text"]),
        topic=str(point["topic"]),
        thing_id=str(point.get("thing_id") or ""),
        at=draft.created_at,
    )
