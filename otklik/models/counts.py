"""Tables: mentions counted by the day for reports, and what has changed since."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from otklik.columns import UtcDateTime
from otklik.models.fields import time_field


class CountedDay(SQLModel, table=True):
    """A day that is over and stands in `day_count`; no two of a brand overlap."""

    __tablename__ = "counted_day"
    brand_id: str = Field(primary_key=True, max_length=64)
    start: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    finish: datetime = time_field()
    counted_at: datetime = time_field()


class DayCount(SQLModel, table=True):
    """So many mentions of one counted day are alike in these; what has none has ``""``."""

    __tablename__ = "day_count"
    __table_args__ = {"sqlite_with_rowid": False}
    brand_id: str = Field(primary_key=True, max_length=64)
    start: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    platform: str = Field(primary_key=True, max_length=32)
    zone: str = Field(primary_key=True)
    topic: str = Field(primary_key=True, max_length=32)
    stance: str = Field(primary_key=True, max_length=32)
    sla_state: str = Field(primary_key=True, max_length=32)
    state: str = Field(primary_key=True, max_length=32)
    count: int


class CountMark(SQLModel, table=True):
    """Something of this quarter of an hour has changed: its day is to be counted anew.

    Written by triggers on `mention` in the transaction that changes it. `writer` is that
    transaction where several write at a time: none ever waits for another, and a mark is only
    taken away by who has seen the change.
    """

    __tablename__ = "count_mark"
    brand_id: str = Field(primary_key=True, max_length=64)
    quarter: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    writer: int = Field(primary_key=True, sa_type=BigInteger)
