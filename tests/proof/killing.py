"""The harness of the kill test: a site with comments, and processes that die."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from otklik import clock
from otklik.database import make_engine, session
from otklik.enums import Role
from otklik.people import add_person
from otklik.store import sources
from tests.proof.boundaries import Boundary
from tests.proof.counting import OUR_NAME, Tally, check
from tests.proof.zygote import make_settings
from tests.servers.faulty import Exchange, FaultyProxy
from tests.servers.isso import IssoServer

ROOT = Path(__file__).resolve().parents[2]
OUR_EMAIL = "desk-7f3a@shop.example"
PAUSE = 75.0  # seconds between two attempts, by the clock the processes are given

TEXTS = (
    "Заказ {n} так и не приехал, доставка опоздала на три дня. Когда вернёте деньги?",
    "Спасибо, чай очень вкусный, беру третий раз!",
    "Чай в партии {n} пахнет пылью, вкус совсем другой, пришлось выбросить две пачки.",
    "Курьер нахамил и бросил коробку у двери, заказ {n} помят.",
    "Идиоты криворукие, чтоб вы разорились",
    "А есть ли у вас доставка в Казань и сколько она стоит?",
    "My order {n} arrived broken and nobody answers my e-mails. I want a refund.",
    "Списали {n} рублей дважды за один заказ, верните деньги!",
)
EDITS = ("И до сих пор никто не ответил.", "Уже всё решили, спасибо.", "Жду ответа второй день 😡")


class Zygote:
    """The warm process, seen from the harness.

    Args:
        module: what the process runs.
    """

    def __init__(self, log: Path, module: str = "tests.proof.zygote") -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._hear()

    def run(self, job: dict[str, Any], started: Callable[[int], None]) -> dict[str, Any]:
        """One attempt; `started` is told the child's pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        started(self._hear()["pid"])
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the zygote ended; see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End it; it ends by itself when its input does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Killer:
    """The proxy before Isso that kills the sender of a POST, before or after forwarding it."""

    def __init__(self, proxy: FaultyProxy) -> None:
        self._proxy, self.pid, self.hits = proxy, 0, 0

    def arm(self, phase: str) -> None:
        """Kill at the next reply that is sent."""
        self.hits = 0
        self._proxy.break_with(self._fault(phase), methods=("POST",), path="/new?", times=1)

    def disarm(self) -> None:
        """Let everything through."""
        self._proxy.heal()

    def _fault(self, phase: str) -> Callable[[Exchange], None]:
        def fault(exchange: Exchange) -> None:
            if phase == "after":
                exchange.forward()
            self.hits += 1
            os.kill(self.pid, signal.SIGKILL)

        return fault


@dataclass
class Run:
    """One site page, one database, several processes one after another."""

    number: int
    url: str
    isso: IssoServer
    proxy: FaultyProxy | IssoServer
    rng: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    offset: float = 0.0

    @property
    def uri(self) -> str:
        """The page of this run."""
        return f"/proof/{self.number}"

    @property
    def source(self) -> dict[str, Any]:
        """The `[[sources]]` entry."""
        return {
            "name": "site",
            "platform": "isso",
            "interval": 5,
            "base_url": self.proxy.url,
            "uris": [self.uri],
            "allow_private_hosts": True,
            "min_interval": 0,
            "author_name": OUR_NAME,
            "author_email": OUR_EMAIL,
            # without it Isso does not show which nested comment a reply answers
            **({"author_website": "https://shop.example/"} if self.number % 2 else {}),
        }

    def prepare(self) -> None:
        """Comments on the page, and what the database needs."""
        texts = self.rng.sample(TEXTS, k=4)
        roots = [self.write(text) for text in texts]
        self.write(self.rng.choice(TEXTS), parent=roots[0])
        self.write(self.rng.choice((TEXTS[0], TEXTS[3])), parent=roots[1])
        self.prepare_people()

    def prepare_people(self) -> None:
        """People and source in the database."""
        engine = make_engine(self.url)
        with session(engine) as db:
            at = clock.now()
            sources.sync_sources(db, "default", make_settings(self.source).sources, at)
            for role in Role:
                add_person(db, login=role, role=role, password=None, at=at, brand_id="default")
        engine.dispose()

    def write(self, text: str, parent: int | None = None) -> int:
        """A stranger writes."""
        number = self.rng.randrange(1000, 9999)
        return self.isso.add_comment(
            text.format(n=number),
            uri=self.uri,
            author=f"Гость {number}",
            parent=parent,
            ip=f"10.{self.rng.randrange(250)}.{self.rng.randrange(250)}.{number % 250}",
        )

    def disturb(self, tally: Tally) -> None:
        """Between two attempts strangers may edit, delete or add a comment."""
        theirs = [row for row in self.shown() if row["author"] != OUR_NAME]
        act = self.rng.choice(("edit", "delete", "add", "", "", ""))
        if act == "edit" and theirs:
            row = self.rng.choice(theirs)
            self.isso.edit(row["id"], f"{row['text']} {self.rng.choice(EDITS)}")
            tally.edited += 1
        elif act == "delete" and len(theirs) > 2:
            self.isso.delete(self.rng.choice(theirs)["id"])
            tally.deleted += 1
        elif act == "add":
            parent = self.rng.choice([None, *(row["id"] for row in theirs if not row["parent"])])
            self.write(self.rng.choice(TEXTS), parent)
            tally.added += 1

    def shown(self) -> list[dict[str, Any]]:
        """Comments the public sees on the page, ours included."""
        try:
            return [row for row in self.isso.list(self.uri) if row["mode"] == 1]
        except OSError:  # Isso answers 404 for a page whose last comment was deleted
            return []

    def attempt(
        self, zygote: Zygote, killer: Killer, target: Boundary | None, *, warm: bool = False
    ) -> dict[str, Any]:
        """One process, killed at `target` if it comes there; `warm`: the zygote itself."""
        is_http = target is not None and target.kind == "http"
        if target is not None and is_http:
            killer.arm(target.phase)
        job = {
            "url": self.url,
            "source": self.source,
            "offset": self.offset,
            "target": None if is_http else target,
            "seen": self.seen,
            "warm": warm,
        }
        end = zygote.run(job, lambda pid: setattr(killer, "pid", pid))
        killer.disarm()
        self.seen.update(end["passed"])
        self.offset += PAUSE + 70 * 14
        return end


class Plan:
    """Which boundaries are still to be hit; those missed come again, at most three times."""

    def __init__(self, targets: list[Boundary], rng: random.Random) -> None:
        self._targets, self._rng = targets, rng
        self._queue: deque[Boundary] = deque()
        self._missed: Counter[Boundary] = Counter()

    def take(self, count: int) -> list[Boundary]:
        """The next ones, in the order in which a run comes past them."""
        while len(self._queue) < count:
            self._queue.extend(self._rng.sample(self._targets, k=len(self._targets)))
        taken = [self._queue.popleft() for _ in range(count)]
        return sorted(taken, key=self._targets.index)

    def give_back(self, missed: Boundary) -> None:
        """It was not passed in that run."""
        self._missed[missed] += 1
        if self._missed[missed] <= 3:
            self._queue.appendleft(missed)


def targets_of(passed: list[str]) -> list[Boundary]:
    """Every boundary of an undisturbed run in order, and the two ways to die in the call."""
    counts: Counter[str] = Counter()
    found: list[Boundary] = []
    for name in passed:
        counts[name] += 1
        kind, phase = name.split()
        if kind == "post-1" and phase == "after" and counts[name] <= 2:
            found += [Boundary(kind, phase, counts[name]), Boundary("http", "before", counts[name])]
            found.append(Boundary("http", "after", counts[name]))
        else:
            found.append(Boundary(kind, phase, counts[name]))
    return found


def killed_run(
    run: Run, zygote: Zygote, killer: Killer, targets: list[Boundary], tally: Tally
) -> list[Boundary]:
    """Kill at each target in turn, then let the last process finish; gives the missed ones."""
    missed = []
    for target in [*targets, None]:
        end = run.attempt(zygote, killer, target)
        tally.attempts += 1
        tally.passed.update(end["passed"])
        if end["status"] == -signal.SIGKILL and target is not None:
            tally.kills += 1
            tally.killed_at[f"{target.kind} {target.phase}"] += 1
        elif end["status"] == 0 and target is not None:
            missed.append(target)
        elif end["status"] != 0:
            tally.failures.append(f"run {run.number}: a process ended with {end['status']}")
        if target is not None:
            run.disturb(tally)
    tally.runs += 1
    check(run, tally)
    return missed
