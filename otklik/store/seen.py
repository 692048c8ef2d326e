"""Incidents as they came to be seen: when each began, when the machine first spoke of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from otklik.enums import IncidentKind, IncidentState
from otklik.models import AuditEvent, Incident, Mention


@dataclass(frozen=True)
class Seen:
    """One incident: when it began, when it was seen, and after how many of its mentions."""

    id: int
    title: str
    kind: IncidentKind
    state: IncidentState
    people: int
    mentions: int
    first_at: datetime
    seen_at: datetime
    seen_after: int

    @property
    def minutes(self) -> float:
        """From its first mention until it was seen."""
        return round((self.seen_at - self.first_at).total_seconds() / 60, 1)


def count_mentions(session: Session) -> int:
    """All there are, of every brand."""
    return session.exec(select(func.count(col(Mention.id)))).one()


def list_seen(session: Session, brand_id: str) -> list[Seen]:
    """The incidents of a brand as they came to be seen, in that order."""
    suspected = {
        int(subject): at
        for subject, at in session.exec(
            select(AuditEvent.subject_id, AuditEvent.at).where(
                AuditEvent.action == "incident.suspected", AuditEvent.brand_id == brand_id
            )
        )
    }
    found = []
    for incident in session.exec(select(Incident).where(Incident.brand_id == brand_id)):
        times = sorted(
            session.exec(
                select(Mention.waiting_since).where(Mention.incident_id == incident.id)
            ).all()
        )
        seen_at = suspected.get(incident.id or 0, incident.first_at)
        found.append(
            Seen(
                id=incident.id or 0,
                title=incident.title,
                kind=incident.kind,
                state=incident.state,
                people=incident.size,
                mentions=len(times),
                first_at=incident.first_at,
                seen_at=seen_at,
                seen_after=sum(one <= seen_at for one in times),
            )
        )
    return sorted(found, key=lambda one: (one.seen_at, one.id))
