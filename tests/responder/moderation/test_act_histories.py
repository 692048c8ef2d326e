"""Random histories of moderation: whoever asks, approves, edits, labels, dies or appeals.

Nothing is done outside without its approvals, while posting is not live, twice, or for another
text than the approved one; no ban beyond the year's budget, none on evidence that a ban or an
unban has settled; the audit chain holds.
"""

from __future__ import annotations

import copy
import itertools
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import audit
from otklik.database import make_engine, reading
from otklik.enums import ActKind, ActState, PostingMode, Role
from otklik.errors import OtklikError
from otklik.models import Act, Author, Mention, MentionVersion, Person, Reply
from responder.moderation.terms import YEAR
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    OBSCENE,
    Moderated,
    moderated,
    moderated_stage,
    write,
)
from tests.responder.moderation.moderating import (
    AUTHORS,
    REACHED,
    TERMS,
    Model,
    People,
    provoked,
)
from tests.servers.databases import PostgresServer, SqliteTemplate

FULL = os.environ.get("PROOF") == "full"
STEPS = 40
HISTORIES = {"sqlite": 50 if FULL else 5, "postgresql": 10 if FULL else 2}
APPROVERS = {Role.APPROVER, Role.LEAD, Role.ADMIN}
LEADS = {Role.LEAD, Role.ADMIN}
WEIGHTS = {
    "ask_hide": 4,
    "ask_ban": 3,
    "ask_report": 1,
    "ask_undo": 2,
    "ask_withdraw": 1,
    "approve": 14,
    "refuse": 1,
    "edit": 1,
    "judge": 1,
    "appeal": 1,
    "decide": 1,
    "spoil": 2,
    "switch": 1,
    "wait": 1,
    "provoke": 1,
}
_numbers = itertools.count(1)


World = tuple[Stage, type[Moderated], Callable[[], None]]


def opened(engine: Engine) -> tuple[Stage, type[Moderated]]:
    """Two authors who may be banned, a critic and somebody obscene."""
    stage, site = moderated_stage(engine, TERMS)
    for author in AUTHORS[:2]:
        provoked(stage, author)
    write(stage, COMPLAINT + " Вы идиоты", "guest")
    write(stage, OBSCENE, "guest")
    return stage, site


class Moderation(People, RuleBasedStateMachine):
    """One desk and one site that it may moderate."""

    make_world: ClassVar[Callable[[], World]]

    @initialize()
    def open(self) -> None:
        self.stage, self.site, self.drop = type(self).make_world()
        self.engine, self.model, self.turn = self.stage.desk.engine, Model(), 0

    @rule(seed=st.integers(0, 2**32))
    def happens(self, seed: int) -> None:
        """One rule for all, so that every history has some of everything."""
        self.turn += 1
        dice = random.Random(f"{seed} {self.turn}")
        name = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        action: Callable[[int, int], None] = getattr(self, name)
        try:
            action(dice.randrange(30), dice.randrange(30))
        except OtklikError as error:
            REACHED[type(error).__name__] += 1
        self.machine()
        self.check()

    # ---- what must hold -------------------------------------------------------------------

    def check(self) -> None:
        """Every change outside since the last look, held against what the test remembers."""
        model, fresh = self.model, self.site.done[self.model.seen :]
        model.seen = len(self.site.done)
        assert not fresh or model.mode is PostingMode.LIVE, (fresh, model.mode)
        for what, subject in fresh:
            act = self._act_behind(what, subject)
            model.times[act.id or 0] += 1
            assert model.times[act.id or 0] == 1, "done twice"
            self._check_approvals(act)
            if act.kind in (ActKind.HIDE, ActKind.REPORT):
                self._check_text(act, subject)
            if act.kind is ActKind.BAN:
                self._check_ban(act)
            if act.kind in (ActKind.BAN, ActKind.UNBAN):
                model.settled[act.author_id or 0] = act.doing_at or act.asked_at
            REACHED[what] += 1

    def _act_behind(self, what: str, subject: str) -> Act:
        with reading(self.engine) as db:
            begun = db.exec(
                select(Act).where(Act.kind == what, col(Act.doing_at).is_not(None))
            ).all()
            fitting = [act for act in begun if self._subject_of(act) == subject]
            return max(fitting, key=lambda act: (act.doing_at or act.asked_at, act.id or 0))

    def _subject_of(self, act: Act) -> str:
        with reading(self.engine) as db:
            if act.kind in (ActKind.BAN, ActKind.UNBAN):
                return db.get_one(Author, act.author_id).external_id
            if act.reply_id is not None:
                return db.get_one(Reply, act.reply_id).external_id or ""
            return db.get_one(Mention, act.mention_id).external_id

    def _check_approvals(self, act: Act) -> None:
        with reading(self.engine) as db:
            people = [db.get_one(Person, one) for one in self.model.yes.get(act.id or 0, ())]
        given = [one for one in people if one.is_active and one.role in APPROVERS]
        if act.kind is ActKind.HIDE or (act.kind is not ActKind.BAN and act.approvals_needed > 1):
            given = [one for one in given if one.id != act.asked_by_id]
        assert len(given) >= max(1, act.approvals_needed), (act.kind, given)
        if act.kind is ActKind.BAN:
            assert len(given) >= 2
            assert any(one.role in LEADS for one in given)

    def _check_text(self, act: Act, subject: str) -> None:
        there = self.stage.site.comments[int(subject.split("/")[1])]
        with reading(self.engine) as db:
            approved = db.get_one(MentionVersion, (act.mention_id, act.mention_version))
        assert there.text == approved.text, "another text than the one it was approved for"

    def _check_ban(self, act: Act) -> None:
        done_at = act.doing_at or act.asked_at
        recent = [one for one in self.model.bans if one > done_at - YEAR]
        assert len(recent) < TERMS.yearly_budget, "a ban beyond the year's budget"
        self.model.bans.append(done_at)
        settled = self.model.settled.get(act.author_id or 0)
        times = [datetime.fromisoformat(item["at"]) for item in act.evidence]
        assert {item["criterion"] for item in act.evidence} >= {"systematic", "staff", "personal"}
        assert settled is None or min(times) > settled, "banned on what was settled"

    def teardown(self) -> None:
        """The faults end: nothing is left on its way, and the chain holds."""
        if not hasattr(self, "engine"):
            return
        self.site.after.clear()
        self.stage.site.faults.clear()
        self.set_mode(PostingMode.LIVE)
        for _ in range(3):
            self.stage.clock.wait(hours=3)
            self.machine()
            self.check()
        with reading(self.engine) as db:
            left = db.exec(
                select(Act).where(col(Act.state).in_((ActState.APPROVED, ActState.DOING)))
            ).all()
            REACHED.update(f"{act.kind} {act.state}" for act in db.exec(select(Act)))
            audit.verify(db)
        assert not left, [(act.kind, act.state, act.error) for act in left]
        self.engine.dispose()
        self.drop()


@cache
def _prepared() -> tuple[Path, Stage]:
    """The opening, made once; each history begins with a copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="acts-"))
    engine = make_engine(SqliteTemplate(folder).copy(folder / "opening.sqlite3"))
    stage, _ = opened(engine)
    engine.dispose()
    with closing(sqlite3.connect(folder / "opening.sqlite3")) as file:
        file.execute("VACUUM INTO ?", (str(folder / "copied.sqlite3"),))
    return folder, stage


def _on_sqlite() -> World:
    folder, stage = _prepared()
    file = folder / f"{next(_numbers)}.sqlite3"
    shutil.copyfile(folder / "copied.sqlite3", file)
    site, clock = copy.deepcopy(stage.site), copy.copy(stage.clock)
    kind = moderated(site)
    engine = make_engine(f"sqlite:///{file}")
    desk = replace(stage.desk, engine=engine, platforms={"fake": kind}, now=clock)

    def drop() -> None:
        for one in folder.glob(f"{file.name}*"):
            one.unlink()

    return replace(stage, desk=desk, site=site, clock=clock), kind, drop


def _run(histories: int) -> None:
    run_state_machine_as_test(
        Moderation,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


@pytest.mark.proof
def test_no_history_of_moderation_breaks_a_promise(artefacts: Path) -> None:
    REACHED.clear()
    Moderation.make_world = staticmethod(_on_sqlite)
    _run(HISTORIES["sqlite"])
    shutil.rmtree(_prepared()[0], ignore_errors=True)
    told = f"{HISTORIES['sqlite']} histories of {STEPS} steps\n{REACHED}\n"
    (artefacts / "act_histories.txt").write_text(told, "utf-8")
    wanted = ("hide", "ban", "report", "withdraw", "killed")
    enough = all if FULL else any  # five short histories need not reach everything
    assert enough(REACHED[name] for name in wanted), REACHED


@pytest.mark.proof
def test_nor_on_postgresql(postgres_server: PostgresServer) -> None:
    def fresh() -> World:
        name = postgres_server.create()
        stage, site = opened(make_engine(postgres_server.render(name)))
        return stage, site, lambda: postgres_server.drop(name)

    REACHED.clear()
    Moderation.make_world = staticmethod(fresh)
    _run(HISTORIES["postgresql"])
    assert REACHED["hide"] + REACHED["report"] + REACHED["withdraw"], REACHED
