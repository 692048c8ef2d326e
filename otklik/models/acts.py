"""Tables: acts on the outside other than replies, who approved them, and what was appealed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import ActKind, ActState, AppealState
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class Act(SQLModel, table=True):
    """Hiding, banning, reporting, withdrawing or correcting: asked for, approved, then done.

    `text` is the new text of a correction, `until` the end of a ban, `undoes_id` the act that
    an `unhide` or `unban` takes back. `evidence` holds what the reason rests on: mentions,
    warnings and counts. `asked_by_id` is None for what a policy asked for.
    """

    __table_args__ = (
        Index(
            "uq_act_under_way",
            "kind",
            "subject_key",
            unique=True,
            sqlite_where=text("state IN ('asked', 'approved', 'doing', 'unknown')"),
            postgresql_where=text("state IN ('asked', 'approved', 'doing', 'unknown')"),
        ),
        Index("ix_act_work", "state", "do_after"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: ActKind = enum_field(ActKind)
    state: ActState = enum_field(ActState)
    subject_key: str = Field(max_length=128)  # e.g. "mention:17", "author:3", "reply:5"
    mention_id: int | None = Field(
        default=None, foreign_key="mention.id", sa_type=BigInteger, index=True
    )
    mention_version: int | None = None
    author_id: int | None = Field(
        default=None, foreign_key="author.id", sa_type=BigInteger, index=True
    )
    reply_id: int | None = Field(
        default=None, foreign_key="reply.id", sa_type=BigInteger, index=True
    )
    undoes_id: int | None = Field(default=None, foreign_key="act.id", sa_type=BigInteger)
    decision_id: int | None = Field(default=None, foreign_key="decision.id", sa_type=BigInteger)
    reason: str = Field(sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    text_digest: str = Field(default="", max_length=64)
    evidence: list[dict[str, Any]] = json_field(list)
    notice: str = Field(default="", sa_type=Text)
    until: datetime | None = time_field(required=False)
    approvals_needed: int = 1
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    asked_at: datetime = time_field()
    do_after: datetime | None = time_field(required=False)
    doing_at: datetime | None = time_field(required=False)
    lease_until: datetime | None = time_field(required=False)
    done_at: datetime | None = time_field(required=False)
    attempts: int = 0
    error: str = ""


class ActApproval(SQLModel, table=True):
    """One person's yes to one act, exactly as it was asked for."""

    __tablename__ = "act_approval"
    __table_args__ = (UniqueConstraint("act_id", "person_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    act_id: int = Field(foreign_key="act.id", sa_type=BigInteger)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()


class Appeal(SQLModel, table=True):
    """An author's objection to a hiding or a ban, and what a second person made of it."""

    id: int | None = key_field()
    brand_id: str = brand_field()
    act_id: int = Field(foreign_key="act.id", sa_type=BigInteger, index=True)
    text: str = Field(sa_type=Text)
    state: AppealState = enum_field(AppealState, default=AppealState.OPEN)
    answer: str = Field(default="", sa_type=Text)
    entered_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()
    decided_at: datetime | None = time_field(required=False)
