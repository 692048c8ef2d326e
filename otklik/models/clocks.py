"""Tables: clocks of the terms of zones, and the last good text of the operations."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from otklik.enums import ClockKind, ClockState
from otklik.models.fields import brand_field, enum_field, key_field, time_field

_RUNNING = "state = 'running'"


class Clock(SQLModel, table=True):
    """One term of one mention, in working minutes of its zone.

    Attributes:
        minutes: the whole term.
        due_at: when it runs out; of a paused clock, when it would have.
        paused_at, resumes_at: of a paused clock: since when, and when it goes on by itself.
        step: of the zone's escalation that comes next; `step_at` when, None: none comes.
    """

    __table_args__ = (
        UniqueConstraint("mention_id", "kind"),
        Index(
            "ix_clock_due",
            *("brand_id", "due_at"),
            sqlite_where=text(_RUNNING),
            postgresql_where=text(_RUNNING),
        ),
        Index("ix_clock_step", "brand_id", "step_at"),
        Index(
            "ix_clock_paused",
            *("brand_id", "resumes_at"),
            sqlite_where=text("state = 'paused'"),
            postgresql_where=text("state = 'paused'"),
        ),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    kind: ClockKind = enum_field(ClockKind)
    state: ClockState = enum_field(ClockState)
    zone: str = Field(max_length=64)
    urgency: int = 0
    minutes: int
    started_at: datetime = time_field()
    due_at: datetime = time_field()
    paused_at: datetime | None = time_field(required=False)
    resumes_at: datetime | None = time_field(required=False)
    stopped_at: datetime | None = time_field(required=False)
    step: int = 0
    step_at: datetime | None = time_field(required=False)


class OperationsText(SQLModel, table=True):
    """The last good text of `operations.yaml`: what holds after a restart on a broken file."""

    __tablename__ = "operations_text"
    brand_id: str = Field(primary_key=True, max_length=64)
    digest: str = Field(max_length=64)
    text: str = Field(sa_type=Text)
    loaded_at: datetime = time_field()
