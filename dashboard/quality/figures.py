"""Figures of the model by decisions of staff: always of this moment, until that takes too long.

Every label there is goes into them. Where they are many, the page shows what was counted last,
says when that was, and has it counted anew beside.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from dashboard import data
from otklik import database, quality
from otklik.clock import now
from otklik.errors import OtklikError
from otklik.learning import digest_of, read_labels, sort_labels
from otklik.measured import Measured, measure_staff

USUAL_DAYS = 30
QUICK = 0.15  # seconds; what takes no longer is counted at every visit
KEPT_FOR = timedelta(minutes=2)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """What labels and approvals say, `at` that moment; `digest` of the frozen labels."""

    at: datetime
    counts: Mapping[str, int]
    digest: str
    measured: Measured
    stances: Mapping[tuple[str, str], int]  # (model, people), agreement too
    urgencies: Mapping[tuple[str, str], int]


Key = tuple[str, str, int]
_KEPT: dict[Key, tuple[Figures, float]] = {}
_COUNTING: set[Key] = set()
_LOCK = Lock()


def read(at: datetime, days: int) -> Figures:
    """The figures of the last `days`: of now, or those kept from a moment ago."""
    key = (data.settings().database_url, data.settings().brand_id, days)
    with _LOCK:
        kept, took = _KEPT.get(key, (None, 0.0))
    if kept is None or took < QUICK:
        return _keep(key, at)
    if at - kept.at >= KEPT_FOR:
        _count_beside(key)
    return kept


def _keep(key: Key, at: datetime) -> Figures:
    began = time.perf_counter()
    found = _count(at, key[2])
    with _LOCK:
        _KEPT[key] = (found, time.perf_counter() - began)
    return found


def _count_beside(key: Key) -> None:
    with _LOCK:
        if key in _COUNTING:
            return
        _COUNTING.add(key)

    def work() -> None:
        try:
            _keep(key, now())
        except (OtklikError, SQLAlchemyError) as error:
            _LOG.warning("figures of quality were not counted: %s", error)
        finally:
            with _LOCK:
                _COUNTING.discard(key)

    Thread(target=work, name="figures", daemon=True).start()


def _count(at: datetime, days: int) -> Figures:
    brand, since = data.settings().brand_id, at - timedelta(days=days)
    with database.reading(data.engine()) as session:
        said_of = read_labels(session, brand)
        measured = measure_staff(session, brand, since, labels=said_of)
    kept = sort_labels(said_of)
    confused = quality.confusion(said_of, since, ("stance", "urgency"))
    return Figures(
        at=at,
        counts=kept.counts(),
        digest=digest_of(kept.frozen),
        measured=measured,
        stances=confused["stance"],
        urgencies=confused["urgency"],
    )
