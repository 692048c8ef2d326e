"""What the house knows, followed while the system runs: files and desk, without a restart.

A broken file stops nothing: the last good one goes on, and people are alerted once for each
broken text. See `responder.knowledge.house` for how file and desk live together.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from otklik import audit
from otklik.database import reading, session
from otklik.enums import AlertKind
from otklik.settings import Settings
from otklik.store import alerts, proposals
from otklik.store.audit import lock_chain
from responder import fact_changes
from responder.knowledge import Knowledge
from responder.knowledge.house import KINDS, House, read_house, take_over

log = structlog.get_logger("otklik.knowledge")
URGENCY = 3
Stamp = tuple[tuple[tuple[str, int, int, int], ...], tuple[int, int, str]]


class Knowing(Protocol):
    """What is known now."""

    @property
    def current(self) -> Knowledge:
        """The knowledge in force."""

    @property
    def by_words(self) -> Knowledge:
        """The same, found by words alone."""

    def follow(self, at: datetime) -> None:
        """Take up what has changed since the last call; opens a transaction of its own."""

    def take_changes(self) -> frozenset[str]:
        """Ids of facts that are new, changed or gone since the last call of this."""


@dataclass(frozen=True)
class FixedKnowledge:
    """Knowledge that never changes."""

    current: Knowledge

    @property
    def by_words(self) -> Knowledge:
        """The same, by words and meaning."""
        return self.current

    def follow(self, at: datetime) -> None:
        """There is nothing to follow."""

    def take_changes(self) -> frozenset[str]:
        """Nothing ever changes."""
        return frozenset()


class FollowingKnowledge:
    """The knowledge of desk and settings. Safe to share between threads.

    Attributes:
        problem: what is wrong with the texts now, a line each; empty when nothing.

    Raises:
        ConfigError: the files are wrong, and there never were good ones.
    """

    def __init__(self, engine: Engine, settings: Settings, at: datetime) -> None:
        self._engine, self._settings = engine, settings
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._house: House | None = None
        self._changed: set[str] = set()
        self._has_looked_back = False
        self.problem = ""
        self.follow(at)

    @property
    def house(self) -> House:
        """Everything known, and where it comes from."""
        if self._house is None:
            raise RuntimeError("nothing was read yet")
        return self._house

    @property
    def current(self) -> Knowledge:
        """The knowledge in force."""
        return self.house.knowledge

    @property
    def by_words(self) -> Knowledge:
        """The same, found by words alone."""
        return self.house.by_words

    def follow(self, at: datetime) -> None:
        """Read again if files or what the desk has in force changed since the last call."""
        with self._lock:
            stamp = self._look()
            if stamp == self._stamp:
                return
            with session(self._engine) as db:
                lock_chain(db)  # nobody activates anything between reading and writing down
                house = read_house(db, self._settings.brand_id, self._settings.knowledge_file)
                gone = take_over(db, self._settings.brand_id, house, at)
                self._tell(db, house, at)
            self._changed |= set(gone) | _differences(self._house, house)
            if self._house is not None and house is not self._house:
                log.info("the knowledge has changed", facts=len(house.knowledge.facts))
            self._house, self._stamp, self.problem = house, stamp, house.problem

    def take_changes(self) -> frozenset[str]:
        """Ids of facts that are new, changed or gone since the last call of this.

        The first call also tells what changed while nothing ran, as far as drafts wait from before.
        """
        with self._lock:
            missed = set() if self._has_looked_back else self._look_back()
            changed, self._changed = frozenset(self._changed | missed), set()
            self._has_looked_back = True
            return changed

    def _look_back(self) -> set[str]:
        files = _stamps(self._settings.knowledge_file)
        newest = max((nanoseconds for _, nanoseconds, _, _ in files), default=None)
        written_at = None if newest is None else datetime.fromtimestamp(newest / 1e9, UTC)
        with reading(self._engine) as db:
            brand_id = self._settings.brand_id
            return fact_changes.list_missed(db, brand_id, self.by_words, written_at)

    def _look(self) -> Stamp:
        with reading(self._engine) as db:
            chosen = proposals.get_active_stamp(db, self._settings.brand_id, KINDS)
        return _stamps(self._settings.knowledge_file), chosen

    def _tell(self, db: Session, house: House, at: datetime) -> None:
        """Tell all channels, once for each broken text."""
        if not house.problem:
            return
        alerts.save_alert(
            db,
            brand_id=self._settings.brand_id,
            kind=AlertKind.KNOWLEDGE_BROKEN,
            dedup_key=f"knowledge:{audit.digest(house.problem)}",
            title="Знания с ошибкой: действуют прежние",
            body=f"{house.problem}\nПроверить: otklik knowledge check",
            urgency=URGENCY,
            channels=[one.name for one in self._settings.channels],
            at=at,
        )
        log.error("the knowledge is broken: the last good one goes on", error=house.problem)


def _differences(before: House | None, now: House) -> set[str]:
    if before is None:
        return set()
    old = {fact.id: fact.digest for fact in before.knowledge.facts}
    new = {fact.id: fact.digest for fact in now.knowledge.facts}
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def _stamps(named: str) -> tuple[tuple[str, int, int, int], ...]:
    """What changes when a file of the knowledge is written, comes or goes."""
    path = Path(named) if named else None
    if path is None:
        return ()
    try:
        files = sorted([*path.glob("*.y*ml")]) if path.is_dir() else [path]
        found = [(str(file), file.stat()) for file in files]
    except OSError:
        return ()
    return tuple((name, one.st_mtime_ns, one.st_size, one.st_ino) for name, one in found)
