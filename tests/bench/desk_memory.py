"""What one more person costs the desk's process."""

from __future__ import annotations

import time
from contextlib import closing

import psutil

from tests.bench.desk_visitor import Visitor
from tests.servers.desk import DeskServer

PAGES = ("", "approvals", "answered", "incidents", "promises", "measures", "system")
WARM = 3


def of_process(desk: DeskServer) -> float:
    """MiB that the desk's process holds."""
    process = desk._process
    assert process is not None
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20


def per_session(desk: DeskServer, sessions: int) -> dict[str, float]:
    """Growth by one session that has walked through its day and stays; after a warm-up."""
    for number in range(WARM):
        with closing(Visitor(desk, f"worker{number}")) as visitor:
            walk(visitor)
    began = of_process(desk)
    visitors = [Visitor(desk, f"worker{number}") for number in range(sessions)]
    for visitor in visitors:
        walk(visitor)
    time.sleep(1)
    grown = of_process(desk)
    for visitor in visitors:
        walk(visitor)
    again = of_process(desk)
    for visitor in visitors:
        visitor.close()
    return {
        "sessions": sessions,
        "mib_before": round(began, 1),
        "mib_per_session": round((grown - began) / sessions, 2),
        "mib_per_second_walk": round((again - grown) / sessions, 2),
    }


def walk(visitor: Visitor) -> None:
    """The pages of an operator and an approver, and one case."""
    for name in PAGES:
        visitor.visit(name)
    visitor.visit("")
    visitor.press("take")
