"""Measured in a process of its own: the data's way over the shared files, on one database."""

from __future__ import annotations

import gzip
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, text

from otklik import pipeline
from otklik.bootstrap import open_desk
from otklik.database import reading
from otklik.desk import Desk, StepCount
from otklik.settings import load_settings
from otklik.store import mentions

FILES = ("gold/dev.jsonl", "data/company_sentiment_ru.csv.gz")


def main(url: str, shared: Path, rows: int, drafts: int) -> None:
    """Print one line of JSON: rates by stage, rows, peak memory."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        desk = open_desk(load_settings(database_url=url))
        report = measure(desk, [cut(shared / name, Path(folder), rows) for name in FILES], drafts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**report, "peak_mb": peak}))  # noqa: T201


def cut(path: Path, folder: Path, rows: int) -> Path:
    """The file, or its first `rows` lines."""
    if not rows:
        return path
    whole = path.read_bytes()
    content = gzip.decompress(whole) if path.suffix == ".gz" else whole
    target = folder / path.name.removesuffix(".gz")
    target.write_bytes(b"\n".join(content.split(b"\n")[: rows + 1]))
    return target


def measure(desk: Desk, files: list[Path], drafts: int) -> dict[str, object]:
    """Seconds by stage, as rates."""
    seconds = {"import": timed(lambda: [pipeline.import_file(desk, file) for file in files])}
    with reading(desk.engine) as db:
        rows = sum(mentions.count_states(db, desk.brand_id).values())
    for name, step in (
        ("classify", pipeline.classify),
        ("group", pipeline.group),
        ("decide", pipeline.decide),
    ):
        seconds[name] = timed(lambda step=step: until_done(desk, step))  # type: ignore[misc]
    rates = {name: rows / took for name, took in seconds.items()}
    rates["import to decision"] = rows / sum(seconds.values())
    written: list[int] = []
    took = timed(lambda: written.append(write_drafts(desk, drafts)))
    rates["draft"] = written[0] / took if written[0] else 0.0
    return {"rates": rates, "rows": rows, "bare": rows / timed(lambda: bare(desk.engine))}


def timed(work: Callable[[], object]) -> float:
    """Seconds `work` took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def until_done(desk: Desk, step: Callable[[Desk], StepCount]) -> None:
    """Run a step until it has nothing to do; a failure spoils the measurement."""
    while (count := step(desk)).done:
        if count.failed:
            raise SystemExit(f"{step.__name__} failed on {count.failed} rows")


def write_drafts(desk: Desk, wanted: int) -> int:
    """Write up to `wanted` drafts; how many there were."""
    written = 0
    while written < wanted and (count := pipeline.draft(desk)).done:
        written += count.done
    return written


def bare(engine: Engine) -> None:
    """The floor: the same texts copied into a table without a key, inside the database."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (external_id TEXT, text TEXT)"))
        found = connection.execute(text("SELECT external_id, text FROM mention")).all()
        rows = [{"external_id": row[0], "text": row[1]} for row in found]
        connection.execute(text("INSERT INTO bare VALUES (:external_id, :text)"), rows)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
