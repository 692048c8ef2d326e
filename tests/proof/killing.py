"""The harness of the kill test: a site with comments, processes that die, the count at the end."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

from sqlmodel import Session, col, select

from otklik import audit, clock
from otklik.database import make_engine, reading, session
from otklik.enums import CloseReason, ReplyState, Role
from otklik.errors import AuditError
from otklik.models import (
    Approval,
    AuditEvent,
    DecisionRow,
    DraftRow,
    Mention,
    MentionVersion,
    Reply,
    VerdictRow,
)
from otklik.people import add_person
from otklik.store import sources
from tests.proof.boundaries import Boundary
from tests.proof.zygote import MACHINE_STATES, UNDER_WAY, make_settings
from tests.servers.faulty import Exchange, FaultyProxy
from tests.servers.isso import IssoServer

ROOT = Path(__file__).resolve().parents[2]
OUR_NAME, OUR_EMAIL = "Магазин «Ромашка»", "desk-7f3a@shop.example"
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


@dataclass
class Tally:
    """What all runs together came to; every count but the first four must be zero."""

    runs: int = 0
    attempts: int = 0
    kills: int = 0
    comments: int = 0
    replies_on_site: int = 0
    lost: int = 0
    doubled: int = 0
    unapproved: int = 0
    posted_twice: int = 0
    left_under_way: int = 0
    wrongly_closed: int = 0
    broken_chains: int = 0
    unknown: int = 0
    unknown_was_posted: int = 0
    unknown_was_not_posted: int = 0
    edited: int = 0
    deleted: int = 0
    added: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Zygote:
    """The warm process, seen from the harness."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.zygote"],
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


# ---- the count at the end -------------------------------------------------------------------


@contextmanager
def _opened(url: str) -> Iterator[Session]:
    engine = make_engine(url)
    try:
        with reading(engine) as db:
            yield db
    finally:
        engine.dispose()


def check(run: Run, tally: Tally) -> None:
    """Compare site and database; what does not fit is counted and told."""
    shown = run.shown()
    with _opened(run.url) as db:
        stored = db.exec(select(Mention)).all()
        _check_mentions(run, shown, list(stored), tally)
        _check_doubles(run, db, tally)
        _check_replies(run, db, [row for row in shown if row["author"] == OUR_NAME], tally)
        _count_unknown(db, tally)
        try:
            audit.verify(db)
        except AuditError as error:
            tally.broken_chains += 1
            tally.failures.append(f"run {run.number}: {error}")


def _check_mentions(
    run: Run, shown: list[dict[str, Any]], stored: list[Mention], tally: Tally
) -> None:
    there = {f"{run.proxy.host}/{row['id']}": row["text"] for row in shown}
    here = Counter(mention.external_id for mention in stored if mention.deleted_at is None)
    texts = {mention.external_id: mention.text for mention in stored}
    tally.comments += len(there)
    for key, text in there.items():
        if not here[key] or texts[key].split() != text.split():
            tally.lost += 1
            tally.failures.append(f"run {run.number}: {key} is not stored as it stands")
    for key, count in here.items():
        if count > 1 or key not in there:
            tally.doubled += 1
            tally.failures.append(f"run {run.number}: {key} is stored {count} times")
    for mention in stored:
        if mention.close_reason == CloseReason.ANSWERED_ELSEWHERE:
            tally.wrongly_closed += 1
            tally.failures.append(
                f"run {run.number}: {mention.external_id} counts as answered by somebody else"
            )
        if mention.state in (*MACHINE_STATES, "stuck", "approved"):
            tally.left_under_way += 1
            tally.failures.append(
                f"run {run.number}: {mention.external_id} was left {mention.state}"
                f" ({mention.last_error})"
            )


def _check_doubles(run: Run, db: Session, tally: Tally) -> None:
    """A version is judged and decided once, and stored once."""
    for table in (VerdictRow, DecisionRow):
        rows = db.exec(select(table.mention_id, table.mention_version)).all()
        doubled = len(rows) - len(set(rows))
        tally.doubled += doubled
        if doubled:
            tally.failures.append(f"run {run.number}: {doubled} rows doubled in {table.__name__}")
    versions = db.exec(
        select(MentionVersion).order_by(col(MentionVersion.mention_id), col(MentionVersion.version))
    ).all()
    for one, other in pairwise(versions):
        if (one.mention_id, one.content_digest) == (other.mention_id, other.content_digest):
            tally.doubled += 1
            tally.failures.append(f"run {run.number}: a version of {one.mention_id} is doubled")


def _check_replies(run: Run, db: Session, ours: list[dict[str, Any]], tally: Tally) -> None:
    replies = db.exec(select(Reply)).all()
    by_place = {reply.external_id: reply for reply in replies if reply.external_id}
    tally.replies_on_site += len(ours)
    for row in ours:
        reply = by_place.get(f"{run.proxy.host}/{row['id']}")
        if reply is None or not _is_approved(db, reply, row["text"]):
            tally.unapproved += 1
            tally.failures.append(f"run {run.number}: comment {row['id']} was not approved")
    answered = Counter(
        by_place[key].mention_id
        for key in (f"{run.proxy.host}/{row['id']}" for row in ours)
        if key in by_place
    )
    twice = sum(count - 1 for count in answered.values())
    texts = Counter((row["parent"], " ".join(row["text"].split())) for row in ours)
    twice = max(twice, sum(count - 1 for count in texts.values()))
    tally.posted_twice += twice
    if twice:
        tally.failures.append(f"run {run.number}: {twice} replies were posted twice")
    for reply in replies:
        on_site = f"{run.proxy.host}/" in (reply.external_id or "")
        if reply.state in UNDER_WAY or (reply.state == ReplyState.POSTED and not on_site):
            tally.left_under_way += 1
            tally.failures.append(f"run {run.number}: reply {reply.id} was left {reply.state}")


def _is_approved(db: Session, reply: Reply, text: str) -> bool:
    """Does the text on the site have as many approvals of that digest as were asked for?"""
    draft = db.get_one(DraftRow, reply.draft_id)
    given = db.exec(
        select(Approval.person_id).where(
            Approval.draft_id == draft.id,
            Approval.text_digest == hashlib.sha256(reply.text.encode()).hexdigest(),
            Approval.mention_id == reply.mention_id,
            Approval.mention_version == reply.mention_version,
        )
    ).all()
    same = reply.text.split() == text.split() and draft.text == reply.text
    return same and len(set(given)) >= max(1, draft.approvals_needed)


def _count_unknown(db: Session, tally: Tally) -> None:
    events = db.exec(
        select(AuditEvent).where(AuditEvent.subject_kind == "reply").order_by(col(AuditEvent.id))
    ).all()
    unknown = {event.subject_id for event in events if event.action == "reply.unknown"}
    posted = {event.subject_id for event in events if event.action == "reply.posted"}
    tally.unknown += len(unknown)
    tally.unknown_was_posted += len(unknown & posted)
    failed = db.exec(select(Reply.id).where(Reply.state == ReplyState.FAILED)).all()
    tally.unknown_was_not_posted += len(unknown & {str(number) for number in failed})


def table_of(tally: Tally, seconds: float) -> str:
    """The table for the closing note."""
    names = [name for name in asdict(tally) if name not in ("killed_at", "passed", "failures")]
    lines = [f"{name:24}{getattr(tally, name):8}" for name in names]
    lines += [f"{'seconds':24}{seconds:8.0f}", "", f"{'boundary':24}{'passed':>8}{'kills':>8}"]
    for name in sorted({*tally.passed, *tally.killed_at}):
        lines.append(f"{name:24}{tally.passed[name]:8}{tally.killed_at[name]:8}")
    return "\n".join([*lines, "", *tally.failures[:40]]) + "\n"
