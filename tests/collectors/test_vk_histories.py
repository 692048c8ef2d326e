"""Random histories: people write, edit, delete and restore, the collector dies on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from typing import Any

import pytest

from tests.rigs.reading import Ledger
from tests.rigs.vk import VkRig
from tests.rigs.vk_world import OWNER, Entry, Place

pytestmark = pytest.mark.needs_shared
KINDS = ("wall", "wall", "wall", "topic", "photo", "video", "market")
EVERYTHING: dict[str, Any] = {
    "watch": ["wall", "board", "photos", "videos", "market"],
    "recheck_posts": 200,
    "recheck_items": 200,
}
BY_EVENTS = {**EVERYTHING, "long_poll": True, "long_poll_wait": 0, "recheck_posts": 0}


class History:
    """Things that happen, by chance."""

    def __init__(self, rig: VkRig, seed: int) -> None:
        self.rig, self.chance = rig, random.Random(seed)
        self.opened = [rig.open(kind, text=f"Место {n}") for n, kind in enumerate(KINDS)]

    def happens(self, times: int) -> None:
        """So many things."""
        kinds: list[Callable[[], None]] = [self.write, self.write, self.write, self.answer]
        kinds += [self.edit, self.delete, self.restore]
        for _ in range(times):
            self.chance.choice(kinds)()

    def write(self) -> None:
        place = self.chance.choice(self.opened)
        self.rig.write_in(place, f"Отзыв {self.rig.world.next_number()}")

    def answer(self) -> None:
        if found := self._some(lambda entry: not entry.is_deleted):
            self.rig.write_in(found[0], "Согласен", answers=found[1].id)

    def edit(self) -> None:
        if found := self._some(lambda entry: not entry.is_deleted):
            self.rig.world.change(*found, f"Исправлено {self.chance.random()}")

    def delete(self) -> None:
        if found := self._some(lambda entry: not entry.is_deleted):
            self.rig.world.remove(*found)

    def restore(self) -> None:
        if found := self._some(lambda entry: entry.is_deleted):
            self.rig.world.restore(*found)

    def _some(self, fits: Callable[[Entry], bool]) -> tuple[Place, Entry] | None:
        rows = [(p, e) for p in self.opened for e in p.entries.values() if fits(e)]
        return self.chance.choice(rows) if rows else None

    def standing(self) -> dict[str, str]:
        """Texts that VK shows now, by external id."""
        return {
            f"{place.name}/{entry.id}": entry.text
            for place in self.opened
            for root in place.level()
            for entry in (root, *(place.level(root.id) if root.id in place.branches else ()))
            if not entry.is_deleted and entry.from_id != OWNER
        }


@pytest.mark.parametrize("settings", [EVERYTHING, BY_EVENTS], ids=["polling", "events"])
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_and_wherever_it_dies_the_end_is_the_truth(
    settings: dict[str, Any], seed: int
) -> None:
    with VkRig() as rig:
        history = History(rig, seed)
        ledger = Ledger()
        for _ in range(8):
            history.happens(5)
            pages = history.chance.choice([1, 2, 3, None])
            with closing(rig.platform(**settings)) as platform:
                for page in islice(platform.collect(ledger.cursor), pages):
                    ledger.store(page)
                    history.happens(history.chance.choice([0, 0, 1]))
        for _ in range(3):
            ledger.read(rig.platform(**settings))
        shown = {key: mention.text for key, mention in ledger.standing.items()}
        assert shown == history.standing()
        assert ledger.read(rig.platform(**settings)) == []
        assert not rig.violations
