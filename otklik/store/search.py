"""Full-text search over mentions: by beginnings of words, in work that does not grow with hits.

A frequent word stands in a good part of a million texts. What waits is searched in an index of
its own (PostgreSQL) or from the oldest that waits on (SQLite); the newest are read off the end.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, literal_column, table, text
from sqlmodel import Session, col, func, select

from otklik.models import Mention

NEWEST = 5_000  # looked through one by one before the index is asked for every hit
FEW = 5_000  # hits that are looked at all together, whatever is asked of them
_HITS = text("SELECT rowid FROM mention_search WHERE mention_search MATCH :words LIMIT :most")
_OF_STRANGERS: ColumnElement[bool] = literal_column("NOT mention.is_ours")
_NEWEST_HITS = text(
    "SELECT mention.id FROM mention_search CROSS JOIN mention ON mention.id = mention_search.rowid "
    "WHERE mention_search MATCH :words AND mention.brand_id = :brand AND NOT mention.is_ours "
    "ORDER BY mention_search.rowid DESC LIMIT :most"
)


def search_condition(
    dialect: str, brand_id: str, words: str, waiting: ColumnElement[bool] | None = None
) -> ColumnElement[bool]:
    """Mentions holding a word that begins with each of `words`; nothing is operator in them.

    Args:
        waiting: the condition of the index of what waits, where nothing else is looked for.
    """
    found = _words(words)
    if not found:
        return false()
    among = [] if waiting is None else [waiting]
    if dialect == "postgresql":
        # read from the index once, however little the planner thinks a text costs
        holds = _holds(col(Mention.text), found)
        hits = select(Mention.id).where(holds, *among).cte().prefix_with("MATERIALIZED")
        return col(Mention.id).in_(select(hits.c.id))
    rowid: Any = literal_column("rowid")
    rows: Any = (
        select(rowid)
        .select_from(table("mention_search"))
        .where(literal_column("mention_search").op("MATCH")(_fts(found)))
    )
    if among:
        rows = rows.where(rowid >= _first_waiting(brand_id, among))
    return col(Mention.id).in_(rows)


def _words(given: str) -> list[str]:
    return re.findall(r"[^\W_]+", given)


def _fts(found: Sequence[str]) -> str:
    return " ".join(f'"{word}"*' for word in found)


def _holds(said: Any, found: Sequence[str]) -> ColumnElement[bool]:
    simple: Any = literal_column("'simple'")
    query = " & ".join(f"'{word}':*" for word in found)
    holds: ColumnElement[bool] = func.to_tsvector(simple, said).op("@@")(
        func.to_tsquery(simple, query)
    )
    return holds


def _first_waiting(brand_id: str, among: Sequence[ColumnElement[bool]]) -> Any:
    first: Any = select(func.min(Mention.id)).where(Mention.brand_id == brand_id, *among)
    hinted = first.with_hint(Mention, "INDEXED BY ix_mention_waiting", "sqlite")
    return hinted.correlate(None).scalar_subquery()


def search_mentions(session: Session, brand_id: str, words: str, *, limit: int = 50) -> list[int]:
    """Ids of mentions in any state that hold all `words` (by prefix), the newest first."""
    found = _words(words)
    if not found:
        return []
    if session.get_bind().dialect.name == "sqlite":
        given = {"words": _fts(found), "brand": brand_id, "most": limit}
        return [row[0] for row in session.connection().execute(_NEWEST_HITS, given)]
    some = _newest(session, brand_id, found, limit)
    return some if len(some) == limit else _hits(session, brand_id, words, limit)


def find_few(session: Session, words: str, *, most: int = FEW) -> list[int] | None:
    """Ids of all mentions that hold the words, in no order; None: there are more than `most`."""
    found = _words(words)
    if not found:
        return []
    if session.get_bind().dialect.name == "sqlite":
        given = {"words": _fts(found), "most": most + 1}
        ids = [row[0] for row in session.connection().execute(_HITS, given)]
    else:
        query = select(Mention.id).where(_holds(col(Mention.text), found))
        if _guess(session, query) > 4 * most:  # to read them all would take seconds
            return None
        hits = query.cte().prefix_with("MATERIALIZED")
        ids = [one or 0 for one in session.exec(select(hits.c.id).limit(most + 1))]
    return ids if len(ids) <= most else None


def _guess(session: Session, query: Any) -> float:
    """How many rows PostgreSQL expects, by its statistics of the words."""
    given = query.compile(session.connection(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(
        "EXPLAIN (FORMAT JSON) " + str(given).replace("%", "%%")
    )
    return float(plan.scalar_one()[0]["Plan"]["Plan Rows"])


def condition_in_order(dialect: str, words: str) -> ColumnElement[bool]:
    """The same for a frequent word, where rows come in order and few of them are wanted."""
    if dialect == "postgresql":
        return _holds(col(Mention.text), _words(words))
    return search_condition(dialect, "", words)


def _newest(session: Session, brand_id: str, found: Sequence[str], limit: int) -> list[int]:
    last = select(func.max(Mention.id)).correlate(None).scalar_subquery()
    # (fenced: the planner would read every hit from the index for the few among the newest)
    newest = (
        select(Mention.id, Mention.text)
        .where(Mention.brand_id == brand_id, _OF_STRANGERS, col(Mention.id) > last - NEWEST)
        .order_by(col(Mention.id).desc())
        .offset(0)
        .subquery("mention")
    )
    holds = _holds(newest.c.text, found)
    rows = select(newest.c.id).where(holds).order_by(newest.c.id.desc()).limit(limit)
    return [row[0] for row in session.connection().execute(rows)]


def _hits(session: Session, brand_id: str, words: str, limit: int) -> list[int]:
    query = (
        select(Mention.id)
        .where(
            Mention.brand_id == brand_id,
            _OF_STRANGERS,
            search_condition("postgresql", brand_id, words),
        )
        .order_by(col(Mention.id).desc())
        .limit(limit)
    )
    return [one for one in session.exec(query) if one is not None]
