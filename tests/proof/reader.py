"""A warm process that forks one reading process per job: ``python -m tests.proof.reader``.

A job names a database, a source on a rig, and perhaps the commit at which the child kills
itself; the rig may kill it too, in the middle of a call.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import Any

import stamina
import structlog

from otklik import pipeline
from otklik.desk import Desk
from otklik.entries import SourceSettings
from otklik.knowing import FixedKnowledge
from otklik.platforms import discover
from otklik.policies import Fixed
from otklik.settings import Settings
from responder.drafting import DeterministicWriter
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import RuleJudge
from tests.proof.boundaries import Boundary, Watch
from tests.proof.zygote import OffsetClock, fork, say, warm_engine
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
        policies=Fixed(POLICY),
        known=FixedKnowledge(KNOWLEDGE),
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


def main() -> None:
    """Serve jobs until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stamina.set_testing(True, attempts=3)
    say({"ready": True})
    for line in sys.stdin:
        say(fork(partial(_child, json.loads(line))))


if __name__ == "__main__":
    main()
