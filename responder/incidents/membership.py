"""People change who belongs to an incident: attach, take out, merge, split; undone for a while.

A statement is said to the people it was approved for, and to nobody else. So whoever leaves an
incident loses drafts that rest on its statement (they are written anew; edited ones are held for
a person), and whoever joins one gets its statement in force as a draft, unless somebody has
worked on their reply. A statement never moves with its members: it stays with its incident.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import IncidentKind, IncidentState, MemberChange, Role
from otklik.errors import InputError, StaleText
from otklik.models import Incident, IncidentChange, Person
from otklik.people import may, require
from otklik.store import incidents, judgements, members
from otklik.store import statements as statement_rows
from otklik.store.replies import list_drafts_of_statement
from responder import changes, statements
from responder.incidents import attack_holds, attacks, moving

UNDO = timedelta(seconds=30)
MOST = 200  # mentions chosen by hand in one act
_LEFT = "the comment belongs to another incident"


@dataclass(frozen=True)
class Preview:
    """What a change of members would do; ids of mentions."""

    moved: tuple[int, ...]
    people: int
    anew: tuple[int, ...] = field(default=())  # machine drafts that are written anew
    held: tuple[int, ...] = field(default=())  # edited replies that a person has to look at


def attach(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    mention_ids: Sequence[int],
    at: datetime,
) -> IncidentChange:
    """Put mentions into an incident by hand.

    Raises:
        InputError: nothing to attach, or all of them belong to it already.
        StaleText: the incident is solved. NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    judgements.lock_grouping(session)
    incident = _alive(session, incident_id)
    places = members.list_places(session, mention_ids[:MOST])
    moved = {one: place for one, place in places.items() if place != incident_id}
    if not moved:
        raise InputError("nothing to attach")
    members.delete_exclusions(session, incident_id, list(moved))
    _move(session, moved, incident_id, at)
    return _keep(session, MemberChange.ATTACHED, incident, moved, person=person, at=at)


def exclude(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    mention_ids: Sequence[int],
    at: datetime,
) -> IncidentChange:
    """Take mentions out of an incident; no machine puts them back.

    Raises:
        InputError: none of them belongs to it.
        StaleText: the incident is solved. NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    judgements.lock_grouping(session)
    incident = _alive(session, incident_id)
    moved = _inside(session, incident_id, mention_ids)
    members.save_exclusions(session, incident_id, list(moved), at)
    _move(session, moved, None, at)
    return _keep(session, MemberChange.EXCLUDED, incident, moved, person=person, at=at)


def merge(
    session: Session, *, person: Person, incident_id: int, into_id: int, at: datetime
) -> IncidentChange:
    """Put all of an incident into another one and end it there.

    The statement of the one that stays is said to all; that of the other stays with it, for the
    record, and is said to nobody any more.

    Raises:
        InputError: the two are one. StaleText: one of them is solved.
        NotAllowed: not a lead. NotFound: no such incident.
    """
    require(person, Role.LEAD)
    if incident_id == into_id:
        raise InputError("an incident is not merged with itself")
    judgements.lock_grouping(session)
    # in one order, so that two people wait for each other and never in a circle
    locked = {one: _alive(session, one) for one in sorted((incident_id, into_id))}
    source, target = locked[incident_id], locked[into_id]
    moved: dict[int, int | None] = dict.fromkeys(
        members.list_member_ids(session, incident_id), incident_id
    )
    _move(session, moved, into_id, at)
    before = {"state": source.state.value, "size": source.size}
    _end(session, source, into_id, at)
    return _keep(
        session,
        MemberChange.MERGED,
        target,
        moved,
        person=person,
        at=at,
        other=source,
        before=before,
    )


def split(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    mention_ids: Sequence[int],
    title: str,
    at: datetime,
) -> IncidentChange:
    """Make a story of its own of chosen members; it begins without a statement.

    Returns:
        The change; its `incident_id` is the new incident's.

    Raises:
        InputError: no title, nobody chosen, or all of them.
        StaleText: the incident is solved. NotAllowed: not a lead. NotFound: no such incident.
    """
    require(person, Role.LEAD)
    if not title.strip():
        raise InputError("a new incident needs a title")
    judgements.lock_grouping(session)
    source = _alive(session, incident_id)
    moved = _inside(session, incident_id, mention_ids)
    if len(moved) == len(members.list_member_ids(session, incident_id)):
        raise InputError("somebody has to stay")
    made = incidents.save_incident(
        session,
        Incident(
            brand_id=source.brand_id,
            kind=IncidentKind.FAULT,
            state=IncidentState.OPEN,
            topic=source.topic,
            signature=title.strip()[:255],
            title=title.strip()[:255],
            owner_id=source.owner_id,
            department=source.department,
            first_at=source.first_at,
            last_at=source.last_at,
        ),
    )
    members.save_exclusions(session, incident_id, list(moved), at)
    _move(session, moved, made.id, at)
    return _keep(session, MemberChange.SPLIT, made, moved, person=person, at=at, other=source)


def undo(session: Session, *, person: Person, change_id: int, at: datetime) -> None:
    """Put everything back as it was before a change, where it has not moved on since.

    Raises:
        StaleText: it was undone before, or `UNDO` has gone by.
        NotAllowed: somebody else's change, and not a lead. NotFound: no such change.
    """
    judgements.lock_grouping(session)
    change = members.get_change(session, change_id)
    require(person, Role.OPERATOR if change.person_id == person.id else Role.LEAD)
    if change.undone_at is not None or at > change.created_at + UNDO:
        raise StaleText("it is too late to undo this")
    here = None if change.kind is MemberChange.EXCLUDED else change.incident_id
    were: dict[int, int | None] = dict(change.moved)
    now_at = members.list_places(session, list(were))
    _revive(session, change)
    back: dict[int | None, dict[int, int | None]] = defaultdict(dict)
    for number, place in were.items():
        if now_at.get(number, place) == here:
            back[place][number] = here
    for place, moved in back.items():
        if place is not None:
            members.delete_exclusions(session, place, list(moved))
        _move(session, moved, place, at)
    if change.kind is MemberChange.SPLIT and change.other_id is not None:
        _end(session, incidents.lock_incident(session, change.incident_id), change.other_id, at)
    change.undone_at = at.astimezone(UTC)
    members.save_change(session, change)
    _note(session, f"incident.{change.kind}_undone", change, person, at, mentions=len(were))


def _revive(session: Session, change: IncidentChange) -> None:
    """Before its members come back, a merged incident lives again."""
    if change.kind is MemberChange.MERGED and change.other_id is not None:
        source = incidents.lock_incident(session, change.other_id)
        source.state = IncidentState(change.before["state"])
        source.merged_into_id = source.closed_at = None
        incidents.save_incident(session, source)


def preview(
    session: Session,
    *,
    mention_ids: Sequence[int],
    to_id: int | None,
    at: datetime,
) -> Preview:
    """What moving these mentions to an incident (None: out of any) would do to replies."""
    places = members.list_places(session, mention_ids)
    moved = {one for one, place in places.items() if place != to_id}
    anew, held = set[int](), set[int]()
    approved = statement_rows.list_approved(session, {one for one in places.values() if one})
    for statement in approved.values():
        if statement.incident_id != to_id:
            for draft in list_drafts_of_statement(session, statement.id or 0):
                if draft.mention_id in moved:
                    (anew if draft.editor_id is None else held).add(draft.mention_id)
    if to_id is not None and statement_rows.list_approved(session, [to_id]):
        anew |= statement_rows.list_waiting_untouched(session, moved, at)
    return Preview(
        tuple(sorted(moved)),
        members.count_people(session, list(moved)),
        tuple(sorted(anew - held)),
        tuple(sorted(held)),
    )


def preview_merge(session: Session, *, incident_id: int, into_id: int, at: datetime) -> Preview:
    """What merging would do to replies."""
    ids = members.list_member_ids(session, incident_id)
    return preview(session, mention_ids=ids, to_id=into_id, at=at)


def find_undoable(session: Session, person: Person, at: datetime) -> IncidentChange | None:
    """The last change of this person that can still be undone, or None."""
    return members.find_last_change(session, person.id or 0, at - UNDO)


def may_shape(person: Person) -> bool:
    """May this person merge, split and close?"""
    return may(person, Role.LEAD)


# ---- steps -----------------------------------------------------------------------------------


def _alive(session: Session, incident_id: int) -> Incident:
    return moving.get_alive(session, incident_id)


def _inside(
    session: Session, incident_id: int, mention_ids: Sequence[int]
) -> dict[int, int | None]:
    places = members.list_places(session, mention_ids[:MOST])
    moved: dict[int, int | None] = {
        one: place for one, place in places.items() if place == incident_id
    }
    if not moved:
        raise InputError("none of them belongs to this incident")
    return moved


def _move(session: Session, moved: dict[int, int | None], to_id: int | None, at: datetime) -> None:
    """Move members, count anew, and let replies follow what may be said to whom."""
    members.save_members(session, list(moved), to_id)
    touched = sorted({one for one in (*moved.values(), to_id) if one is not None})
    for number in touched:
        members.save_counts(session, incidents.lock_incident(session, number))
    attack_holds.let_go(session, list(moved), at)
    in_force = statement_rows.list_approved(session, touched)
    left: Collection[int] = moved.keys()
    for statement in in_force.values():
        if statement.incident_id != to_id:
            changes.statement_retired(session, statement.id or 0, at, left, _LEFT)
    for statement in in_force.values():
        if statement.incident_id == to_id:
            statements.draft_anew(session, statement, at, left)
    for number in touched:
        attacks.refresh(session, incidents.lock_incident(session, number), at)


def _end(session: Session, incident: Incident, into_id: int, at: datetime) -> None:
    incident.state, incident.closed_at = IncidentState.SOLVED, at
    incident.merged_into_id = into_id
    incidents.save_incident(session, incident)


def _keep(
    session: Session,
    kind: MemberChange,
    incident: Incident,
    moved: dict[int, int | None],
    *,
    person: Person,
    at: datetime,
    other: Incident | None = None,
    before: dict[str, Any] | None = None,
) -> IncidentChange:
    change = members.save_change(
        session,
        IncidentChange(
            brand_id=incident.brand_id,
            kind=kind,
            incident_id=incident.id or 0,
            other_id=other.id if other else None,
            person_id=person.id or 0,
            moved=[[one, place] for one, place in moved.items()],
            before=before or {},
            created_at=at,
        ),
    )
    _note(session, f"incident.{kind}", change, person, at, mentions=len(moved))
    return change


def _note(
    session: Session,
    action: str,
    change: IncidentChange,
    person: Person,
    at: datetime,
    **detail: object,
) -> None:
    for number in filter(None, (change.incident_id, change.other_id)):
        audit.record(
            session,
            at=at,
            actor=audit.actor_of(person),
            action=action,
            subject=("incident", number),
            detail={"incident": change.incident_id, "other": change.other_id, **detail},
            brand_id=change.brand_id,
        )
