"""Grouping held against public texts: ``python -m tests.bench.grouping_public``.

Two truths that others' labels give: *one statement in other words* (detox pairs: a rude text and
its rewritings are one) and *one message passed on* (negative tweets about companies: texts that
begin with the same fifty letters, handles and links aside, are one; cut at different places).
Each text is a mention of its own person, in an order drawn once, a minute apart. B-cubed over all
of them, those that stand alone included; the last line is the same as JSON. No threshold was
chosen on these texts.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifier.corpus import read_csv
from otklik.enums import Topic
from otklik.language import vectors
from responder.incidents import near_copies
from responder.incidents.shelf import Shelf
from responder.incidents.story import Story, said_in
from tests.conftest import SHARED

START = datetime(2026, 11, 1, tzinfo=UTC)
AT_MOST = 1800  # mentions; a shelf keeps 2,000
_BESIDE = re.compile(r"https?:\S+|@\w+|\brt\b|[^a-zа-яё ]")
_SAME_LETTERS = 50
_WINDOW, _ENOUGH = 300, 0.22  # of the way by words in common, as the first version had it

Labelled = list[tuple[str, str]]  # (which story, text)
Way = Callable[[Sequence[Story]], list[int]]


def rewritten(folder: Path, rng: random.Random) -> Labelled:
    """Rude texts with at least two calm rewritings, Russian and English."""
    found: dict[str, set[str]] = defaultdict(set)
    rows = read_csv(folder / "detox_pairs.csv.gz")  # a rude one, then its calm one
    for rude, calm in zip(rows, rows, strict=True):
        found[rude["text"]].add(calm["text"])
    groups = [[rude, *sorted(rest)] for rude, rest in found.items() if len(rest) > 1]
    rng.shuffle(groups)
    return _first((str(number), group) for number, group in enumerate(groups))


def passed_on(folder: Path, rng: random.Random) -> Labelled:
    """Negative tweets that stand more than once, and as many that stand once."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_csv(folder / "company_sentiment_ru.csv.gz"):
        letters = "".join(_BESIDE.sub(" ", row["text"].lower()).split())
        if row["label"] == "-1" and len(letters) >= _SAME_LETTERS:
            found[letters[:_SAME_LETTERS]].add(row["text"])
    groups = sorted(found.items())
    rng.shuffle(groups)
    several = [(key, sorted(texts)) for key, texts in groups if len(texts) > 1]
    alone = [(key, sorted(texts)) for key, texts in groups if len(texts) == 1]
    return _first([one for pair in zip(several, alone, strict=False) for one in pair])


def _first(groups: Iterable[tuple[str, list[str]]]) -> Labelled:
    rows: Labelled = []
    for name, texts in groups:
        rows += [(name, text) for text in texts]
        if len(rows) >= AT_MOST:
            break
    return rows


def stories(rows: Labelled) -> list[Story]:
    """The texts as grouping sees them."""
    meanings = vectors.vectors([text for _, text in rows])
    found = []
    for number, (_, text) in enumerate(rows):
        signature = near_copies.signature(text)
        story = Story(
            mention_id=number,
            author_id=number,
            at=START + timedelta(minutes=number),
            topic=Topic.NONE,
            named=frozenset(),
            words=said_in(text),
            signature=signature,
            bands=tuple(near_copies.bands(signature)),
            meaning=None if meanings is None else meanings[number],
        )
        found.append(story)
    return found


def by_storylines(ones: Sequence[Story]) -> list[int]:
    """As the desk does it."""
    shelf = Shelf()
    for story in ones:
        shelf.add(story)
    return [shelf.place[story.mention_id].key for story in ones]


def without_vectors(ones: Sequence[Story]) -> list[int]:
    """As a desk does it that has no sentence vectors."""
    return by_storylines([replace(story, meaning=None) for story in ones])


def by_copies(ones: Sequence[Story]) -> list[int]:
    """MinHash alone: with the newest near-copy, or by itself."""
    labels: list[int] = []
    by_band: dict[int, list[int]] = defaultdict(list)
    for number, story in enumerate(ones):
        near = {other for band in story.bands for other in by_band[band]}
        like = (one for one in sorted(near, reverse=True) if _is_copy(story, ones[one]))
        other = next(like, None)
        labels.append(number if other is None else labels[other])
        for band in story.bands:
            by_band[band].append(number)
    return labels


def _is_copy(one: Story, other: Story) -> bool:
    return near_copies.are_near(one.signature, other.signature)


def by_words(ones: Sequence[Story]) -> list[int]:
    """Words in common, the rare ones telling more, among the newest 300: the first version."""
    counts, labels = Counter[str](), list[int]()
    for number, story in enumerate(ones):
        low = max(0, number - _WINDOW)
        all_told = number - low + 1
        likes = [
            (_in_common(story, ones[one], counts, all_told), one) for one in range(low, number)
        ]
        best, other = max(likes, default=(0.0, -1))
        labels.append(labels[other] if best >= _ENOUGH else number)
        counts.update(story.words)
        counts.subtract(ones[low].words if low else ())
    return labels


def _in_common(one: Story, other: Story, counts: Counter[str], all_told: int) -> float:
    def told(words: Iterable[str]) -> float:
        return sum(math.log1p(all_told / (1 + counts[word])) for word in words)

    shared = one.words & other.words
    return told(shared) / told(one.words | other.words) if shared else 0.0


def b_cubed(truth: Sequence[str], labels: Sequence[int]) -> tuple[float, float]:
    """Precision and recall: of what stands with a mention, and of what should."""
    both = Counter(zip(truth, labels, strict=True))
    of, at = Counter(truth), Counter(labels)
    precision = sum(count * count / at[label] for (_, label), count in both.items())
    recall = sum(count * count / of[one] for (one, _), count in both.items())
    return precision / len(truth), recall / len(truth)


WAYS: dict[str, Way] = {
    "near-copies alone": by_copies,
    "words in common": by_words,
    "storylines, no vectors": without_vectors,
    "storylines": by_storylines,
}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name, read in (("one statement, other words", rewritten), ("passed on", passed_on)):
        rng = random.Random(options.seed)
        rows = read(SHARED / "data", rng)
        rng.shuffle(rows)
        ones, truth = stories(rows), [which for which, _ in rows]
        sys.stdout.write(f"{name}: {len(rows)} texts, {len(set(truth))} stories\n")
        found[name] = {title: b_cubed(truth, way(ones)) for title, way in WAYS.items()}
        for title, (precision, recall) in found[name].items():
            together = 2 * precision * recall / (precision + recall)
            sys.stdout.write(f"  {title}: {precision:.2f} / {recall:.2f}, F1 {together:.2f}\n")
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
