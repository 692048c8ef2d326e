"""What a desk made of a scenario, held against the truth that it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik.database import reading
from otklik.enums import IncidentKind
from otklik.models import Incident, Mention
from otklik.store.seen import Seen, list_seen
from responder.incidents import attacks
from tests.scenarios.make import Row, Scenario


@dataclass(frozen=True)
class Found:
    """One fault (or attack) and the incident that holds most of it.

    Attributes:
        after, minutes: mentions and minutes from its first one until it was seen; None: never.
        purity: share of the incident's mentions that are of the fault.
        completeness: share of the fault's mentions that are in the incident.
        pieces: incidents that hold some of it.
    """

    part: str
    mentions: int
    kind: str = "–"
    after: int | None = None
    minutes: float | None = None
    purity: float = 0.0
    completeness: float = 0.0
    pieces: int = 0


@dataclass(frozen=True)
class Grade:
    """One scenario with one seed.

    Attributes:
        false: incidents of its days that are about none of its faults, with their titles.
        critics_in, critics_hit: critics among an attack's mentions, and those of them whom
            what is done against it would not leave out.
    """

    scenario: str
    seed: int
    found: tuple[Found, ...]
    false: tuple[str, ...]
    days: float
    critics: int = 0
    critics_in: int = 0
    critics_hit: int = 0


def grade(
    engine: Engine, scenario: Scenario, seed: int, rows: Sequence[Row], since: datetime
) -> Grade:
    """Compare what stands in the database with the truth of `rows`."""
    with reading(engine) as db:
        inside = dict(
            db.exec(
                select(Mention.external_id, Mention.incident_id).where(
                    col(Mention.incident_id).is_not(None)
                )
            ).all()
        )
        seen = {one.id: one for one in list_seen(db, "default")}
        attacked = db.exec(select(Incident).where(Incident.kind == IncidentKind.ATTACK)).all()
        spared = {number for one in attacked for number in attacks.spared(db, one)}
        ids = {
            external_id: number
            for number, external_id in db.exec(select(Mention.id, Mention.external_id))
        }
    truth = {row.id: row for row in rows}
    parts = {
        number: Counter(truth[key].part for key, held in inside.items() if held == number)
        for number in seen
    }
    critics = [row.id for row in rows if row.part == "critic"]
    kinds = {number: one.kind for number, one in seen.items()}
    caught = [key for key in critics if kinds.get(inside.get(key) or 0) is IncidentKind.ATTACK]
    return Grade(
        scenario=scenario.name,
        seed=seed,
        found=tuple(_found(part, rows, inside, seen, parts) for part in scenario.faults),
        false=tuple(
            one.title
            for number, one in seen.items()
            if one.seen_at >= since and not _is_about(parts[number], scenario.faults)
        ),
        days=scenario.days,
        critics=len(critics),
        critics_in=len(caught),
        critics_hit=sum(ids[key] not in spared for key in caught),
    )


def _is_about(parts: Counter[str], faults: Sequence[str]) -> bool:
    return sum(parts[part] for part in faults) * 2 >= parts.total() > 0


def _found(
    part: str,
    rows: Sequence[Row],
    inside: Mapping[str, int | None],
    seen: Mapping[int, Seen],
    parts: Mapping[int, Counter[str]],
) -> Found:
    own = sorted((row for row in rows if row.part == part), key=lambda row: row.at)
    held = Counter(number for row in own if (number := inside.get(row.id)) is not None)
    if not held:
        return Found(part, len(own))
    main, count = held.most_common(1)[0]
    of = [seen[number] for number in held if parts[number][part] * 2 >= parts[number].total()]
    first = min(of, key=lambda one: one.seen_at, default=None)
    return Found(
        part=part,
        mentions=len(own),
        kind=str(seen[main].kind),
        after=sum(row.at <= first.seen_at for row in own) if first else None,
        minutes=round((first.seen_at - own[0].at).total_seconds() / 60, 1) if first else None,
        purity=round(count / parts[main].total(), 3),
        completeness=round(count / len(own), 3),
        pieces=len(held),
    )
