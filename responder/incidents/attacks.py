"""What speaks for an attack, computed from the members of an incident; and whom it spares.

First version, on what grouping gives today: `Incident.evidence` is where better statistics put
their figures under the same names, and then they are shown instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from otklik.enums import Claim, Stance
from otklik.models import Incident, Mention
from otklik.store import judgements, members
from responder.incidents.grouping import NEAR_COPY, telling_words

SAMPLE = 100  # the newest members are compared with each other
YOUNG = timedelta(days=30)
TIGHT = timedelta(minutes=30)
# shares from which on the signs are called mostly
MOSTLY, SELDOM, LEAST = 0.5, 0.3, 3


@dataclass(frozen=True)
class Evidence:
    """Shares of 0 to 1 over `sample` mentions; None where no platform tells.

    Attributes:
        haters: of those that were judged.
        copies: that are nearly the same as another one.
        claims: with a concrete case.
        tight: within the busiest half hour.
        young: accounts registered within 30 days before, of those whose age is known.
        empty: accounts without name and followers.
    """

    sample: int = 0
    haters: float = 0.0
    copies: float = 0.0
    claims: float = 0.0
    tight: float = 0.0
    young: float | None = None
    empty: float | None = None

    @property
    def looks_like_attack(self) -> bool:
        """Mostly haters, mostly copies, seldom a case."""
        return (
            self.sample >= LEAST
            and self.haters >= MOSTLY
            and self.copies >= MOSTLY
            and self.claims < SELDOM
        )

    def as_row(self) -> dict[str, float | int | None]:
        """As `Incident.evidence` keeps it."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, float | None]) -> "Evidence":
        """What was kept; unknown names are left out."""
        known: dict[str, Any] = {
            name: row[name] for name in cls.__dataclass_fields__ if name in row
        }
        return cls(**known)


def evidence_of(session: Session, incident: Incident) -> Evidence:
    """What speaks for an attack: as kept on the incident, else computed from its newest members."""
    if incident.evidence:
        return Evidence.from_row(incident.evidence)
    number = incident.id or 0
    newest = members.list_newest_members(session, number, SAMPLE)
    verdicts = judgements.list_verdicts(session, newest)
    signs = members.count_account_signs(session, number, incident.first_at - YOUNG)
    claims = sum(found.claim is Claim.CONCRETE for found in verdicts.values())
    judged = [one for one in newest if one.stance is not None]
    return Evidence(
        sample=len(newest),
        haters=_share(sum(one.stance is Stance.HATER for one in judged), len(judged)),
        copies=_share(count_copies([one.text for one in newest]), len(newest)),
        claims=_share(claims, len(verdicts)),
        tight=_share(_busiest(newest), len(newest)),
        young=_share(signs.young, signs.dated) if signs.dated else None,
        empty=_share(signs.empty, signs.people) if signs.people else None,
    )


def spared(session: Session, incident: Incident) -> list[int]:
    """Members with a case: whatever is done in bulk against an attack leaves them out."""
    found = members.list_member_ids_with(session, incident.id or 0, members.WITH_A_CASE)
    return sorted(found)


def count_copies(texts: Sequence[str]) -> int:
    """How many texts are nearly the same as another one of them: most telling words shared."""
    words = [telling_words(text) for text in texts]
    copies = 0
    for place, mine in enumerate(words):
        others = (theirs for at, theirs in enumerate(words) if at != place)
        copies += any(_alike(mine, theirs) for theirs in others)
    return copies


def _alike(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    fewer, more = sorted((len(mine), len(theirs)))
    if not fewer or fewer < NEAR_COPY * more:
        return False
    return len(mine & theirs) >= NEAR_COPY * len(mine | theirs)


def _busiest(rows: Sequence[Mention]) -> int:
    times = sorted(one.waiting_since for one in rows)
    most = start = 0
    for end, moment in enumerate(times):
        while moment - times[start] > TIGHT:
            start += 1
        most = max(most, end - start + 1)
    return most


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
