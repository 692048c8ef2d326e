"""Worlds to be played: a month of real comments as background, and in it what a scenario tells.

``python -m tests.scenarios.make --seed 1 --scenario outage FILE`` writes one as JSONL for
`otklik replay`. Seeds up to 100 take one half of the texts we wrote (for tuning), seeds above
the other half (held out: for reporting only).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from otklik.collected import CollectedAuthor, CollectedMention, CollectedThread
from tests.conftest import SHARED

TEXTS = Path(__file__).parent / "texts"
START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS, FAULT_DAY, VOLUME = 30, 20, 20_000
BEGIN = timedelta(days=FAULT_DAY, hours=10)
HELD_OUT = 100  # seeds above are held out
POOL = {
    "company_sentiment_ru.csv.gz": 9000,
    "tweet_sentiment_ru.csv.gz": 4000,
    "airline_en.csv.gz": 3000,
    "restaurant_aspects_ru.csv.gz": 2000,
    "bank_reviews_ru.csv.gz": 1000,
}
# share of a day's comments by the hour in Moscow, and of a week's by the weekday
HOURS = (2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 7, 8, 9, 10, 11, 10, 7, 4)
WEEKDAYS = (10, 10, 10, 10, 11, 8, 7)
PEOPLE = 6000


@dataclass(frozen=True)
class Row:
    """One mention of a world; `part` is the truth about it, which the desk never sees."""

    id: str
    at: datetime
    text: str
    author: str
    part: str
    followers: int
    registered_at: datetime

    def mention(self) -> CollectedMention:
        """As a platform would show it."""
        return CollectedMention(
            external_id=self.id,
            thread=CollectedThread(external_id=f"wall/{self.at:%Y-%m-%d}"),
            author=CollectedAuthor(
                external_id=self.author,
                name=self.author,
                followers=self.followers,
                registered_at=self.registered_at,
            ),
            text=self.text,
            published_at=self.at,
        )

    def as_line(self) -> dict[str, object]:
        """As a line of a file for `otklik replay`; the truth stays outside."""
        return {
            "id": self.id,
            "text": self.text,
            "author": self.author,
            "date": self.at.isoformat(),
            "followers": self.followers,
            "registered_at": self.registered_at.isoformat(),
        }


class Crowd:
    """People who write: a few often, most of them once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._number = 0

    def row(self, at: datetime, text: str, part: str, author: str = "") -> Row:
        """One mention by somebody, or by this author."""
        rng = self.rng
        who = author or f"Гость {int(PEOPLE * rng.random() ** 2)}"
        own = random.Random(who)  # the same person has the same account
        self._number += 1
        young = author.startswith("new")
        age = own.uniform(0.2, 9) if young else 30 * 100 ** own.random()
        return Row(
            id=f"{part}/{self._number}",
            at=at.replace(microsecond=0),
            text=text,
            author=who,
            part=part,
            followers=own.randrange(3) if young else int(10 ** own.uniform(0.5, 3.5)),
            registered_at=START + timedelta(days=FAULT_DAY) - timedelta(days=age),
        )

    def fresh(self, at: datetime, text: str, part: str, *, young: bool = False) -> Row:
        """By somebody who writes once."""
        kind = "new" if young else "Покупатель"
        return self.row(at, text, part, f"{kind} {part} {self._number}")


@cache
def _gold() -> tuple[dict[str, str], ...]:
    with (SHARED / "gold" / "dev.jsonl").open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


@cache
def _pool() -> tuple[str, ...]:
    texts = [row["text"] for row in _gold()]
    for name, count in POOL.items():
        with gzip.open(SHARED / "data" / name, "rt", encoding="utf-8", newline="") as lines:
            found = dict.fromkeys(row["text"].strip() for row in csv.DictReader(lines))
        texts += [text for text in found if text][:count]
    return tuple(dict.fromkeys(texts))


@cache
def _written(name: str) -> tuple[str, ...]:
    return tuple((TEXTS / f"{name}.txt").read_text("utf-8").splitlines())


def half(name: str, seed: int) -> list[str]:
    """The texts of a file that a seed may use: every second line, held out or not."""
    return list(_written(name)[int(seed > HELD_OUT) :: 2])


def background(seed: int, volume: int = VOLUME, days: int = DAYS, peak: int = 1) -> list[Row]:
    """Real comments over a month with its days and weeks, oldest first.

    Args:
        peak: times as many on the three days from the fault's on, in all topics alike.
    """
    rng = random.Random(seed)
    crowd, texts = Crowd(rng), list(_pool())
    rng.shuffle(texts)
    weights = [
        HOURS[(hour + 3) % 24]
        * WEEKDAYS[(START + timedelta(hours=hour)).weekday()]
        * (peak if 0 <= hour // 24 - FAULT_DAY < 3 else 1)
        for hour in range(24 * days)
    ]
    usual = sum(w / (peak if 0 <= h // 24 - FAULT_DAY < 3 else 1) for h, w in enumerate(weights))
    count = round(volume * sum(weights) / usual * days / DAYS)
    hours = rng.choices(range(24 * days), weights, k=count)
    moments = sorted(START + timedelta(hours=hour + rng.random()) for hour in hours)
    return [
        crowd.row(at, texts[number % len(texts)], "background") for number, at in enumerate(moments)
    ]


# ---- what the scenarios tell ---------------------------------------------------------------


def _spread(
    crowd: Crowd, texts: Sequence[str], part: str, hours: float, *, rising: float = 1.0
) -> Iterator[Row]:
    """Each text once, by different people, over so many hours; `rising` > 1: ever more."""
    for text in crowd.rng.sample(list(texts), len(texts)):
        share = crowd.rng.random() ** (1 / rising)
        yield crowd.fresh(START + BEGIN + timedelta(hours=hours * share), text, part)


def _slow_fault(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _spread(crowd, half("nuts", seed), "nuts", 24 * 6, rising=1.5)


def _outage(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _spread(crowd, half("outage", seed), "outage", 1.5)


def _price(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _spread(crowd, half("price_bad", seed), "price_bad", 48)
    yield from _spread(crowd, half("price_good", seed), "price_good", 48)


def _nothing(_crowd: Crowd, _seed: int) -> Iterator[Row]:
    yield from ()


def _attack(crowd: Crowd, seed: int) -> Iterator[Row]:
    for text in half("insults", seed):
        at = START + BEGIN + timedelta(hours=1.5 * crowd.rng.random())
        yield crowd.fresh(at, text, "attack", young=True)


def _attack_with_critics(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _attack(crowd, seed)
    labelled = [
        row["text"]
        for row in _gold()
        if row["claim"] == "concrete" and row["stance"] == "critic" and row["lang"] == "ru"
    ]
    real = crowd.rng.sample(labelled[int(seed > HELD_OUT) :: 2], 3)
    yield from _spread(crowd, [*half("critics", seed), *real], "critic", 1.5)


def _two_faults(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _spread(crowd, half("yogurt_lid", seed), "yogurt_lid", 36)
    yield from _spread(crowd, half("yogurt_plastic", seed), "yogurt_plastic", 36)


def _two_languages(crowd: Crowd, seed: int) -> Iterator[Row]:
    yield from _spread(crowd, half("coffee", seed), "coffee", 36)


@dataclass(frozen=True)
class Scenario:
    """What happens, in which parts it is a fault or an attack, and for how many days."""

    name: str
    tell: Callable[[Crowd, int], Iterator[Row]]
    faults: tuple[str, ...] = ()
    days: float = 2.5
    peak: int = 1


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("slow fault", _slow_fault, ("nuts",), days=7),
        Scenario("outage", _outage, ("outage",), days=1),
        Scenario("price campaign", _price, days=2.5),
        Scenario("holiday peak", _nothing, days=3, peak=3),
        Scenario("attack", _attack, ("attack",), days=1),
        Scenario("attack with critics", _attack_with_critics, ("attack",), days=1),
        Scenario("two faults", _two_faults, ("yogurt_lid", "yogurt_plastic"), days=2),
        Scenario("two languages", _two_languages, ("coffee",), days=2),
    )
}


def told(scenario: Scenario, seed: int) -> list[Row]:
    """What a scenario adds to the background."""
    return list(scenario.tell(Crowd(random.Random(seed * 1000 + 7)), seed))


def world(scenario: Scenario, seed: int) -> list[Row]:
    """Background and scenario, oldest first."""
    rows = background(seed, peak=scenario.peak) + told(scenario, seed)
    return sorted(rows, key=lambda row: (row.at, row.id))


def main() -> None:
    """Write a world as JSONL."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", choices=list(SCENARIOS), required=True)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    rows = world(SCENARIOS[options.scenario], options.seed)
    lines = (json.dumps(row.as_line(), ensure_ascii=False) for row in rows)
    options.file.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
