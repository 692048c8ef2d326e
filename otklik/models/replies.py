"""Tables: the way of our own words: draft, approval, reply, promise."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import Approach, DraftState, Language, PromiseState, ReplyState
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field

_TO_APPROVE = "state = 'proposed' AND (editor_id IS NOT NULL OR approvals_needed > 1)"


class DraftRow(SQLModel, table=True):
    """One proposed text for one version of a mention. The text of a row never changes:

    an edit is a new row that supersedes the old one; `editor_id` is None for the machine's.
    `follows_up_id` is the promise this text reports on; None for an answer to the comment.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_statement", "statement_id"),
        Index(
            "uq_draft_proposed",
            "mention_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "ix_draft_to_approve",
            *("brand_id", "mention_id", "id"),
            sqlite_where=text(_TO_APPROVE),
            postgresql_where=text(_TO_APPROVE),
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    decision_id: int = Field(foreign_key="decision.id", sa_type=BigInteger)
    supersedes_id: int | None = Field(default=None, foreign_key="draft.id", sa_type=BigInteger)
    editor_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    writer: str = Field(max_length=64)
    approach: Approach = enum_field(Approach)
    language: Language = enum_field(Language)
    state: DraftState = enum_field(DraftState)
    text: str = Field(sa_type=Text)
    text_digest: str = Field(max_length=64)
    approvals_needed: int = 1
    points: list[dict[str, Any]] = json_field(list)
    facts: list[dict[str, Any]] = json_field(list)
    findings: list[dict[str, Any]] = json_field(list)
    known: list[dict[str, Any]] = json_field(list)
    powers: list[dict[str, Any]] = json_field(list)
    statement_id: int | None = Field(default=None, sa_type=BigInteger)
    follows_up_id: int | None = Field(default=None, sa_type=BigInteger)
    reject_reason: str = ""
    created_at: datetime = time_field()


class Approval(SQLModel, table=True):
    """One person's yes to one exact text for one exact version of a mention."""

    __table_args__ = (UniqueConstraint("draft_id", "person_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    draft_id: int = Field(foreign_key="draft.id", sa_type=BigInteger)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    text_digest: str = Field(max_length=64)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()


_LIVE = "state IN ('queued', 'sending', 'unknown', 'posted')"


class Reply(SQLModel, table=True):
    """What goes out. Triggers guard its life: see the migrations and `docs/concepts.md`.

    One answer to each version of a mention, and one report on each promise (`follows_up_id`).
    """

    __table_args__ = (
        UniqueConstraint("draft_id"),
        UniqueConstraint("idempotency_key"),
        Index(
            "uq_reply_on_its_way",
            "mention_id",
            unique=True,
            sqlite_where=text("state IN ('queued', 'sending', 'unknown')"),
            postgresql_where=text("state IN ('queued', 'sending', 'unknown')"),
        ),
        Index(
            "uq_reply_once",
            "mention_id",
            "mention_version",
            unique=True,
            sqlite_where=text(f"{_LIVE} AND follows_up_id IS NULL"),
            postgresql_where=text(f"{_LIVE} AND follows_up_id IS NULL"),
        ),
        Index(
            "uq_reply_follow_up",
            "follows_up_id",
            unique=True,
            sqlite_where=text(f"{_LIVE} AND follows_up_id IS NOT NULL"),
            postgresql_where=text(f"{_LIVE} AND follows_up_id IS NOT NULL"),
        ),
        Index("ix_reply_work", "state", "send_after"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    draft_id: int = Field(foreign_key="draft.id", sa_type=BigInteger)
    text: str = Field(sa_type=Text)
    text_digest: str = Field(max_length=64)
    idempotency_key: str = Field(max_length=64)
    state: ReplyState = enum_field(ReplyState)
    queued_at: datetime = time_field()
    send_after: datetime = time_field()
    sending_at: datetime | None = time_field(required=False)
    lease_until: datetime | None = time_field(required=False)
    posted_at: datetime | None = time_field(required=False)
    external_id: str | None = Field(default=None, max_length=512)
    url: str = ""
    error: str = ""
    attempts: int = 0
    follows_up_id: int | None = Field(default=None, sa_type=BigInteger)
    follow_up_at: datetime | None = time_field(required=False, index=True)
    follow_ups: int = 0


class Promise(SQLModel, table=True):
    """A promise of ours: who owes what to whom by when.

    `reply_id` is None for what was promised outside Otklik and entered by hand. `is_undated`:
    nobody said by when, `due_at` is the house's own term; `is_conditional`: the term runs from
    something the author has to do first. `first_due_at` is set once it was postponed.
    """

    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    reply_id: int | None = Field(
        default=None, foreign_key="reply.id", sa_type=BigInteger, index=True
    )
    owner_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    text: str = Field(sa_type=Text)
    due_at: datetime = time_field(index=True)
    is_undated: bool = False
    is_conditional: bool = False
    first_due_at: datetime | None = time_field(required=False)
    postponements: int = 0
    entered_by_id: int | None = Field(default=None, sa_type=BigInteger)
    state: PromiseState = enum_field(PromiseState, default=PromiseState.OPEN)
    created_at: datetime = time_field()
    closed_at: datetime | None = time_field(required=False)
    closed_by_id: int | None = Field(default=None, sa_type=BigInteger)
    kept_by_reply_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    note: str = ""
