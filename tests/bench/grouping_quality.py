"""How well mentions are put together: ``python -m tests.bench.grouping_quality --seeds 1 2``.

Stories of all the scenarios' faults are told one after another into a background of real
complaints. B-cubed over the faults' mentions: of what stands beside a mention, how much is of
its fault (precision), of its fault, how much stands beside it (recall). The verdicts' cache of
`python -m tests.scenarios` is used. `--choose` tries other likenesses and says what they are
worth on seeds that had no part in the choice.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product

import numpy as np

from classifier.entities import Finder
from classifier.lists import load_lists
from otklik.bootstrap import open_judge
from otklik.enums import UNHAPPY, Topic
from otklik.language import vectors
from otklik.settings import Settings
from responder.incidents import near_copies
from responder.incidents.shelf import Likeness, Shelf
from responder.incidents.story import Story, said_in
from tests.conftest import ROOT
from tests.scenarios.make import SCENARIOS, Row, background, told
from tests.scenarios.playing import ENTITIES, RememberingJudge

# enough, words, thing: what is tried
GRID = ((0.25, 0.28, 0.31, 0.34), (0.05, 0.15, 0.3), (0.1, 0.2, 0.3))
FAULTS = ("slow fault", "outage", "attack", "two faults", "two languages")


@dataclass(frozen=True)
class Quality:
    """B-cubed of one world, and the largest storyline of nothing but background."""

    precision: float
    recall: float
    largest: int
    told: int

    @property
    def f1(self) -> float:
        """Of precision and recall."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)

    @property
    def worth(self) -> float:
        """F1, less the share of everything told that one storyline of the background swallows."""
        return self.f1 - self.largest / self.told


@cache
def _judge() -> RememberingJudge:
    return RememberingJudge(open_judge(Settings()), ROOT / "artefacts" / "scenario-verdicts.jsonl")


def world(seed: int, volume: int) -> list[Row]:
    """Background and every fault, oldest first."""
    rows = background(seed, volume) + [
        row for name in FAULTS for row in told(SCENARIOS[name], seed)
    ]
    end = max(row.at for row in rows if row.part != "background") + timedelta(hours=1)
    return sorted((row for row in rows if row.at <= end), key=lambda row: (row.at, row.id))


def stories(rows: Sequence[Row]) -> list[tuple[str, Story]]:
    """Unhappy ones with the truth about them."""
    finder = Finder(load_lists(ENTITIES).entities)
    verdicts = _judge().judge([row.text for row in rows])
    kept = [(row, one) for row, one in zip(rows, verdicts, strict=True) if one.stance in UNHAPPY]
    meanings = vectors.vectors([row.text for row, _ in kept])
    found = []
    for number, (row, verdict) in enumerate(kept):
        signature = near_copies.signature(row.text)
        story = Story(
            mention_id=number + 1,
            author_id=hash(row.author),
            at=row.at,
            topic=verdict.topic or Topic.NONE,
            named=frozenset((one.kind.value, one.id) for one in finder.find(row.text)),
            words=said_in(row.text),
            signature=signature,
            bands=tuple(near_copies.bands(signature)),
            meaning=None if meanings is None else meanings[number],
        )
        found.append((row.part, story))
    return found


def measure(told_ones: Sequence[tuple[str, Story]], how: Likeness) -> Quality:
    """Put them together in order, and hold it against the truth."""
    shelf = Shelf(how)
    for _part, story in told_ones:
        shelf.add(story)
    parts = {story.mention_id: part for part, story in told_ones}
    of = Counter(part for part, _story in told_ones)
    precisions, recalls, largest = [], [], 0
    for line in shelf.lines.values():
        inside = Counter(parts[number] for number in line.stories)
        if set(inside) == {"background"}:
            largest = max(largest, inside.total())
        for part, count in inside.items():
            if part != "background":
                precisions += [count / inside.total()] * count
                recalls += [count / of[part]] * count
    return Quality(float(np.mean(precisions)), float(np.mean(recalls)), largest, len(told_ones))


def choose(worlds: Mapping[int, Sequence[tuple[str, Story]]]) -> None:
    """The best likeness of a grid, and cross-validated over seeds what choosing so is worth."""
    found = {
        how: {seed: measure(one, how) for seed, one in worlds.items()}
        for how in (Likeness(*values) for values in product(*GRID))
    }
    for held in worlds:
        rest = [seed for seed in worlds if seed != held]
        best = _best(found, rest)
        one = found[best][held]
        _say(
            f"seed {held} held out: precision {one.precision:.2f}, recall {one.recall:.2f}, "
            f"largest {one.largest}, by {best}"
        )
    best = _best(found, list(worlds))
    _say(f"all seeds: {best}: {np.mean([one.worth for one in found[best].values()]):.3f}")
    now = [measure(one, Likeness()).worth for one in worlds.values()]
    _say(f"as it is: {np.mean(now):.3f}")


def _best(found: Mapping[Likeness, Mapping[int, Quality]], seeds: Sequence[int]) -> Likeness:
    return max(found, key=lambda how: float(np.mean([found[how][seed].worth for seed in seeds])))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--volume", type=int, default=6000)
    parser.add_argument("--choose", action="store_true", help="cross-validate a grid over seeds")
    options = parser.parse_args()
    if options.choose:
        choose({seed: stories(world(seed, options.volume)) for seed in options.seeds})
        return
    for seed in options.seeds:
        one = stories(world(seed, options.volume))
        plain = [(part, replace(story, meaning=None)) for part, story in one]
        for name, told_ones in (("words and things", plain), ("and meaning", one)):
            found = measure(told_ones, Likeness())
            _say(
                f"seed {seed} {name}: precision {found.precision:.2f}, recall {found.recall:.2f}, "
                f"largest of the background {found.largest} of {found.told}"
            )


if __name__ == "__main__":
    main()
