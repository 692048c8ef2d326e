"""Tables: what leads propose at the desk, what they are writing, and rehearsals of policies."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import ProposalKind, ProposalState, RehearsalState
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class Proposal(SQLModel, table=True):
    """A text one person proposes and another one brings into force.

    `subject` is `policy`, or the id of a fact or power. An empty `text` means: follow the file
    of the settings again. `base_digest` is what was in force when it was written, empty where
    there was nothing. While `is_shadowed`, it decides beside the policy in force. `is_alone`: its
    author brought it into force, being the only lead or administrator there was.
    """

    __table_args__ = (
        Index(
            "uq_proposal_active",
            *("brand_id", "kind", "subject"),
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "uq_proposal_shadowed",
            *("brand_id", "kind"),
            unique=True,
            sqlite_where=text("is_shadowed"),
            postgresql_where=text("is_shadowed"),
        ),
        Index("ix_proposal_state", "brand_id", "kind", "state", "id"),
        CheckConstraint(
            "state NOT IN ('active', 'retired') OR "
            "(decided_by_id IS NOT NULL AND (is_alone OR decided_by_id <> author_id))",
            name="second_person",
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: ProposalKind = enum_field(ProposalKind)
    subject: str = Field(max_length=64)
    version: int = 0
    text: str = Field(sa_type=Text)
    digest: str = Field(max_length=64)
    base_digest: str = Field(default="", max_length=64)
    note: str = Field(sa_type=Text)
    state: ProposalState = enum_field(ProposalState, default=ProposalState.PROPOSED)
    is_shadowed: bool = False
    is_alone: bool = False
    author_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    decided_at: datetime | None = time_field(required=False)
    reason: str = Field(default="", sa_type=Text)


class WorkingText(SQLModel, table=True):
    """What one person is writing and has not proposed yet: kept, whatever is wrong with it."""

    __tablename__ = "working_text"
    __table_args__ = (UniqueConstraint("person_id", "kind", "subject"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    kind: ProposalKind = enum_field(ProposalKind)
    subject: str = Field(max_length=64)
    text: str = Field(sa_type=Text)
    base_digest: str = Field(default="", max_length=64)
    saved_at: datetime = time_field()


class Rehearsal(SQLModel, table=True):
    """One text tried on what was decided in the last `days` days; `result` when it is done."""

    __table_args__ = (UniqueConstraint("brand_id", "digest", "days"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    digest: str = Field(max_length=64)
    days: int
    state: RehearsalState = enum_field(RehearsalState)
    done: int = 0
    total: int = 0
    result: dict[str, Any] = json_field(dict)
    error: str = Field(default="", sa_type=Text)
    asked_by_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    started_at: datetime = time_field()
    updated_at: datetime = time_field()
