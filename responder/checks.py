"""Checks that every act of a person passes first, and the note it leaves."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import DraftState, MentionState
from otklik.errors import ApprovalError, StaleText
from otklik.models import DraftRow, Mention, Person
from otklik.store import mentions, replies

# states in which a person may still write or approve a reply
_OPEN = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)


def open_mention(session: Session, mention_id: int, version: int) -> Mention:
    """The mention, if a reply to this version of it can still be given.

    Raises:
        StaleText: edited, deleted, closed or dealt with since.
    """
    mention = mentions.get_mention(session, mention_id)
    session.refresh(mention)
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


def note_draft(
    session: Session, person: Person, action: str, draft: DraftRow, at: datetime, **more: str
) -> None:
    """Write into the audit log what a person did to a draft, with every digest."""
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
