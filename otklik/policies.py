"""The policy in force, followed while the system runs: a good new file is taken over at once.

A broken one stops nothing: the last good revision goes on deciding, people are alerted once for
each broken text, and both the fault and its mending stand in the audit log. A file whose own
mode is `shadow`, or that `policy_shadow_file` names, decides beside and changes nothing.

What was activated at the desk goes before the file, until two people say to follow the file again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from otklik import audit
from otklik.database import reading, session
from otklik.enums import AlertKind, ProposalKind
from otklik.errors import PolicyError
from otklik.settings import Settings
from otklik.store import alerts, decisions, proposals
from responder.policy import Policy, PolicyMode
from responder.policy.file import find_policy, shipped_names, shipped_policy
from responder.policy.kept import (
    BROKEN,
    RECOVERED,
    SHADOWED,
    check_follows,
    find_in_force,
    keep_policy,
    note,
    save_policy,
)
from responder.policy.proposing import read_text

log = structlog.get_logger("otklik.policy")
Stamp = tuple[int, int, int] | None
Source = tuple[str, Callable[[], Policy]]  # how it is called, and how it is read


class Policies(Protocol):
    """What decides, and what decides beside it."""

    @property
    def current(self) -> Policy:
        """The policy in force."""

    @property
    def shadow(self) -> Policy | None:
        """A policy whose decisions are only recorded; None without one."""

    def follow(self, at: datetime) -> None:
        """Take up what has changed since the last call; opens a transaction of its own."""


@dataclass(frozen=True)
class Fixed:
    """Policies that never change."""

    current: Policy
    shadow: Policy | None = None

    def follow(self, at: datetime) -> None:
        """There is nothing to follow."""


class Following:
    """The policies of desk and settings. Safe to share between threads.

    Attributes:
        problem: what is wrong with the texts now, in one line each; empty when nothing.

    Raises:
        ConfigError: the text is wrong, and no good revision was ever in force.
    """

    def __init__(self, engine: Engine, settings: Settings, at: datetime) -> None:
        self._engine, self._settings = engine, settings
        self._lock = threading.Lock()
        self._stamps: tuple[Stamp, Stamp, tuple[int, int]] | None = None
        self._current: Policy | None = None
        self._shadow: Policy | None = None
        self._beside: Policy | None = None  # a file of the live policy that says `mode: shadow`
        self.problem = ""
        self.follow(at)

    @property
    def current(self) -> Policy:
        """The policy in force."""
        if self._current is None:
            raise PolicyError("no policy is in force", file=self._settings.policy_file)
        return self._current

    @property
    def shadow(self) -> Policy | None:
        """A policy whose decisions are only recorded; None without one."""
        return self._shadow

    def follow(self, at: datetime) -> None:
        """Read the texts again if files or the desk's choice changed since the last call."""
        with self._lock:
            stamps = self._look()
            if stamps == self._stamps:
                return
            with session(self._engine) as db:
                self._read(db, at)
            self._stamps = stamps

    def _look(self) -> tuple[Stamp, Stamp, tuple[int, int]]:
        with reading(self._engine) as db:
            chosen = proposals.list_followed(db, self._settings.brand_id)
        settings = self._settings
        return _stamp(settings.policy_file), _stamp(settings.policy_shadow_file), chosen

    def _read(self, db: Session, at: datetime) -> None:
        faults = [self._read_live(db, at), self._read_shadow(db, at)]
        self.problem = "\n".join(filter(None, faults))
        if not self.problem:
            self._note_recovery(db, at)

    def _live_source(self, db: Session) -> Source:
        """What the desk has activated, else the file of the settings."""
        brand, file = self._settings.brand_id, self._settings.policy_file
        active = proposals.find_active(db, brand, ProposalKind.POLICY)
        if active is None or not active.text:
            return file, lambda: find_policy(file)
        if self._stamps is not None and self._stamps[0] != _stamp(file):
            log.warning("the policy file changed, but what the desk activated decides", file=file)
        text, place = active.text, f"desk:{active.id}"
        return place, lambda: read_text(text, place)

    def _read_live(self, db: Session, at: datetime) -> str:
        """Take over what is to decide, or keep what is in force and say why."""
        brand = self._settings.brand_id
        place, read = self._live_source(db)
        before = self._current or find_in_force(db, brand)
        beside = None
        try:
            policy = read()
            if policy.mode is PolicyMode.SHADOW:
                beside, policy = policy, before or _shipped_like(policy)
            if keep_policy(db, brand, policy, at, file=place) and self._current is not None:
                log.info("a policy came into force", name=policy.name, version=policy.version)
        except PolicyError as error:
            if before is None:
                raise
            self._alert(db, place, error, before, at)
            self._current = before
            return str(error)
        self._current, self._beside = policy, beside
        return ""

    def _shadow_source(self, db: Session) -> Source | None:
        """What the desk has put into the shadow, else the file of the settings; None: neither."""
        file = self._settings.policy_shadow_file
        shadowed = proposals.find_shadowed(db, self._settings.brand_id)
        if shadowed is not None:
            text, place = shadowed.text, f"desk:{shadowed.id}"
            return place, lambda: read_text(text, place)
        return (file, lambda: find_policy(file)) if file else None

    def _read_shadow(self, db: Session, at: datetime) -> str:
        """Take over what decides beside, or keep the one before and say why."""
        brand = self._settings.brand_id
        source = self._shadow_source(db)
        place = source[0] if source else self._settings.policy_file
        try:
            beside = source[1]() if source else self._beside
            if beside is None:
                self._shadow = None
                return ""
            check_follows(db, brand, beside)
        except PolicyError as error:
            self._alert(db, place, error, self.current, at)
            return str(error)
        save_policy(db, beside, brand, at)
        last = decisions.find_last_policy_event(db, brand, (SHADOWED,))
        if last is None or last.subject_id != beside.digest:
            note(db, brand, SHADOWED, beside, at, file=place)
        self._shadow = beside
        return ""

    def _alert(
        self, db: Session, file: str, error: PolicyError, before: Policy, at: datetime
    ) -> None:
        """Tell all channels, once for each broken text, and the audit log, once an episode."""
        brand, digest = self._settings.brand_id, _broken_digest(file, error)
        alerts.save_alert(
            db,
            brand_id=brand,
            kind=AlertKind.POLICY_BROKEN,
            dedup_key=f"policy:{digest}",
            title=f"Политика с ошибкой: решает прежняя, {before.name} версии {before.version}",
            body=f"{error}\nПроверить: otklik policy check {file}",
            urgency=3,
            channels=[channel.name for channel in self._settings.channels],
            at=at,
        )
        log.error("the policy is broken: the last good one decides", error=str(error))
        last = decisions.find_last_policy_event(db, brand)
        if last is None or (last.action, last.subject_id) != (BROKEN, digest):
            audit.record(
                db,
                at=at,
                actor=audit.MACHINE,
                action=BROKEN,
                subject=("policy", digest),
                detail={"file": file, "error": str(error)[:500], "in_force": before.digest},
                brand_id=brand,
            )

    def _note_recovery(self, db: Session, at: datetime) -> None:
        brand = self._settings.brand_id
        last = decisions.find_last_policy_event(db, brand, (BROKEN, RECOVERED))
        if last is not None and last.action == BROKEN:
            note(db, brand, RECOVERED, self.current, at, file=self._settings.policy_file)
            log.info("the policy is good again", version=self.current.version)


def _shipped_like(policy: Policy) -> Policy:
    """The shipped policy of that name, or the shop's."""
    return shipped_policy(policy.name if policy.name in shipped_names() else "shop")


def _stamp(file: str) -> Stamp:
    """What changes when a file is written; None where there is none."""
    try:
        found = Path(file).stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _broken_digest(file: str, error: PolicyError) -> str:
    """Identity of a broken text; of an unreadable one, of what was said about it."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return audit.digest(str(error))
