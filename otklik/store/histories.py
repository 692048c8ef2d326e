"""What is known of authors over time: their comments, our warnings, what staff said of both."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, case, col, func, or_, select

from otklik.enums import Abuse, ActKind, Approach, MentionState, ReplyState
from otklik.models import Act, Approval, Author, DraftRow, Label, Mention, Reply, VerdictRow


@dataclass(frozen=True)
class JudgedMention:
    """A mention somebody or something found abusive, with the newest verdict on its version."""

    mention: Mention
    verdict: VerdictRow | None
    parent_external_id: str | None
    is_to_us: bool


@dataclass(frozen=True)
class PostedWords:
    """A reply of ours in public: to whom, how it answered, who wrote or approved it."""

    reply: Reply
    mention: Mention
    approach: Approach
    editor_id: int | None


def list_accounts(session: Session, author_ids: Iterable[int]) -> dict[int, int]:
    """Every account of these people: account id → canonical author id."""
    asked = set(author_ids)
    roots = select(func.coalesce(Author.same_as_id, Author.id)).where(col(Author.id).in_(asked))
    found = session.exec(
        select(Author.id, Author.same_as_id).where(
            or_(col(Author.id).in_(roots), col(Author.same_as_id).in_(roots))
        )
    )
    return {account or 0: root or account or 0 for account, root in found}


def count_mentions(session: Session, accounts: Collection[int]) -> dict[int, tuple[int, int]]:
    """By account: mentions ever written here, and those of them that were answered."""
    answered = func.sum(case((col(Mention.state) == MentionState.ANSWERED, 1), else_=0))
    found = session.exec(
        select(Mention.author_id, func.count(), answered)
        .where(col(Mention.author_id).in_(accounts))
        .group_by(col(Mention.author_id))
    )
    return {author: (written, int(given or 0)) for author, written, given in found}


def list_abusive(
    session: Session, accounts: Collection[int], since: datetime
) -> list[JudgedMention]:
    """Mentions since then whose present version a verdict or a label calls abusive, in order."""
    any_verdict: Any = aliased(VerdictRow)
    said = select(any_verdict.id).where(
        any_verdict.mention_id == Mention.id,
        any_verdict.mention_version == Mention.version,
        any_verdict.abuse != Abuse.NONE,
    )
    labelled = select(Label.mention_id).where(
        Label.mention_id == Mention.id, Label.field == "abuse"
    )
    ours: Any = aliased(Mention)
    found = session.exec(
        select(Mention, VerdictRow, ours.id)
        .outerjoin(
            VerdictRow,
            (col(VerdictRow.mention_id) == Mention.id)
            & (col(VerdictRow.mention_version) == Mention.version),
        )
        .outerjoin(
            ours,
            (ours.external_id == Mention.parent_external_id)
            & (ours.platform == Mention.platform)
            & (ours.brand_id == Mention.brand_id)
            & ours.is_ours,
        )
        .where(
            col(Mention.author_id).in_(accounts),
            Mention.waiting_since >= since,
            or_(said.exists(), labelled.exists()),
        )
        .order_by(col(Mention.waiting_since), col(Mention.id), col(VerdictRow.id))
    )
    newest = {
        mention.id: JudgedMention(mention, verdict, mention.parent_external_id, parent is not None)
        for mention, verdict, parent in found
    }
    return list(newest.values())


def list_author_labels(session: Session, accounts: Collection[int]) -> list[tuple[int, Label]]:
    """Labels on the present versions of their mentions, oldest first, with the account."""
    found = session.exec(
        select(Mention.author_id, Label)
        .join(Mention, col(Mention.id) == Label.mention_id)
        .where(col(Mention.author_id).in_(accounts), Label.mention_version == Mention.version)
        .order_by(col(Label.id))
    )
    return [(account, label) for account, label in found]


def list_posted_to(session: Session, accounts: Collection[int]) -> list[PostedWords]:
    """Our replies that stand in public under their mentions, oldest first."""
    found = session.exec(
        select(Reply, Mention, DraftRow.approach, DraftRow.editor_id)
        .join(Mention, col(Mention.id) == Reply.mention_id)
        .join(DraftRow, col(DraftRow.id) == Reply.draft_id)
        .where(col(Mention.author_id).in_(accounts), Reply.state == ReplyState.POSTED)
        .order_by(col(Reply.posted_at), col(Reply.id))
    )
    return [PostedWords(*row) for row in found]


def list_speakers(session: Session, external_ids: Collection[str]) -> dict[str, int]:
    """Who stands behind replies of ours: external id → editor, else the first approver."""
    if not external_ids:
        return {}
    found = session.exec(
        select(Reply.external_id, DraftRow.editor_id, Approval.person_id)
        .join(DraftRow, col(DraftRow.id) == Reply.draft_id)
        .join(Approval, col(Approval.draft_id) == DraftRow.id)
        .where(col(Reply.external_id).in_(external_ids))
        .order_by(col(Approval.id).desc())
    )
    return {there: editor or approver for there, editor, approver in found if there}


def list_acts_on(session: Session, accounts: Collection[int]) -> list[Act]:
    """Hidings of their mentions, their bans, and what took these back; oldest first."""
    kinds = (ActKind.HIDE, ActKind.UNHIDE, ActKind.BAN, ActKind.UNBAN)
    return list(
        session.exec(
            select(Act)
            .where(col(Act.author_id).in_(accounts), col(Act.kind).in_(kinds))
            .order_by(col(Act.id))
        )
    )
