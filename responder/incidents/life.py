"""From suspected to solved: confirmed, dismissed, solved with lessons, opened again.

Who: an operator takes it (`working.take`, which confirms it) and proposes what is said; a lead
confirms without taking, dismisses, solves and opens again. The machine confirms only what policy
names, and opens again what comes back. Nothing is said in public here: solving proposes texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from otklik.entries import ChannelSettings
from otklik.enums import IncidentState, Language, Role, StatementState
from otklik.errors import InputError
from otklik.models import Incident, Person, Statement
from otklik.people import may, require
from otklik.store import incidents
from otklik.store import statements as statement_rows
from responder import notices, statements
from responder.incidents import attacks, moving
from responder.knowledge import Knowledge
from responder.policy import kept

CAME_BACK = "it came back: that it is mended is not said any longer"


@dataclass(frozen=True)
class House:
    """What moving an incident needs to know of the house: where alerts go, who is responsible."""

    channels: Sequence[ChannelSettings] = ()
    knowledge: Knowledge | None = None

    @property
    def own_contacts(self) -> tuple[str, ...]:
        """Ways to reach us that may be said in public."""
        return tuple(self.knowledge.own_contacts) if self.knowledge is not None else ()


@dataclass(frozen=True)
class Solved:
    """What solving left: texts in force by language, and those that wait for another yes."""

    incident: Incident
    in_force: list[Statement] = field(default_factory=list)
    waiting: list[Statement] = field(default_factory=list)


def confirm(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    at: datetime,
    house: House | None = None,
    seen: IncidentState | None = None,
) -> Incident:
    """It is one story indeed; whoever has to know is told.

    Raises:
        StaleText: it is no longer suspected. NotAllowed: not a lead. NotFound: no such incident.
    """
    require(person, Role.LEAD)
    incident = incidents.lock_incident(session, incident_id)
    to = IncidentState.OPEN if incident.owner_id is None else IncidentState.IN_WORK
    moving.move(session, incident, to, at, person=person, action="incident.confirmed", seen=seen)
    tell(session, incident, house, at)
    return incident


def dismiss(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    reason: str,
    at: datetime,
    seen: IncidentState | None = None,
) -> Incident:
    """It was none: a false alarm, kept as such so that alarms can be counted.

    Its statements are taken back: what was meant for all is said to nobody.

    Raises:
        InputError: no reason. StaleText: it is over. NotAllowed: not a lead.
    """
    require(person, Role.LEAD)
    if not reason.strip():
        raise InputError("say why it is none")
    incident = incidents.lock_incident(session, incident_id)
    incident.lessons = reason.strip()
    state = IncidentState.DISMISSED
    moving.move(
        session,
        incident,
        state,
        at,
        person=person,
        action="incident.dismissed",
        seen=seen,
        reason=reason.strip(),
        people=incident.size,
    )
    for statement in _alive(session, incident):
        statements.take_back(session, statement, "the incident was none", at, person)
    return attacks.follow(session, incident, at)


def solve(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    lessons: str,
    at: datetime,
    mended: Mapping[Language, str] | None = None,
    house: House | None = None,
    seen: IncidentState | None = None,
) -> Solved:
    """It is mended; what was learned is on record, and `mended` says so to everybody inside.

    Each text is a closing statement: in force at once where one yes is enough (the lead's own),
    else it waits for the others. Then `mended` drafts the follow-ups of those who were answered;
    those who wait get a reply that includes it. Each of these still needs its own approval.

    Args:
        mended: text by language; none: nobody is told.

    Raises:
        InputError: no lessons. StaleText: it is not alive. NotAllowed: not a lead.
        ApprovalError: nobody is there to read the text.
    """
    require(person, Role.LEAD)
    if not lessons.strip():
        raise InputError("say what was learned")
    incident = incidents.lock_incident(session, incident_id)
    incident.lessons = lessons.strip()
    moving.move(
        session,
        incident,
        IncidentState.SOLVED,
        at,
        person=person,
        action="incident.closed",
        seen=seen,
        lessons=incident.lessons,
    )
    done = Solved(incident)
    for language, text in (mended or {}).items():
        if text.strip():
            made = _say_mended(session, incident, language, text, at=at, person=person, house=house)
            in_force = made.state is StatementState.APPROVED
            (done.in_force if in_force else done.waiting).append(made)
    attacks.follow(session, incident, at)
    tell(session, incident, house, at)
    return done


def _say_mended(
    session: Session,
    incident: Incident,
    language: Language,
    text: str,
    *,
    at: datetime,
    person: Person,
    house: House | None,
) -> Statement:
    made = statements.propose(
        session,
        person=person,
        incident_id=incident.id or 0,
        language=language,
        text=text,
        at=at,
        own_contacts=house.own_contacts if house else (),
        is_closing=True,
    )
    if made.approvals_needed < 2:
        number, digest = made.id or 0, made.text_digest
        statements.approve(session, person=person, statement_id=number, text_digest=digest, at=at)
    return made


def reopen(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    at: datetime,
    house: House | None = None,
    seen: IncidentState | None = None,
) -> Incident:
    """It came back, or was one after all; that it is mended is not said any longer.

    Raises:
        StaleText: it is not over, or was merged into another one.
        NotAllowed: not a lead. NotFound: no such incident.
    """
    require(person, Role.LEAD)
    incident = incidents.lock_incident(session, incident_id)
    return _open_again(session, incident, at, person=person, house=house, seen=seen)


def _open_again(
    session: Session,
    incident: Incident,
    at: datetime,
    *,
    person: Person | None,
    house: House | None,
    seen: IncidentState | None = None,
) -> Incident:
    to = IncidentState.REOPENED
    action = "incident.reopened" if person is not None else "incident.came_back"
    moving.move(session, incident, to, at, person=person, action=action, seen=seen)
    for statement in _alive(session, incident):
        if statement.is_closing:
            statements.take_back(session, statement, CAME_BACK, at, person)
    attacks.follow(session, incident, at)
    tell(session, incident, house, at)
    return incident


def took_in(
    session: Session, incident: Incident, at: datetime, *, house: House, least: int
) -> Incident:
    """After mentions have joined: people are told, policy may confirm it, what is over comes back.

    Args:
        least: people who wrote after it was solved that make it come back; one that was
            dismissed is suspected again when it has doubled, too.
    """
    if incident.merged_into_id is not None:
        return incident
    attacks.refresh(session, incident, at)
    if incident.state not in moving.OVER:
        notices.new_incident(session, incident, house.channels, at)
    if incident.state is IncidentState.SUSPECTED:
        _confirm_by_policy(session, incident, at, house)
    elif incident.state in moving.OVER and incident.closed_at is not None:
        before, since = incidents.count_people_around(session, incident, incident.closed_at)
        if incident.state is IncidentState.SOLVED and since >= least:
            _open_again(session, incident, at, person=None, house=house)
        elif incident.state is IncidentState.DISMISSED and since >= max(least, before):
            to, action = IncidentState.SUSPECTED, "incident.suspected_again"
            moving.move(session, incident, to, at, person=None, action=action, people=since)
    return incident


def _confirm_by_policy(session: Session, incident: Incident, at: datetime, house: House) -> None:
    policy = kept.find_in_force(session, incident.brand_id)
    if policy is None or not policy.incidents.confirms(incident.topic, incident.size):
        return
    to = IncidentState.OPEN if incident.owner_id is None else IncidentState.IN_WORK
    people = policy.incidents.confirm_people
    action = "incident.confirmed_by_policy"
    moving.move(session, incident, to, at, person=None, action=action, people=people)
    tell(session, incident, house, at)


def tell(session: Session, incident: Incident, house: House | None, at: datetime) -> None:
    """Through the alert router: where it stands, who leads it, who is responsible for the matter.

    Without a house nobody is told.
    """
    if house is None:
        return
    names = responsible(incident, house.knowledge, at)
    notices.incident_moved(session, incident, names, house.channels, at)


def responsible(
    incident: Incident, knowledge: Knowledge | None, at: datetime, *, limit: int = 3
) -> list[str]:
    """Who keeps the facts true that the incident is about: roles as the knowledge base has them."""
    if knowledge is None:
        return []
    words = f"{incident.title} {incident.signature}"
    found = knowledge.find(words, incident.topic, Language.RUSSIAN, at, limit=limit)
    names = [f"{one.fact.owner} ({one.fact.person})" if one.fact.person else one.fact.owner
             for one in found]  # fmt: skip
    owner = knowledge.owners.get(incident.topic)
    names += list(owner.ru[:1]) if owner is not None else []
    return list(dict.fromkeys(name for name in names if name.strip("–")))


def _alive(session: Session, incident: Incident) -> list[Statement]:
    made = statement_rows.list_statements(session, incident.id or 0)
    return [one for one in made if one.state is not StatementState.RETIRED]


def may_lead(person: Person) -> bool:
    """May this person confirm, dismiss, solve and open again?"""
    return may(person, Role.LEAD)
