"""Approaches: which ways of answering make sense for one mention, the asked one first."""

from __future__ import annotations

from otklik.enums import Abuse, Approach, Claim, Stance, Topic
from responder.drafting.finding import Findings
from responder.drafting.values import DraftRequest

MOST_DRAFTS = 3
_PERSONAL = frozenset({Topic.DELIVERY, Topic.PRICE, Topic.POLICY, Topic.APP})
_AT_PEOPLE = frozenset({Abuse.INSULT, Abuse.THREAT})


def choose_approaches(request: DraftRequest, found: Findings) -> list[Approach]:
    """At most `MOST_DRAFTS` approaches that differ, the one policy asked for first."""
    if found.is_serious and request.approach is Approach.THANK:
        return [Approach.APOLOGISE_AND_FIX, Approach.ASK_IN_PRIVATE, Approach.THANK]
    is_hater = request.verdict.stance is Stance.HATER
    if request.verdict.abuse is Abuse.THREAT and not is_hater and not found.points_are_known():
        return [Approach.WARN, request.approach][:MOST_DRAFTS]
    others = {
        Stance.HATER: _for_hater,
        Stance.PRAISE: _for_praise,
        Stance.QUESTION: _for_question,
    }.get(request.verdict.stance, _for_critic)(request, found)
    return list(dict.fromkeys([request.approach, *others]))[:MOST_DRAFTS]


def _for_hater(request: DraftRequest, found: Findings) -> list[Approach]:
    warns = request.verdict.abuse in _AT_PEOPLE
    return [Approach.ARGUE, *([Approach.WARN] if warns else [])]


def _for_praise(request: DraftRequest, found: Findings) -> list[Approach]:
    reserved = request.verdict.claim is not Claim.NONE and bool(found.points)
    return [Approach.THANK, *([Approach.ANSWER] if reserved else [])]


def _for_question(request: DraftRequest, found: Findings) -> list[Approach]:
    return [Approach.ANSWER, Approach.ASK_IN_PRIVATE]


def _for_critic(request: DraftRequest, found: Findings) -> list[Approach]:
    concrete = request.verdict.claim is Claim.CONCRETE
    known = any(found.fact(index) for index in range(len(found.points)))
    warns = request.verdict.abuse in _AT_PEOPLE
    personal = request.verdict.topic in _PERSONAL or found.is_serious
    ways = [
        (Approach.APOLOGISE_AND_FIX, concrete),
        (Approach.WARN, warns),
        (Approach.ASK_IN_PRIVATE, concrete and personal),
        (Approach.ARGUE, (known or not concrete) and not found.is_serious),
        (Approach.REFUSE_POSITIVELY, not concrete and request.verdict.topic is Topic.PRICE),
        (Approach.ASK_IN_PRIVATE, concrete),
    ]
    return [approach for approach, makes_sense in ways if makes_sense]
