"""Checks that every act of a person passes first, and the note it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from otklik import audit
from otklik.enums import DraftState, MentionState
from otklik.errors import ApprovalError, StaleText
from otklik.models import DraftRow, Mention, Person
from otklik.store import mentions, replies
from responder import review

# states in which a person may still write or approve a reply
_OPEN = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)


@contextmanager
def guarded() -> Iterator[None]:
    """A refusal of the database, in words for people."""
    try:
        yield
    except IntegrityError as error:
        reason = str(error.orig).split("otklik: ", 1)[-1].splitlines()[0]
        raise ApprovalError(f"the database refused: {reason}") from error


def open_mention(session: Session, mention_id: int, version: int) -> Mention:
    """The mention, if a reply to this version of it can still be given.

    Raises:
        StaleText: edited, deleted, closed or dealt with since.
    """
    mention = mentions.lock_mention(session, mention_id)
    if mention.version != version:
        raise StaleText("the comment was edited since you opened it")
    if mention.deleted_at is not None:
        raise StaleText("the comment was deleted")
    if replies.get_place(session, mention).is_closed:
        raise StaleText("the thread was closed for replies")
    if mention.state not in _OPEN:
        raise StaleText(f"this mention is {mention.state} by now")
    return mention


def require_answerable(mention: Mention) -> None:
    """Refuse words of ours where they cannot stand.

    Raises:
        ApprovalError: the platform takes no answer to this comment; says why.
    """
    if mention.cannot_answer:
        raise ApprovalError(f"this comment cannot be answered: {mention.cannot_answer}")


def proposed_draft(session: Session, draft_id: int) -> DraftRow:
    """The draft, if it still waits for a person.

    Raises:
        StaleText: somebody has acted on it.
    """
    draft = replies.get_draft(session, draft_id)
    if draft.state != DraftState.PROPOSED:
        raise StaleText(f"this draft is {draft.state} by now: somebody else has acted")
    return draft


def shown_draft(session: Session, mention_id: int, draft_id: int | None) -> DraftRow | None:
    """The draft a person saw under the mention, if it is still the one there."""
    shown = proposed_draft(session, draft_id) if draft_id is not None else None
    there = replies.find_proposed_draft(session, mention_id)
    if there is not shown:
        raise StaleText("the text was changed since you opened it")
    return shown


def why_void(session: Session, draft: DraftRow, at: datetime) -> str:
    """What the text rests on and no longer holds: a fact out of date, a statement taken back."""
    for fact in review.cited_facts(session, draft.facts, draft.brand_id):
        if not fact.is_valid(at):
            return f"a cited fact has expired: {fact.id}"
    if replies.find_ended_statement(session, draft) is not None:
        return "the incident's statement was taken back"
    return ""


def what_stands(session: Session, mention: Mention) -> dict[str, object]:
    """State, clock and drafts of a mention, for whoever takes a decision on it back."""
    shown = replies.find_proposed_draft(session, mention.id or 0)
    return {
        "state": mention.state,
        "clock": mention.sla_state,
        "draft": shown.id if shown else None,
        "offered": list_offered(session, mention.id or 0),
    }


def list_offered(session: Session, mention_id: int) -> str:
    """Numbers of the drafts on offer beside the proposed one, with spaces between."""
    found = replies.list_drafts(session, mention_id)
    return " ".join(str(one.id) for one in found if one.state is DraftState.OFFERED)


def note_draft(
    session: Session, person: Person, action: str, draft: DraftRow, at: datetime, **more: str
) -> None:
    """Write into the audit log what a person did to a draft, with every digest; last of all."""
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("draft", draft.id),
        detail={
            "mention": draft.mention_id,
            "mention_version": draft.mention_version,
            "text_digest": draft.text_digest,
            "decision": draft.decision_id,
            "facts": [fact["digest"] for fact in draft.facts],
            **more,
        },
        brand_id=draft.brand_id,
    )
