"""How the model fares by the decisions of staff: risk against budget, overrides, what was dear.

Staff decide in two ways. A label says what a verdict should have been; an approval without a
correction says that the verdict was seen and not objected to. The second is weak: it counts
here, shown apart, and never teaches.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from classifier.comparing import Budgets, wilson
from otklik.enums import Stance
from otklik.learning import CASES, StaffLabel, read_labels, sort_labels
from otklik.store import labels as rows
from otklik.store.labels import Version


@dataclass(frozen=True)
class Rate:
    """`hits` of `cases`, with the 95 % Wilson interval and what is allowed."""

    hits: int
    cases: int
    budget: float

    @property
    def share(self) -> float | None:
        """The measured share; None when nothing was counted."""
        return self.hits / self.cases if self.cases else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval."""
        return wilson(self.hits, self.cases)

    @property
    def state(self) -> str:
        """`over` or `within` where the interval proves it, else `unproven`; `none` uncounted."""
        low, high = self.interval
        if not self.cases:
            return "none"
        return "over" if low > self.budget else "within" if high <= self.budget else "unproven"


@dataclass(frozen=True)
class Mistake:
    """A mistake that is dear: what the model said, what staff say."""

    mention_id: int
    kind: str  # critic_as_hater, critic_as_other, critical_missed
    was: str
    value: str
    model_version: str
    at: datetime


@dataclass(frozen=True)
class Measured:
    """What staff decided since a day. `critics` are those with heated, by staff."""

    since: datetime
    labelled: int
    seen: int
    critics_labelled: int
    critics_seen: int
    as_hater: Rate
    as_other: Rate
    abstained: Rate
    confusion: Mapping[tuple[str, str], int]  # (verdict, staff): stance overrides
    overrides: Mapping[str, int]  # field: corrections
    mistakes: Sequence[Mistake]
    disputed: Sequence[StaffLabel] = field(default_factory=list)
    inconsistent: Sequence[StaffLabel] = field(default_factory=list)


def measure_staff(
    session: Session,
    brand_id: str,
    since: datetime,
    *,
    budgets: Budgets | None = None,
    labels: Sequence[StaffLabel] | None = None,
) -> Measured:
    """Everything staff have decided since then, counted.

    Args:
        labels: all of `read_labels`, where it was read already.
    """
    limits = budgets or Budgets()
    every = read_labels(session, brand_id) if labels is None else labels
    found = [one for one in every if one.at >= since]
    settled = [one for one in found if one.judged and "stance" in one.values and not one.disputed]
    labelled = {(one.mention_id, one.version) for one in every if "stance" in one.values}
    seen = _seen(session, brand_id, since, labelled)
    critics = [one for one in settled if one.values["stance"] in CASES]
    agreed = sum(seen[stance] for stance in CASES)
    cases = len(critics) + agreed
    total, unsure = rows.count_verdicts(session, brand_id, since)
    kept = sort_labels(found)
    return Measured(
        since=since,
        labelled=len(found),
        seen=seen.total(),
        critics_labelled=len(critics),
        critics_seen=agreed,
        as_hater=Rate(_filed(critics, Stance.HATER), cases, limits.hater),
        as_other=Rate(_filed(critics, Stance.OTHER), cases, limits.other),
        abstained=Rate(unsure, total, limits.abstained),
        confusion=Counter(one.overrides["stance"] for one in settled if "stance" in one.overrides),
        overrides=Counter(name for one in found for name in one.overrides),
        mistakes=sorted(
            (mistake for one in found for mistake in _mistakes(one)),
            key=lambda mistake: mistake.at,
            reverse=True,
        ),
        disputed=kept.disputed,
        inconsistent=kept.inconsistent,
    )


def _seen(session: Session, brand_id: str, since: datetime, labelled: set[Version]) -> Counter[str]:
    """Verdicts whose answer a person let out without correcting the stance, by stance."""
    found = Counter(rows.count_seen(session, brand_id, since))
    if labelled:
        both = rows.list_seen_labelled(session, brand_id, since)
        found.subtract(stance for version, stance in both.items() if version in labelled)
    return found


def _filed(critics: Sequence[StaffLabel], stance: Stance) -> int:
    return sum(_is_filed(one, stance) for one in critics)


def _is_filed(one: StaffLabel, stance: Stance) -> bool:
    return (
        one.judged is not None
        and not one.judged.abstained
        and (one.judged.values["stance"] == stance)
    )


def _mistakes(one: StaffLabel) -> list[Mistake]:
    if one.judged is None:
        return []
    found = []
    stance = one.values.get("stance")
    for kind, wrong in (("critic_as_hater", Stance.HATER), ("critic_as_other", Stance.OTHER)):
        if stance in CASES and _is_filed(one, wrong):
            found.append((kind, "stance"))
    if one.values.get("urgency") == "3" and one.judged.values["urgency"] != "3":
        found.append(("critical_missed", "urgency"))
    return [
        Mistake(
            one.mention_id,
            kind,
            one.judged.values[name],
            one.values[name],
            one.judged.model_version,
            one.at,
        )
        for kind, name in found
    ]
