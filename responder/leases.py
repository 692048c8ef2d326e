"""Leases: who works on which case, so that no two people answer one person at once.

A lease lasts ten minutes, is renewed while its holder types, ends by itself, and is given back
by whatever finishes the work. The desk hands out the most urgent case; nobody cherry-picks.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session

from otklik import audit, wellness
from otklik.enums import Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import Mention, Person
from otklik.people import may, require
from otklik.store import cases, handing, mentions
from otklik.store.cases import Holder
from responder.incidents import waves

LASTS = timedelta(minutes=10)


class Lease(NamedTuple):
    """One person works on one case until then."""

    case_id: int
    mention_id: int
    person_id: int
    until: datetime


def take(
    session: Session, *, person: Person, mention_id: int, at: datetime, lasts: timedelta = LASTS
) -> Lease:
    """Begin to work on the case of this mention; a lease of one's own begins anew.

    Raises:
        ApprovalError: somebody else works on it; says who, and until when.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    mention = _with_case(session, mention_id, at)
    was_mine = _is_mine(session, mention, person, at)
    lease = _lease(session, mention, person, at, lasts)
    if not was_mine:
        wellness.note_shown(session, person=person, mention=mention, at=at)
        _note(session, person, "case.taken", lease.case_id, at, mention=mention_id, how="picked")
    return lease


def renew(
    session: Session, *, person: Person, mention_id: int, at: datetime, lasts: timedelta = LASTS
) -> Lease:
    """Go on working: called while the holder types. Leaves nothing in the audit log.

    Raises:
        ApprovalError: somebody else has it by now. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    mention = _with_case(session, mention_id, at)
    if not _is_mine(session, mention, person, at):
        wellness.note_shown(session, person=person, mention=mention, at=at)
    return _lease(session, mention, person, at, lasts)


def release(session: Session, *, person: Person, mention_id: int, at: datetime) -> bool:
    """Give the case back unfinished; False: it was not this person's (any more).

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    mention = mentions.get_mention(session, mention_id)
    if not cases.delete_lease(session, mention.case_id, person.id or 0):
        return False
    _note(session, person, "case.released", mention.case_id, at, mention=mention_id)
    return True


def hand_over(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    to_person: Person,
    at: datetime,
    lasts: timedelta = LASTS,
) -> Lease:
    """Give a case to a colleague: they hold it now and own it from now on.

    Its holder or owner may do that, anybody while nobody has it, and a lead always.

    Raises:
        ApprovalError: somebody else works on it. NotAllowed: a role is too low.
    """
    require(person, Role.OPERATOR)
    require(to_person, Role.OPERATOR)
    mention = _with_case(session, mention_id, at)
    case = cases.get_case(session, mention.case_id or 0)
    if case.owner_id != person.id and not may(person, Role.LEAD):
        require_free(session, mention, person, at)
    before = case.owner_id
    case.leased_by_id, case.lease_until = to_person.id, at + lasts
    case.owner_id = to_person.id
    cases.save_case(session, case)
    wellness.note_shown(session, person=to_person, mention=mention, at=at)
    whom = {"to": to_person.id, "owner_before": before}
    _note(session, person, "case.handed_over", case.id, at, mention=mention_id, **whom)
    return Lease(case.id or 0, mention_id, to_person.id or 0, at + lasts)


def take_over(
    session: Session, *, person: Person, mention_id: int, at: datetime, lasts: timedelta = LASTS
) -> Lease:
    """A lead takes a case from whoever works on it; that stands in the audit log.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.LEAD)
    mention = _with_case(session, mention_id, at)
    case = cases.get_case(session, mention.case_id or 0)
    before = case.leased_by_id
    case.leased_by_id, case.lease_until = person.id, at + lasts
    cases.save_case(session, case)
    _note(session, person, "case.taken_over", case.id, at, mention=mention_id, holder=before)
    return Lease(case.id or 0, mention_id, person.id or 0, at + lasts)


def next_most_urgent(
    session: Session,
    *,
    person: Person,
    at: datetime,
    zones: Sequence[str] | None = None,
    skip: Collection[int] = (),
    lasts: timedelta = LASTS,
) -> Lease | None:
    """Hand out the most urgent case nobody works on; None: nothing waits.

    An unfinished one of one's own comes first. A case goes to its owner before others, a text
    that needs somebody else's approval never back to the one who wrote or approved it, and one
    that a person wrote to no operator. Haters are shared out: see `otklik.wellness`.

    Args:
        zones: the person's own; None: all.
        skip: mentions put aside for now.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    waves.open_cases(session, cases.list_without_case(session, person.brand_id), at)
    session.flush()
    fair = _fair(wellness.spared(session, person=person, at=at))
    handed = handing.claim_next(session, person, at, zones=zones, skip=skip, but=fair)
    if handed is None:
        return None
    until = at + lasts
    if not cases.save_lease(session, handed.case_id, person.id or 0, until, at):
        return None  # cannot be: the row is locked, and was free
    shown = mentions.get_mention(session, handed.mention_id)
    wellness.note_shown(session, person=person, mention=shown, at=at)
    _note(
        session,
        person,
        "case.taken",
        handed.case_id,
        at,
        mention=handed.mention_id,
        how="handed out",
    )
    return Lease(handed.case_id, handed.mention_id, person.id or 0, until)


def _fair(spared: wellness.Spared) -> list[Any]:
    """What is handed out first to somebody who has seen more haters than a colleague."""
    if not spared:
        return []
    zones = None if spared.everywhere else spared.zones
    return [handing.is_no_hater(zones, wellness.URGENT_FROM)]


def holder_of(session: Session, mention_ids: Collection[int], at: datetime) -> dict[int, Holder]:
    """Who works on these mentions now, by mention id; free ones are absent."""
    return cases.list_holders(session, mention_ids, at)


def require_free(session: Session, mention: Mention, person: Person, at: datetime) -> None:
    """Refuse to act on what somebody else works on.

    Raises:
        ApprovalError: says who, and until when.
    """
    holder = cases.list_holders(session, [mention.id or 0], at).get(mention.id or 0)
    if holder is not None and holder.person_id != person.id:
        raise ApprovalError(_held_by(holder))


def finish(session: Session, mention: Mention, person: Person) -> None:
    """The person's part is done: others may have the case."""
    cases.delete_lease(session, mention.case_id, person.id or 0)


def own(session: Session, mention: Mention, person_id: int | None) -> None:
    """Who answers first keeps the case to the end."""
    if mention.case_id is not None and person_id is not None:
        case = cases.get_case(session, mention.case_id)
        case.owner_id = case.owner_id or person_id
        cases.save_case(session, case)


def _with_case(session: Session, mention_id: int, at: datetime) -> Mention:
    mention = mentions.get_mention(session, mention_id)
    if mention.is_ours:
        raise StaleText("a comment of our own is nobody's case")
    if mention.case_id is None:
        waves.open_cases(session, [mention], at)
        session.add(mention)
        session.flush()
    return mention


def _is_mine(session: Session, mention: Mention, person: Person, at: datetime) -> bool:
    holder = cases.list_holders(session, [mention.id or 0], at).get(mention.id or 0)
    return holder is not None and holder.person_id == person.id


def _lease(
    session: Session, mention: Mention, person: Person, at: datetime, lasts: timedelta
) -> Lease:
    case_id, until = mention.case_id or 0, at + lasts
    if not cases.save_lease(session, case_id, person.id or 0, until, at):
        require_free(session, mention, person, at)
        raise StaleText("this case has just been taken")
    return Lease(case_id, mention.id or 0, person.id or 0, until)


def _held_by(holder: Holder) -> str:
    return f"{holder.name} is working on this case until {holder.until:%H:%M} UTC"


def _note(
    session: Session,
    person: Person,
    action: str,
    case_id: int | None,
    at: datetime,
    **detail: object,
) -> None:
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("case", case_id),
        detail=detail,
        brand_id=person.brand_id,
    )
