"""Handing a comment to the team of another zone."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Role
from otklik.errors import InputError, StaleText
from otklik.models import Mention, Person
from otklik.people import require
from responder import leases
from responder.checks import open_mention

LONGEST = 64


def route(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    zone: str,
    at: datetime,
) -> Mention:
    """Give a comment to another zone's team; whoever worked on it is free of it.

    Raises:
        InputError: no zone. ApprovalError: a colleague works on it.
        StaleText: the mention changed, or is in that zone already. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    zone = zone.strip()
    if not zone or len(zone) > LONGEST:
        raise InputError("say which zone")
    mention = open_mention(session, mention_id, mention_version)
    if mention.zone == zone:
        raise StaleText("it is in that zone already")
    leases.require_free(session, mention, person, at)
    before, mention.zone = mention.zone, zone
    session.add(mention)
    leases.finish(session, mention, person)
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.routed",
        subject=("mention", mention_id),
        detail={"version": mention_version, "zone": zone, "before": before},
        brand_id=mention.brand_id,
    )
    return mention
