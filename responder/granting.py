"""Giving something to make it good: who gives how much on which draft, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from otklik.enums import Role
from otklik.errors import InputError
from otklik.models import DraftRow, Person
from otklik.people import require
from responder.checks import note_draft, proposed_draft
from responder.knowledge import Knowledge, Power
from responder.powers import UsedPower, find_power, may_give


def give(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    power_id: str,
    sum: int,
    knowledge: Knowledge,
    at: datetime,
) -> UsedPower:
    """Offer this much in a draft. Beyond this person's limit it is only asked for.

    Somebody whose limit covers it gives the same again, and it stands.

    Raises:
        StaleText: somebody has acted on the draft.
        InputError: no such power, or a sum below 1. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    draft = proposed_draft(session, draft_id)
    power = _power(knowledge, power_id)
    if sum < 1:
        raise InputError(f"{sum} is nothing to give")
    may = may_give(power, person.role, sum, person.login)
    used = UsedPower(
        power_id=power_id,
        sum=sum,
        approved_by_role=person.role if may else None,
        login=person.login if may else "",
    )
    others = [one for one in used_powers(draft) if one.power_id != power_id]
    draft.powers = [one.model_dump(mode="json") for one in (*others, used)]
    session.add(draft)
    action = "draft.power_given" if may else "draft.power_asked"
    note_draft(session, person, action, draft, at, power=power_id, sum=str(sum))
    return used


def take_back(
    session: Session, *, person: Person, draft_id: int, power_id: str, at: datetime
) -> None:
    """Offer it no more.

    Raises:
        StaleText: somebody has acted on the draft. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    draft = proposed_draft(session, draft_id)
    kept = [one for one in used_powers(draft) if one.power_id != power_id]
    draft.powers = [one.model_dump(mode="json") for one in kept]
    session.add(draft)
    note_draft(session, person, "draft.power_taken_back", draft, at, power=power_id)


def used_powers(draft: DraftRow) -> tuple[UsedPower, ...]:
    """What a draft offers, for its lint (`LintContext.powers`)."""
    return tuple(UsedPower.model_validate(one) for one in draft.powers)


def not_granted(powers: Iterable[UsedPower]) -> list[UsedPower]:
    """Those that nobody with the right to it has given yet."""
    return [one for one in powers if one.approved_by_role is None]


def _power(knowledge: Knowledge, power_id: str) -> Power:
    power = find_power(knowledge.powers, power_id)
    if power is None:
        known = ", ".join(one.id for one in knowledge.powers)
        raise InputError(f"there is no power {power_id!r}; there are: {known}")
    return power
