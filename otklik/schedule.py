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
from types import FrameType
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from otklik import clock
from otklik.bootstrap import open_database, open_desk
from otklik.desk import Desk, StepCount
from otklik.leader import lead
from otklik.logs import configure_logs, exit_on_error
from otklik.pipeline import STEPS
from otklik.settings import load_settings
from otklik.shadowing import shadow

log = structlog.get_logger("otklik.schedule")
Step = Callable[[Desk, int | None], StepCount]


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

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            count = self._steps[name](self._desk, None)
            if count.done or count.failed:
                log.info("step", step=name, done=count.done, failed=count.failed)
            if not count.done:
                break
            self._wake_after(name)

    def _wake_after(self, name: str) -> None:
        """The next step has something to do now, not at its next second."""
        following = self._names[self._names.index(name) + 1 :][:1]
        for step in following:
            if not self._stopping.is_set():
                try:
                    self._scheduler.modify_job(step, next_run_time=clock.now())
                except JobLookupError:
                    log.debug("not yet scheduled", step=step)


def _steps_of(desk: Desk) -> dict[str, Step]:
    """The data's way, and beside it the shadow where there is one."""
    return {**STEPS, "shadow": shadow} if desk.shadow is not None else STEPS


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
    with lead(open_database(settings)), running(open_desk(settings)):
        log.info("the steps are being woken", steps=list(STEPS))
        asked.wait()


def main() -> None:
    """The process: logs, one clear line on an error, exit code 1."""
    configure_logs()
    with exit_on_error():
        serve()


if __name__ == "__main__":
    main()
