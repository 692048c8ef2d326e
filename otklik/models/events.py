"""Tables: dated events that reports compare before and after, and weekly reports sent."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from otklik.enums import DeliveryState, EventKind
from otklik.models.fields import brand_field, enum_field, key_field, time_field


class DatedEvent(SQLModel, table=True):
    """A campaign, a price change, a holiday: `at` is when it began, for the stream of comments.

    `factor` is by how much it multiplies what usually comes, `until` its end, for staffing;
    None: nobody has said. `removed_at`: entered by mistake.
    """

    __tablename__ = "dated_event"
    __table_args__ = (Index("ix_dated_event_at", "brand_id", "at"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    name: str = Field(max_length=200)
    kind: EventKind = enum_field(EventKind)
    at: datetime = time_field()
    until: datetime | None = time_field(required=False)
    factor: float | None = None
    entered_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    created_at: datetime = time_field()
    removed_at: datetime | None = time_field(required=False)


class ReportSending(SQLModel, table=True):
    """One week's report on its way, once each: `week` is ``2026-W47``, the week it tells of.

    While it is `sending`, `next_attempt_at` is when its sender counts as dead.
    """

    __tablename__ = "report_sending"
    brand_id: str = Field(primary_key=True, max_length=64)
    week: str = Field(primary_key=True, max_length=8)
    state: DeliveryState = enum_field(DeliveryState)
    attempts: int = 0
    next_attempt_at: datetime = time_field()
    sent_at: datetime | None = time_field(required=False)
    where_to: str = ""
    error: str = ""
