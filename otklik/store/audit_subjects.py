"""Where the subject of an audit event can be looked at: its case, incident or source."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Integer, literal, null, union_all
from sqlalchemy import cast as as_type
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func

from otklik.models import (
    Act,
    Alert,
    Appeal,
    Case,
    DraftRow,
    Incident,
    Mention,
    Promise,
    Reply,
    Source,
    Statement,
)


class Place(NamedTuple):
    """What can be opened: ``mention``, ``incident`` or ``source``, and its number."""

    kind: str
    number: int


def list_places(
    session: Session, brand_id: str, subjects: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Place]:
    """Places by subject (kind and id, as they stand in the log), in one query.

    A subject that is gone, or that has no place of its own, is left out.
    """
    parts = []
    for kind, query in _QUERIES.items():
        numbers = [int(one) for of, one in subjects if of == kind and one.isdecimal()]
        if numbers:
            parts.append(query(brand_id, numbers))
    if not parts:
        return {}
    found: dict[tuple[str, str], Place] = {}
    for kind, number, mention, incident, source in session.connection().execute(union_all(*parts)):
        places = {"mention": mention, "incident": incident, "source": source}
        for name, place in places.items():
            if place is not None:
                found.setdefault((kind, str(number)), Place(name, int(place)))
    return found


_NOWHERE = as_type(null(), Integer)


def _rows(
    kind: str,
    table: Any,
    *,
    mention: Any = _NOWHERE,
    incident: Any = _NOWHERE,
    source: Any = _NOWHERE,
) -> Any:
    def query(brand_id: str, numbers: list[int]) -> Any:
        return sa_select(literal(kind), col(table.id), mention, incident, source).where(
            col(table.brand_id) == brand_id, col(table.id).in_(numbers)
        )

    return query


def _of_case(brand_id: str, numbers: list[int]) -> Any:
    # each case by its key: asked of mentions, a back end without statistics reads the whole brand
    newest = (
        sa_select(func.max(col(Mention.id)))
        .where(col(Mention.case_id) == col(Case.id))
        .scalar_subquery()
    )
    return sa_select(literal("case"), col(Case.id), newest, _NOWHERE, _NOWHERE).where(
        col(Case.brand_id) == brand_id, col(Case.id).in_(numbers)
    )


def _of_appeal(brand_id: str, numbers: list[int]) -> Any:
    return (
        sa_select(literal("appeal"), col(Appeal.id), col(Act.mention_id), _NOWHERE, _NOWHERE)
        .join(Act, col(Act.id) == col(Appeal.act_id))
        .where(col(Appeal.brand_id) == brand_id, col(Appeal.id).in_(numbers))
    )


_QUERIES: dict[str, Any] = {
    "mention": _rows("mention", Mention, mention=col(Mention.id)),
    "case": _of_case,
    "draft": _rows("draft", DraftRow, mention=col(DraftRow.mention_id)),
    "reply": _rows("reply", Reply, mention=col(Reply.mention_id)),
    "act": _rows("act", Act, mention=col(Act.mention_id)),
    "appeal": _of_appeal,
    "promise": _rows("promise", Promise, mention=col(Promise.mention_id)),
    "alert": _rows("alert", Alert, mention=col(Alert.mention_id)),
    "incident": _rows("incident", Incident, incident=col(Incident.id)),
    "statement": _rows("statement", Statement, incident=col(Statement.incident_id)),
    "source": _rows("source", Source, source=col(Source.id)),
}
