"""Tables: the company's own lists, and what each mention is about by them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from otklik.models.fields import brand_field, json_field, time_field


class EntityList(SQLModel, table=True):
    """Each text of the lists that was good, by digest; the last one stays when a new one is not."""

    __tablename__ = "entity_list"
    digest: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
    text: str = Field(sa_type=Text)
    loaded_at: datetime = time_field()


class SubjectRow(SQLModel, table=True):
    """What one version of a mention is about: `value` is an `otklik.subjects.Subject`."""

    __tablename__ = "subject"
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, primary_key=True)
    mention_version: int = Field(primary_key=True)
    brand_id: str = brand_field()
    list_digest: str = Field(max_length=64)
    value: dict[str, Any] = json_field(dict)
    created_at: datetime = time_field()


class SubjectEntity(SQLModel, table=True):
    """What the present version of a mention names, and what that belongs to: for the queue."""

    __tablename__ = "subject_entity"
    __table_args__ = (Index("ix_subject_entity_entity", "brand_id", "entity_id"),)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, primary_key=True)
    entity_id: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
