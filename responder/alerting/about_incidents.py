"""What an alert about an incident says beside its own words: where, how far it is, whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from sqlmodel import Session

from otklik.enums import IncidentKind, IncidentState
from otklik.models import Alert, Incident, Person
from otklik.store import alerts
from responder.incidents.attacks import evidence_of, spared

_STATES = {
    IncidentState.SUSPECTED: "подозрение",
    IncidentState.OPEN: "подтверждён",
    IncidentState.IN_WORK: "в работе",
    IncidentState.SOLVED: "решён",
    IncidentState.REOPENED: "вернулся",
    IncidentState.DISMISSED: "ложная тревога",
}
_SIGNS = {
    "haters": "хейтеры",
    "copies": "почти одинаковые тексты",
    "tight": "за одни полчаса",
    "young": "свежие аккаунты",
    "empty": "пустые аккаунты",
}
_LEAST, _PLACES = 0.3, 4


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
    shares = asdict(evidence_of(session, incident))
    signs = [
        f"{word} {share:.0%}"
        for name, word in _SIGNS.items()
        if isinstance(share := shares.get(name), float) and share >= _LEAST
    ]
    if signs:
        yield f"Похоже на атаку: {', '.join(signs)}"
    if critics := len(spared(session, incident)):
        yield f"Внутри людей со случаем: {critics}; их меры не касаются"
