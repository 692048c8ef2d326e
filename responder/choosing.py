"""Choosing: a person puts another offered draft in the place of the proposed one."""

from datetime import datetime

from sqlmodel import Session

from otklik.enums import DraftState, Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import DraftRow, Person
from otklik.people import require
from otklik.store import replies
from responder.checks import note_draft, open_mention, why_void


def choose(session: Session, *, person: Person, draft_id: int, at: datetime) -> DraftRow:
    """Make an offered draft the proposed one; the machine's earlier proposal is offered again.

    What a person wrote over a draft is superseded instead: it was never an offer.

    Raises:
        StaleText: the draft is not on offer any more, or the mention changed.
        ApprovalError: what the text rests on does not hold any more.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    draft = replies.get_draft(session, draft_id)
    if draft.state != DraftState.OFFERED:
        raise StaleText(f"this draft is {draft.state} by now: somebody else has acted")
    open_mention(session, draft.mention_id, draft.mention_version)
    if reason := why_void(session, draft, at):
        raise ApprovalError(reason)
    old = replies.find_proposed_draft(session, draft.mention_id)
    if old is not None:
        _take_back(session, old)
    draft.state = DraftState.PROPOSED
    session.add(draft)
    instead = str(old.id) if old is not None else ""
    note_draft(session, person, "draft.chosen", draft, at, instead_of=instead)
    return draft


def _take_back(session: Session, old: DraftRow) -> None:
    # One proposed draft at a time: the database sees the old one go first.
    own_words = old.editor_id is not None
    old.state = DraftState.SUPERSEDED if own_words else DraftState.OFFERED
    session.add(old)
    session.flush()
