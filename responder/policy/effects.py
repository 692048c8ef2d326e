"""Reading the effects of a rule, and refusing those that nobody should write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otklik.enums import Approach, EffectKind, Stance
from otklik.marked_yaml import Marked
from responder.policy.conditions import AllOf
from responder.policy.values import Effect
from responder.policy.words import read_word


@dataclass(frozen=True)
class _Params:
    """Parameters of one kind of effect; `main` may be written as ``kind: value``."""

    main: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_REASON = _Params("reason", ("reason",))
EFFECT_PARAMS: Mapping[EffectKind, _Params] = {
    EffectKind.DRAFT: _Params("approach", ("approach",)),
    EffectKind.ROUTE: _Params("zone", ("zone",)),
    EffectKind.ESCALATE: _Params("to", ("to",)),
    EffectKind.ALERT: _Params("reason", (), ("reason",)),
    EffectKind.SLA: _Params("minutes", ("minutes",)),
    EffectKind.IGNORE: _REASON,
    EffectKind.HOLD: _REASON,
    EffectKind.HIDE: _REASON,
    EffectKind.BAN: _REASON,
    EffectKind.REPORT: _REASON,
    EffectKind.SECOND_APPROVAL: _REASON,
}
OUTCOMES = (EffectKind.DRAFT, EffectKind.HOLD, EffectKind.IGNORE)
NEED_A_PERSON = (
    EffectKind.HIDE,
    EffectKind.BAN,
    EffectKind.REPORT,
    EffectKind.SECOND_APPROVAL,
)
SILENCING = (EffectKind.HIDE, EffectKind.BAN)
# who may never be hidden or banned: people with a case, and those who mean well
PROTECTED = (Stance.CRITIC, Stance.HEATED, Stance.QUESTION, Stance.PRAISE)


def read_effects(mark: Marked, when: AllOf | None) -> tuple[Effect, ...]:
    """The effects written at `mark` for a rule that holds `when`; None: whom it hits is known.

    Raises:
        PolicyError: with the place of what is wrong, or must not be.
    """
    effects = tuple(_effect(item) for item in mark.items())
    kinds = [effect.kind for effect in effects]
    for kind in kinds:
        if kinds.count(kind) > 1:
            mark.fail(f"`{kind.value}` stands here twice")
    if len([kind for kind in kinds if kind in OUTCOMES]) != 1:
        mark.fail("exactly one of draft, hold and ignore must stand here")
    if EffectKind.IGNORE in kinds and {*NEED_A_PERSON} & {*kinds}:
        words = ", ".join(kind.value for kind in NEED_A_PERSON)
        mark.fail(f"{words} need a person, so they cannot go with ignore")
    if EffectKind.BAN in kinds and EffectKind.HOLD not in kinds:
        mark.fail("a ban is asked for only beside `hold`: two people decide, no draft is written")
    for item, effect in zip(mark.items(), effects, strict=True):
        if effect.kind in SILENCING and when is not None:
            _refuse_silencing(item, effect.kind, when)
    return effects


def _refuse_silencing(mark: Marked, kind: EffectKind, when: AllOf) -> None:
    """Refuse a rule that could hide or ban somebody with a case."""
    open_to = [stance for stance in PROTECTED if can_hold_for(when, stance)]
    if open_to:
        mark.fail(
            f"criticism is never hidden: `{kind.value}` stands in a rule that can hold for "
            f"{', '.join(open_to)}; add `stance: hater` to its conditions"
        )


def can_hold_for(when: AllOf, stance: Stance) -> bool:
    """Whether a rule could be true of a comment of that stance, whatever else is so."""
    return when.holds({"stance": stance.value}) is not False


def _effect(mark: Marked) -> Effect:
    names = [kind.value for kind in EffectKind]
    if isinstance(mark.value, str):
        return _build(mark.choice(EffectKind), {}, mark)
    found = mark.check_keys(names)
    if len(found) != 1:
        mark.fail(f"one effect per list item: {', '.join(names)}")
    name, params = next(iter(found.items()))
    kind = EffectKind(name)
    if params.is_mapping:
        allowed = EFFECT_PARAMS[kind]
        return _build(kind, params.check_keys((*allowed.required, *allowed.optional)), params)
    return _build(kind, {EFFECT_PARAMS[kind].main: params}, params)


def _build(kind: EffectKind, params: Mapping[str, Marked], mark: Marked) -> Effect:
    for name in EFFECT_PARAMS[kind].required:
        if name not in params:
            mark.fail(f"`{kind.value}` needs {name!r}")
    return Effect(kind=kind, **{name: _param(name, value) for name, value in params.items()})


def _param(name: str, mark: Marked) -> Any:
    if name == "approach":
        return mark.choice(Approach)
    if name == "minutes":
        return mark.integer(least=1)
    return mark.text() if name == "reason" else read_word(mark)
