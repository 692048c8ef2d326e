"""Putting a case aside: somebody else must say something first, and nobody is handed it meanwhile.

The first-reply clock goes on: to put aside is no way to be late unnoticed. Clocks of the next
reply and of the resolution pause until then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.enums import Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import Hold, Mention, Person
from otklik.people import require
from otklik.store import cases, mentions, work
from responder import clocks, leases
from responder.checks import open_mention

LONGEST = timedelta(days=7)


def hold(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    until: datetime,
    reason: str,
    at: datetime,
) -> Hold:
    """Put the case of this mention aside until then; it comes back to this person first.

    Raises:
        ApprovalError: no reason, no time ahead within a week, or a colleague works on it.
        StaleText: the mention changed. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    if not reason.strip():
        raise ApprovalError("say what the case waits for")
    if not at < until <= at + LONGEST:
        raise ApprovalError("a case is put aside for a week at most")
    mention = open_mention(session, mention_id, mention_version)
    leases.take(session, person=person, mention_id=mention_id, at=at)
    case = cases.get_case(session, mention.case_id or 0)
    owner_before, case.owner_id = case.owner_id, person.id
    cases.save_case(session, case)
    leases.finish(session, mention, person)
    clocks.pause(session, mention.case_id or 0, until, at)
    kept = work.save_hold(
        session,
        Hold(
            case_id=case.id or 0,
            brand_id=mention.brand_id,
            person_id=person.id or 0,
            reason=reason.strip(),
            at=at,
            until=until,
        ),
    )
    detail = {"until": until, "reason": kept.reason, "owner_before": owner_before}
    _note(session, person, "case.held", mention, at, **detail)
    return kept


def resume(session: Session, *, person: Person, mention_id: int, at: datetime) -> None:
    """Take a case up again before its time; anybody may who could work on it.

    Raises:
        StaleText: it is not put aside (any more). NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    mention = mentions.get_mention(session, mention_id)
    leases.require_free(session, mention, person, at)
    if not work.delete_hold(session, mention.case_id):
        raise StaleText("this case is not put aside any more")
    clocks.resume(session, mention.case_id or 0, at)
    _note(session, person, "case.resumed", mention, at)


def end_when_written(session: Session, rows: Sequence[Mention], at: datetime) -> None:
    """Whose author writes again is put aside no longer: what one waited for may have come."""
    fresh = {row.case_id: row for row in rows if row.case_id is not None}
    for held in work.list_holds(session, fresh):
        mention = fresh[held.case_id]
        if mention.collected_at > held.at and held.until > at:
            work.delete_hold(session, held.case_id)
            clocks.resume(session, held.case_id, at)
            audit.record(
                session,
                at=at,
                actor=audit.MACHINE,
                action="case.resumed",
                subject=("case", held.case_id),
                detail={"mention": mention.id, "reason": "the author wrote again"},
                brand_id=mention.brand_id,
            )


def find_hold(session: Session, mention: Mention, at: datetime) -> Hold | None:
    """The hold that keeps this mention's case out of everybody's hands now, or None."""
    found = work.find_hold(session, mention.case_id)
    return found if found is not None and found.until > at else None


def _note(
    session: Session, person: Person, action: str, mention: Mention, at: datetime, **more: object
) -> None:
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("case", mention.case_id),
        detail={"mention": mention.id, **more},
        brand_id=mention.brand_id,
    )
