"""While an incident is an attack, its hostile members are not answered one by one.

Held, a comment waits with its reason and keeps its draft; nothing is thrown away. It comes back
when the incident is no attack after all, is over, or lets go of it, and when its author turns out
to have a case. One statement is offered instead: in each thread one text carries it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.enums import MentionState
from otklik.models import DraftRow, Incident, Mention
from otklik.store import cases, customers, judgements, mentions
from responder.incidents import moving
from responder.incidents.attack_people import Who, is_live, list_attackers, sort_out

HELD = "held: part of an attack, one statement answers it"


def follow(session: Session, incident: Incident, at: datetime) -> None:
    """Hold and let go as the incident stands now; on record with how many."""
    rows = customers.list_drafted_or_held(session, incident.id or 0, HELD)
    who = sort_out(session, rows) if is_live(incident) else {}
    waiting = [row for row in rows if row.state is MentionState.DRAFTED]
    hostile = [row for row in waiting if who.get(row.id or 0) is Who.HOSTILE]
    free = [
        row
        for row in rows
        if row.state is MentionState.HELD and who.get(row.id or 0) is not Who.HOSTILE
    ]
    held = _hold(session, hostile, at)
    release(session, free, at)
    if held:
        action = "incident.replies_held"
        moving.note(session, incident, action, at, None, mentions=held)
    if free:
        action = "incident.replies_freed"
        moving.note(session, incident, action, at, None, mentions=len(free))


def _hold(session: Session, rows: Sequence[Mention], at: datetime) -> int:
    """Except what a colleague has in hand, a report on a promise, and the statement's carriers."""
    ids = [row.id or 0 for row in rows]
    in_hand, drafts = cases.list_holders(session, ids, at), customers.list_proposed(session, ids)
    told: set[int] = set()
    count = 0
    for row in sorted(rows, key=lambda one: (one.waiting_since, one.id or 0), reverse=True):
        draft = drafts.get(row.id or 0)
        if row.id in in_hand or (draft and draft.follows_up_id is not None):
            continue
        if draft and draft.statement_id is not None and row.thread_id not in told:
            told.add(row.thread_id)
            continue
        put_aside(session, row, at)
        count += 1
    session.flush()
    return count


def put_aside(session: Session, row: Mention, at: datetime) -> None:
    """Hold one comment with the reason."""
    mentions.save_state(row, MentionState.HELD, at)
    row.last_error = HELD
    session.add(row)


def release(session: Session, rows: Sequence[Mention], at: datetime) -> None:
    """As they were: with their draft where they have one, else policy decides anew."""
    drafts = customers.list_proposed(session, [row.id or 0 for row in rows])
    for row in rows:
        state = MentionState.DRAFTED if row.id in drafts else MentionState.GROUPED
        mentions.save_state(row, state, at)
        session.add(row)
    session.flush()


def let_go(session: Session, mention_ids: Sequence[int], at: datetime) -> None:
    """Release those of these that are held and belong to no attack any more, or never did."""
    rows = [row for row in mentions.list_mentions(session, mention_ids) if is_held(row)]
    inside = judgements.list_incidents_of(session, rows)
    hostile, _ = list_attackers(session, rows, inside)
    live = {number for number, one in inside.items() if is_live(one)}
    release(session, [r for r in rows if r.id not in hostile or r.incident_id not in live], at)


def is_held(row: Mention) -> bool:
    """Is this comment held as part of an attack?"""
    return row.state is MentionState.HELD and row.last_error == HELD


def why_held(session: Session, row: Mention, draft: DraftRow) -> str:
    """Why this text may not be approved by itself; empty where it may."""
    incidents = judgements.list_incidents_of(session, [row])
    if draft.statement_id is not None or draft.follows_up_id is not None:
        return ""
    if not any(is_live(one) for one in incidents.values()):
        return ""
    hostile, _ = list_attackers(session, [row], incidents)
    return f"{HELD}; take it out of the incident to answer it alone" if hostile else ""
