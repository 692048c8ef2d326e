"""Where facts are said, and points that none answered, in the newest drafts: always bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from otklik.enums import DraftState, PointState, ReplyState
from otklik.models import DraftRow, Reply
from otklik.store.facts import GapPoint

NEWEST = 2_000  # drafts looked at
_SEEN = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)
_GONE = (DraftState.SUPERSEDED, DraftState.REJECTED, DraftState.OFFERED)


@dataclass
class FactUse:
    """How often a fact is cited: in drafts, in replies on their way or in public, and where."""

    drafts: int = 0
    replies: int = 0
    mention_ids: list[int] = field(default_factory=list)


def count_uses(
    session: Session, brand_id: str, *, newest: int = NEWEST, examples: int = 3
) -> dict[str, FactUse]:
    """By fact id, over the newest drafts; the newest mentions as examples."""
    query = (
        select(DraftRow.mention_id, DraftRow.facts, DraftRow.state, Reply.state)
        .outerjoin(Reply, col(Reply.draft_id) == DraftRow.id)
        .where(DraftRow.brand_id == brand_id)
        .order_by(col(DraftRow.id).desc())
        .limit(newest)
    )
    found: dict[str, FactUse] = {}
    for mention_id, facts, state, reply_state in session.exec(query):
        for fact in [] if state in _GONE else facts:
            use = found.setdefault(str(fact["id"]), FactUse())
            use.drafts += 1
            use.replies += reply_state in _SEEN
            if mention_id not in use.mention_ids and len(use.mention_ids) < examples:
                use.mention_ids.append(mention_id)
    return found


def list_recent_gaps(
    session: Session, brand_id: str, since: datetime, *, newest: int = NEWEST
) -> list[GapPoint]:
    """Points without a fact in the machine's first drafts since then, the newest first."""
    query: Any = (
        select(  # type: ignore[call-overload]
            DraftRow.mention_id,
            DraftRow.points,
            DraftRow.state,
            DraftRow.editor_id,
            DraftRow.created_at,
        )
        .where(DraftRow.brand_id == brand_id)
        .order_by(col(DraftRow.id).desc())
        .limit(newest)
    )
    seen: set[int] = set()
    found: list[GapPoint] = []
    for mention_id, points, state, editor_id, at in session.exec(query):
        is_first = editor_id is None and state != DraftState.OFFERED and mention_id not in seen
        if is_first and at >= since:
            gaps = [one for one in points if one["state"] == PointState.GAP]
            seen.update([mention_id] if gaps else [])
            found += [_gap(mention_id, one, at) for one in gaps]
    return found


def list_open_drafts(session: Session, brand_id: str, *, newest: int = NEWEST) -> list[DraftRow]:
    """Proposed drafts that no person wrote, the newest first."""
    return list(
        session.exec(
            select(DraftRow)
            .where(
                DraftRow.brand_id == brand_id,
                DraftRow.state == DraftState.PROPOSED,
                col(DraftRow.editor_id).is_(None),
                col(DraftRow.follows_up_id).is_(None),
            )
            .order_by(col(DraftRow.id).desc())
            .limit(newest)
        )
    )


def _gap(mention_id: int, point: Mapping[str, Any], at: datetime) -> GapPoint:
    return GapPoint(
        mention_id, str(point["text"]), str(point["topic"]), str(point.get("thing_id") or ""), at
    )
