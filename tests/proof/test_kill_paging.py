"""Killed anywhere in its paging, on every platform, a reading loses and doubles nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlmodel import col, select

from otklik import clock
from otklik.database import make_engine, reading, session
from otklik.entries import SourceSettings
from otklik.models import Mention, MentionVersion
from otklik.platforms import load_platform
from otklik.store import sources
from tests.proof.boundaries import Boundary
from tests.proof.killing import Zygote
from tests.rigs.base import Rig
from tests.rigs.reading import RIGS, each_rig
from tests.servers.databases import PostgresServer, SqliteTemplate

FULL = os.environ.get("PROOF") == "full"
RUNS = int(os.environ.get("PROOF_RUNS", "100" if FULL else "3"))
ATTEMPTS = 3
POSTGRES_EVERY = 5
LIMITED_EVERY = 20
PAUSE = 400.0  # seconds between attempts by the processes' clock: longer than any lease
# real servers behind these; `test_kill.py` kills readings of Isso
ON_REAL_SERVERS = {"isso", "wordpress"}


@dataclass
class Deadly:
    """Kills the reader when the rig has taken so many requests."""

    nth: int = 0
    phase: str = ""
    pid: int = 0
    kills: Counter[str] = field(default_factory=Counter)

    def __call__(self, phase: str) -> None:
        """Called by the rig, before it works and before it answers."""
        if phase != self.phase or not self.pid:
            return
        self.nth -= 1
        if self.nth == 0:
            self.kills[f"killed in a call, {phase} it was served"] += 1
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class Stand:
    """What strangers did on the rig, and what must be found in the database."""

    rig: Rig
    rng: random.Random
    texts: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def write(self, count: int) -> None:
        """So many comments."""
        for _ in range(count):
            text = f"Отзыв {self.rng.randrange(10**9)}: заказ опоздал"
            self.texts[self.rig.write(text)] = text

    def disturb(self) -> None:
        """Somebody writes, edits or deletes."""
        act = self.rng.choice(("write", "edit", "delete", "write", ""))
        latest = list(self.texts)[-3:]
        if act == "write":
            self.write(self.rng.randrange(1, 4))
        elif act == "edit" and self.rig.can_edit:
            key = self.rng.choice(latest)
            self.texts[key] = f"Исправлено {self.rng.randrange(10**9)}: приехал"
            self.rig.edit(key, self.texts[key])
        elif act == "delete" and self.rig.can_delete:
            key = self.rng.choice(latest)
            self.rig.delete(key)
            self.deleted.add(key)
            del self.texts[key]


def _targets(rng: random.Random, rig: Rig) -> tuple[Boundary | None, str, int]:
    """Kill at a commit (before, after) or within a call (before the rig works, or after)."""
    phase = rng.choice(("before", "after"))
    if rng.random() < 0.5:
        return Boundary("collect", phase, rng.randrange(1, 9)), "", 0
    return None, phase, rng.randrange(1, 2 + len(rig.requests) // 3)


def _run(rig: Rig, url: str, reader: Zygote, rng: random.Random, totals: Counter[str]) -> None:
    stand, deadly = Stand(rig, rng), Deadly()
    rig.on_request = deadly
    stand.write(rng.randrange(7, 14))
    settings = {key: value for key, value in rig.settings().items() if value is not None}
    source = {
        "name": "rig",
        "platform": rig.name,
        "interval": 5,
        **json.loads(json.dumps(settings)),
    }
    engine = make_engine(url)
    with session(engine) as db:
        sources.sync_sources(db, "default", [SourceSettings(**source)], clock.now())
    # some wait for the platform's limits, whose turns are commits too
    is_quick = all(limit.gap <= 1 for limit in load_platform(rig.name).limits)
    is_limited = is_quick and totals["runs"] % LIMITED_EVERY == 0
    job: dict[str, Any] = {
        "url": url,
        "source": source,
        "offset": 0.0,
        "is_limited": is_limited,
    }
    totals["runs"] += 1
    for attempt in range(ATTEMPTS + 3):
        target, deadly.phase, deadly.nth = _targets(rng, rig)
        if attempt >= ATTEMPTS:
            target, deadly.phase = None, ""
        end = reader.run({**job, "target": target}, lambda pid: setattr(deadly, "pid", pid))
        deadly.pid = 0
        assert end["status"] in (0, -signal.SIGKILL), f"the reader ended with {end['status']}"
        totals["kills"] += end["status"] != 0
        totals["readings"] += 1
        if target and end["status"]:
            totals[f"killed {target.phase} a commit"] += 1
        job["offset"] += PAUSE
        if attempt < ATTEMPTS:
            stand.disturb()
        elif _is_whole(stand, engine):
            break  # one clean reading mended it all: the others would find nothing to do
    totals.update(deadly.kills)
    _compare(stand, engine, totals)
    engine.dispose()


def _is_whole(stand: Stand, engine: Any) -> bool:
    found = Counter[str]()
    _compare(stand, engine, found)
    return not any(found[name] for name in ("lost", "not seen as deleted", "edits not seen"))


def _compare(stand: Stand, engine: Any, totals: Counter[str]) -> None:
    with reading(engine) as db:
        rows = db.exec(select(Mention).where(col(Mention.is_ours).is_(False))).all()
        versions = db.exec(select(MentionVersion.mention_id, MentionVersion.version)).all()
    standing = {row.external_id: row.text for row in rows if row.deleted_at is None}
    totals["mentions checked"] += len(stand.texts)
    totals["lost"] += len(set(stand.texts) - set(standing))
    totals["doubled"] += len(rows) - len({row.external_id for row in rows})
    totals["not seen as deleted"] += len(set(standing) - set(stand.texts))
    totals["edits not seen"] += sum(
        key in standing and text not in standing[key] for key, text in stand.texts.items()
    )
    totals["versions doubled"] += len(versions) - len(set(versions))


def _crawlers_left() -> list[int]:
    """Child processes of dead readers that go on."""
    deadline = time.monotonic() + 5
    while True:
        left = [
            process.pid
            for process in psutil.process_iter(["cmdline", "ppid"])
            if "collectors._scrapy" in " ".join(process.info["cmdline"] or [])
            and process.info["ppid"] == 1
        ]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


@pytest.mark.proof
@pytest.mark.parametrize(
    "kind", each_rig(kind for kind in RIGS.values() if kind.name not in ON_REAL_SERVERS)
)
def test_no_kill_in_its_paging_loses_or_doubles_anything(
    kind: type[Rig],
    sqlite_template: SqliteTemplate,
    postgres_server: PostgresServer,
    tmp_path: Path,
    artefacts: Path,
) -> None:
    rng, totals, started = random.Random(f"20261122 {kind.name}"), Counter[str](), time.monotonic()
    with Zygote(tmp_path / "reader.log", "tests.proof.reader") as reader:
        for number in range(RUNS):
            name = postgres_server.create() if number % POSTGRES_EVERY == 0 else ""
            file = tmp_path / f"{number}.sqlite3"
            url = postgres_server.render(name) if name else sqlite_template.copy(file)
            with kind() as rig:
                _run(rig, url, reader, random.Random(rng.random()), totals)
                assert not rig.violations
            if name:
                postgres_server.drop(name)
            file.unlink(missing_ok=True)
    totals["seconds"] = round(time.monotonic() - started)
    table = json.dumps(totals, ensure_ascii=False, indent=1, sort_keys=True)
    (artefacts / f"kill-paging-{kind.name}.json").write_text(table, encoding="utf-8")
    faults = ("lost", "doubled", "not seen as deleted", "edits not seen", "versions doubled")
    assert {name: totals[name] for name in faults} == dict.fromkeys(faults, 0), table
    assert totals["kills"] >= max(RUNS // 2, 1), table
    assert not _crawlers_left()
