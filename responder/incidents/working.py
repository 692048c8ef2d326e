"""Work on an incident at the desk: taken, handed over, given to a department, named."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik.enums import IncidentKind, IncidentState, Role
from otklik.errors import InputError
from otklik.models import Incident, Person
from otklik.people import require
from otklik.store import incidents
from otklik.store.people import get_person
from responder.incidents import attacks, life, moving


def take(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    at: datetime,
    house: life.House | None = None,
) -> Incident:
    """Work on an incident oneself; a suspected one counts as confirmed, and is told of.

    Raises:
        StaleText: it is solved. NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    incident = moving.get_alive(session, incident_id)
    was = incident.state
    incident.owner_id = person.id
    _put_to_work(session, incident, person, "incident.taken", at)
    if was is IncidentState.SUSPECTED:
        life.tell(session, incident, house, at)
    return incident


def hand_over(
    session: Session, *, person: Person, incident_id: int, to_id: int, at: datetime
) -> Incident:
    """Make somebody else its owner: the owner may, and every lead.

    Raises:
        InputError: the other one cannot sign in. StaleText: it is solved.
        NotAllowed: neither owner nor lead. NotFound: no such incident or person.
    """
    incident = moving.get_alive(session, incident_id)
    require(person, Role.OPERATOR if incident.owner_id == person.id else Role.LEAD)
    to = get_person(session, to_id)
    if not to.is_active:
        raise InputError("this person does not work here any more")
    incident.owner_id = to_id
    return _put_to_work(session, incident, person, "incident.handed_over", at, to=to_id)


def assign(
    session: Session, *, person: Person, incident_id: int, department: str, at: datetime
) -> Incident:
    """Name the department that has to mend it; an empty name takes it away.

    Raises:
        StaleText: it is solved. NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    incident = moving.get_alive(session, incident_id)
    incident.department = " ".join(department.split())[:128]
    return _keep(session, incident, person, "incident.assigned", at, department=incident.department)


def rename(
    session: Session, *, person: Person, incident_id: int, title: str, at: datetime
) -> Incident:
    """Call it what people call it.

    Raises:
        InputError: no title. NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    title = " ".join(title.split())[:255]
    if not title:
        raise InputError("an incident needs a title")
    incident = incidents.lock_incident(session, incident_id)
    incident.title = title
    return _keep(session, incident, person, "incident.renamed", at, title=title)


def name_kind(
    session: Session, *, person: Person, incident_id: int, kind: IncidentKind, at: datetime
) -> Incident:
    """Say whether it is a fault or an attack: people know better than any statistics.

    Raises:
        StaleText: it is solved. NotAllowed: not a lead. NotFound: no such incident.
    """
    require(person, Role.LEAD)
    incident = moving.get_alive(session, incident_id)
    attacks.name(incident, kind)
    if incident.state is IncidentState.SUSPECTED:
        to, action = IncidentState.OPEN, "incident.named"
        moving.move(session, incident, to, at, person=person, action=action, kind=kind)
    else:
        _keep(session, incident, person, "incident.named", at, kind=kind)
    return attacks.refresh(session, incident, at)


def _put_to_work(
    session: Session,
    incident: Incident,
    person: Person,
    action: str,
    at: datetime,
    **detail: Any,
) -> Incident:
    """With its new owner; who has it already in work only changes hands."""
    to = IncidentState.IN_WORK
    if incident.state is to:
        return _keep(session, incident, person, action, at, **detail)
    return moving.move(session, incident, to, at, person=person, action=action, **detail)


def _keep(
    session: Session,
    incident: Incident,
    person: Person,
    action: str,
    at: datetime,
    **detail: object,
) -> Incident:
    incidents.save_incident(session, incident)
    moving.note(session, incident, action, at, person, **detail)
    return incident
