"""A person's work on a mention besides approving: edit, write, publish by hand, ignore, label."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    Approach,
    CloseReason,
    DraftState,
    Language,
    MentionState,
    Role,
    SlaState,
)
from otklik.errors import ApprovalError, StaleText
from otklik.models import DraftRow, Mention, Person
from otklik.people import may, require
from otklik.store import judgements, mentions, replies
from responder import clocks, follow_ups, leases, promises, review
from responder.checks import (
    list_offered,
    note_draft,
    open_mention,
    proposed_draft,
    require_answerable,
    shown_draft,
    what_stands,
)
from responder.policy import kept

BY_HAND = mentions.BY_HAND


def edit_draft(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    text: str,
    at: datetime,
    **checks: Unpack[review.Checks],
) -> DraftRow:
    """Replace the text: a new draft that supersedes the old one, without its approvals.

    Args:
        checks: see `review.lint_text`.

    Raises:
        StaleText: draft or mention changed since it was shown. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    old = proposed_draft(session, draft_id)
    mention = open_mention(session, old.mention_id, old.mention_version)
    leases.require_free(session, mention, person, at)
    draft = save_text(session, mention, old, text, person=person, at=at, checks=checks)
    mention.last_error = ""
    note_draft(session, person, "draft.edited", draft, at)
    _hand_on(session, mention, draft, person)
    return draft


def _hand_on(session: Session, mention: Mention, draft: DraftRow, person: Person) -> None:
    """Whoever cannot approve this text has done their part: the case is free for who can."""
    is_for_others = draft.approvals_needed > 1
    if is_for_others or not may(person, Role.APPROVER):
        leases.finish(session, mention, person)


def save_text(
    session: Session,
    mention: Mention,
    old: DraftRow,
    text: str,
    *,
    person: Person,
    at: datetime,
    checks: review.Checks,
    facts: Sequence[dict[str, str]] | None = None,
) -> DraftRow:
    """A draft with this text in the place of `old`, linted.

    `facts`: id and digest of what it cites; None: what `old` cites. ApprovalError: no text.
    """
    cited = old.facts if facts is None else list(facts)
    if not text.strip():
        raise ApprovalError("an empty reply cannot be saved")
    found = review.lint_text(
        session,
        mention=mention,
        text=text,
        language=old.language,
        points=old.points,
        facts=cited,
        at=at,
        follows_up_id=old.follows_up_id,
        powers=old.powers,
        known=old.known,
        **checks,
    )
    findings = [finding.model_dump(mode="json") for finding in found]
    resting = review.cited_facts(session, cited, mention.brand_id)
    ended = {fact.digest for fact in resting if not fact.is_valid(at)}
    decision = judgements.list_decisions(session, [mention])[mention.id or 0]
    policy = kept.find_in_force(session, mention.brand_id)
    least = review.least_approvals(policy, mention, decision, old.approach)
    return replies.save_draft(
        session,
        DraftRow(
            brand_id=old.brand_id,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            decision_id=old.decision_id,
            supersedes_id=old.id,
            editor_id=person.id,
            writer=old.writer,
            approach=old.approach,
            language=old.language,
            state=DraftState.PROPOSED,
            text=text,
            text_digest=audit.digest(text),
            approvals_needed=review.approvals_for(findings, least),
            points=old.points,
            known=old.known,
            powers=old.powers,
            facts=[fact for fact in cited if fact["digest"] not in ended],
            statement_id=None if replies.find_ended_statement(session, old) else old.statement_id,
            follows_up_id=old.follows_up_id,
            findings=findings,
            created_at=at,
        ),
    )


def write_draft(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    text: str,
    at: datetime,
    **checks: Unpack[review.Checks],
) -> DraftRow:
    """A person's own text for a mention that has no draft.

    Raises:
        StaleText: the mention changed. NotAllowed: role too low.
        ApprovalError: the comment cannot be answered where it stands.
    """
    require(person, Role.OPERATOR)
    mention = open_mention(session, mention_id, mention_version)
    require_answerable(mention)
    leases.require_free(session, mention, person, at)
    blank = _blank_draft(session, mention, at)
    draft = save_text(session, mention, blank, text, person=person, at=at, checks=checks)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    session.add(mention)
    note_draft(session, person, "draft.edited", draft, at)
    _hand_on(session, mention, draft, person)
    return draft


def _blank_draft(session: Session, mention: Mention, at: datetime) -> DraftRow:
    """What a text of a person's own begins from; never saved itself."""
    decision = judgements.list_decisions(session, [mention]).get(mention.id or 0)
    if decision is None:
        raise StaleText("policy has not decided on this version yet")
    verdict = judgements.list_verdicts(session, [mention]).get(mention.id or 0)
    return DraftRow(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        decision_id=decision.id or 0,
        writer="person",
        approach=Approach.ANSWER,
        language=verdict.language if verdict else Language.RUSSIAN,
        state=DraftState.SUPERSEDED,
        text="",
        text_digest="",
        created_at=at,
    )


def answer_by_hand(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    draft_id: int | None,
    text: str,
    at: datetime,
    can_post: bool,
    **checks: Unpack[review.Checks],
) -> DraftRow:
    """Put on record that a person has published this text where Otklik cannot.

    The mention is closed and its clock stops at `at`. What the text promises is this person's
    debt from then on.

    Args:
        draft_id: the draft the text came from; None where there was none.
        can_post: whether Otklik publishes there itself.
        checks: see `review.lint_text`.

    Returns:
        The draft that keeps the published text, expired.

    Raises:
        StaleText: draft or mention changed since it was shown. NotAllowed: role too low.
        ApprovalError: Otklik publishes there itself, no answer can stand there, or no text.
    """
    require(person, Role.OPERATOR)
    if can_post:
        raise ApprovalError("Otklik publishes here itself")
    shown = shown_draft(session, mention_id, draft_id)
    mention = open_mention(session, mention_id, mention_version)
    require_answerable(mention)
    leases.require_free(session, mention, person, at)
    old = shown or _blank_draft(session, mention, at)
    draft = old
    if old.text_digest != audit.digest(text):
        draft = save_text(session, mention, old, text, person=person, at=at, checks=checks)
    _close_by_hand(session, mention, at)
    leases.own(session, mention, person.id)
    leases.finish(session, mention, person)
    promises.keep_by_hand(session, person=person, draft=draft, at=at)
    promises.enter_outside(
        session, person=person, mention=mention, text=text, language=draft.language, at=at
    )
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.answered_by_hand",
        subject=("mention", mention_id),
        detail={
            "version": mention_version,
            "draft": draft.id,
            "text_digest": draft.text_digest,
            "from_draft": old.id,
            "from_digest": old.text_digest or None,
        },
        brand_id=mention.brand_id,
    )
    return draft


def _close_by_hand(session: Session, mention: Mention, at: datetime) -> None:
    mentions.void_work(session, [mention.id or 0], BY_HAND)
    mentions.save_state(mention, MentionState.CLOSED, at, CloseReason.ANSWERED_ELSEWHERE)
    if mention.sla_state == SlaState.RUNNING and mention.sla_due_at is not None:
        mention.sla_state = SlaState.MET if at <= mention.sla_due_at else SlaState.MISSED
    session.add(mention)
    clocks.answered(session, mention, at)
    judgements.close_cases_if_done(session, [mention.case_id], at)


def reject(session: Session, *, person: Person, draft_id: int, reason: str, at: datetime) -> None:
    """Turn a draft down; the mention is held for a person's own text.

    Raises:
        ApprovalError: no reason. StaleText: somebody acted before. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    if not reason.strip():
        raise ApprovalError("a rejection needs a reason")
    draft = proposed_draft(session, draft_id)
    mention = open_mention(session, draft.mention_id, draft.mention_version)
    leases.require_free(session, mention, person, at)
    offered = list_offered(session, draft.mention_id)
    draft.state, draft.reject_reason = DraftState.REJECTED, reason
    session.add(draft)
    if draft.follows_up_id is not None:
        follow_ups.rest(session, mention, at)
    else:
        mentions.save_state(mention, MentionState.HELD, at)
    session.add(mention)
    note_draft(session, person, "draft.rejected", draft, at, reason=reason, offered=offered)


def ignore(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    reason: str,
    at: datetime,
) -> None:
    """Decide not to answer; silence is recorded with its reason.

    Raises:
        ApprovalError: no reason. StaleText: the mention changed. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    if not reason.strip():
        raise ApprovalError("silence needs a reason")
    mention = open_mention(session, mention_id, mention_version)
    leases.require_free(session, mention, person, at)
    before = what_stands(session, mention)
    mentions.void_work(session, [mention_id], reason)
    mentions.save_state(mention, MentionState.CLOSED, at, CloseReason.IGNORED)
    mention.sla_state = None
    session.add(mention)
    clocks.dropped(session, [mention_id], at)
    judgements.close_cases_if_done(session, [mention.case_id], at)
    leases.finish(session, mention, person)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.ignored",
        subject=("mention", mention_id),
        detail={"version": mention_version, "reason": reason, "before": before},
        brand_id=mention.brand_id,
    )
