"""Mentions a second that find their storyline: ``python -m tests.bench.grouping_rate``.

Made-up stories (a Zipf of words, vectors around some hundred centres, one in ten a near-copy) go
through one shelf; its memory is told on the way. CPU seconds of one process; with vectors
computed, over the tuning texts of the scenarios. The last line is the same as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from otklik.enums import Topic
from otklik.language import vectors
from responder.incidents import near_copies
from responder.incidents.gist import WIDTH
from responder.incidents.shelf import Shelf
from responder.incidents.story import Story, said_in
from tests.scenarios.make import half

START = datetime(2026, 10, 1, tzinfo=UTC)
WORDS = [f"слово{number:x}" for number in range(20_000)]
CENTRES = 400


def made(count: int, seed: int = 1) -> Iterator[Story]:
    """So many stories, five seconds apart."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    centres = noise.normal(size=(CENTRES, WIDTH)).astype(np.float32)
    texts = [" ".join(_words(rng)) for _ in range(1000)]
    known = [near_copies.signature(text) for text in texts]
    meanings = noise.normal(size=(1000, WIDTH)).astype(np.float32) * 1.2
    for number in range(count):
        which = rng.randrange(len(texts))
        is_copy = rng.random() < 0.1
        signature = known[which] if is_copy else noise.integers(2**32, size=64, dtype=np.uint32)
        row = centres[rng.randrange(CENTRES)] + meanings[which]
        yield Story(
            mention_id=number + 1,
            author_id=rng.randrange(100_000),
            at=START + timedelta(seconds=5 * number),
            topic=Topic.QUALITY,
            named=frozenset(),
            words=frozenset(texts[which].split() if is_copy else _words(rng)),
            signature=signature,
            bands=tuple(near_copies.bands(signature)),
            meaning=row / np.linalg.norm(row),
        )


def _words(rng: random.Random) -> list[str]:
    return [WORDS[int(len(WORDS) * rng.random() ** 3)] for _ in range(12)]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--step", type=int, default=10_000, help="memory is told after so many")
    options = parser.parse_args()
    shelf, spent, memory = Shelf(), 0.0, dict[int, float]()
    for number, story in enumerate(made(options.count), 1):
        began = time.process_time()
        shelf.add(story)
        spent += time.process_time() - began
        if number % options.step == 0:
            held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            memory[number] = round(held, 1)
            _say(f"{number:>9}: {number / spent:.0f}/s, {len(shelf.lines)} lines, {held:.0f} MiB")
    _say(json.dumps({"found": options.count / spent, "memory_mib": memory, **_read()}))


def _read() -> dict[str, float]:
    """Texts a second, from the bare text: vector; words and signature."""
    texts = [text for name in ("nuts", "outage", "coffee", "insults") for text in half(name, 1)]
    vectors.vectors(["к началу"])
    began = time.process_time()
    vectors.vectors(texts)
    vectored = time.process_time() - began
    began = time.process_time()
    for text in texts:
        said_in(text)
        near_copies.bands(near_copies.signature(text))
    plain = time.process_time() - began
    rates = {"read": len(texts) / plain, "vectors": len(texts) / vectored}
    _say(f"words and copies read: {rates['read']:.0f}/s; vectors: {rates['vectors']:.0f}/s")
    return rates


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
