"""`python -m tests.bench.search_rate URL`: how long a search takes, by how frequent the word is.

The database is one that `tests.bench.desk_rows` has filled: every text holds "заказ".
"""

# ruff: noqa: T201
from __future__ import annotations

import argparse
import time

from otklik import database
from otklik.enums import MentionState
from otklik.store import queue
from otklik.store.queue_filter import DONE, WAITING, QueueFilter
from otklik.store.search import search_mentions
from tests.dashboard.seed import BRAND

WORDS = ("заказ", "спасибо", "заказ 999", "нетакогослова")
TRIES = 3


def main() -> None:
    """Time a page of the queue, one of what is done, and the newest, for each word."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url")
    engine = database.make_engine(asked.parse_args().url)
    for words in WORDS:
        waits, done = (QueueFilter(states=one, words=words) for one in (WAITING, DONE))
        held = QueueFilter(states=(MentionState.HELD,), words=words)
        for name, read in {
            "queue": lambda s, one=waits: queue.list_queue(s, BRAND, one),
            "held": lambda s, one=held: queue.list_queue(s, BRAND, one),
            "done": lambda s, one=done: queue.list_done(s, BRAND, one),
            "newest": lambda s, one=words: search_mentions(s, BRAND, one),
        }.items():
            took = []
            for _ in range(TRIES):
                wall, spent = time.perf_counter(), time.process_time()
                with database.reading(engine) as session:
                    read(session)  # type: ignore[no-untyped-call]
                took.append((time.perf_counter() - wall, time.process_time() - spent))
            wall, spent = min(took)
            print(f"{words:14} {name:7} {1000 * wall:6.0f} ms, {1000 * spent:5.0f} ms CPU")


if __name__ == "__main__":
    main()
