"""A second pair of eyes: why a text takes two approvals, who may give one, and sending it back."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlmodel import Session

from otklik.enums import DraftState, EffectKind, Role, Severity, Urgency
from otklik.errors import ApprovalError, StaleText
from otklik.models import DecisionRow, DraftRow, Mention, Person
from otklik.people import may, require
from otklik.store import replies
from otklik.store.cases import Holder
from responder import leases
from responder.checks import guarded, note_draft, open_mention, proposed_draft
from responder.policy import Policy


class Asks(StrEnum):
    """What asks for a second approval."""

    RULE = "rule"  # the policy's rule for this comment
    APPROACH = "approach"
    ZONE = "zone"
    URGENCY = "urgency"
    REMARK = "remark"  # remarks that stop the text


class Why(NamedTuple):
    """One reason for a second approval, and what it names: a rule's words, a zone, how many."""

    asks: Asks
    value: str


class Obstacle(StrEnum):
    """Why this person's yes cannot be given now."""

    ROLE = "role"
    WROTE_IT = "wrote_it"
    GAVE_IT = "gave_it"
    HELD = "held"  # a colleague works on the case
    NO_ANSWER = "no_answer"  # the comment cannot be answered


def why_two(
    policy: Policy | None, mention: Mention, decision: DecisionRow | None, draft: DraftRow
) -> list[Why]:
    """Everything that asks for a second approval of this text; empty when one is enough."""
    if draft.approvals_needed < 2:
        return []
    found = []
    effects = decision.effects if decision else []
    if any(effect["kind"] == EffectKind.SECOND_APPROVAL for effect in effects):
        found.append(Why(Asks.RULE, decision.why if decision else ""))
    if policy is not None:
        two = policy.two_people
        found += [
            Why(asks, value)
            for asks, is_asked, value in (
                (Asks.APPROACH, draft.approach in two.approaches, str(draft.approach)),
                (Asks.ZONE, mention.zone in two.zones, mention.zone),
                (Asks.URGENCY, Urgency(mention.urgency) in two.urgencies, str(mention.urgency)),
            )
            if is_asked
        ]
    stops = sum(one["severity"] == Severity.BLOCK for one in draft.findings)
    return [*found, Why(Asks.REMARK, str(stops))] if stops else found


def obstacle(
    person: Person,
    draft: DraftRow,
    mention: Mention,
    *,
    given: Collection[int],
    holder: Holder | None,
) -> Obstacle | None:
    """What stands in the way of this person's yes, as `approval.approve` would refuse it."""
    if not may(person, Role.APPROVER):
        return Obstacle.ROLE
    if mention.cannot_answer:
        return Obstacle.NO_ANSWER
    if draft.approvals_needed > 1 and draft.editor_id == person.id:
        return Obstacle.WROTE_IT
    if person.id in given:
        return Obstacle.GAVE_IT
    if holder is not None and holder.person_id != person.id:
        return Obstacle.HELD
    return None


def send_back(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    text_digest: str,
    reason: str,
    at: datetime,
) -> DraftRow:
    """Turn a person's text down: it goes back to whoever wrote it, with the reason.

    The text stays as it was, without its approvals, and waits for its editor; their case.

    Raises:
        ApprovalError: no reason, nobody wrote it (a machine's draft is rejected instead), or a
            colleague works on the case.
        StaleText: text or mention changed since it was shown. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    if not reason.strip():
        raise ApprovalError("a rejection needs a reason")
    draft = proposed_draft(session, draft_id)
    if draft.text_digest != text_digest:
        raise StaleText("the text was changed since you opened it")
    if draft.editor_id is None:
        raise ApprovalError("nobody wrote this text: reject it")
    mention = open_mention(session, draft.mention_id, draft.mention_version)
    leases.require_free(session, mention, person, at)
    again = _turn_down(session, draft, reason.strip(), at)
    mention.last_error = f"{person.name or person.login}: {reason.strip()}"[:2000]
    session.add(mention)
    leases.own(session, mention, draft.editor_id)
    leases.finish(session, mention, person)
    note_draft(session, person, "draft.sent_back", draft, at, reason=reason, again=str(again.id))
    return again


def _turn_down(session: Session, draft: DraftRow, reason: str, at: datetime) -> DraftRow:
    draft.state, draft.reject_reason = DraftState.REJECTED, reason
    session.add(draft)
    with guarded():
        session.flush()
    return replies.save_again(session, draft, DraftState.PROPOSED, at, reason=reason)


def was_sent_back(draft: DraftRow, drafts: Collection[DraftRow]) -> bool:
    """Does this text wait for its editor? `drafts`: all of the mention."""
    before = next((one for one in drafts if one.id == draft.supersedes_id), None)
    return before is not None and before.state == DraftState.REJECTED


def drafted_from(draft: DraftRow, drafts: Collection[DraftRow]) -> DraftRow | None:
    """The machine's text this one was made from; None for one that began with a person."""
    by_id = {one.id: one for one in drafts}
    here: DraftRow | None = draft
    while here is not None and here.editor_id is not None:
        here = by_id.get(here.supersedes_id)
    return here
