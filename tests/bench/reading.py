"""Measured in a process of its own: mentions a second from a local stand-in to the database.

``python -m tests.bench.reading URL PLATFORM ITEMS`` reads everything through the pipeline's own
collect step and prints one line of JSON: the rate, the calls made, resident memory on the way.
Limits are not waited for: what is measured is our own work.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psutil
from sqlalchemy import text

from otklik import pipeline
from otklik.bootstrap import open_desk
from otklik.database import reading
from otklik.desk import Desk
from otklik.entries import SourceSettings
from otklik.platforms import AnyPlatform, Meter, load_platform
from otklik.readings import Progress
from otklik.settings import load_settings
from tests.bench.way import bare
from tests.rigs.base import FreeMeter
from tests.rigs.reading import unhurried

CONFIG: dict[str, dict[str, Any]] = {
    "vk": {"owner_id": -1, "user_token": "env:OTKLIK_SECRET_BENCH", "watch": ["wall"]},
    "x": {
        "username": "romashka",
        "user_id": "700700",
        "bearer_token": "env:OTKLIK_SECRET_BENCH",
        "monthly_budget": 1_000_000_000,
    },
    "reviews": {"start_urls": ["/product/kettle"], "max_pages": 10**6, "max_thread_pages": 10**6},
}


def main(url: str, name: str, items: int) -> None:
    """Measure one platform."""
    os.environ["OTKLIK_SECRET_BENCH"] = "bench"
    fake = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.endless", str(items)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert fake.stdin is not None
    assert fake.stdout is not None
    port = int(fake.stdout.readline())
    meter = FreeMeter()
    root = os.getcwd()  # noqa: PTH109 — gone back to, as the fake's module lies there
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        desk = make_desk(url, name, port, items, meter)
        report = measure(desk, items)
        os.chdir(root)
    fake.stdin.close()
    fake.wait()
    print(json.dumps({**report, "calls": meter.turns.total()}))  # noqa: T201


def make_desk(url: str, name: str, port: int, items: int, meter: Meter) -> Desk:
    """A desk with one source; its platform waits for no limit."""
    source = {
        "name": "bench",
        "platform": name,
        "base_url": f"http://127.0.0.1:{port}",
        "allow_private_hosts": True,
        "min_interval": 0,
        **CONFIG[name],
    }
    if name == "vk":
        source["watch_posts"] = min(700, -(-items // 1000) + 1)
    desk = open_desk(load_settings(database_url=url, sources=[SourceSettings(**source)]))
    return _replaced(desk, name, unhurried(load_platform(name), meter))


def _replaced(desk: Desk, name: str, kind: type[AnyPlatform]) -> Desk:
    return replace(desk, platforms={**desk.platforms, name: kind})


def measure(desk: Desk, items: int) -> dict[str, Any]:
    """Read everything once."""
    memory: list[tuple[int, float, float]] = []
    start = time.perf_counter()
    count = pipeline.collect(desk, "bench", _watching(memory))
    took = time.perf_counter() - start
    if count.failed:
        raise SystemExit("the reading failed: see the log above")
    with reading(desk.engine) as db:
        stored = db.connection().execute(text("SELECT count(*) FROM mention")).scalar_one()
        theirs = (
            db.connection()
            .execute(text("SELECT count(*) FROM mention WHERE NOT is_ours"))
            .scalar_one()
        )
    if theirs != items:
        raise SystemExit(f"{theirs} of {items} mentions are there")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "items": items,
        "rate": stored / took,
        "bare": min(stored, 50_000) / _timed(lambda: bare(desk.engine)) if stored <= 50_000 else 0,
        "peak_mb": peak,
        "memory_mb": [[seen, round(own), round(child)] for seen, own, child in memory],
    }


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _watching(memory: list[tuple[int, float, float]]) -> Progress:
    """Resident memory of this process and of its crawler, about twenty times on the way."""
    process, marks = psutil.Process(), [time.monotonic()]

    def progress(_: float | None, seen: int) -> None:
        if time.monotonic() < marks[0]:
            return
        marks[0] = time.monotonic() + max(1.0, 0.1 * len(memory))
        children = [
            child.memory_info().rss
            for child in process.children(recursive=True)
            if "scrapy" in " ".join(child.cmdline())
        ]
        memory.append((seen, process.memory_info().rss / 2**20, sum(children) / 2**20))

    return progress


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
