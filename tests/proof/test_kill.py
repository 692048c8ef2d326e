"""Killed at every commit boundary and inside the call, the work comes out right."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.proof.counting import Tally, table_of
from tests.proof.killing import Killer, Plan, Run, Zygote, killed_run, targets_of
from tests.servers.databases import PostgresServer, SqliteTemplate
from tests.servers.faulty import FaultyProxy
from tests.servers.isso import IssoServer

FULL = os.environ.get("PROOF") == "full"
RUNS = int(os.environ.get("PROOF_RUNS", "300" if FULL else "30"))
KILLS_A_RUN = 3 if FULL else 5
POSTGRES_EVERY = 5
KINDS = {
    f"{kind} {phase}"
    for kind in (
        "collect",
        "classify",
        "group",
        "decide",
        "draft",
        "approve",
        "post-1",
        "http",
        "post-2",
        "read_back",
        "follow_up",
        "alert",
    )
    for phase in ("before", "after")
}


def save_table(tally: Tally, folder: Path, seconds: float) -> str:
    """Leave what is known so far; gives the table."""
    table = table_of(tally, seconds)
    (folder / "kill-table.txt").write_text(table, encoding="utf-8")
    plain = json.dumps(vars(tally), ensure_ascii=False, indent=1)
    (folder / "kill-table.json").write_text(plain, encoding="utf-8")
    return table


@pytest.mark.proof
def test_no_kill_loses_doubles_or_posts_what_it_should_not(  # noqa: PLR0917 — fixtures
    proxy: FaultyProxy,
    isso: IssoServer,
    sqlite_template: SqliteTemplate,
    postgres_server: PostgresServer,
    tmp_path: Path,
    artefacts: Path,
) -> None:
    tally, rng, killer, table = Tally(), random.Random(20261122), Killer(proxy), ""
    started = time.monotonic()

    @contextmanager
    def prepared(number: int) -> Iterator[Run]:
        is_postgres = number % POSTGRES_EVERY == 0
        file, name = tmp_path / f"{number}.sqlite3", ""
        if is_postgres:
            name = postgres_server.create()
        url = postgres_server.render(name) if is_postgres else sqlite_template.copy(file)
        run = Run(number, url, isso, proxy, random.Random(rng.random()))
        run.prepare()
        yield run
        if is_postgres:
            postgres_server.drop(name)
        file.unlink(missing_ok=True)

    with Zygote(tmp_path / "zygote.log") as zygote:
        for number in (-1, -POSTGRES_EVERY):
            with prepared(number) as run:
                run.attempt(zygote, killer, None, warm=True)
        with prepared(-2) as run:
            passed = run.attempt(zygote, killer, None)["passed"]
        plan = Plan(targets_of(passed), rng)
        for number in range(1, RUNS + 1):
            with prepared(number) as run:
                taken = plan.take(KILLS_A_RUN)
                for missed in killed_run(run, zygote, killer, taken, tally):
                    plan.give_back(missed)
            table = save_table(tally, artefacts, time.monotonic() - started)

    assert not tally.failures, table
    assert not any(
        (tally.lost, tally.doubled, tally.unapproved, tally.posted_twice, tally.broken_chains)
    ), table
    assert tally.unknown == tally.unknown_was_posted + tally.unknown_was_not_posted, table
    assert tally.unknown_was_posted, table
    assert tally.unknown_was_not_posted, table
    assert set(tally.killed_at) >= KINDS, sorted(KINDS - set(tally.killed_at))
