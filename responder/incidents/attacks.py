"""Attacks in the database: the evidence of an incident, kept as its members come; whom it spares.

The machine calls an incident an attack only while it is suspected. Whatever a person has named
stays, and of what people have confirmed only the evidence goes on.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.enums import IncidentKind, IncidentState, Stance
from otklik.models import Author, Incident, Mention
from otklik.store import customers, incidents, members, mentions, subjects
from otklik.store import statements as statement_rows
from otklik.subjects import Subject
from responder import statements
from responder.incidents import attack_holds, attack_people, emergence, moving
from responder.incidents.attack_people import REAL, Who
from responder.incidents.attack_signs import US, Evidence, Judgement, Told, judge_kind

SAMPLE = 200  # the newest members are looked at
AIMED_AT = ("product", "branch")  # a product's insulters and the company's are two crowds
NAMED = "named"  # in `Incident.evidence`: the kind that a person said
_BESIDE = (NAMED, emergence.KEPT)  # no shares: they stay as they are

__all__ = [
    "Evidence",
    "evidence_of",
    "follow",
    "list_real",
    "name",
    "refresh",
    "sort_members",
    "spared",
]


def evidence_of(session: Session, incident: Incident) -> Evidence:
    """What speaks for an attack: as kept on the incident, else computed from its newest members."""
    if "sample" in incident.evidence:
        return Evidence.from_row(incident.evidence)
    return _judge(session, incident).evidence


def sort_members(session: Session, incident: Incident) -> dict[int, Who]:
    """Who each member is, by mention id."""
    rows = statement_rows.list_members(session, incident.id or 0)
    return attack_people.sort_out(session, rows)


def spared(session: Session, incident: Incident) -> list[int]:
    """Members that whatever is done in bulk leaves out: with a case, or not surely hostile."""
    who = sort_members(session, incident)
    return sorted(number for number, one in who.items() if one is not Who.HOSTILE)


def list_real(session: Session, incident: Incident) -> list[int]:
    """Mentions of real customers: with a case, here or earlier, or owed something."""
    who = sort_members(session, incident)
    return sorted(number for number, one in who.items() if one in REAL)


def refresh(session: Session, incident: Incident, at: datetime) -> Incident:
    """After members came or went: evidence anew, the kind while it is only suspected, replies
    held or let go.
    """
    judged = _judge(session, incident)
    kept = {one: incident.evidence[one] for one in _BESIDE if one in incident.evidence}
    incident.evidence = {**judged.evidence.as_row(), **kept}
    is_free = incident.state is IncidentState.SUSPECTED and NAMED not in kept
    if is_free and judged.kind is not incident.kind:
        incident.kind = judged.kind
        detail = {"kind": judged.kind, "points": judged.evidence.points}
        moving.note(session, incident, "incident.kind_judged", at, None, **detail)
    incidents.save_incident(session, incident)
    return follow(session, incident, at)


def name(incident: Incident, kind: IncidentKind) -> None:
    """A person says which it is; the machine never says otherwise again."""
    incident.kind = kind
    incident.evidence = {**incident.evidence, NAMED: str(kind)}


def follow(session: Session, incident: Incident, at: datetime) -> Incident:
    """Hold replies to the hostile in a live attack, else let all go; its statement goes to
    threads that the attack has newly reached.
    """
    attack_holds.follow(session, incident, at)
    if attack_people.is_live(incident):
        for statement in statement_rows.list_approved(session, [incident.id or 0]).values():
            statements.draft_anew(session, statement, at)
    return incident


def _judge(session: Session, incident: Incident) -> Judgement:
    newest = members.list_newest_members(session, incident.id or 0, SAMPLE)
    authors = mentions.list_authors(session, newest)
    told = {one.mention_id for one in customers.list_told_cases(session, authors)}
    about = subjects.list_subjects(session, newest)
    by_person: dict[int, list[Mention]] = {}
    for row in newest:
        by_person.setdefault(authors[row.author_id].same_as_id or row.author_id, []).append(row)
    people = [_told(rows, told, about, authors[rows[0].author_id]) for rows in by_person.values()]
    return judge_kind(people)


def _told(
    rows: Sequence[Mention],
    told: set[int],
    about: dict[int, Subject],
    author: Author,
) -> Told:
    """One person by all their comments, the newest first."""
    named = [about.get(row.id or 0, Subject()).by_kind() for row in rows]
    tells_account = author.followers is not None or author.registered_at is not None
    return Told(
        text=rows[0].text,
        at=rows[0].waiting_since,
        is_judged=any(row.stance is not None for row in rows),
        is_hater=any(row.stance is Stance.HATER for row in rows),
        has_case=any(row.id in told for row in rows),
        target=min(
            ((kind, one) for ids in named for kind in AIMED_AT for one in ids.get(kind, ())),
            default=US,
        ),
        registered_at=author.registered_at,
        is_empty=not author.name and not author.followers if tells_account else None,
    )
