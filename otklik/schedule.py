"""The clock of one machine: APScheduler wakes the steps of the pipeline; they know nothing of it.

`python -m otklik.schedule` is the process that `otklik run` starts beside the dashboard. The
truth about what is due stands in the database; a job only wakes its step, which works on until
nothing is left, and a wake-up that was missed is made good by the next one.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from otklik import clock
from otklik.allocator import keep_memory_flat
from otklik.bootstrap import open_database, open_desk
from otklik.desk import Desk, StepCount
from otklik.heart import Heart, beating, serving
from otklik.leader import lead
from otklik.logs import configure_logs, exit_on_error
from otklik.pipeline import STEPS
from otklik.pulse import IDLE
from otklik.reports.daily import REST, count_days
from otklik.reports.sending import send_due
from otklik.settings import load_settings
from otklik.shadowing import shadow

log = structlog.get_logger("otklik.schedule")
Step = Callable[[Desk, int | None], StepCount]
# whoever has to be woken does not wait for the steps between
RAISES = {"group": ("alert",), "decide": ("alert",)}


class Schedule:
    """One job for each step, woken every `step_interval` seconds, never twice at once.

    Args:
        steps: what to wake, in the order of the data's way.
    """

    def __init__(self, desk: Desk, steps: dict[str, Step] | None = None) -> None:
        self._desk = desk
        self._steps = dict(_steps_of(desk) if steps is None else steps)
        self._names = list(self._steps)
        self._stopping = desk.stopping
        self._busy: dict[str, datetime] = {}
        self._worked_at = clock.now()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": {"type": "threadpool", "max_workers": len(self._steps)}},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_note_error, EVENT_JOB_ERROR)
        # skipping a wake-up while the step still works is how it is meant to be
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def start(self) -> None:
        """Begin to wake the steps, at once for the first time."""
        self._stopping.clear()
        for name in self._names:
            self._scheduler.add_job(
                self._work,
                "interval",
                seconds=self._desk.settings.step_interval,
                args=(name,),
                id=name,
                next_run_time=clock.now(),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let what is being worked on come to its commit; begin nothing new."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def busy(self) -> dict[str, datetime]:
        """Since when each step has been at what it is at; `IDLE`: since when none was woken."""
        found = dict(self._busy)
        asleep = clock.now() - self._worked_at > 3 * timedelta(
            seconds=self._desk.settings.step_interval
        )
        return found if found or not asleep else {IDLE: self._worked_at}

    def _once(self, name: str) -> StepCount:
        self._busy[name] = clock.now()
        try:
            return self._steps[name](self._desk, None)
        finally:
            self._worked_at = clock.now()
            self._busy.pop(name, None)

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            count = self._once(name)
            if count.done or count.failed:
                log.info("step", step=name, done=count.done, failed=count.failed)
            if not count.done:
                break
            self._wake_after(name)

    def _wake_after(self, name: str) -> None:
        """The next step has something to do now, not at its next second."""
        following = self._names[self._names.index(name) + 1 :][:1]
        for step in (*following, *RAISES.get(name, ())):
            if not self._stopping.is_set():
                try:
                    self._scheduler.modify_job(step, next_run_time=clock.now())
                except JobLookupError:
                    log.debug("not yet scheduled", step=step)


def _steps_of(desk: Desk) -> dict[str, Step]:
    """The data's way, and beside it the days of reports, the shadow and the weekly report."""
    shadowing: dict[str, Step] = {"shadow": shadow} if desk.shadow is not None else {}
    reporting: dict[str, Step] = {"weekly": _weekly} if desk.settings.reports else {}
    return {**STEPS, "count days": _counting(), **shadowing, **reporting}


def _counting() -> Step:
    """Counts days for reports; once nothing is due it looks again after a minute only."""
    next_at: list[datetime] = []

    def count(desk: Desk, _limit: int | None) -> StepCount:
        at = desk.now()
        if next_at and at < next_at[0]:
            return StepCount(0, 0)
        zone = ZoneInfo(desk.settings.timezone)
        done = count_days(desk.engine, desk.settings.brand_id, zone, at)
        next_at[:] = [] if done else [at + REST]
        return StepCount(done, 0)

    return count


def _weekly(desk: Desk, _limit: int | None) -> StepCount:
    sent = send_due(desk.engine, desk.settings, desk.now())
    return StepCount(int(sent == 1), int(sent == 0))


def _note_error(event: JobExecutionEvent) -> None:
    log.error("step failed", step=event.job_id, error=repr(event.exception), exc_info=_info(event))


def _info(event: JobExecutionEvent) -> Any:
    error = event.exception
    return (type(error), error, error.__traceback__)


@contextmanager
def running(desk: Desk, steps: dict[str, Step] | None = None) -> Iterator[Schedule]:
    """A schedule that runs while the block does."""
    schedule = Schedule(desk, steps)
    schedule.start()
    try:
        yield schedule
    finally:
        schedule.stop()


def serve() -> None:
    """Wake the steps until SIGINT or SIGTERM.

    Raises:
        OtklikError: the desk cannot be opened, or another process leads.
    """
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    settings = load_settings()
    with lead(open_database(settings)):
        desk = open_desk(settings)
        with running(desk) as schedule:
            heart = Heart(desk.engine, desk.settings, desk.owner, schedule.busy, desk.now)
            with serving(heart, settings.heartbeat.place()), beating(heart):
                log.info("the steps are being woken", steps=list(STEPS))
                asked.wait()


def main() -> None:
    """The process: logs, one clear line on an error, exit code 1."""
    configure_logs()
    keep_memory_flat()
    with exit_on_error():
        serve()


if __name__ == "__main__":
    main()
