"""Random histories of a site, its visitors, the people at the desk and the machine's accidents.

Whatever happens in whatever order: nothing is posted without approvals of that exact text for
the version that stands there, never twice, never while posting is not live, never on a fact out
of date or a statement taken back; nobody acts on what a colleague has leased; no mention is
lost; every reply can be traced; the audit chain holds.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from otklik import audit, pipeline
from otklik.database import reading
from otklik.enums import DraftState, PostingMode, ReplyState, StatementState
from otklik.models import (
    Approval,
    AuditEvent,
    DecisionRow,
    DraftRow,
    Mention,
    MentionVersion,
    Person,
    PolicyRevision,
    Reply,
    Statement,
)
from otklik.store import mentions
from responder import review
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Policy
from responder.policy.file import shipped_policy
from tests.proof.acting import ACTIONS, APPROVERS, FlatSite
from tests.proof.benches import Bench, PostgresBench, SqliteBench, postgres_engine, sqlite_engine
from tests.proof.more_acting import MORE_ACTIONS, MoreActs, PlainWriter, listen
from tests.servers.databases import PostgresServer

FULL = os.environ.get("PROOF") == "full"
EXAMPLES = {"sqlite": 16_000 if FULL else 300, "postgresql": 4_000 if FULL else 60}
STEPS = 14
which = st.integers(0, 30)


@cache
def _shipped() -> tuple[Policy, Knowledge, PlainWriter]:
    knowledge = shipped_knowledge()
    return shipped_policy(), knowledge, PlainWriter(knowledge)


_done: Counter[str] = Counter()  # over all histories of one database


class Desk(MoreActs, RuleBasedStateMachine):
    """One desk and one site; every rule is one thing that somebody does."""

    bench: ClassVar[Bench]
    table: ClassVar[Path]  # what is known so far, for whoever waits for 20,000 of them

    @initialize(is_flat=st.booleans(), undo=st.sampled_from((0, 30)))
    def open(self, is_flat: bool, undo: int) -> None:
        self.stage = self.bench.stage(undo_seconds=undo)
        self.engine = self.bench.engine
        self.violations, self.commits_left, self.crashes = [], 0, 0
        self.close = listen(self.engine, self)
        if is_flat:
            self.stage.site.__class__ = FlatSite
        self.mode, self.checked = PostingMode.LIVE, 0

    @rule(action=st.sampled_from(ACTIONS + MORE_ACTIONS), one=which, two=which)
    def happens(self, action: str, one: int, two: int) -> None:
        """One rule for all, so that every history has some of everything."""
        act: Callable[[int, int], None] = getattr(self, action)
        act(one, two)
        _done["steps"] += 1
        assert not self.violations, self.violations

    # ---- what must hold ---------------------------------------------------------------------

    def check_posts(self) -> None:
        """Nobody but the machine changes the site in this step, so it can be looked at now."""
        site = self.stage.site
        fresh = site.posts[self.checked :]
        self.checked = len(site.posts)
        assert not fresh or self.mode is PostingMode.LIVE, self.mode
        with reading(self.engine) as db:
            for post in fresh:
                reply = db.exec(
                    select(Reply).where(Reply.idempotency_key == post.idempotency_key)
                ).one()
                self._check_approved(db, reply, post.text)
                version = db.get_one(MentionVersion, (reply.mention_id, reply.mention_version))
                parent = site.comments[int(post.parent_external_id.split("/")[1])]
                assert parent.text == version.text, "answered a text that nobody had approved for"
                assert not site.closed
            keys = Counter(post.idempotency_key for post in site.posts)
            rows = db.exec(select(Reply).where(col(Reply.idempotency_key).in_(list(keys)))).all()
        assert set(keys.values()) <= {1}, "one reply was sent twice"
        versions = Counter((row.mention_id, row.mention_version) for row in rows)
        assert set(versions.values()) <= {1}, "one version of a comment was answered twice"

    def _check_approved(self, db: Session, reply: Reply, text: str) -> None:
        draft = db.get_one(DraftRow, reply.draft_id)
        assert reply.sending_at is not None
        facts = review.cited_facts(db, draft.facts, draft.brand_id)
        assert all(fact.is_valid(reply.sending_at) for fact in facts), "sent an expired fact"
        if draft.statement_id is not None:
            statement = db.get_one(Statement, draft.statement_id)
            assert statement.state is StatementState.APPROVED, "sent a retired statement"
            _done["posted on a statement"] += 1
        given = db.exec(
            select(Person)
            .join(Approval, col(Approval.person_id) == Person.id)
            .where(
                Approval.draft_id == draft.id,
                Approval.text_digest == hashlib.sha256(text.encode()).hexdigest(),
                Approval.mention_version == reply.mention_version,
            )
        ).all()
        assert all(person.role in APPROVERS for person in given)
        given = [person for person in given if person.is_active]
        if draft.approvals_needed > 1:
            given = [person for person in given if person.id != draft.editor_id]
        assert len({person.id for person in given}) >= max(1, draft.approvals_needed)

    def teardown(self) -> None:
        """The faults end: everything is read, nothing is left on its way, the chain holds."""
        if not hasattr(self, "stage"):
            return
        self.commits_left = 0
        site = self.stage.site
        site.faults.clear()
        site.accept_then_fail.clear()
        self.switch(PostingMode.LIVE)
        for _ in range(2):
            self.stage.clock.wait(hours=2)
            self._run(lambda: pipeline.drain(self.stage.desk))
        self.close()
        with reading(self.engine) as db:
            under_way = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN)
            left = db.exec(select(Reply).where(col(Reply.state).in_(under_way))).all()
            stored = db.exec(select(Mention).where(col(Mention.deleted_at).is_(None))).all()
            drafts = db.exec(select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)).all()
            stale = [
                d
                for d in drafts
                if mentions.get_mention(db, d.mention_id).version != d.mention_version
            ]
            offered = db.exec(select(DraftRow).where(DraftRow.state == DraftState.OFFERED)).all()
            _done.update(str(state) for state in db.exec(select(Reply.state)))
            reasons = db.exec(select(Reply.error).where(Reply.state == ReplyState.FAILED))
            _done.update(f"failed: {reason.split(':')[0]}"[:60] for reason in reasons)
            _done["histories"] += 1
            _done["crashes"] += self.crashes
            _done["approvals"] += len(db.exec(select(Approval.id)).all())
            self._check_traces(db)
            audit.verify(db)
        shown = {f"site/{comment.number}": comment.text for comment in site.comments.values()}
        assert {mention.external_id: mention.text for mention in stored} == shown
        assert len(stored) == len(shown)
        assert not left, [(reply.state, reply.error) for reply in left]
        assert not stale, "a draft waits for a person that nobody can approve"
        if _done["histories"] % 100 == 0:
            _write(self.table)
        standing = {draft.mention_id for draft in drafts}
        assert {draft.mention_id for draft in offered} <= standing, "offered beside nothing"

    def _check_traces(self, db: Session) -> None:
        """Promise 4: each reply that is out leads back to policy, verdict and who said yes."""
        events = db.exec(select(AuditEvent).where(AuditEvent.action == "draft.approved")).all()
        yes = Counter(event.subject_id for event in events)
        for reply in db.exec(select(Reply).where(Reply.state == ReplyState.POSTED)):
            draft = db.get_one(DraftRow, reply.draft_id)
            decision = db.get_one(DecisionRow, draft.decision_id)
            assert decision.verdict_id is not None
            assert db.get(PolicyRevision, decision.policy_digest) is not None
            assert yes[str(draft.id)] >= draft.approvals_needed, "an approval left no trace"


def _write(table: Path) -> None:
    lines = [f"{what:64}{count:8}" for what, count in sorted(_done.items())]
    table.write_text("\n".join([*lines, ""]), "utf-8")


def _run(bench: Bench, name: str, artefacts: Path) -> None:
    _done.clear()
    started = time.monotonic()
    table = artefacts / f"histories-{name}.txt"
    kind = type("Desk", (Desk,), {"bench": bench, "table": table})
    examples = int(os.environ.get("PROOF_HISTORIES", EXAMPLES[name]))
    try:
        run_state_machine_as_test(
            kind,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate] if FULL else list(Phase),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        _done["seconds"] = round(time.monotonic() - started)
        _write(table)
        bench.engine.dispose()
    needed = ("posted", "failed", "rehearsed", "failed: the comment was edited")
    assert all(_done[what] > examples / 40 for what in needed), _done
    rarer = (
        "failed: the incident's statement was taken back",
        "posted on a statement",
        "failed: a cited fact has expired",
        "crashes",
    )
    if examples >= EXAMPLES["sqlite"]:  # what is rare may well be absent from a hundred histories
        assert all(_done[what] > examples / 200 for what in rarer), _done


@pytest.mark.proof
def test_no_history_breaks_a_promise_on_sqlite(artefacts: Path) -> None:
    _run(SqliteBench(sqlite_engine(), *_shipped()), "sqlite", artefacts)


@pytest.mark.proof
def test_no_history_breaks_a_promise_on_postgresql(
    postgres_server: PostgresServer, artefacts: Path
) -> None:
    _run(PostgresBench(postgres_engine(postgres_server), *_shipped()), "postgresql", artefacts)
