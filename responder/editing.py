"""A person's work on a mention besides approving: edit, write, publish by hand, ignore, label."""

from collections.abc import Sequence
from datetime import datetime

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
from otklik.models import DraftRow, Label, Mention, Person
from otklik.people import require
from otklik.store import judgements, labels, mentions, replies
from responder import review
from responder.checks import note_draft, open_mention, proposed_draft, require_answerable

BY_HAND = "published on the site by hand"  # why such a draft waits no longer


def edit_draft(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    text: str,
    at: datetime,
    own_contacts: Sequence[str] = (),
) -> DraftRow:
    """Replace the text: a new draft that supersedes the old one, without its approvals.

    Args:
        own_contacts: see `review.lint_text`.

    Raises:
        StaleText: draft or mention changed since it was shown. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    old = proposed_draft(session, draft_id)
    mention = open_mention(session, old.mention_id, old.mention_version)
    draft = _save_text(session, mention, old, text, person=person, at=at, own_contacts=own_contacts)
    note_draft(session, person, "draft.edited", draft, at)
    return draft


def _save_text(
    session: Session,
    mention: Mention,
    old: DraftRow,
    text: str,
    *,
    person: Person,
    at: datetime,
    own_contacts: Sequence[str],
) -> DraftRow:
    if not text.strip():
        raise ApprovalError("an empty reply cannot be saved")
    found = review.lint_text(
        session,
        mention=mention,
        text=text,
        language=old.language,
        points=old.points,
        facts=old.facts,
        at=at,
        own_contacts=own_contacts,
    )
    findings = [finding.model_dump(mode="json") for finding in found]
    decision = judgements.list_decisions(session, [mention])[mention.id or 0]
    least = judgements.approvals_asked(decision)
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
            facts=old.facts,
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
    own_contacts: Sequence[str] = (),
) -> DraftRow:
    """A person's own text for a mention that has no draft.

    Raises:
        StaleText: the mention changed. NotAllowed: role too low.
        ApprovalError: the comment cannot be answered where it stands.
    """
    require(person, Role.OPERATOR)
    mention = open_mention(session, mention_id, mention_version)
    require_answerable(mention)
    blank = _blank_draft(session, mention, at)
    draft = _save_text(
        session, mention, blank, text, person=person, at=at, own_contacts=own_contacts
    )
    note_draft(session, person, "draft.edited", draft, at)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    session.add(mention)
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
    own_contacts: Sequence[str] = (),
) -> DraftRow:
    """Put on record that a person has published this text where Otklik cannot.

    The mention is closed and its clock stops at `at`. What the text promises enters no ledger:
    that one hangs on replies sent by us.

    Args:
        draft_id: the draft the text came from; None where there was none.
        can_post: whether Otklik publishes there itself.
        own_contacts: see `review.lint_text`.

    Returns:
        The draft that keeps the published text, expired.

    Raises:
        StaleText: draft or mention changed since it was shown. NotAllowed: role too low.
        ApprovalError: Otklik publishes there itself, no answer can stand there, or no text.
    """
    require(person, Role.OPERATOR)
    if can_post:
        raise ApprovalError("Otklik publishes here itself")
    shown = _shown_draft(session, mention_id, draft_id)
    mention = open_mention(session, mention_id, mention_version)
    require_answerable(mention)
    old = shown or _blank_draft(session, mention, at)
    draft = old
    if old.text_digest != audit.digest(text):
        draft = _save_text(
            session, mention, old, text, person=person, at=at, own_contacts=own_contacts
        )
    _close_by_hand(session, mention, at)
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


def _shown_draft(session: Session, mention_id: int, draft_id: int | None) -> DraftRow | None:
    """The draft a person saw under the mention, if it is still the one there."""
    shown = proposed_draft(session, draft_id) if draft_id is not None else None
    there = replies.find_proposed_draft(session, mention_id)
    if there is not shown:
        raise StaleText("the text was changed since you opened it")
    return shown


def _close_by_hand(session: Session, mention: Mention, at: datetime) -> None:
    mentions.void_work(session, [mention.id or 0], BY_HAND)
    mentions.save_state(mention, MentionState.CLOSED, at, CloseReason.ANSWERED_ELSEWHERE)
    if mention.sla_state == SlaState.RUNNING and mention.sla_due_at is not None:
        mention.sla_state = SlaState.MET if at <= mention.sla_due_at else SlaState.MISSED
    session.add(mention)
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
    draft.state, draft.reject_reason = DraftState.REJECTED, reason
    session.add(draft)
    mentions.save_state(mention, MentionState.HELD, at)
    session.add(mention)
    note_draft(session, person, "draft.rejected", draft, at, reason=reason)


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
    mentions.void_work(session, [mention_id], reason)
    mentions.save_state(mention, MentionState.CLOSED, at, CloseReason.IGNORED)
    mention.sla_state = None
    session.add(mention)
    judgements.close_cases_if_done(session, [mention.case_id], at)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.ignored",
        subject=("mention", mention_id),
        detail={"version": mention_version, "reason": reason},
        brand_id=mention.brand_id,
    )


def label(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    field: str,
    value: str,
    at: datetime,
) -> Label:
    """Say what the verdict should have been.

    Raises:
        ApprovalError: no such field or value. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    allowed = judgements.LABEL_FIELDS.get(field)
    if allowed is None or value not in allowed:
        raise ApprovalError(f"{field}={value} is not a label")
    mention = mentions.get_mention(session, mention_id)
    given = Label(
        brand_id=mention.brand_id,
        mention_id=mention_id,
        mention_version=mention_version,
        person_id=person.id or 0,
        field=field,
        value=value,
        created_at=at,
    )
    judgements.save_label(session, given)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="mention.labelled",
        subject=("mention", mention_id),
        detail={"version": mention_version, "field": field, "value": value},
        brand_id=mention.brand_id,
    )
    return given


def confirm(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    at: datetime,
) -> list[Label]:
    """Say that the verdict is right in every field nobody has labelled; the labels given.

    Raises:
        StaleText: the comment was edited since it was shown. NotAllowed: role too low.
        ApprovalError: there is no verdict, or nothing is left to confirm.
    """
    require(person, Role.OPERATOR)
    mention = mentions.get_mention(session, mention_id)
    if mention.version != mention_version:
        raise StaleText("the comment was edited since you opened it")
    verdict = judgements.list_verdicts(session, [mention]).get(mention_id)
    given = labels.list_labels(session, mention.brand_id, mention_id=mention_id)
    known = {one.field for one, _ in given if one.mention_version == mention_version}
    left = [field for field in judgements.LABEL_FIELDS if field not in known]
    if verdict is None or not left:
        raise ApprovalError("there is nothing to confirm")
    return [
        label(
            session,
            person=person,
            mention_id=mention_id,
            mention_version=mention_version,
            field=field,
            value=str(getattr(verdict, field)),
            at=at,
        )
        for field in left
    ]
