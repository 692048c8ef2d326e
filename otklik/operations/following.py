"""The operations in force, followed while the system runs: a good new file is taken at once.

A broken one stops nothing: the last good text goes on, after a restart, too; people are alerted
once for each broken text, and the audit log has both the fault and its mending.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from otklik import audit
from otklik.database import session
from otklik.enums import AlertKind, Urgency
from otklik.operations.file import Known, Reading, find_operations, parse_operations, shipped_names
from otklik.operations.reading import OperationsError
from otklik.operations.values import Operations
from otklik.settings import Settings, settings_file
from otklik.store import alerts, clocks

log = structlog.get_logger("otklik.operations")
DEFAULT_FILE = "operations.yaml"
LOADED, BROKEN, RECOVERED = "operations.loaded", "operations.broken", "operations.recovered"
Stamp = tuple[int, int, int] | None


class Operating(Protocol):
    """How the desk is set up."""

    @property
    def current(self) -> Operations | None:
        """What holds now; None: nothing was set up."""

    def follow(self, at: datetime) -> None:
        """Take up what has changed since the last call; opens a transaction of its own."""


@dataclass(frozen=True)
class FixedOperations:
    """Operations that never change; None: nothing was set up."""

    current: Operations | None = None

    def follow(self, at: datetime) -> None:
        """There is nothing to follow."""


def operations_place(settings: Settings) -> str:
    """The file of these settings, or a shipped name; empty: there is none."""
    if settings.operations_file:
        return settings.operations_file
    beside = settings_file().parent / DEFAULT_FILE
    return str(beside) if beside.is_file() else ""


class FollowingOperations:
    """The operations of the settings. Safe to share between threads.

    Attributes:
        problem: what is wrong with the file now, a line for each fault; empty when nothing.

    Raises:
        OperationsError: the file is wrong, and no good one was ever in force.
    """

    def __init__(self, engine: Engine, settings: Settings, at: datetime) -> None:
        self._engine, self._settings = engine, settings
        self._lock = threading.Lock()
        self._stamp: tuple[str, Stamp] | None = None
        self._reading: Reading | None = None
        self.problem = ""
        self.follow(at)

    @property
    def current(self) -> Operations | None:
        """What holds now; None: nothing was set up."""
        return self._reading.operations if self._reading else None

    def follow(self, at: datetime) -> None:
        """Read the file again if it changed since the last call."""
        place = operations_place(self._settings)
        with self._lock:
            stamp = place, _stamp(place)
            if stamp == self._stamp:
                return
            if not place:
                self._reading, self.problem = None, ""
            else:
                with session(self._engine) as db:
                    self._read(db, place, at)
            self._stamp = stamp

    def _read(self, db: Session, place: str, at: datetime) -> None:
        brand, known = self._settings.brand_id, known_names(self._settings)
        try:
            found = find_operations(place, at, known)
        except OperationsError as error:
            kept = self._reading or self._last_good(db, at)
            if kept is None:
                raise
            self._tell(db, place, error, at)
            self._reading, self.problem = kept, str(error)
            return
        was_broken, self.problem, self._reading = bool(self.problem), "", found
        digest = audit.digest(found.text)
        if clocks.save_operations_text(db, brand, found.text, digest, at) or was_broken:
            action = RECOVERED if was_broken else LOADED
            self._note(db, action, digest, {"file": place, "remarks": len(found.remarks)}, at)
            log.info("the operations came into force", file=place)

    def _last_good(self, db: Session, at: datetime) -> Reading | None:
        text = clocks.get_operations_text(db, self._settings.brand_id)
        try:
            return parse_operations(text, "last good", at) if text else None
        except OperationsError:
            log.exception("the last good operations cannot be read any more")
            return None

    def _tell(self, db: Session, place: str, error: OperationsError, at: datetime) -> None:
        digest = audit.digest(_text_of(place) or str(error))
        made = alerts.save_alert(
            db,
            brand_id=self._settings.brand_id,
            kind=AlertKind.OPERATIONS_BROKEN,
            dedup_key=f"operations:{digest}",
            title="Файл работы стола с ошибкой: действует прежний",
            body=f"{error}\nПроверить: otklik operations check {place}",
            urgency=int(Urgency.CRITICAL),
            channels=[channel.name for channel in self._settings.channels],
            at=at,
        )
        log.error("the operations are broken: the last good ones hold", error=str(error))
        if made is not None:
            detail = {"file": place, "error": str(error)[:500]}
            self._note(db, BROKEN, digest, detail, at)

    def _note(
        self, db: Session, action: str, digest: str, detail: Mapping[str, object], at: datetime
    ) -> None:
        audit.record(
            db,
            at=at,
            actor=audit.MACHINE,
            action=action,
            subject=("operations", digest),
            detail=dict(detail),
            brand_id=self._settings.brand_id,
        )


def known_names(settings: Settings) -> Known:
    """Channels of the settings. Logins are not compared: a person who left must not stop it."""
    channels = [channel.name for channel in settings.channels] or ["console"]
    return Known(channels=channels, timezone=settings.timezone)


def _stamp(place: str) -> Stamp:
    """What changes when a file is written; None where there is none."""
    try:
        found = Path(place).stat() if place else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _text_of(place: str) -> str:
    try:
        return "" if place in shipped_names() else Path(place).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
