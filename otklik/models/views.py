"""Tables: views of the queue that people keep, and what was done to many rows at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.models.fields import brand_field, json_field, key_field, time_field


class SavedView(SQLModel, table=True):
    """A filter of the queue with a name; `wanted` is an `otklik.store.queue.QueueFilter`.

    Everybody sees a shared one; only a lead shares.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("brand_id", "owner_id", "name"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    owner_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    name: str = Field(max_length=80)
    is_shared: bool = False
    wanted: dict[str, Any] = json_field(dict)
    created_at: datetime = time_field()
    changed_at: datetime = time_field()


class DefaultView(SQLModel, table=True):
    """The view that a person's queue opens with."""

    __tablename__ = "default_view"
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger, primary_key=True)
    view_id: int = Field(foreign_key="saved_view.id", sa_type=BigInteger, index=True)


class BulkBatch(SQLModel, table=True):
    """What a person did to many mentions at once, with what it takes to undo it.

    `rows` holds, for each mention that was changed, its id and what it was before.
    """

    __tablename__ = "bulk_batch"
    __table_args__ = (Index("ix_bulk_batch_latest", "brand_id", "person_id", "id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    action: str = Field(max_length=32)
    detail: dict[str, Any] = json_field(dict)
    rows: list[dict[str, Any]] = json_field(list)
    done_at: datetime = time_field()
    undone_at: datetime | None = time_field(required=False)
    undone_by_id: int | None = Field(default=None, sa_type=BigInteger)
