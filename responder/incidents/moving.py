"""How an incident may move from state to state: the one table, and the one way to move."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import IncidentState
from otklik.errors import StaleText
from otklik.models import Incident, Person
from otklik.store import incidents

_S = IncidentState
# from -> to; everything else is refused. A merge ends one incident in `membership` alone.
MOVES: Mapping[IncidentState, frozenset[IncidentState]] = {
    _S.SUSPECTED: frozenset({_S.OPEN, _S.IN_WORK, _S.DISMISSED}),
    _S.OPEN: frozenset({_S.IN_WORK, _S.SOLVED, _S.DISMISSED}),
    _S.IN_WORK: frozenset({_S.SOLVED, _S.DISMISSED}),
    _S.REOPENED: frozenset({_S.IN_WORK, _S.SOLVED, _S.DISMISSED}),
    _S.SOLVED: frozenset({_S.REOPENED}),
    _S.DISMISSED: frozenset({_S.REOPENED, _S.SUSPECTED}),
}
OVER = frozenset({_S.SOLVED, _S.DISMISSED})


def get_alive(session: Session, incident_id: int) -> Incident:
    """An incident that is neither solved nor dismissed, locked for the transaction.

    Raises:
        StaleText: it is over. NotFound: there is none.
    """
    incident = incidents.lock_incident(session, incident_id)
    if incident.state in OVER:
        raise StaleText(f"this incident is {incident.state} by now")
    return incident


def move(
    session: Session,
    incident: Incident,
    to: IncidentState,
    at: datetime,
    *,
    person: Person | None,
    action: str,
    seen: IncidentState | None = None,
    **detail: object,
) -> Incident:
    """Move a locked incident by the table and put it on record.

    Args:
        person: who moves it; None: the machine.
        seen: the state that the person decided on.

    Raises:
        StaleText: it stands elsewhere by now, or does not move this way.
    """
    was = incident.state
    if seen is not None and was is not seen:
        raise StaleText(f"this incident is {was} by now")
    if to not in MOVES[was] or incident.merged_into_id is not None:
        raise StaleText(f"an incident that is {was} does not become {to}")
    incident.closed_at = at.astimezone(UTC) if to in OVER else None
    incidents.save_incident(session, incident)
    if not incidents.save_state(session, incident, was, to):
        raise StaleText("somebody else has moved this incident")
    note(session, incident, action, at, person, state_before=was, **detail)
    return incident


def note(
    session: Session,
    incident: Incident,
    action: str,
    at: datetime,
    person: Person | None,
    **detail: object,
) -> None:
    """What was done to an incident, on record with who did it."""
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person) if person is not None else audit.MACHINE,
        action=action,
        subject=("incident", incident.id),
        detail={"state": incident.state, **detail},
        brand_id=incident.brand_id,
    )
