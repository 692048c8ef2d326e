"""What an incident has done so far: people, reach, and money that people say they lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from otklik.store import mended
from responder.lint.figures import MONEY, figures

READ = 2000  # members whose words are read for sums, the newest first
_LEAST, _MOST = 10.0, 1e7  # a sum outside of these is a slip or a joke


@dataclass(frozen=True)
class Claimed:
    """Sums named in comments, by unit (roubles …): how much in all, and by how many people.

    Nobody has checked them: each is what a person wrote. Of one person the largest counts, once.
    """

    sums: dict[str, float]
    people: int


def claimed_by(session: Session, incident_id: int) -> Claimed:
    """What the members of an incident say it has cost them."""
    return sum_up(mended.list_words(session, incident_id, limit=READ))


def sum_up(words: Iterable[tuple[int, str]]) -> Claimed:
    """As `claimed_by`, of (author id, text)."""
    most: dict[tuple[int, str], float] = {}
    for author, text in words:
        if not any(sign.isdigit() for sign in text):
            continue
        for one in figures(text):
            if one.unit in MONEY and _LEAST <= one.value <= _MOST:
                most[author, one.unit] = max(one.value, most.get((author, one.unit), 0.0))
    sums: dict[str, float] = {}
    for (_author, unit), value in most.items():
        sums[unit] = sums.get(unit, 0.0) + value
    return Claimed(sums, len({author for author, _unit in most}))
