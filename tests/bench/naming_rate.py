"""How long finding 500 names takes in a median comment: ``python -m tests.bench.naming_rate``.

Names are made of the commonest capitalised words of the comments themselves, the worst case.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import time
from collections import Counter
from pathlib import Path

from classifier.entities import Finder
from classifier.lists import parse_lists
from otklik.language.normaliser import Normalised, normalise

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("OTKLIK_SHARED", ROOT.parent / "shared"))


def finder_of(texts: list[str]) -> Finder:
    """500 names, 150 of one word and 350 of two."""
    found = Counter(word for text in texts for word in re.findall(r"[А-ЯЁ][а-яё]{3,12}", text))
    words = [word for word, _ in found.most_common(1500)]
    pick = random.Random(1).choice
    names = [pick(words) for _ in range(150)]
    names += [f"{pick(words)} {pick(words).lower()}" for _ in range(350)]
    rows = "\n".join(f"product,p{number},{name}" for number, name in enumerate(names))
    return Finder(parse_lists(f"kind,id,name\n{rows}\n", "bench").entities)


def timed(finder: Finder, read: list[Normalised]) -> list[float]:
    """Microseconds for each text."""
    times = []
    for one in read:
        began = time.perf_counter()
        finder.find(one)
        times.append((time.perf_counter() - began) * 1e6)
    return times


def main() -> None:
    """Print the table."""
    with (SHARED / "gold" / "dev.jsonl").open(encoding="utf-8") as lines:
        texts = [text for line in lines if 80 <= len(text := json.loads(line)["text"]) <= 140]
    read = [normalise(text) for text in texts]
    finder = finder_of(texts)
    cold, warm = timed(finder, read), timed(finder, read)
    for name, times in (("cold", cold), ("warm", warm)):
        print(  # noqa: T201
            f"{name}: median {statistics.median(times):.1f} us, mean {statistics.mean(times):.1f}, "
            f"p99 {sorted(times)[int(0.99 * len(times))]:.0f}, {len(times)} comments"
        )


if __name__ == "__main__":
    main()
