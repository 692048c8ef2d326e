"""What the approvals page reads: the lists, and one text with everything it must be judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dashboard import data
from otklik import database
from otklik.enums import ActState, MentionState
from otklik.models import Author, DecisionRow, DraftRow, Mention, Person, Reply, Thread
from otklik.people import zones_of
from otklik.store import acts, approvals, cases, replies, whole
from otklik.store.approvals import ToApprove
from otklik.store.cases import Holder
from otklik.store.queue import list_ids
from otklik.store.queue_filter import QueueFilter, Viewer
from otklik.verdicts import Verdict
from responder import review, second_pair
from responder.knowledge import Fact
from responder.lint import Finding
from responder.policy import kept
from responder.second_pair import Obstacle, Why

MACHINE_AT_ONCE = 50
MEASURES = 100


@dataclass(frozen=True)
class Lists:
    """What waits: handed over by people, sent back to them, measures; `names` of people by id."""

    handed: list[ToApprove]
    sent_back: list[ToApprove]
    measures: int
    names: dict[int, str]


def lists(who: Person) -> Lists:
    """All that waits, as far as this person's zones go; what was sent back is their own."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        handed = approvals.list_to_approve(session, brand, zones=zones_of(who))
        back = approvals.list_sent_back(session, brand, editor_id=who.id)
        asked = acts.list_acts(session, brand, states=(ActState.ASKED,), limit=MEASURES)
        people = {one.editor_id for one in (*handed, *back) if one.editor_id is not None}
        return Lists(handed, back, len(asked), approvals.list_names(session, people))


def machine_texts(who: Person, at: datetime) -> list[ToApprove]:
    """The most urgent drafts that wait as the machine wrote them."""
    wanted = QueueFilter(states=(MentionState.DRAFTED,), zones=zones_of(who) or ())
    viewer = Viewer(who.id or 0, at)
    with database.reading(data.engine()) as session:
        ids = list_ids(
            session, data.settings().brand_id, wanted, viewer=viewer, limit=2 * MACHINE_AT_ONCE
        )
        found = approvals.list_proposed(session, ids)
    untouched = [one for one in found if one.editor_id is None and one.needed < 2]
    return untouched[:MACHINE_AT_ONCE]


def texts_of(mention_ids: Sequence[int]) -> list[ToApprove]:
    """The texts proposed for these comments, in this order."""
    with database.reading(data.engine()) as session:
        return approvals.list_proposed(session, mention_ids)


@dataclass(frozen=True)
class Opened:
    """One text in full: the comment, what the text was made from, by whom, and why two are asked.

    `steps` are the texts it went through, from the first to itself.
    """

    mention: Mention
    author: Author | None
    thread: Thread | None
    verdict: Verdict | None
    decision: DecisionRow | None
    draft: DraftRow
    origin: DraftRow | None
    steps: list[DraftRow]
    facts: list[Fact]
    findings: list[Finding]
    given: tuple[int, ...]
    names: dict[int, str]
    why_two: list[Why]
    holder: Holder | None
    obstacle: Obstacle | None
    is_sent_back: bool

    @property
    def missing(self) -> int:
        """How many more must say yes."""
        return max(0, self.draft.approvals_needed - len(self.given))


def opened(draft_id: int, who: Person, at: datetime) -> Opened | None:
    """One text that waits; None when somebody has dealt with it."""
    with database.reading(data.engine()) as session:
        draft = session.get(DraftRow, draft_id)
        if draft is None or draft.brand_id != data.settings().brand_id:
            return None
        if draft.state != "proposed":
            return None
        drafts = replies.list_drafts(session, draft.mention_id)
        found = whole.get_whole(session, draft.mention_id)
        mention, decision, verdict = found.mention, found.decision, found.verdict
        holder = cases.list_holders(session, [draft.mention_id], at).get(draft.mention_id)
        given = approvals.list_given(session, [draft_id]).get(draft_id, ())
        steps = _steps(draft, drafts)
        people = {one.editor_id for one in steps if one.editor_id is not None} | set(given)
        return Opened(
            mention=mention,
            author=found.author,
            thread=found.thread,
            verdict=Verdict.model_validate(verdict.value) if verdict else None,
            decision=decision,
            draft=draft,
            origin=second_pair.drafted_from(draft, drafts),
            steps=steps,
            facts=review.cited_facts(session, draft.facts, draft.brand_id),
            findings=[Finding.model_validate(one) for one in draft.findings],
            given=given,
            names=approvals.list_names(session, people),
            why_two=_why_two(session, mention, decision, draft),
            holder=holder,
            obstacle=second_pair.obstacle(who, draft, mention, given=given, holder=holder),
            is_sent_back=second_pair.was_sent_back(draft, drafts),
        )


def _why_two(
    session: Session, mention: Mention, decision: DecisionRow | None, draft: DraftRow
) -> list[Why]:
    if draft.approvals_needed < 2:
        return []
    policy = kept.find_in_force(session, mention.brand_id)
    return second_pair.why_two(policy, mention, decision, draft)


def _steps(draft: DraftRow, drafts: Sequence[DraftRow]) -> list[DraftRow]:
    by_id = {one.id: one for one in drafts}
    found, here = [draft], draft
    while here.supersedes_id in by_id and len(found) <= len(drafts):
        here = by_id[here.supersedes_id]
        found.append(here)
    return found[::-1]


def find_reply(reply_id: int) -> Reply | None:
    """The reply an approval has queued."""
    with database.reading(data.engine()) as session:
        return session.get(Reply, reply_id)
