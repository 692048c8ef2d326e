"""A warm process that forks one reading process per job: ``python -m tests.proof.reader``.

A job names a database, a source on a rig, and perhaps the commit at which the child kills
itself; the rig may kill it too, in the middle of a call.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

import stamina
import structlog

from otklik import pipeline
from otklik.desk import Desk
from otklik.platforms import discover
from otklik.settings import Settings, SourceSettings
from responder.drafting import DeterministicWriter
from responder.knowledge_file import shipped_knowledge
from responder.policy_file import shipped_policy
from tests.fakes import RuleJudge
from tests.proof.boundaries import Boundary, Watch
from tests.proof.zygote import OffsetClock, warm_engine
from tests.rigs.reading import unhurried

POLICY, KNOWLEDGE = shipped_policy(), shipped_knowledge()
PLATFORMS = discover()
UNHURRIED = {name: unhurried(kind) for name, kind in PLATFORMS.items()}


def make_desk(job: dict[str, Any]) -> Desk:
    """A desk that reads one source and does nothing else; it may wait for the limits or not."""
    settings = Settings(sources=[SourceSettings(**job["source"])])
    return Desk(
        settings=settings,
        engine=warm_engine(job["url"]),
        platforms=PLATFORMS if job["is_limited"] else UNHURRIED,
        classifier=RuleJudge(),
        policy=POLICY,
        knowledge=KNOWLEDGE,
        writer=DeterministicWriter(KNOWLEDGE),
        channels={},
        now=OffsetClock(job["offset"]),
    )


def _child(job: dict[str, Any], pipe: int) -> None:
    target = Boundary(*job["target"]) if job["target"] else None
    Watch(pipe, target, {}).start()
    desk = make_desk(job)
    count = pipeline.collect(desk, job["source"]["name"])
    if count.failed:
        raise RuntimeError("the reading failed; its error stands at the source")


def _fork(job: dict[str, Any]) -> dict[str, Any]:
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.close(readable)
            _child(job, writable)
            code = 0
        except BaseException:  # noqa: BLE001 — the parent learns it from the exit status
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writable)
    _say({"pid": pid})
    with os.fdopen(readable, encoding="utf-8") as lines:
        passed = lines.read().split("\n")[:-1]
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "passed": passed}


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve jobs until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stamina.set_testing(True, attempts=3)
    _say({"ready": True})
    for line in sys.stdin:
        _say(_fork(json.loads(line)))


if __name__ == "__main__":
    main()
