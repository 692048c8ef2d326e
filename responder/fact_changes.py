"""What becomes of waiting cases when a fact is new, changed or gone: their drafts are written anew.

Only those nobody has worked on: what a person has written, approved or holds now is theirs. Their
text rests on what it cites, and the checks refuse it where that is over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Language, MentionState, PointState, ProposalKind, Topic
from otklik.models import DraftRow
from otklik.store import fact_uses, mentions, proposals
from otklik.store.statements import list_waiting_untouched
from responder import promises
from responder.knowledge import Audience, Fact, Knowledge
from responder.knowledge.importing.values import language_of

MOST = 500  # drafts looked through for gaps; MOST_AT_ONCE of them are written anew for one change
MOST_AT_ONCE = 200
REASON = "a fact has changed"


def list_missed(
    session: Session, brand_id: str, knowledge: Knowledge, written_at: datetime | None
) -> set[str]:
    """Facts that changed while nobody followed them, though drafts wait from before.

    Args:
        written_at: when the file of the knowledge was last written; None without a file.
    """
    drafts = fact_uses.list_open_drafts(session, brand_id)
    if not drafts:
        return set()
    since = min(draft.created_at for draft in drafts)
    found = proposals.list_decided_subjects(session, brand_id, ProposalKind.FACT, since)
    if written_at is not None and written_at >= since:
        found |= {fact.id for fact in knowledge.facts}
    for fact_id, digest in {(str(one["id"]), one["digest"]) for d in drafts for one in d.facts}:
        now = knowledge.fact(fact_id)
        if now is None or now.digest != digest:
            found.add(fact_id)
    return found


def list_affected(
    session: Session, brand_id: str, knowledge: Knowledge, changed: Collection[str], at: datetime
) -> list[int]:
    """Mentions whose waiting draft cites an old wording, or has a gap one of these facts fills.

    Args:
        knowledge: as it is now, found by words: meaning would take too long over hundreds.
        changed: ids of facts that are new, changed or gone.
    """
    if not changed:
        return []
    drafts = fact_uses.list_open_drafts(session, brand_id)
    resting = [one.mention_id for one in drafts if _rests_on_old(one, knowledge, changed)]
    sayable = {fact.id for fact in knowledge.facts if fact.id in changed and _is_public(fact, at)}
    filled = [
        one.mention_id
        for one in (drafts[:MOST] if sayable else [])
        if any(is_answered(knowledge, str(p["text"]), p["topic"], sayable, at) for p in _gaps(one))
    ]
    return list(dict.fromkeys([*resting, *filled]))[:MOST_AT_ONCE]


def is_answered(
    knowledge: Knowledge, text: str, topic: str, by: Collection[str], at: datetime
) -> bool:
    """Would a draft cite one of these facts to this point of a comment?"""
    language = language_of(text)
    spoken = language if language is Language.RUSSIAN else Language.ENGLISH
    found = knowledge.find(text, Topic(topic), spoken, at, limit=1)
    return any(one.fact.id in by for one in found)


def draft_anew(
    session: Session, brand_id: str, mention_ids: Sequence[int], at: datetime
) -> list[int]:
    """Have the drafts of these waiting mentions written anew, where no person has worked on them.

    Returns:
        Mentions that the next draft step writes for.
    """
    waiting = list_waiting_untouched(session, mention_ids, at)
    locked = mentions.lock_mentions(session, sorted(waiting))
    again = [row.id or 0 for row in locked if row.state is MentionState.DRAFTED]
    for reply_id in mentions.void_work(session, again, REASON):
        promises.forget(session, reply_id, at)
    for row in locked:
        if row.id in again:
            mentions.save_state(row, MentionState.DECIDED, at)
            session.add(row)
    session.flush()
    return again


def note_anew(
    session: Session, brand_id: str, changed: Collection[str], again: Sequence[int], at: datetime
) -> None:
    """Write down which cases are written anew, and because of which facts."""
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="fact.drafted_anew",
        subject=("fact", ", ".join(sorted(changed))[:64]),
        detail={"facts": sorted(changed)[:50], "mentions": list(again)},
        brand_id=brand_id,
    )


def _rests_on_old(draft: DraftRow, knowledge: Knowledge, changed: Collection[str]) -> bool:
    for cited in draft.facts:
        if cited["id"] in changed:
            now = knowledge.fact(str(cited["id"]))
            if now is None or now.digest != cited["digest"]:
                return True
    return False


def _gaps(draft: DraftRow) -> list[dict[str, str]]:
    return [point for point in draft.points if point["state"] == PointState.GAP]


def _is_public(fact: Fact, at: datetime) -> bool:
    return fact.is_valid(at) and fact.audience is Audience.PUBLIC
