"""Saying what a text rests on while it is written: cite a fact of ours, or vouch for a deed.

A fact grounds what it says, figures included. A person's word grounds nothing but that a deed
was done ("the money went back today"): the finding stays in sight and no longer blocks, and the
record keeps who vouched, when, and for which words. Sums, promises and names need more than that.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Unpack

from sqlmodel import Session

from otklik.enums import Role, Topic
from otklik.errors import ApprovalError, InputError
from otklik.models import DraftRow, Mention, Person
from otklik.people import require
from otklik.verdicts import Span
from responder import leases, review
from responder.checks import note_draft, open_mention, proposed_draft
from responder.editing import save_text
from responder.knowledge import Audience, Fact, Knowledge, Wording
from responder.knowledge.keeping import keep
from responder.knowledge.values import VOUCHED
from responder.phrasing import sentence_places

DEED = "unsupported_deed"


def cite(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    fact_id: str,
    knowledge: Knowledge,
    at: datetime,
    **checks: Unpack[review.Checks],
) -> DraftRow:
    """Cite a fact of the house in a draft: the same text, linted anew, without its approvals.

    Raises:
        InputError: no such fact, or it may not be said in public now in the draft's language.
        StaleText: somebody has acted on the draft. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    old, mention = _open(session, person, draft_id, at)
    fact = knowledge.fact(fact_id)
    if fact is None:
        raise InputError(f"there is no fact {fact_id!r}")
    is_public = fact.audience is Audience.PUBLIC and fact.is_valid(at)
    if not is_public or not fact.is_said_in(old.language):
        raise InputError(f"the fact {fact_id!r} may not be said here today")
    facts = _with(session, old, fact, at)
    draft = save_text(
        session, mention, old, old.text, person=person, at=at, checks=checks, facts=facts
    )
    note_draft(session, person, "draft.fact_cited", draft, at, fact=fact.id)
    return draft


def vouch(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    span: Span,
    at: datetime,
    **checks: Unpack[review.Checks],
) -> DraftRow:
    """Stand for what the sentence at `span` says was done: the same text, linted anew.

    The deed warns from then on and does not block; who vouched, when and for which words stands
    in the audit log and in the facts kept for ever. An edit of that sentence ends it.

    Raises:
        ApprovalError: no deed without ground stands there.
        StaleText: somebody has acted on the draft. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    old, mention = _open(session, person, draft_id, at)
    sentence = _deed_sentence(old, span)
    fact = _vouched(sentence, person, at)
    facts = _with(session, old, fact, at)
    draft = save_text(
        session, mention, old, old.text, person=person, at=at, checks=checks, facts=facts
    )
    note_draft(
        session, person, "draft.vouched", draft, at, words=sentence, vouched_digest=fact.digest
    )
    return draft


def _open(
    session: Session, person: Person, draft_id: int, at: datetime
) -> tuple[DraftRow, Mention]:
    old = proposed_draft(session, draft_id)
    mention = open_mention(session, old.mention_id, old.mention_version)
    leases.require_free(session, mention, person, at)
    return old, mention


def _deed_sentence(draft: DraftRow, span: Span) -> str:
    for start, sentence in sentence_places(draft.text):
        end = start + len(sentence)
        holds = start <= span.start < end
        if holds and any(
            finding["code"] == DEED and start <= finding["span"]["start"] < end
            for finding in draft.findings
        ):
            return sentence.strip()
    raise ApprovalError("nothing here is told as done without a ground")


def _vouched(sentence: str, person: Person, at: datetime) -> Fact:
    digest = sha256(f"{person.login}\n{at.isoformat()}\n{sentence}".encode()).hexdigest()
    return Fact(
        id=f"{VOUCHED}{digest[:12]}",
        says=Wording(ru=(sentence,), en=(sentence,)),
        topics=(Topic.NONE,),
        keywords=(),
        owner=person.name or person.login,
        person=person.login,
        source=f"vouched for by {person.login} on {at:%Y-%m-%d %H:%M}",
        valid_from=at,
        audience=Audience.PRIVATE,
        digest=digest,
    )


def _with(session: Session, old: DraftRow, fact: Fact, at: datetime) -> list[dict[str, str]]:
    keep(session, old.brand_id, [fact], at)
    session.flush()
    others = [one for one in old.facts if one["id"] != fact.id]
    return [*others, {"id": fact.id, "digest": fact.digest}]
