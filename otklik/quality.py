"""How well people and model agree: the confusion by labels, kappa of pairs, golden items, looks."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlmodel import Session

from classifier.comparing import wilson
from otklik.comparing import kappa
from otklik.enums import LookKind
from otklik.learning import StaffLabel
from otklik.models import Look
from otklik.store import looks
from otklik.store.judgements import LABEL_FIELDS


def confusion(
    labels: Sequence[StaffLabel], since: datetime, heads: Sequence[str]
) -> dict[str, dict[tuple[str, str], int]]:
    """What the model said of each head and what staff settled, with how often; agreement too."""
    found = [one for one in labels if one.judged and one.at >= since]
    return {
        head: dict(
            Counter(
                (one.judged.values[head], one.values[head])
                for one in found
                if one.judged and head in one.values and head not in one.disputed
            )
        )
        for head in heads
    }


@dataclass(frozen=True)
class Agreement:
    """Two readings of the same comments.

    Attributes:
        rows: comments both have judged.
        same: share judged alike; `kappa` sets chance aside, None where it says nothing.
    """

    rows: int
    same: float | None
    kappa: float | None


@dataclass(frozen=True)
class PairAgreement:
    """Two people on one field."""

    first: int
    second: int
    found: Agreement


@dataclass(frozen=True)
class Judges:
    """How people agree with each other, by field and, on the stance, by pair."""

    by_field: Mapping[str, Agreement]
    pairs: Sequence[PairAgreement]


def agreement(session: Session, brand_id: str, since: datetime) -> Judges:
    """Everything two people have both labelled since then; a person's last word holds."""
    last: dict[tuple[int, int, str], dict[int, str]] = defaultdict(dict)
    for mention, version, person, field, value in looks.list_words(session, brand_id, since):
        last[mention, version, field][person] = value
    both: dict[str, list[tuple[str, str]]] = {field: [] for field in LABEL_FIELDS}
    pairs: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for (_mention, _version, field), words in last.items():
        for one, other in combinations(sorted(words), 2):
            pair = (words[one], words[other])
            both.setdefault(field, []).append(pair)
            if field == "stance":
                pairs[one, other].append(pair)
    return Judges(
        {field: _agree(found) for field, found in both.items()},
        sorted(
            (PairAgreement(*people, _agree(found)) for people, found in pairs.items()),
            key=lambda pair: -pair.found.rows,
        ),
    )


def _agree(pairs: Sequence[tuple[str, str]]) -> Agreement:
    first, second = [one for one, _other in pairs], [other for _one, other in pairs]
    same = sum(one == other for one, other in pairs) / len(pairs) if pairs else None
    return Agreement(len(pairs), same, kappa(first, second))


@dataclass(frozen=True)
class Marks:
    """Looks of one person, or of all: how many, and how many agreed, whole and by field."""

    looks: int
    agreed: int
    by_field: Mapping[str, int]

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the share that agreed."""
        return wilson(self.agreed, self.looks)


def golden_marks(session: Session, brand_id: str, since: datetime) -> dict[int, Marks]:
    """How people fared on golden items, by person; for leads only."""
    by_person: dict[int, list[Look]] = defaultdict(list)
    for look in looks.list_looks(session, brand_id, LookKind.GOLDEN, since):
        by_person[look.person_id or 0].append(look)
    return {person: marks(found) for person, found in by_person.items()}


def second_looks(session: Session, brand_id: str, since: datetime) -> tuple[Marks, list[Look]]:
    """How second looks went, and those that did not agree, the newest first."""
    found = looks.list_looks(session, brand_id, LookKind.SECOND, since)
    return marks(found), [one for one in found if not one.is_agreed]


def marks(found: Sequence[Look]) -> Marks:
    """Looks counted."""
    fields = Counter(
        field
        for look in found
        for field, value in look.given.items()
        if look.expected.get(field) == value
    )
    return Marks(len(found), sum(bool(look.is_agreed) for look in found), dict(fields))
