"""Powers: which compensation fits a case, how much of it a role may give, and who may go beyond.

Pure: what was given on which draft is recorded by `responder.granting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from otklik.enums import Role, Topic
from responder.knowledge.values import Power, Unit

ORDER = (Role.OPERATOR, Role.APPROVER, Role.LEAD, Role.ADMIN)
PRESENT = 0.5  # strength from which an urgency part counts as present


class UsedPower(BaseModel):
    """A compensation one draft offers: `sum` in the power's unit, whose role stands behind it.

    `approved_by_role` is None while nobody has said yes to the sum; `login` is empty then, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    power_id: str
    sum: int = Field(ge=0)
    approved_by_role: Role | None = None
    login: str = ""


def limit_of(power: Power, role: Role, login: str = "") -> int:
    """The most that this role gives without asking; 0 where it may not at all."""
    rank = ORDER.index(role)
    given = [most for one, most in power.limits if ORDER.index(one) <= rank]
    own = [most for one, most in power.people if login and one == login]
    return max([*given, *own], default=0)


def needs_role(power: Power, sum: int) -> Role | None:
    """The lowest role that may give this much; None where nobody may."""
    for role in ORDER:
        if sum <= limit_of(power, role) or power.beyond is role:
            return role
    return None


def may_give(power: Power, role: Role, sum: int, login: str = "") -> bool:
    """Whether somebody of that role may give this much of this power."""
    if sum <= limit_of(power, role, login):
        return True
    return power.beyond is not None and ORDER.index(role) >= ORDER.index(power.beyond)


def fits_case(
    power: Power, topic: Topic, parts: Mapping[str, float] | None = None, rule: str = ""
) -> bool:
    """Whether a power is meant for such a case. Parts and rule count where they are known.

    Args:
        parts: strength of urgency parts in [0, 1]; None: not known.
        rule: id of the policy's rule; empty: not known.
    """
    is_urgent = parts is None or any(parts.get(name, 0) >= PRESENT for name in power.urgent)
    return (
        topic in power.topics
        and (not power.urgent or is_urgent)
        and (not power.rules or not rule or rule in power.rules)
    )


def fitting(
    powers: Iterable[Power],
    topic: Topic,
    *,
    parts: Mapping[str, float] | None = None,
    rule: str = "",
) -> list[Power]:
    """Powers meant for such a case, in their own order; see `fits_case`."""
    return [power for power in powers if fits_case(power, topic, parts, rule)]


def covering(
    powers: Sequence[Power],
    topic: Topic,
    sum: int,
    *,
    unit: Unit | None = None,
    parts: Mapping[str, float] | None = None,
    rule: str = "",
) -> Power | None:
    """The power for such a case that the lowest role may give this much of; None: no such."""
    found = [
        (ORDER.index(role), place, power)
        for place, power in enumerate(fitting(powers, topic, parts=parts, rule=rule))
        if (role := needs_role(power, sum)) is not None and unit in (None, power.unit)
    ]
    return min(found, key=lambda one: one[:2])[2] if found else None


def allowed(
    powers: Sequence[Power],
    topic: Topic,
    role: Role,
    sum: int,
    *,
    login: str = "",
    unit: Unit | None = None,
) -> bool:
    """Whether somebody of that role may give this much in a case of this topic."""
    return any(
        may_give(power, role, sum, login)
        for power in fitting(powers, topic)
        if unit in (None, power.unit)
    )


def find_power(powers: Iterable[Power], power_id: str) -> Power | None:
    """The power of that id, or None."""
    return next((power for power in powers if power.id == power_id), None)
