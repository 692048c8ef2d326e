"""Calm mentions of a known fault: "is the site down?" belongs to it, though it is no complaint.

They never make a storyline, nor make one unusual; a fault that is known takes them in on arrival,
and those of its days when it becomes known. A verdict may have missed a dry report: in it, too,
somebody has the trouble and waits for the answer.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from otklik.enums import CALM, IncidentKind
from otklik.models import Incident, Mention
from otklik.store import storylines
from otklik.store.incidents import LIVE
from responder.incidents import lately
from responder.incidents.shelf import Line, Shelf
from responder.incidents.story import Story, said_in

_LOOKED_AT = 2_000  # newest calm mentions that a new incident is compared with by words
_READ = 200  # those of them that are read for their meaning: a quarter of a second


def takes_in(incident: Incident) -> bool:
    """Whether calm mentions join it: a fault that goes on."""
    return incident.kind is IncidentKind.FAULT and incident.state in LIVE


def may_join(row: Mention, since: datetime) -> bool:
    """Whether a mention is a calm one that an incident could take in."""
    is_said = row.starts_clock and bool(row.text.strip())
    return row.stance in CALM and is_said and row.waiting_since >= since


def place(shelf: Shelf, story: Story, known: Mapping[int, Incident]) -> Incident | None:
    """The incident that a calm mention belongs to, or None."""
    incident = known.get(story.incident_id or shelf.incident_like(story) or 0)
    return incident if incident is not None and takes_in(incident) else None


def earlier(
    session: Session, brand_id: str, shelf: Shelf, line: Line, since: datetime
) -> list[Mention]:
    """Calm mentions since then that belong to a storyline which has just become an incident."""
    rows = storylines.list_calm(session, brand_id, since, _LOOKED_AT)
    told = {row.id: _told(row, shelf, line) for row in rows}
    likely = sorted((row for row in rows if told[row.id]), key=lambda row: -told[row.id])[:_READ]
    return [
        row
        for row, story in zip(likely, lately.read(session, likely), strict=True)
        if shelf.incident_like(story) == line.incident_id
    ]


def _told(row: Mention, shelf: Shelf, line: Line) -> float:
    """How much of what a storyline says a mention says too."""
    shared = (word for word in said_in(row.text) if word in line.words)
    return sum(max(0.0, shelf.weight(word)) * line.words[word] for word in shared)
