"""What people wrote that no fact answers: where the next fact should be written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from otklik.enums import Topic
from otklik.store.facts import GapPoint, list_gap_points

MOST_EXAMPLES = 5


class Gap(BaseModel):
    """Points of one kind without a fact: how many mentions, and some of them, newest first.

    `thing_id` is empty where nothing of ours is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Topic
    thing_id: str
    mentions: int
    last_at: datetime
    mention_ids: tuple[int, ...]
    texts: tuple[str, ...]


def list_gaps(session: Session, brand_id: str, since: datetime) -> list[Gap]:
    """Gaps since then, the most frequent first."""
    return group_gaps(list_gap_points(session, brand_id, since))


def group_gaps(points: Iterable[GapPoint]) -> list[Gap]:
    """Points (newest first) by topic and thing, the most frequent first."""
    kinds: dict[tuple[str, str], list[GapPoint]] = {}
    for point in points:
        kinds.setdefault((point.topic, point.thing_id), []).append(point)
    gaps = [_gap(Topic(topic), thing, found) for (topic, thing), found in kinds.items()]
    return sorted(gaps, key=lambda gap: (-gap.mentions, gap.topic, gap.thing_id))


def _gap(topic: Topic, thing_id: str, found: list[GapPoint]) -> Gap:
    ids = list(dict.fromkeys(point.mention_id for point in found))
    return Gap(
        topic=topic,
        thing_id=thing_id,
        mentions=len(ids),
        last_at=found[0].at,
        mention_ids=tuple(ids[:MOST_EXAMPLES]),
        texts=tuple(point.text for point in found[:MOST_EXAMPLES]),
    )
