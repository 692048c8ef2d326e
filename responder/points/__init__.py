"""Points: what a complaint says happened and what it asks, and what is known already."""

from __future__ import annotations

from responder.points.known import find_known, find_known_in_thread
from responder.points.splitting import MOST_POINTS, split_points
from responder.points.values import GENERAL_THINGS, Known, KnownSource, Point, PointKind

__all__ = [
    "GENERAL_THINGS",
    "MOST_POINTS",
    "Known",
    "KnownSource",
    "Point",
    "PointKind",
    "find_known",
    "find_known_in_thread",
    "split_points",
]
