"""Tables: what model, policy and people made of a mention."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import (
    Abuse,
    CaseState,
    Claim,
    IncidentKind,
    IncidentState,
    Language,
    Stance,
    Topic,
)
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class VerdictRow(SQLModel, table=True):
    """What one model said of one version of a mention."""

    __tablename__ = "verdict"
    __table_args__ = (
        UniqueConstraint("mention_id", "mention_version", "model_version"),
        Index(
            "ix_verdict_counted",
            *("brand_id", "created_at", "stance", "urgency", "abstained"),
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    mention_version: int
    model_version: str = Field(max_length=64)
    claim: Claim = enum_field(Claim)
    abuse: Abuse = enum_field(Abuse)
    stance: Stance = enum_field(Stance)
    urgency: int
    topic: Topic = enum_field(Topic)
    language: Language = enum_field(Language)
    abstained: bool
    value: dict[str, Any] = json_field(dict)
    created_at: datetime = time_field()


class Label(SQLModel, table=True):
    """What a person says a verdict should be. Label columns of imported files never come here."""

    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    field: str = Field(max_length=32)
    value: str = Field(max_length=32)
    created_at: datetime = time_field()


class Case(SQLModel, table=True):
    """One person, one story. While `lease_until` lies ahead, `leased_by_id` works on it."""

    __table_args__ = (
        Index(
            "uq_case_open_author",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_case_leased_by",
            *("leased_by_id", "lease_until"),
            sqlite_where=text("leased_by_id IS NOT NULL"),
            postgresql_where=text("leased_by_id IS NOT NULL"),
        ),
        Index(
            "ix_case_leased",
            *("brand_id", "lease_until"),
            sqlite_where=text("leased_by_id IS NOT NULL"),
            postgresql_where=text("leased_by_id IS NOT NULL"),
        ),
        Index(
            "ix_case_owner",
            "owner_id",
            sqlite_where=text("owner_id IS NOT NULL"),
            postgresql_where=text("owner_id IS NOT NULL"),
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    author_id: int = Field(foreign_key="author.id", sa_type=BigInteger)
    owner_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    state: CaseState = enum_field(CaseState, default=CaseState.OPEN)
    opened_at: datetime = time_field()
    closed_at: datetime | None = time_field(required=False)
    leased_by_id: int | None = Field(default=None, sa_type=BigInteger)
    lease_until: datetime | None = time_field(required=False)


class Incident(SQLModel, table=True):
    """Many people, one story. `signature` is what its members share; `explanation` says why.

    `reach` is how many people may have read of it, None where no platform tells. `evidence` is
    what speaks for an attack, as shares of 0 to 1; empty: computed when it is looked at. One that
    was merged into another is `solved` and has `merged_into_id`.
    """

    __table_args__ = (Index("ix_incident_alive", "brand_id", "state", "last_at", "id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: IncidentKind = enum_field(IncidentKind)
    state: IncidentState = enum_field(IncidentState)
    topic: Topic = enum_field(Topic)
    signature: str = Field(max_length=255, index=True)
    title: str = ""
    explanation: str = ""
    statement: str = Field(default="", sa_type=Text)
    size: int = 0
    first_at: datetime = time_field()
    last_at: datetime = time_field()
    owner_id: int | None = Field(default=None, sa_type=BigInteger)
    department: str = Field(default="", max_length=128)
    reach: int | None = Field(default=None, sa_type=BigInteger)
    lessons: str = Field(default="", sa_type=Text)
    merged_into_id: int | None = Field(default=None, sa_type=BigInteger)
    closed_at: datetime | None = time_field(required=False)
    evidence: dict[str, Any] = json_field(dict)


class PolicyRevision(SQLModel, table=True):
    """Each policy text ever decided with, by digest."""

    __tablename__ = "policy_revision"
    digest: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
    name: str = Field(max_length=64)
    version: int
    text: str = Field(sa_type=Text)
    loaded_at: datetime = time_field()


class DecisionRow(SQLModel, table=True):
    """What the policy said of one version of a mention, with the rule and its why."""

    __tablename__ = "decision"
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    verdict_id: int | None = Field(default=None, foreign_key="verdict.id", sa_type=BigInteger)
    rule_id: str = Field(max_length=64)
    why: str = Field(sa_type=Text)
    policy_digest: str = Field(foreign_key="policy_revision.digest", max_length=64)
    policy_version: int
    effects: list[dict[str, Any]] = json_field(list)
    created_at: datetime = time_field()


class FactRow(SQLModel, table=True):
    """Each dated fact ever cited, by digest: what was said last year stays readable."""

    __tablename__ = "fact"
    digest: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
    fact_id: str = Field(max_length=64, index=True)
    value: dict[str, Any] = json_field(dict)
    loaded_at: datetime = time_field()


class FactEnd(SQLModel, table=True):
    """From when on a wording holds no more: the fact was changed, or taken out."""

    __tablename__ = "fact_end"
    brand_id: str = Field(primary_key=True, max_length=64)
    digest: str = Field(primary_key=True, max_length=64)
    ended_at: datetime = time_field()


class KnowledgeText(SQLModel, table=True):
    """The last good files of a desk's knowledge: `texts` are pairs of text and name."""

    __tablename__ = "knowledge_text"
    brand_id: str = Field(primary_key=True, max_length=64)
    digest: str = Field(max_length=64)
    texts: list[list[str]] = json_field(list)
    loaded_at: datetime = time_field()
