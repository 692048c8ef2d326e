"""Write it anew: a person asks the machine for a fresh draft from what the house knows today."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import DraftState, EffectKind, MentionState, Role
from otklik.errors import ApprovalError
from otklik.models import DecisionRow, DraftRow, Mention, Person
from otklik.people import require
from otklik.store import judgements, mentions
from responder import leases
from responder.around import may_be_drafted
from responder.checks import note_draft, open_mention, require_answerable, shown_draft

ACTION = "draft.asked_anew"


def may_ask(mention: Mention, decision: DecisionRow | None, draft: DraftRow | None) -> bool:
    """Would the machine write one here: policy wants a draft, and it is no report on a promise?"""
    wants = decision is not None and any(
        effect.get("kind") == EffectKind.DRAFT for effect in decision.effects
    )
    return wants and may_be_drafted(mention) and (draft is None or draft.follows_up_id is None)


def ask_anew(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    draft_id: int | None,
    at: datetime,
    over_own_words: bool = False,
) -> None:
    """Have the next draft step write for this mention; what stands there now is superseded.

    Args:
        draft_id: the draft on the screen; None where there was none.
        over_own_words: the text was edited by a person, who agrees to lose it.

    Raises:
        StaleText: draft or mention changed since it was shown. NotAllowed: role too low.
        ApprovalError: no machine writes here, a colleague works on it, or a person's words would
            be lost unasked.
    """
    require(person, Role.OPERATOR)
    old = shown_draft(session, mention_id, draft_id)
    mention = open_mention(session, mention_id, mention_version)
    require_answerable(mention)
    leases.require_free(session, mention, person, at)
    decision = judgements.list_decisions(session, [mention]).get(mention_id)
    if not may_ask(mention, decision, old):
        raise ApprovalError("policy wants your own words here, or silence")
    if old is not None and old.editor_id is not None and not over_own_words:
        raise ApprovalError("a person has edited this text")
    _begin_again(session, mention, old, at)
    _note(session, person, mention, old, at)


def _begin_again(session: Session, mention: Mention, old: DraftRow | None, at: datetime) -> None:
    if old is not None:  # what was offered beside it ends with it
        old.state = DraftState.SUPERSEDED
        session.add(old)
    mentions.save_state(mention, MentionState.DECIDED, at)
    session.add(mention)


def _note(
    session: Session, person: Person, mention: Mention, old: DraftRow | None, at: datetime
) -> None:
    if old is not None:
        note_draft(session, person, ACTION, old, at)
        return
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=ACTION,
        subject=("mention", mention.id),
        detail={"mention": mention.id, "mention_version": mention.version},
        brand_id=mention.brand_id,
    )
