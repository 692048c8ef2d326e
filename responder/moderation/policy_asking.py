"""A policy asks for acts: a batch of mentions at a time, once for each version.

Nothing happens until people approve. What a policy may not ask for stands in the audit log with
what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import ActKind, EffectKind
from otklik.errors import ApprovalError
from otklik.models import Act, DecisionRow, Mention, VerdictRow
from otklik.store import acts
from responder.moderation import bans
from responder.moderation.asking import about_mention, hide_act, spoken
from responder.moderation.grounds import Hearing, hear_all
from responder.moderation.recording import event, refuse_twice
from responder.moderation.terms import DEFAULT_TERMS, BanTerms
from responder.policy import Effect

# effects that ask people for an act on the outside
ASKING = (EffectKind.HIDE, EffectKind.BAN, EffectKind.REPORT)


@dataclass(frozen=True)
class Asking:
    """One effect that asks for an act, and the decision it belongs to."""

    row: Mention
    effect: Effect
    decision: DecisionRow

    @property
    def reason(self) -> str:
        """The effect's own reason, or the rule's."""
        return self.effect.reason or self.decision.why


@dataclass
class _Known:
    """What the whole batch needs, read once. `about` grows as acts are asked for."""

    verdicts: Mapping[int, VerdictRow]
    hearings: Mapping[int, Hearing]
    about: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))


def ask_for_all(
    session: Session,
    askings: Sequence[Asking],
    verdicts: Mapping[int, VerdictRow],
    at: datetime,
    *,
    terms: BanTerms = DEFAULT_TERMS,
) -> list[Act]:
    """Each `hide`, `ban` or `report` of a batch becomes an act that waits for people.

    Args:
        verdicts: the newest of each mention's present version, by mention id.

    Returns:
        The acts; there is none where there is no case for one.
    """
    if not askings:
        return []
    session.flush()  # the decisions need their ids
    known = _read(session, askings, verdicts)
    asked, refused = [], []
    for one in askings:
        try:
            act = _act(session, one, known, at, terms)
        except ApprovalError as refusal:
            refused.append(_not_asked(one, str(refusal)))
            continue
        if act is not None:
            session.add(act)  # the next ban of the batch is weighed with it
            known.about[act.subject_key].append(act)
            asked.append(act)
    acts.save_acts(session, asked)
    told = [event(act, "act.asked", None, act.asked_at, reason=act.reason) for act in asked]
    audit.record_all(session, [*told, *refused])
    return asked


def _read(
    session: Session, askings: Sequence[Asking], verdicts: Mapping[int, VerdictRow]
) -> _Known:
    rows = {one.row.id or 0: one.row for one in askings}
    hidden = {one.row.id or 0 for one in askings if one.effect.kind is EffectKind.HIDE}
    judged = {number: (rows[number], verdicts.get(number)) for number in hidden}
    known = _Known(verdicts, hear_all(session, judged) if judged else {})
    keys = {f"mention:{number}" for number in rows}
    keys |= {f"author:{one.row.author_id}" for one in askings if one.effect.kind is EffectKind.BAN}
    for act in acts.list_acts_about(session, keys):
        known.about[act.subject_key].append(act)
    return known


def _act(session: Session, one: Asking, known: _Known, at: datetime, terms: BanTerms) -> Act | None:
    kind = one.effect.kind
    if kind is EffectKind.HIDE:
        act = _hide(one, known, at)
    elif kind is EffectKind.REPORT:
        act = _report(one, known, at)
    elif kind is EffectKind.BAN:
        language = spoken(known.verdicts.get(one.row.id or 0))
        act = bans.machine_ban(
            session, one.row, reason=one.reason, terms=terms, at=at, language=language
        )
    else:
        return None
    if act is not None:
        refuse_twice(act, known.about[act.subject_key])
        act.decision_id = one.decision.id
    return act


def _hide(one: Asking, known: _Known, at: datetime) -> Act | None:
    if _was_asked(ActKind.HIDE, one.row, known):
        return None
    hearing = known.hearings[one.row.id or 0]
    language = spoken(known.verdicts.get(one.row.id or 0))
    for ground in hearing.found:
        if not hearing.refusal(ground):
            return hide_act(one.row, hearing, language, ground=ground, reason=one.reason, at=at)
    if not hearing.found:
        raise ApprovalError("no ground for hiding in it: no personal data, threat, obscenity")
    raise ApprovalError(hearing.refusal(hearing.found[0]))


def _report(one: Asking, known: _Known, at: datetime) -> Act | None:
    if _was_asked(ActKind.REPORT, one.row, known):
        return None
    return about_mention(ActKind.REPORT, one.row, one.reason, at)


def _was_asked(kind: ActKind, row: Mention, known: _Known) -> bool:
    """A machine asks once for each version; whatever people made of it stands."""
    about = known.about[f"mention:{row.id}"]
    return any(act.kind is kind and act.mention_version == row.version for act in about)


def _not_asked(one: Asking, why: str) -> audit.Event:
    return audit.Event(
        at=one.decision.created_at.astimezone(UTC),
        actor=audit.MACHINE,
        action="act.not_asked",
        subject=("mention", one.row.id),
        detail={"kind": one.effect.kind, "decision": one.decision.id, "why": why},
        brand_id=one.row.brand_id,
    )
