"""A policy tried on history without anybody waiting: bounded, with progress, the result kept."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import clock, database
from otklik.enums import RehearsalState, Role
from otklik.errors import OtklikError, StaleText
from otklik.models import Person, Rehearsal
from otklik.people import require
from otklik.store import proposals
from responder.policy.replaying import replay
from responder.policy.values import Policy

MOST = 20_000  # mentions of one rehearsal, the newest
EXAMPLES = 5
BATCH = 250  # small enough: other people's pages are drawn between two of them
SILENT = timedelta(seconds=60)  # without a sign of life for so long it has broken off
_BREATH = 0.005  # seconds left to others after each batch


def start(
    session: Session, *, person: Person, policy: Policy, days: int, at: datetime
) -> Rehearsal:
    """Write down that this policy is to be tried on so many days; `run` does it.

    Raises:
        StaleText: another rehearsal is running. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    brand = person.brand_id
    if proposals.list_running(session, brand, at - SILENT):
        raise StaleText("another rehearsal is running: wait for it")
    row = proposals.find_rehearsal(session, brand, policy.digest, days) or Rehearsal(
        brand_id=brand,
        digest=policy.digest,
        days=days,
        state=RehearsalState.RUNNING,
        asked_by_id=person.id or 0,
        started_at=at,
        updated_at=at,
    )
    row.state, row.done, row.total, row.result, row.error = RehearsalState.RUNNING, 0, 0, {}, ""
    row.asked_by_id, row.started_at, row.updated_at = person.id or 0, at, at
    return proposals.save_rehearsal(session, row)


def run(
    engine: Engine, rehearsal: Rehearsal, policy: Policy, zone: tzinfo, *, most: int = MOST
) -> None:
    """Decide again what was decided, and keep what came of it; a fault is kept, too."""
    number = rehearsal.id or 0
    try:
        found = _try(engine, rehearsal, policy, zone, most)
        values: dict[str, Any] = {"state": RehearsalState.DONE, "result": found}
    except OtklikError as error:
        values = {"state": RehearsalState.FAILED, "error": str(error)[:500]}
    with database.session(engine) as session:
        proposals.save_progress(session, number, {**values, "updated_at": clock.now()})


def _try(
    engine: Engine, rehearsal: Rehearsal, policy: Policy, zone: tzinfo, most: int
) -> dict[str, Any]:
    since = rehearsal.started_at - timedelta(days=rehearsal.days)
    begun = time.perf_counter()
    with database.reading(engine) as session:
        brand = rehearsal.brand_id
        after = proposals.get_rehearsal_start(session, brand, since, most)
        total = proposals.count_decisions_after(session, brand, after)

        def tell(done: int) -> None:
            _tell(engine, rehearsal.id or 0, done, total)

        tell(0)
        found = replay(
            session,
            brand,
            policy,
            since=since,
            zone=zone,
            examples=EXAMPLES,
            progress=tell,
            after=after,
            size=BATCH,
        )
    seconds = round(time.perf_counter() - begun, 2)
    return {**found.as_json(), "is_cut": total >= most, "seconds": seconds}


def _tell(engine: Engine, number: int, done: int, total: int) -> None:
    with database.session(engine) as session:
        values = {"done": done, "total": total, "updated_at": clock.now()}
        proposals.save_progress(session, number, values)
    time.sleep(_BREATH)


def is_broken_off(row: Rehearsal, at: datetime) -> bool:
    """Whether it runs by what is written, and nothing was heard of it for too long."""
    return row.state is RehearsalState.RUNNING and row.updated_at < at - SILENT
