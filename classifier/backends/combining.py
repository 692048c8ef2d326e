"""What another model said, completed by our own: one verdict that keeps its contract.

Heads the other model has not are our own model's. Our hard facts lift urgency whoever judges.
A stance that does not follow from the two axes is abstained on, never repaired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from classifier.hardfacts import KINDS
from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.judging import BackendConfig
from otklik.verdicts import Reason, Verdict

CLASSES: dict[str, tuple[str, ...]] = {
    "claim": tuple(Claim),
    "abuse": tuple(Abuse),
    "stance": tuple(Stance),
    "urgency": tuple(str(int(one)) for one in Urgency),
    "topic": tuple(Topic),
}
UNSURE, UNFIT, FOREIGN = "low confidence", "the axes do not fit the stance", "language"

Heads = Mapping[str, Mapping[str, float]]  # head → class → probability


def combine(
    base: Verdict,
    heads: Heads,
    version: str,
    config: BackendConfig,
    *,
    reasons: Sequence[Reason] | None = None,
    why: str = "",
) -> Verdict:
    """One verdict of the other model's heads and our own model's rest.

    Args:
        base: our own verdict of the same text.
        heads: probabilities of the heads the other model has, each summing to one.
        reasons: its reasons; None keeps our own.
        why: a reason to abstain that is known already.
    """
    changes: dict[str, Any] = {"model_version": version}
    for name, given in heads.items():
        changes |= _head(name, _whole(name, given))
    if _has_hard_fact(base):
        changes["urgency"] = Urgency.CRITICAL
    if reasons is not None:
        facts = tuple(one for one in base.reasons if one.name in KINDS)
        changes["reasons"] = (*reasons, *(one for one in facts if one not in reasons))
    verdict = base.model_copy(update=changes)
    why = why or _doubt(verdict, base, config, own="stance" in heads)
    return verdict.model_copy(update={"abstained": bool(why), "abstain_reason": why})


def fits(claim: Claim, abuse: Abuse, stance: Stance) -> bool:
    """Whether a stance can follow from claim and abuse at all."""
    hostile = abuse in (Abuse.INSULT, Abuse.THREAT)
    if stance is Stance.HEATED:
        return hostile and claim is Claim.CONCRETE
    if stance is Stance.HATER:
        return abuse is not Abuse.NONE and claim is not Claim.CONCRETE
    if stance is Stance.CRITIC:
        return not hostile and claim is not Claim.NONE
    return True


def certain(name: str, value: str) -> dict[str, float]:
    """A head's probabilities where a model names one class and no share."""
    return {one: float(one == value) for one in CLASSES[name]}


def _whole(name: str, given: Mapping[str, float]) -> dict[str, float]:
    """All classes of the head, rounded, summing to one: the largest takes what is left."""
    found = {one: round(float(given.get(one, 0.0)), 4) for one in CLASSES[name]}
    best = max(found, key=found.__getitem__)
    found[best] = round(found[best] + 1 - sum(found.values()), 4)
    return found


def _head(name: str, proba: dict[str, float]) -> dict[str, Any]:
    best = max(proba, key=proba.__getitem__)
    if name == "urgency":
        return {"urgency": Urgency(int(best))}
    if name == "abuse":
        proba = {**proba, "any": round(1 - proba[Abuse.NONE.value], 4)}
    kind = {"claim": Claim, "abuse": Abuse, "stance": Stance, "topic": Topic}[name]
    return {name: kind(best), f"{name}_proba": proba}


def _has_hard_fact(base: Verdict) -> bool:
    return any(one.kind == "signal" and one.name in KINDS for one in base.reasons)


def _doubt(verdict: Verdict, base: Verdict, config: BackendConfig, *, own: bool) -> str:
    """Why the verdict is not to be trusted; empty when it is."""
    if base.language is Language.OTHER:
        return base.abstain_reason or FOREIGN
    if not fits(verdict.claim, verdict.abuse, verdict.stance):
        return UNFIT
    if not own:
        return base.abstain_reason if base.abstained else ""
    least = config.least_sure_hater if verdict.stance is Stance.HATER else config.least_sure
    return UNSURE if max(verdict.stance_proba.values()) < least else ""
