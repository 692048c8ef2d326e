"""What the heads answer: the closed set of classes of each, in the order of their outputs."""

from __future__ import annotations

from otklik.enums import Abuse, Claim, Stance, Topic, Urgency

TARGETS: dict[str, tuple[str, ...]] = {
    "claim": tuple(Claim),
    "abuse": tuple(Abuse),
    "topic": tuple(Topic),
    "urgency": tuple(str(int(level)) for level in Urgency),
    "tone": tuple(Stance),
}
_SENTIMENT = ("negative", "neutral", "positive")
AUXILIARY: dict[str, tuple[str, ...]] = {
    "toxic": ("no", "yes"),
    "sentiment": _SENTIMENT,
    "spam": ("no", "yes"),
    "hate": ("no", "yes"),
    "mood": (*_SENTIMENT, "speech"),
    "complaint": ("no", "yes"),
    "reason": ("staff", "delivery", "app", "place", "quality"),
}
HEADS: dict[str, tuple[str, ...]] = {**TARGETS, **AUXILIARY}
