"""What the desk shows of an attack: who is spared, what is held, what would be asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from dashboard import data
from dashboard.measures import deciding
from otklik import database
from otklik.enums import ActKind, ActState
from otklik.models import Act, Author, BulkBatch, Incident, Mention, Person
from otklik.store import acts, bulk, customers, members, mentions, statements
from responder import bulk_undo
from responder.bulk import Doing
from responder.incidents import attack_holds, attack_measures, attacks
from responder.incidents.attack_measures import Plan

SHOWN = 20  # real customers on the page of the incident


@dataclass(frozen=True)
class Inside:
    """Who is inside an attack beside the wave, and how many replies are held."""

    real: tuple[int, ...] = ()
    held: int = 0
    lines: list[members.MemberLine] = field(default_factory=list)


def inside(incident: Incident) -> Inside:
    """Real customers first: those who wait longest are shown."""
    with database.reading(data.engine()) as session:
        real = attacks.list_real(session, incident)
        held = customers.count_held(session, incident.id or 0, attack_holds.HELD)
        lines = members.list_lines(session, real[:SHOWN]) if real else []
    return Inside(tuple(real), held, lines)


def plan(
    who: Person, incident_id: int, kind: ActKind, at: datetime
) -> tuple[Plan, dict[int, Author]]:
    """What this measure would be now, and who wrote what it is about.

    Raises:
        StaleText: it is no attack that goes on.
    """
    terms = deciding.ban_terms()
    with database.reading(data.engine()) as session:
        made = attack_measures.plan(
            session, person=who, incident_id=incident_id, kind=kind, terms=terms, at=at
        )
        return made, mentions.list_authors(
            session, [made.rows[one.mention_id] for one in made.lines]
        )


@dataclass(frozen=True)
class Asked:
    """Measures about members that wait for a yes, and the last batch that can be taken back."""

    acts: list[Act]
    rows: dict[int, Mention]
    authors: dict[int, Author]
    batch: BulkBatch | None


def asked(who: Person, incident_id: int, at: datetime) -> Asked:
    """What was asked for and waits."""
    with database.reading(data.engine()) as session:
        rows = {row.id or 0: row for row in statements.list_members(session, incident_id)}
        waiting = [
            act
            for act in acts.list_mention_acts(session, list(rows))
            if act.state is ActState.ASKED
        ]
        since = at - bulk_undo.UNDO_BY_LEAD
        about = [rows[act.mention_id] for act in waiting if act.mention_id in rows]
        authors = mentions.list_authors(session, about)
        made = [
            one
            for one in bulk.list_batches(session, who.brand_id, since)
            if one.action == Doing.MEASURES and one.detail.get("incident") == incident_id
        ]
    free = (one for one in made if bulk_undo.may_undo(who, one, at))
    return Asked(waiting, rows, authors, next(free, None))
