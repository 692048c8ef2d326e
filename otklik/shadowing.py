"""A second model judges beside the serving one: nothing waits for it, nothing follows from it.

What was judged already is judged again, the newest first and never more than the newest
`shadow_backlog`; no transaction is open meanwhile. What gets no answer is tried again later.
"""

from __future__ import annotations

import structlog

from otklik.database import reading, session
from otklik.desk import Desk, StepCount
from otklik.errors import OtklikError
from otklik.store import shadow as rows

log = structlog.get_logger("otklik.shadow")


def shadow(desk: Desk, limit: int | None = None) -> StepCount:
    """Let the shadow judge what waits for it, one batch; counts what it judged and what not.

    Its errors are logged and counted, and go no further.
    """
    judge = desk.shadow
    if judge is None or desk.stopping.is_set():
        return StepCount(0, 0)
    with reading(desk.engine) as db:
        waiting = rows.list_unshadowed(
            db, desk.brand_id, judge.version, desk.settings.shadow_backlog
        )
    batch = waiting[: min(limit or judge.batch, judge.batch)]
    if not batch:
        return StepCount(0, 0)
    try:
        attempts = judge.attempt([one.text for one in batch])
    except OtklikError as error:
        log.warning("the shadow failed", error=str(error))
        return StepCount(0, len(batch))
    found = [(one, done) for one, done in zip(batch, attempts, strict=True) if done is not None]
    with session(desk.engine) as db:
        saved = rows.save_shadow(db, desk.brand_id, found, desk.now())
    return StepCount(saved, len(batch) - len(found))
