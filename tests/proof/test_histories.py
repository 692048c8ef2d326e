"""Random histories of a site, its visitors, the people at the desk and the machine's accidents.

Whatever happens in whatever order: nothing is posted without approvals of that exact text for
the version that stands there, never twice, never while posting is not live; no mention is lost;
the audit chain holds.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from otklik import audit
from otklik.database import make_engine, reading
from otklik.enums import DraftState, PostingMode, ReplyState
from otklik.models import Approval, DraftRow, Mention, MentionVersion, Person, Reply
from otklik.store import mentions
from responder.knowledge import Knowledge
from responder.knowledge_file import shipped_knowledge
from responder.policy import Policy
from responder.policy_file import shipped_policy
from tests.fakes import make_stage
from tests.proof.acting import ACTIONS, APPROVERS, Acts, FlatSite
from tests.servers.databases import SqliteTemplate

FULL = os.environ.get("PROOF") == "full"
EXAMPLES = 2000 if FULL else 200
STEPS = 20
which = st.integers(0, 30)


@cache
def _shipped() -> tuple[Policy, Knowledge]:
    return shipped_policy(), shipped_knowledge()


@cache
def _template() -> tuple[SqliteTemplate, Path]:
    folder = Path(tempfile.mkdtemp(prefix="histories-"))
    return SqliteTemplate(folder), folder


_numbers = itertools.count(1)
_reached: Counter[str] = Counter()  # final states of replies over all histories


class Desk(Acts, RuleBasedStateMachine):
    """One desk and one site; every rule is one thing that somebody does."""

    @initialize(is_flat=st.booleans(), undo=st.sampled_from((0, 30)))
    def open(self, is_flat: bool, undo: int) -> None:
        template, folder = _template()
        self.file = folder / f"{next(_numbers)}.sqlite3"
        self.engine = make_engine(template.copy(self.file))
        self.stage = make_stage(self.engine, *_shipped(), undo_seconds=undo)
        if is_flat:
            self.stage.site.__class__ = FlatSite
        self.mode, self.checked = PostingMode.LIVE, 0
        for number in range(3):
            self.write(number % 2, number, 1)
        self.machine()

    @rule(action=st.sampled_from(ACTIONS), one=which, two=which)
    def happens(self, action: str, one: int, two: int) -> None:
        """One rule for all, so that every history has some of everything."""
        act: Callable[[int, int], None] = getattr(self, action)
        act(one, two)

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
        if draft.approvals_needed > 1:
            given = [person for person in given if person.id != draft.editor_id]
        assert len({person.id for person in given}) >= max(1, draft.approvals_needed)

    def teardown(self) -> None:
        """The faults end: everything is read, nothing is left on its way, the chain holds."""
        if not hasattr(self, "engine"):
            return
        site = self.stage.site
        site.faults.clear()
        site.accept_then_fail.clear()
        self.switch(PostingMode.LIVE)
        for _ in range(3):
            self.stage.clock.wait(hours=2)
            self.machine()
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
            _reached.update(db.exec(select(Reply.state)))
            _reached["edited after approval"] += len(
                db.exec(select(Reply).where(Reply.error == "the comment was edited")).all()
            )
            audit.verify(db)
        shown = {f"site/{comment.number}": comment.text for comment in site.comments.values()}
        assert {mention.external_id: mention.text for mention in stored} == shown
        assert len(stored) == len(shown)
        assert not left, [(reply.state, reply.error) for reply in left]
        assert not stale, "a draft waits for a person that nobody can approve"
        self.engine.dispose()
        for file in self.file.parent.glob(f"{self.file.name}*"):
            file.unlink()


@pytest.mark.proof
def test_no_history_breaks_a_promise(artefacts: Path) -> None:
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    shutil.rmtree(_template()[1], ignore_errors=True)
    (artefacts / "histories.txt").write_text(f"{EXAMPLES} histories\n{_reached}\n", "utf-8")
    needed = ("posted", "failed", "rehearsed", "edited after approval")
    assert all(_reached[name] > EXAMPLES / 40 for name in needed), _reached
