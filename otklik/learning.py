"""What the model may learn from staff: labels settled, checked against the guide, split.

Nothing here is written back: labels are rows that only grow, and everything is read from them
anew. A fifth of the labelled mentions is frozen by the hash of its id, for comparing models;
it never reaches a training file, nor does another mention with the same text.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from classifier.corpus import text_key
from otklik.enums import Abuse, Claim, Role, Stance
from otklik.errors import InputError
from otklik.models import Label, Person
from otklik.store import labels as rows
from otklik.store.judgements import LABEL_FIELDS
from otklik.store.labels import Judgement, Version

FIELDS = tuple(LABEL_FIELDS)
FROZEN_SHARE = 5  # one mention in so many
# how many times a row counts where the model made a mistake that is dear
CRITIC_AS_HATER, CRITIC_AS_OTHER, CRITICAL_MISSED = 4, 3, 3
CASES = (Stance.CRITIC.value, Stance.HEATED.value)
_SETTLERS = (Role.LEAD, Role.ADMIN)

# which claim and abuse go with a stance, as the labelling guide has it
_CLAIMS: dict[str, tuple[str, ...]] = {
    Stance.CRITIC: (Claim.VAGUE, Claim.CONCRETE),
    Stance.HEATED: (Claim.CONCRETE,),
    Stance.HATER: (Claim.NONE, Claim.VAGUE),
    Stance.QUESTION: (Claim.NONE, Claim.CONCRETE),
}
_ABUSES: dict[str, tuple[str, ...]] = {
    Stance.CRITIC: (Abuse.NONE, Abuse.PROFANE),
    Stance.HEATED: (Abuse.INSULT, Abuse.THREAT),
    Stance.HATER: (Abuse.PROFANE, Abuse.INSULT, Abuse.THREAT),
    Stance.PRAISE: (Abuse.NONE, Abuse.PROFANE),
    Stance.QUESTION: (Abuse.NONE, Abuse.PROFANE),
}
_URGENCIES: dict[str, tuple[str, ...]] = {
    Stance.HATER: ("0", "3"),
    Stance.HEATED: ("1", "2", "3"),
    Stance.PRAISE: ("0",),
    Stance.QUESTION: ("1", "2", "3"),
}
_ALLOWED = {"claim": _CLAIMS, "abuse": _ABUSES, "urgency": _URGENCIES}


@dataclass(frozen=True)
class Said:
    """One person's word on one field; `may_settle`: a lead's or an admin's."""

    person: int
    may_settle: bool
    field: str
    value: str
    at: datetime


@dataclass(frozen=True)
class Fault:
    """A field that does not go with the stance beside it, and what would (by the guide)."""

    field: str
    value: str
    stance: str
    allowed: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.stance} with {self.field} {self.value}: "
            f"the guide asks for {' or '.join(self.allowed)}"
        )


@dataclass(frozen=True)
class StaffLabel:
    """What staff say of one version of a mention, beside the verdict they saw.

    `values` holds the settled fields only, `disputed` those people disagree on.
    """

    brand_id: str
    mention_id: int
    version: int
    text: str
    values: Mapping[str, str]
    disputed: tuple[str, ...]
    who: tuple[str, ...]
    at: datetime
    judged: Judgement | None

    @property
    def id(self) -> str:
        """Id of the row in labelled files."""
        return f"staff-{self.mention_id}-{self.version}"

    @property
    def is_frozen(self) -> bool:
        """Kept for comparing models, never learned from."""
        return is_frozen(self.brand_id, self.mention_id)

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields nobody has settled."""
        return tuple(field for field in FIELDS if field not in self.values)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Where the fields contradict each other."""
        return inconsistencies(self.values)

    @property
    def is_sound(self) -> bool:
        """Undisputed, and as the guide has it; some fields may still be missing."""
        return not self.disputed and not self.faults and bool(self.values) and bool(self.text)

    @property
    def overrides(self) -> dict[str, tuple[str, str]]:
        """Fields where staff and verdict differ: (verdict, staff)."""
        said = self.judged.values if self.judged else {}
        return {
            field: (said[field], value)
            for field, value in self.values.items()
            if field in said and said[field] != value
        }

    @property
    def weight(self) -> int:
        """How many times the row counts in training: more where the mistake was dear."""
        was = self.judged
        if was is None:
            return 1
        found = [1]
        if self.values.get("stance") in CASES and not was.abstained:
            found.append(CRITIC_AS_HATER if was.values["stance"] == Stance.HATER else 1)
            found.append(CRITIC_AS_OTHER if was.values["stance"] == Stance.OTHER else 1)
        if self.values.get("urgency") == "3" and was.values["urgency"] != "3":
            found.append(CRITICAL_MISSED)
        return max(found)


def is_frozen(brand_id: str, mention_id: int) -> bool:
    """Does the hash of this mention's id put it among the frozen fifth?"""
    found = hashlib.sha256(f"frozen:{brand_id}:{mention_id}".encode()).digest()
    return int.from_bytes(found[:8], "big") % FROZEN_SHARE == 0


def inconsistencies(values: Mapping[str, str]) -> tuple[Fault, ...]:
    """Which of the known fields the labelling guide does not allow beside this stance."""
    stance = values.get("stance", "")
    return tuple(
        Fault(field, values[field], stance, tuple(str(one) for one in allowed[stance]))
        for field, allowed in _ALLOWED.items()
        if field in values and stance in allowed and values[field] not in allowed[stance]
    )


def settle(said: Iterable[Said]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Settled values by field, and the fields that are disputed.

    A person's last word holds. Where people differ, a lead or an admin settles it by labelling
    after the difference; a later word against that opens it again.
    """
    last: dict[str, dict[int, str]] = defaultdict(dict)
    ruled: dict[str, str] = {}
    for one in said:
        words = last[one.field]
        if one.may_settle and len({*words.values()}) > 1:
            ruled[one.field] = one.value
        elif ruled.get(one.field) != one.value:
            ruled.pop(one.field, None)
        words[one.person] = one.value
    values, disputed = {}, []
    for field, words in last.items():
        found = {ruled[field]} if field in ruled else {*words.values()}
        if len(found) == 1:
            values[field] = found.pop()
        else:
            disputed.append(field)
    return values, tuple(sorted(disputed))


def pseudonym(person: Person) -> str:
    """A person's id outside the database: stable, and no name."""
    told = f"{person.brand_id}:{person.id}:{person.created_at.isoformat()}"
    return f"staff-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def settle_mention(
    session: Session, brand_id: str, mention_id: int, version: int
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What staff have settled of one version of a mention, and what they dispute."""
    given = rows.list_labels(session, brand_id, mention_id=mention_id)
    return settle(_said([pair for pair in given if pair[0].mention_version == version]))


def _said(given: Iterable[tuple[Label, Person]]) -> list[Said]:
    return [
        Said(person.id or 0, person.role in _SETTLERS, label.field, label.value, label.created_at)
        for label, person in given
    ]


def read_labels(
    session: Session, brand_id: str, *, since: datetime | None = None
) -> list[StaffLabel]:
    """Everything staff have said, one entry per version of a mention, oldest first.

    Args:
        since: only entries whose newest label is not older.
    """
    given: dict[Version, list[tuple[Label, Person]]] = defaultdict(list)
    for label, person in rows.list_labels(session, brand_id):
        given[label.mention_id, label.mention_version].append((label, person))
    texts = rows.list_labelled_texts(session, brand_id)
    judged: dict[Version, list[Judgement]] = defaultdict(list)
    for verdict in rows.list_labelled_judgements(session, brand_id):
        judged[verdict.mention_id, verdict.version].append(verdict)
    found = [
        _staff_label(brand_id, key, said, texts.get(key, ""), judged[key])
        for key, said in given.items()
    ]
    return [one for one in found if since is None or one.at >= since]


def _staff_label(
    brand_id: str,
    key: Version,
    given: Sequence[tuple[Label, Person]],
    text: str,
    judged: Sequence[Judgement],
) -> StaffLabel:
    values, disputed = settle(_said(given))
    at = given[-1][0].created_at
    seen = [verdict for verdict in judged if verdict.at <= given[0][0].created_at] or judged
    return StaffLabel(
        brand_id=brand_id,
        mention_id=key[0],
        version=key[1],
        text=text,
        values={field: values[field] for field in FIELDS if field in values},
        disputed=disputed,
        who=tuple(dict.fromkeys(pseudonym(person) for _, person in given)),
        at=at,
        judged=seen[-1] if seen else None,
    )


@dataclass(frozen=True)
class Sorted:
    """Staff labels by what becomes of them."""

    training: list[StaffLabel]  # sound and complete
    partial: list[StaffLabel]  # sound, but some fields nobody has confirmed
    frozen: list[StaffLabel]  # sound, perhaps with fields missing; never learned from
    twins: list[StaffLabel]  # a frozen mention has the same text
    disputed: list[StaffLabel]
    inconsistent: list[StaffLabel]

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {name: len(getattr(self, name)) for name in self.__dataclass_fields__}


def sort_labels(found: Sequence[StaffLabel]) -> Sorted:
    """Put every staff label where it belongs; none is in two places."""
    kept = Sorted([], [], [], [], [], [])
    frozen_texts = {text_key(one.text) for one in found if one.is_frozen}
    for one in found:
        if one.disputed:
            kept.disputed.append(one)
        elif not one.is_sound:
            kept.inconsistent.append(one)
        elif one.is_frozen:
            kept.frozen.append(one)
        elif text_key(one.text) in frozen_texts:
            kept.twins.append(one)
        else:
            (kept.partial if one.missing else kept.training).append(one)
    return kept


def as_row(label: StaffLabel) -> dict[str, Any]:
    """A labelled row as the gold files have it; fields nobody settled are absent."""
    row: dict[str, Any] = {
        "id": label.id,
        "text": label.text,
        **label.values,
        "known": list(label.values),
        "wrong": list(label.overrides),
        "who": list(label.who),
        "when": label.at.isoformat(),
        "model_version": label.judged.model_version if label.judged else "",
        "weight": label.weight,
    }
    return row


def write_rows(path: Path, found: Iterable[StaffLabel]) -> int:
    """Write labels as JSONL, each with its weight; the number of lines.

    Raises:
        InputError: the file cannot be written.
    """
    lines = [json.dumps(as_row(one), ensure_ascii=False) for one in found]
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    return len(lines)


def digest_of(found: Iterable[StaffLabel]) -> str:
    """Which labels these are: changes when one is added, changed or taken away."""
    told = sorted(f"{one.mention_id}:{one.version}:{sorted(one.values.items())}" for one in found)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
