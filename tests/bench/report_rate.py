"""`python -m tests.bench.report_rate URL`: how long a first look at each report takes.

The database is one that `tests.bench.desk_rows` has filled. Wall clock and the CPU of this
process (with SQLite: all of it) are printed, the best of three.
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import database, wellness
from otklik.clock import now
from otklik.reports import events, service, staffing, volume
from otklik.reports.daily import count_days
from otklik.reports.periods import Period
from otklik.store import report_counts
from otklik.store.report_counts import Narrowing
from tests.dashboard.seed import BRAND

ZONE = ZoneInfo("Europe/Moscow")
TRIES = 3
Part = Callable[[Session], object]


def parts(length: int, wanted: Narrowing) -> dict[str, Part]:
    """Every figure that the page of reports asks for, by name."""
    at = now()
    period = Period.of(length, at, ZONE)
    day = staffing.tomorrow(at, ZONE)
    return {
        "choices": lambda s: [
            report_counts.count_by(s, BRAND, [period.whole], by) for by in ("platform", "zone")
        ],
        **{
            f"volume by {by}": partial(
                volume.read_volume, brand_id=BRAND, period=period, by=by, wanted=wanted
            )
            for by in volume.By
        },
        "reasons": lambda s: volume.read_reasons(s, BRAND, period, wanted),
        "before and after": lambda s: events.read_before_after(
            s, BRAND, at - timedelta(days=length), at, ZONE, length=length, wanted=wanted
        ),
        "replies": lambda s: service.read_service(s, BRAND, period, "zone", wanted),
        "effect": lambda s: service.read_reply_effect(s, BRAND, period, wanted),
        "staffing": lambda s: staffing.read_plan(s, BRAND, day, now=at, zone=ZONE),
        "people": lambda s: wellness.exposure(s, BRAND, *period.whole),
    }


def _count(engine: Engine) -> None:
    began, done = time.perf_counter(), 0
    while counted := count_days(engine, BRAND, ZONE, now()):
        done += counted
    print(f"{done} days counted in {time.perf_counter() - began:.1f} s")


def main() -> None:
    """Time the parts and print a table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url")
    asked.add_argument("--days", type=int, default=28)
    asked.add_argument("--count", action="store_true", help="count the days that are over first")
    asked.add_argument("--zone", default="", help="narrow to this zone")
    given = asked.parse_args()
    engine = database.make_engine(given.url)
    if given.count:
        _count(engine)
    wanted = Narrowing(zones=(given.zone,)) if given.zone else Narrowing()
    for name, read in parts(given.days, wanted).items():
        found = []
        for _ in range(TRIES):
            wall, spent = time.perf_counter(), time.process_time()
            with database.reading(engine) as session:
                read(session)
            found.append((time.perf_counter() - wall, time.process_time() - spent))
        wall, spent = min(found)
        shown = "{:20} {:7.0f} ms, {:6.0f} ms CPU, worst {:6.0f}"
        print(shown.format(name, 1000 * wall, 1000 * spent, 1000 * max(found)[0]))


if __name__ == "__main__":
    main()
