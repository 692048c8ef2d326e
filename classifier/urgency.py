"""Urgency parts that the text itself tells: each named, each with its strength.

Parts that need more than the text (reach, velocity, waiting time) are added at decision time.
"""

from __future__ import annotations

from collections.abc import Sequence

from classifier.signals import Reading, Signal
from otklik.enums import Abuse, Claim

# part → signals that speak for it
_PARTS: dict[str, tuple[str, ...]] = {
    "harm": ("harm", "child_harmed"),
    "child": ("child", "child_harmed"),
    "threat": ("threat", "first_person_threat"),
    "self_harm": ("self_harm",),
    "money": ("money_taken", "fraud"),
    "legal": ("lawsuit", "legal"),
    "journalist": ("journalist",),
    "outage": ("mass_outage", "outage"),
    "down_now": ("down_now", "stuck", "cancelled"),
    "repeated_contact": ("repeated_contact", "hold"),
    "churn": ("churn",),
    "dishonesty": ("dishonesty",),
    "rudeness": ("rudeness",),
    "data_leak": ("personal_data", "data_leak"),
}
PARTS = tuple(_PARTS)
_PART_OF = {
    signal: [part for part, signals in _PARTS.items() if signal in signals]
    for signals in _PARTS.values()
    for signal in signals
}
_LEAST = 0.05


def parts_of(
    reading: Reading,
    claim: dict[str, float],
    abuse: dict[str, float],
    facts: Sequence[Signal] = (),
) -> dict[str, float]:
    """Strength in [0, 1] of every part present; absent parts are not named.

    A fact counts in full where there is a case; the threat part goes by the abuse head instead.
    Hard `facts` (`classifier.hardfacts`) count in full always.
    """
    case = 1 - claim[Claim.NONE.value]
    parts: dict[str, float] = {}
    for signal in reading.signals:
        for part in _PART_OF.get(signal.name, ()):
            meant = abuse[Abuse.THREAT.value] if part == "threat" else 0.3 + 0.7 * case
            strength = round(signal.weight * meant, 3)
            if strength >= _LEAST and strength > parts.get(part, 0.0):
                parts[part] = strength
    for fact in facts:
        parts.update(dict.fromkeys(_PART_OF[fact.name], fact.weight))
    return parts
