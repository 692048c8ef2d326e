"""Measured in a process of its own: how many comments a second the classifier judges."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from classifier.corpus import load_gold
from classifier.model import Classifier

SINGLES = 500
BATCH = 200


def main(shared: Path) -> None:
    """Print one line of JSON: comments/s in batches, milliseconds for one, seconds to load."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    start = time.perf_counter()
    model = Classifier.load()
    load = time.perf_counter() - start
    texts = [row.text for row in load_gold(shared / "gold" / "dev.jsonl")]
    model.judge(texts[:BATCH])
    start = time.perf_counter()
    for first in range(0, len(texts), BATCH):
        model.judge(texts[first : first + BATCH])
    batch = len(texts) / (time.perf_counter() - start)
    singles = sorted(_one(model, text) for text in texts[:SINGLES])
    result = {
        "batch": batch,
        "p50": singles[SINGLES // 2],
        "p99": singles[SINGLES * 99 // 100],
        "load": load,
    }
    print(json.dumps(result))  # noqa: T201


def _one(model: Classifier, text: str) -> float:
    start = time.perf_counter()
    model.judge([text])
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[2]))
