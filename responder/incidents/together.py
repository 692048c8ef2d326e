"""One click for many texts of one incident, each shown in full beside its comment.

Every text is approved by itself: its own approval row, bound to its own digest, with all checks
of `approval.approve`. What has changed since it was shown, what a remark stops, what this person
wrote where two are asked, is left out and said; the others are not held up by it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import IncidentKind, Role, Severity
from otklik.errors import ApprovalError, OtklikError, StaleText
from otklik.models import DraftRow, Incident, Mention, Person
from otklik.people import require
from otklik.store import approvals, cases, mended, mentions, replies
from otklik.store.members import WITH_A_CASE
from otklik.store.statements import get_incident
from responder import approval, second_pair
from responder.incidents import moving
from responder.promise_finder import USUAL_DAYS
from responder.second_pair import Obstacle

MOST = 50  # texts one person can be shown at a time
BLOCKED = "a remark stops this text: open it by itself"


class Shown(NamedTuple):
    """One text as the person saw it: draft, digest of its text, version of its comment."""

    draft_id: int
    text_digest: str
    mention_version: int


@dataclass(frozen=True)
class Text:
    """One text with its comment, and why this person cannot approve it with the others."""

    draft: DraftRow
    mention: Mention
    author: str
    given: tuple[int, ...] = ()
    obstacle: Obstacle | None = None

    @property
    def is_blocked(self) -> bool:
        """A remark stops it."""
        return any(one["severity"] == Severity.BLOCK for one in self.draft.findings)

    @property
    def is_free(self) -> bool:
        """May it be approved with the others?"""
        return self.obstacle is None and not self.is_blocked

    @property
    def shown(self) -> Shown:
        """What an approval of it is bound to."""
        return Shown(self.draft.id or 0, self.draft.text_digest, self.draft.mention_version)


@dataclass(frozen=True)
class Outcome:
    """What one click did: replies queued, texts that need another yes, those left out and why."""

    queued: list[int] = field(default_factory=list)
    once: list[int] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)


def spared(incident: Incident) -> tuple[str, ...]:
    """Stances whose texts are never approved in bulk: in an attack, real customers."""
    return tuple(map(str, WITH_A_CASE)) if incident.kind is IncidentKind.ATTACK else ()


def list_texts(
    session: Session, *, person: Person, incident_id: int, at: datetime, limit: int = MOST
) -> list[Text]:
    """Texts of an incident that wait and carry its statement, those that wait longest first."""
    incident = get_incident(session, incident_id)
    rows = mended.list_waiting(session, incident_id, limit=limit, without=spared(incident))
    given = approvals.list_given(session, [one.draft.id or 0 for one in rows])
    holders = cases.list_holders(session, [one.draft.mention_id for one in rows], at)
    found = []
    for one in rows:
        theirs = given.get(one.draft.id or 0, ())
        holder = holders.get(one.draft.mention_id)
        stop = second_pair.obstacle(person, one.draft, one.mention, given=theirs, holder=holder)
        found.append(Text(one.draft, one.mention, one.author, theirs, stop))
    return found


def approve_shown(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    shown: Sequence[Shown],
    at: datetime,
    undo: timedelta,
    promise_days: int = USUAL_DAYS,
) -> Outcome:
    """Approve these texts as they were shown, each by itself.

    Raises:
        ApprovalError: nothing is chosen, more than `MOST`, or one is named twice.
        NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.APPROVER)
    ids = [one.draft_id for one in shown]
    if not 0 < len(set(ids)) == len(ids) <= MOST:
        raise ApprovalError(f"choose 1 to {MOST} texts, each once")
    incident = get_incident(session, incident_id)
    batch = audit.digest([[one.draft_id, one.text_digest] for one in shown])[:16]
    _lock(session, ids)
    places = mended.list_places(session, ids)
    done = Outcome()
    for one in shown:
        try:
            with all_or_none(session):
                _check(session, incident, places.get(one.draft_id), one)
                made = approval.approve(
                    session,
                    person=person,
                    draft_id=one.draft_id,
                    text_digest=one.text_digest,
                    mention_version=one.mention_version,
                    at=at,
                    undo=undo,
                    batch=batch,
                    promise_days=promise_days,
                )
        except OtklikError as refused:
            done.left_out[one.draft_id] = str(refused)
            continue
        done.queued.append(made.reply_id) if made.reply_id else done.once.append(one.draft_id)
    counts = {"queued": len(done.queued), "once": len(done.once), "left_out": len(done.left_out)}
    moving.note(session, incident, "incident.batch_approved", at, person, batch=batch, **counts)
    return done


def _lock(session: Session, draft_ids: Sequence[int]) -> None:
    """All that a batch may touch, in one order and before the audit log."""
    rows = mentions.lock_mentions(session, replies.list_mention_ids(session, draft_ids))
    cases.lock_cases(session, [row.case_id for row in rows if row.case_id is not None])


def _check(session: Session, incident: Incident, place: int | None, one: Shown) -> None:
    if place != incident.id:
        raise StaleText("the comment does not belong to this incident any more")
    draft = replies.get_draft(session, one.draft_id)
    if any(finding["severity"] == Severity.BLOCK for finding in draft.findings):
        raise ApprovalError(BLOCKED)
    mention = mentions.get_mention(session, draft.mention_id)
    if mention.stance in spared(incident):
        raise ApprovalError("a real customer inside an attack is answered alone")


def undo_shown(
    session: Session, *, person: Person, reply_ids: Collection[int], at: datetime
) -> tuple[list[int], dict[int, str]]:
    """Take back what one click approved, as long as it waits: replies taken back, others and why.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    back: list[int] = []
    left: dict[int, str] = {}
    for reply_id in sorted(reply_ids):
        try:
            with all_or_none(session):
                approval.undo(session, person=person, reply_id=reply_id, at=at)
        except OtklikError as refused:
            left[reply_id] = str(refused)
        else:
            back.append(reply_id)
    return back, left
