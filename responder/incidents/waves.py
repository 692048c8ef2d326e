"""Cases and incidents in the database: storylines found on arrival, the unusual ones raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.enums import CALM, UNHAPPY, IncidentKind, Language
from otklik.models import Case, Incident, Mention
from otklik.settings import Settings
from otklik.store import cases, judgements, members, mentions, storylines
from otklik.usual_rates import Rates
from responder import same_person
from responder.incidents import calm, expecting, lately
from responder.incidents.commonly import usual_of
from responder.incidents.emergence import WINDOWS, Budget, Surprise, judge
from responder.incidents.shelf import Line, Shelf
from responder.incidents.story import Story
from responder.incidents.storyline import Storyline
from responder.knowledge import Knowledge

# a storyline not older than this is new as a whole: all of it becomes the incident
_NEW = 2 * WINDOWS[-1]


@dataclass(frozen=True)
class _Look:
    """What a storyline is looked at with."""

    shelf: Shelf
    budget: Budget
    rates: Rates
    at: datetime


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


def prepare(session: Session, settings: Settings, at: datetime, limit: int) -> None:
    """Do what takes time before any row is claimed, if there is anything to group."""
    brand = settings.brand_id
    texts = storylines.list_ungrouped_texts(session, brand, UNHAPPY, limit)
    if calm_ones := storylines.list_ungrouped_texts(session, brand, CALM, limit - len(texts)):
        known = judgements.list_incidents(session, brand, at - lately.REMEMBERED)
        if any(map(calm.takes_in, known.values())):
            texts += calm_ones
    if texts:
        expecting.rates_for(session, settings, at)
        lately.prepare(session, settings.brand_id, texts, at)


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
    since = judgements.window_start(at, settings.incident_hours)
    known = judgements.list_incidents(session, settings.brand_id, at - lately.REMEMBERED)
    fresh = _fresh(rows, since, known)
    if not fresh:
        return []
    budget = Budget(settings.incident_false_alarms_per_week, settings.incident_size)
    rates = expecting.rates_for(session, settings, at)
    ours = lately.of(session, settings.brand_id)
    touched: dict[int, Incident] = {}
    with ours.lock:
        look = _Look(ours.follow(session, settings.brand_id, at), budget, rates, at)
        look.shelf.going_on = {number for number, one in known.items() if calm.takes_in(one)}
        for row, story in zip(fresh, lately.read(session, fresh), strict=True):
            incident = _place(session, row, story, look, known)
            if incident is not None:
                known[incident.id or 0] = touched[incident.id or 0] = incident
    return list(touched.values())


def _fresh(
    rows: Sequence[Mention], since: datetime, known: Mapping[int, Incident]
) -> list[Mention]:
    """Unhappy ones, and calm ones while there is a fault to take them in; oldest first."""
    is_open = any(map(calm.takes_in, known.values()))
    found = (
        row for row in rows if _may_belong(row, since) or (is_open and calm.may_join(row, since))
    )
    return sorted(found, key=lambda row: (row.waiting_since, row.id or 0))


def _place(
    session: Session, row: Mention, story: Story, look: _Look, known: Mapping[int, Incident]
) -> Incident | None:
    """The incident that a mention joins or makes, or None."""
    if row.stance in CALM:
        incident = calm.place(look.shelf, story, known)
    else:
        line = look.shelf.add(story)
        incident = known.get(line.incident_id or 0)
        if incident is None:
            return _raise(session, row, line, look)
    if incident is not None:
        _attach(session, incident, [row])
    return incident


def _may_belong(row: Mention, since: datetime) -> bool:
    return row.stance in UNHAPPY and row.starts_clock and row.waiting_since >= since


def _raise(session: Session, row: Mention, line: Line, look: _Look) -> Incident | None:
    """Make an incident of a storyline that has become unusual with this mention."""
    shelf, budget = look.shelf, look.budget
    storyline = line.seen_at(row.waiting_since, shelf)
    if line.incident_id is not None or storyline.people < budget.least_people:
        return None
    usual = usual_of(shelf, line, storyline, row.waiting_since, look.rates)
    surprise = judge(storyline, usual, at=row.waiting_since, budget=budget)
    if surprise is None:
        return None
    incident = _open(session, row, storyline, surprise, look.at)
    shelf.become(line, incident.id or 0)
    is_new = storyline.last_at - storyline.first_at <= _NEW
    since = row.waiting_since - (_NEW if is_new else timedelta(hours=surprise.hours))
    inside = [one.mention_id for one in line.stories.values() if one.at >= since]
    inside += shelf.drawn_in(line, row.waiting_since - timedelta(hours=surprise.hours))
    beside = calm.earlier(session, row.brand_id, shelf, line, since)
    _attach(session, incident, [*mentions.list_mentions(session, inside), row, *beside])
    return incident


def _attach(session: Session, incident: Incident, rows: Sequence[Mention]) -> None:
    """Put mentions into an incident, but for those that a person took out of it."""
    number = incident.id or 0
    taken_out = members.list_excluded(session, number, [row.id or 0 for row in rows])
    for row in rows:
        if row.id not in taken_out:
            row.incident_id = row.incident_id or incident.id
            session.add(row)
    session.flush()
    members.save_counts(session, incident)


def _open(
    session: Session, row: Mention, storyline: Storyline, surprise: Surprise, at: datetime
) -> Incident:
    incident = judgements.save_incident(
        session,
        brand_id=row.brand_id,
        kind=IncidentKind.FAULT,
        topic=storyline.topic,
        signature=" ".join(storyline.words),
        title=" · ".join(storyline.words),
        at=row.waiting_since,
    )
    incident.explanation = _explain(storyline, surprise)
    incident.evidence = surprise.as_row()
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="incident.suspected",
        subject=("incident", incident.id),
        detail={"kind": incident.kind, "people": storyline.people},
        brand_id=row.brand_id,
    )
    return incident


def _explain(storyline: Storyline, surprise: Surprise) -> str:
    """In the language in which the house writes of its own accord."""
    said = surprise.said(Language.RUSSIAN)
    return f"{said}; общее: {', '.join(storyline.words)}"
