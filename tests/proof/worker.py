"""One of several processes on one database: ``python -m tests.proof.worker``, a job on stdin."""

from __future__ import annotations

import json
import sys

import stamina
import structlog

from classifier.model import Classifier
from tests.proof.zygote import OffsetClock, make_desk, work


def main() -> None:
    """Say `ready`, wait for the job, work until nothing is left, say `done`."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stamina.set_testing(True, attempts=3)
    judge = Classifier.load()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    job = json.loads(sys.stdin.readline())
    now = OffsetClock(0)
    desk = make_desk(job["url"], job["source"], now, judge)
    work(desk, now, at_most=job["approvals"], pause=0.0)
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
