"""What the kill test counts: what stands on the site against what stands in the database."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from otklik import audit
from otklik.database import make_engine, reading
from otklik.enums import CloseReason, ReplyState
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
from tests.proof.zygote import MACHINE_STATES, UNDER_WAY

if TYPE_CHECKING:
    from tests.proof.killing import Run

OUR_NAME = "Магазин «Ромашка»"


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
