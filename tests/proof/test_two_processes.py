"""Two processes drain one database at once: nothing twice, no deadlock, nobody fails."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, func, select

from otklik.database import make_engine, reading
from otklik.models import Mention, Reply
from tests.proof.counting import OUR_NAME, Tally, check
from tests.proof.killing import ROOT, TEXTS, Run
from tests.servers.isso import IssoServer

PAGES, COMMENTS_A_PAGE = 15, 20
APPROVALS, DRAFTS_EACH = 30, 3  # of the drafts written first, two or three for each comment


@dataclass
class ManyPages(Run):
    """Several pages of one site."""

    @property
    def uris(self) -> list[str]:
        """The pages."""
        return [f"/many/{self.number}/{page}" for page in range(PAGES)]

    @property
    def source(self) -> dict[str, Any]:
        """The `[[sources]]` entry."""
        return {**super().source, "uris": self.uris, "author_website": "https://shop.example/"}

    def fill(self) -> None:
        """Strangers write."""
        for uri in self.uris:
            for place in range(COMMENTS_A_PAGE):
                text = TEXTS[place % len(TEXTS)].format(n=self.rng.randrange(1000, 9999))
                self.isso.add_comment(f"{text} ({place})", uri=uri, author=f"Гость {place}")

    def shown(self) -> list[dict[str, Any]]:
        """All that stands on the pages."""
        return [row for uri in self.uris for row in self.isso.list(uri) if row["mode"] == 1]


def start() -> subprocess.Popen[str]:
    """A process that has loaded everything and waits for its job."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.proof.worker"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.proof
def test_two_processes_do_everything_once(database_url: str, isso: IssoServer) -> None:
    run = ManyPages(1, database_url, isso, isso, random.Random(7))
    run.prepare_people()
    run.fill()
    workers = [start(), start()]
    job = json.dumps(
        {"url": database_url, "source": run.source, "approvals": APPROVALS * DRAFTS_EACH}
    )
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{job}\n")
        worker.stdin.flush()
    ends = [worker.communicate(timeout=500) for worker in workers]
    for worker, (told, errors) in zip(workers, ends, strict=True):
        assert (worker.returncode, told) == (0, "done\n"), errors[-3000:]
        assert "failed" not in errors, errors[-3000:]
    tally = Tally()
    check(run, tally)
    assert not tally.failures, tally.failures
    assert tally.replies_on_site >= 0.8 * APPROVALS
    engine = make_engine(database_url)
    with reading(engine) as db:
        theirs = db.exec(select(func.count(col(Mention.id))).where(~col(Mention.is_ours))).one()
        answered = db.exec(select(func.count(func.distinct(col(Reply.mention_id))))).one()
    engine.dispose()
    assert theirs == PAGES * COMMENTS_A_PAGE
    assert answered == sum(row["author"] == OUR_NAME for row in run.shown())
