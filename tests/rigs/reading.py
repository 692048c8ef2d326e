"""Reading as the pipeline does it: a page and its cursor are kept together, or neither is."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from otklik.platforms import AnyPlatform, CollectedMention, Cursor, Meter, Page
from tests.rigs.base import FreeMeter, Rig

FOLDER = Path(__file__).parent
NOT_RIGS = {"base", "reading"}


def find_rigs() -> dict[str, type[Rig]]:
    """Every rig of this folder, by the platform's name."""
    found: dict[str, type[Rig]] = {}
    for info in pkgutil.iter_modules([str(FOLDER)]):
        if info.name not in NOT_RIGS:
            module = importlib.import_module(f"tests.rigs.{info.name}")
            for kind in vars(module).values():
                is_rig = isinstance(kind, type) and issubclass(kind, Rig) and kind is not Rig
                if is_rig and getattr(kind, "name", "") == info.name:
                    found[info.name] = kind
    return found


RIGS = find_rigs()


def each_rig(kinds: Iterable[type[Rig]]) -> list[Any]:
    """Parameters of a test that runs on every rig, with the marks of what each needs."""
    return [
        pytest.param(kind, marks=[getattr(pytest.mark, need) for need in kind.needs], id=kind.name)
        for kind in kinds
    ]


def fill(rig: Rig, count: int = 8) -> list[str]:
    """So many comments, one a minute, the last a minute ago; their external ids."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=count)
    return [
        rig.write(f"Отзыв номер {n}: всё хорошо", at=start + timedelta(minutes=n))
        for n in range(count)
    ]


def unhurried(kind: type[AnyPlatform], meter: Meter | None = None) -> type[AnyPlatform]:
    """The platform as it is, but every turn comes at once: it waits for no limit."""

    class Unhurried(kind):  # type: ignore[valid-type,misc]
        """See `unhurried`."""

        def __init__(self, settings: Any, *, source: str = "", **_: Any) -> None:
            super().__init__(settings, source=source, meter=meter or FreeMeter())

    return Unhurried


@dataclass
class Ledger:
    """What a database would hold after all pages so far, and the cursor beside it."""

    standing: dict[str, CollectedMention] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    cursor: Cursor = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def store(self, page: Page) -> None:
        """One transaction: the page with its cursor."""
        self.cursor = json.loads(json.dumps(page.cursor))
        self.pages.append(page)
        self.warnings += page.warnings
        shown = {mention.external_id: mention for mention in page.mentions}
        gone = set(page.deleted_ids) & set(self.standing)
        for key, mention in self.standing.items():
            is_absent = mention.thread.external_id in page.complete_thread_ids
            if is_absent and key not in shown:
                gone.add(key)
        for key in gone:
            self.deleted.add(key)
            del self.standing[key]
        self.standing.update(shown)
        self.deleted -= set(shown)

    def read(self, platform: AnyPlatform, pages: int | None = None) -> list[CollectedMention]:
        """One poll, or its first `pages` pages and then a death; gives what it brought."""
        before = len(self.pages)
        with closing(platform):
            for page in islice(platform.collect(self.cursor), pages):
                self.store(page)
        return [mention for page in self.pages[before:] for mention in page.mentions]

    @property
    def theirs(self) -> set[str]:
        """Ids of what strangers wrote and still stands."""
        return {key for key, mention in self.standing.items() if not mention.author.is_ours}
