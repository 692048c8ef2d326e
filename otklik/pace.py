"""How often a source is read: busy ones more often, quiet ones less. Pure."""

from __future__ import annotations

FASTER, SLOWER = 0.5, 1.25  # what a reading that brought something, or nothing, does to the pace
SIXTH, FIVEFOLD = 1 / 6, 5.0  # bounds by the interval, where no others are set


def bounds(
    interval: float,
    *,
    fastest: float | None = None,
    slowest: float | None = None,
    min_interval: float = 0.0,
) -> tuple[float, float]:
    """Least and most seconds between two readings.

    Args:
        interval: what a person asked for, seconds.
        fastest, slowest: bounds that a person has set; None derives them from `interval`.
        min_interval: what the platform's rules ask for; nothing goes below it.
    """
    least = max(min_interval, interval * SIXTH if fastest is None else fastest)
    return least, max(least, interval * FIVEFOLD if slowest is None else slowest)


def next_pace(
    before: float | None, interval: float, brought: int, within: tuple[float, float]
) -> float:
    """Seconds to the next reading.

    Args:
        before: seconds that led to this one; None for the first.
        brought: new mentions it found.
        within: see `bounds`.
    """
    pace = interval if before is None else before * (FASTER if brought else SLOWER)
    return min(max(pace, within[0]), within[1])
