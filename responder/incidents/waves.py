"""Cases and incidents in the database: the grouping of `responder.incidents.grouping`, applied."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Claim, Stance, Topic
from otklik.models import Case, Incident, Mention, VerdictRow
from otklik.settings import Settings
from otklik.store import cases, judgements, members, mentions, subjects
from otklik.subjects import Subject
from responder import same_person
from responder.incidents.grouping import Neighbourhood, Story, Wave, keys_of
from responder.knowledge import Knowledge

# how many recent unhappy mentions a new one is compared with
NEIGHBOURS = 300
_UNHAPPY = (Stance.CRITIC, Stance.HEATED, Stance.HATER)


def open_cases(session: Session, rows: Sequence[Mention], at: datetime) -> None:
    """One person, one story: join the open case of any of the person's accounts, or open one."""
    authors = [row.author_id for row in rows]
    known = cases.list_open_cases(session, authors)
    first = cases.list_canonical_ids(session, authors)
    fresh: dict[int, Case] = {}
    for row in rows:
        one = first[row.author_id]
        if row.author_id not in known and one not in fresh:
            fresh[one] = Case(brand_id=row.brand_id, author_id=one, opened_at=at)
    judgements.save_cases(session, list(fresh.values()))
    for row in rows:
        row.case_id = (known.get(row.author_id) or fresh[first[row.author_id]]).id


def find_incidents(
    session: Session,
    rows: Sequence[Mention],
    settings: Settings,
    knowledge: Knowledge,
    at: datetime,
) -> list[Incident]:
    """Attach mentions to incidents; the incidents that were new, or grew, in order.

    Who may be somebody already known is suggested on the way.
    """
    same_person.suggest(session, rows, knowledge.own_contacts, at)
    unhappy = [row for row in rows if row.stance in _UNHAPPY and row.starts_clock]
    if not unhappy:
        return []
    since = judgements.window_start(at, settings.incident_hours)
    recent = judgements.list_recent_unhappy(session, settings.brand_id, since, NEIGHBOURS)
    verdicts = judgements.list_verdicts(session, [*recent, *unhappy])
    about = subjects.list_subjects(session, [*recent, *unhappy])
    around = Neighbourhood([_story(row, verdicts, about, knowledge) for row in recent])
    known = judgements.list_incidents(session, settings.brand_id, since)
    touched: dict[int, Incident] = {}
    for row in sorted(unhappy, key=lambda m: (m.waiting_since, m.id)):
        if row.waiting_since < since:
            continue
        wave = around.wave_of(_story(row, verdicts, about, knowledge), settings.incident_size)
        if wave is not None:
            incident = _attach(session, row, wave, known, at)
            touched[incident.id or 0] = incident
            around.attach(wave.members, row.id or 0, incident.id or 0)
    return list(touched.values())


def _story(
    row: Mention,
    verdicts: dict[int, VerdictRow],
    about: dict[int, Subject],
    knowledge: Knowledge,
) -> Story:
    verdict = verdicts.get(row.id or 0)
    return Story(
        mention_id=row.id or 0,
        author_id=row.author_id,
        text=row.text,
        topic=row.topic or Topic.NONE,
        stance=row.stance or Stance.OTHER,
        claim=verdict.claim if verdict else Claim.NONE,
        incident_id=row.incident_id,
        keys=keys_of(knowledge, row.text),
        named=_sure(about.get(row.id or 0, Subject())),
    )


def _sure(subject: Subject) -> tuple[tuple[str, str], ...]:
    return tuple((kind, one) for kind, ids in subject.by_kind().items() for one in sorted(ids))


def _attach(
    session: Session, row: Mention, wave: Wave, known: dict[int, Incident], at: datetime
) -> Incident:
    incident = known.get(wave.incident_id or 0) or _open(session, row, wave, at)
    known[incident.id or 0] = incident
    taken_out = members.list_excluded(session, incident.id or 0, [*wave.members, row.id or 0])
    for member in mentions.list_mentions(session, wave.members):
        if member.id in taken_out:
            continue
        member.incident_id = member.incident_id or incident.id
        incident.first_at = min(incident.first_at, member.waiting_since)
        session.add(member)
    if row.id not in taken_out:
        row.incident_id = incident.id
    session.add(row)
    session.flush()
    incident.size = judgements.count_incident_authors(session, incident.id or 0)
    incident.first_at = min(incident.first_at, row.waiting_since)
    incident.last_at = max(incident.last_at, row.waiting_since)
    incident.explanation = _explain(incident)
    session.add(incident)
    return incident


def _open(session: Session, row: Mention, wave: Wave, at: datetime) -> Incident:
    incident = judgements.save_incident(
        session,
        brand_id=row.brand_id,
        kind=wave.kind,
        topic=row.topic or Topic.NONE,
        signature=" ".join(wave.words),
        title=" · ".join(wave.words),
        at=row.waiting_since,
    )
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="incident.suspected",
        subject=("incident", incident.id),
        detail={"kind": wave.kind, "people": wave.people},
        brand_id=row.brand_id,
    )
    return incident


def _explain(incident: Incident) -> str:
    hours = (incident.last_at - incident.first_at).total_seconds() / 3600
    words = incident.signature.replace(" ", ", ")
    return f"{incident.size} чел. за {max(hours, 1):.0f} ч, общее: {words}"
