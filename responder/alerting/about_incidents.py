"""What an alert about an incident says beside its own words: where, how far it is, whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session

from otklik.enums import IncidentKind, IncidentState
from otklik.models import Alert, Incident, Person
from otklik.store import alerts
from responder.incidents.attack_signs import Speaks
from responder.incidents.attacks import evidence_of, list_real

_STATES = {
    IncidentState.SUSPECTED: "подозрение",
    IncidentState.OPEN: "подтверждён",
    IncidentState.IN_WORK: "в работе",
    IncidentState.SOLVED: "решён",
    IncidentState.REOPENED: "вернулся",
    IncidentState.DISMISSED: "ложная тревога",
}
_PLACES = 4


def about(session: Session, alert: Alert) -> Iterator[str]:
    """Lines of facts; none where the alert is about no incident."""
    kind, _, number = alert.thread_key.partition(":")
    if kind != "incident" or not number.isdecimal():
        return
    incident = session.get(Incident, int(number))
    if incident is None:
        return
    places = alerts.count_places(session, int(number))
    if places:
        zone = alerts.find_usual_zone(session, "incident", int(number))
        told = ", ".join(f"{platform} {count}" for platform, count in places[:_PLACES])
        yield f"Где: {told}; зона {zone}"
    owner = session.get(Person, incident.owner_id) if incident.owner_id is not None else None
    who = (owner.name or owner.login) if owner else "пока никто"
    yield f"Состояние: {_STATES.get(incident.state, incident.state)}; ведёт: {who}"
    if incident.reach:
        yield f"Могли увидеть: {incident.reach}"
    if incident.kind is IncidentKind.ATTACK:
        yield from _attack(session, incident)


def _attack(session: Session, incident: Incident) -> Iterator[str]:
    signs = evidence_of(session, incident).signs
    for title, speaks in (("Похоже на атаку", Speaks.FOR), ("Против этого", Speaks.AGAINST)):
        told = ", ".join(one.told("ru") for one in signs if one.speaks is speaks)
        if told:
            yield f"{title}: {told}"
    if count := len(list_real(session, incident)):
        yield f"Внутри людей со случаем: {count}; меры против атаки их не касаются"
