"""What a soak feeds the desk with: a Telegram group in which people write all the time."""

from __future__ import annotations

import csv
import gzip
import json
import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.rigs.base import Request, Response
from tests.rigs.telegram import TelegramRig

PEOPLE = 4000
FILES = {
    "company_sentiment_ru.csv.gz": 6,
    "airline_en.csv.gz": 2,
    "restaurant_aspects_ru.csv.gz": 1,
}


class BusyGroup(TelegramRig):
    """The stand-in of the contract tests, with pages as long as Telegram's own."""

    page_size = 100

    def serve(self, request: Request) -> Response:
        """Answer; of an hour of calls only the last one is kept."""
        self.requests.clear()
        return super().serve(request)


def read_texts(shared: Path) -> list[str]:
    """Real comments, most of them Russian: tweets about companies, restaurants, airlines."""
    texts: list[str] = []
    for name, share in FILES.items():
        with gzip.open(shared / "data" / name, "rt", encoding="utf-8", newline="") as lines:
            found = [row["text"].strip() for row in csv.DictReader(lines)]
        texts += [text for text in found if text][: 1000 * share]
    with (shared / "gold" / "dev.jsonl").open(encoding="utf-8") as rows:
        texts += [json.loads(row)["text"] for row in rows]
    return texts


class Feed:
    """Writes into the group at an even rate from a thread of its own.

    Attributes:
        offered: when each comment could first be fetched, seconds since the epoch, by its id.
    """

    def __init__(self, group: BusyGroup, texts: list[str], rate: float, seed: int = 1) -> None:
        self.offered: dict[str, float] = {}
        self._group, self._texts, self._rate = group, texts, rate
        self._rng = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def _moments(self) -> Iterator[float]:
        due = time.monotonic()
        while not self._over.is_set():
            yield due
            due += 1 / self._rate

    def _write(self) -> None:
        for due in self._moments():
            if self._over.wait(max(0.0, due - time.monotonic())):
                return
            # some people write often, most of them once
            who = int(PEOPLE * self._rng.random() ** 3)
            text = self._rng.choice(self._texts)
            at = datetime.now(UTC)
            external_id = self._group.write(text, author=f"Гость {who}", at=at)
            self.offered[external_id] = time.time()

    def __enter__(self) -> Feed:
        self._group.post()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Nobody writes any more."""
        self._over.set()
        self._thread.join(timeout=10)

    def __exit__(self, *_: object) -> None:
        self.stop()


def source_of(group: BusyGroup) -> dict[str, Any]:
    """The group as a source of `otklik.toml`, read once a second."""
    config = group.settings(min_interval=0) | {"token": "env:OTKLIK_SECRET_GROUP"}
    pace = {"interval": 1, "fastest": 1, "slowest": 1}
    return {"name": "group", "platform": "telegram", **pace, **config}
