"""What strangers say on the benched desk, and how it was judged."""

from __future__ import annotations

from typing import Any

from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.verdicts import Verdict
from tests.dashboard.examples import MORE


def mixed() -> list[tuple[str, Stance, int, Topic]]:
    """Every stance and every urgency is met."""
    found = [(said, stance, int(urgency), topic) for said, stance, urgency, topic in MORE]
    found.append(("Ребёнку стало плохо после вашего йогурта!", Stance.CRITIC, 3, Topic.QUALITY))
    found.append(("Сборище идиотов, чтоб вы разорились", Stance.HATER, 0, Topic.NONE))
    found.append(("Спасибо кассиру Ольге, помогла донести", Stance.PRAISE, 0, Topic.STAFF))
    return found


def verdict_of(stance: Stance, topic: Topic, urgency: int) -> dict[str, Any]:
    """The judgement kept beside it."""
    return Verdict(
        claim=Claim.CONCRETE,
        claim_proba={Claim.CONCRETE: 0.9},
        abuse=Abuse.NONE,
        abuse_proba={Abuse.NONE: 0.9, "any": 0.05},
        stance=stance,
        stance_proba={stance: 0.9},
        urgency=Urgency(urgency),
        urgency_parts={},
        topic=topic,
        topic_proba={topic: 0.8},
        language=Language.RUSSIAN,
        abstained=False,
        abstain_reason="",
        reasons=(),
        model_version="seed-1",
    ).model_dump(mode="json")
