"""Measured in a process of its own: how many comments a second the classifier judges.

The mix is the labelled comments and as many texts of four public sets; the memory of words is
warmed with other texts first, as it is after the first minutes of service.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from itertools import islice
from pathlib import Path

from classifier.corpus import load_gold, read_csv
from classifier.model import Classifier
from otklik.enums import Effort

SINGLES = 500
BATCH, EACH = 200, 1500


def main(shared: Path, effort: Effort, most: int) -> None:
    """Print one line of JSON: comments/s in batches, milliseconds for one, seconds to load."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    start = time.perf_counter()
    model = Classifier.load(effort=effort)
    load = time.perf_counter() - start
    texts = mix(shared)
    warm, texts = texts[: len(texts) // 2], texts[len(texts) // 2 :][:most]
    Classifier.load(effort=Effort.FAST).judge(warm)
    model.judge(texts[:BATCH])
    slow = sum(int(model.probabilities(part).slow.sum()) for part in _parts(texts))
    start = time.perf_counter()
    for part in _parts(texts):
        model.judge(part)
    batch = len(texts) / (time.perf_counter() - start)
    singles = sorted(_one(model, text) for text in texts[-SINGLES:])
    result = {
        "batch": batch,
        "slow_share": slow / len(texts),
        "median_length": statistics.median(map(len, texts)),
        "p50": singles[len(singles) // 2],
        "p99": singles[len(singles) * 99 // 100],
        "load": load,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(result))  # noqa: T201


def mix(shared: Path) -> list[str]:
    """Labelled comments and texts of four sets, in an order drawn once."""
    texts = [row.text for row in load_gold(shared / "gold" / "dev.jsonl")]
    for stem in ("company_sentiment_ru", "toxicity_ru", "airline_en", "bank_reviews_ru"):
        rows = islice(read_csv(shared / "data" / f"{stem}.csv.gz"), EACH)
        texts += [row["text"] for row in rows]
    random.Random(1).shuffle(texts)
    return texts


def _parts(texts: list[str]) -> list[list[str]]:
    return [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]


def _one(model: Classifier, text: str) -> float:
    start = time.perf_counter()
    model.judge([text])
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main(Path(sys.argv[2]), Effort(sys.argv[3]), int(sys.argv[4]))
