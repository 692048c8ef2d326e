"""Tables: what people at the desk were shown, when they rested, what they put aside."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from otklik.enums import Stance
from otklik.models.fields import brand_field, enum_field, key_field, time_field


class Shown(SQLModel, table=True):
    """A comment was handed to somebody: one row for each time they began to work on it.

    `stance` is what it was taken for then; None where nobody had judged it.
    """

    __table_args__ = (
        Index("ix_shown_brand_at", "brand_id", "at"),
        Index("ix_shown_person_at", "person_id", "at"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    stance: Stance | None = enum_field(Stance, default=None, nullable=True)
    at: datetime = time_field()


class Rest(SQLModel, table=True):
    """A break that was offered; `taken_at` is set where it was taken, until `until`."""

    __table_args__ = (Index("ix_rest_person_offered_at", "person_id", "offered_at"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    offered_at: datetime = time_field()
    declined_at: datetime | None = time_field(required=False)
    taken_at: datetime | None = time_field(required=False)
    until: datetime | None = time_field(required=False)


class Hold(SQLModel, table=True):
    """A case is put aside until then: nobody is handed it. One row for each case, at most."""

    case_id: int = Field(foreign_key="case.id", sa_type=BigInteger, primary_key=True)
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    reason: str = Field(default="", sa_type=Text)
    at: datetime = time_field()
    until: datetime = time_field()
