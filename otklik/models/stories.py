"""Tables: one person across platforms, one statement for a wave, and what is worth showing."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import Language, LinkState, StatementState
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class AuthorLink(SQLModel, table=True):
    """Two accounts that are, or may be, one person; `first_id` < `second_id`.

    `evidence` says why it was suggested, without personal data: what kind of contact agreed.
    """

    __tablename__ = "author_link"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    first_id: int = Field(foreign_key="author.id", sa_type=BigInteger)
    second_id: int = Field(foreign_key="author.id", sa_type=BigInteger, index=True)
    state: LinkState = enum_field(LinkState)
    evidence: str = ""
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()
    decided_at: datetime | None = time_field(required=False)


class Statement(SQLModel, table=True):
    """What is said to everybody in an incident; its text never changes once it is approved.

    `is_closing`: it says that the trouble is over, to those who were answered before, too.
    """

    __table_args__ = (
        Index(
            "uq_statement_approved",
            "incident_id",
            "language",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    incident_id: int = Field(foreign_key="incident.id", sa_type=BigInteger, index=True)
    language: Language = enum_field(Language)
    state: StatementState = enum_field(StatementState)
    text: str = Field(sa_type=Text)
    text_digest: str = Field(max_length=64)
    findings: list[dict[str, Any]] = json_field(list)
    approvals_needed: int = 1
    author_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    approved_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    second_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    is_closing: bool = False
    created_at: datetime = time_field()
    approved_at: datetime | None = time_field(required=False)


class ShowcaseEntry(SQLModel, table=True):
    """A decision that colleagues should see: which reply, and what is good about it."""

    __tablename__ = "showcase"
    __table_args__ = (UniqueConstraint("draft_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    draft_id: int = Field(foreign_key="draft.id", sa_type=BigInteger)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    why: str = Field(sa_type=Text)
    created_at: datetime = time_field()


class ShadowDecision(SQLModel, table=True):
    """What a policy in shadow mode would have decided; it decides nothing."""

    __tablename__ = "shadow_decision"
    __table_args__ = (
        UniqueConstraint("mention_id", "mention_version", "policy_digest"),
        Index("ix_shadow_decision_digest", "policy_digest", "id"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    mention_version: int
    policy_digest: str = Field(foreign_key="policy_revision.digest", max_length=64)
    rule_id: str = Field(max_length=64)
    effects: list[dict[str, Any]] = json_field(list)
    is_same: bool
    created_at: datetime = time_field()
