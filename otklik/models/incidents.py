"""Tables: what people changed about who belongs to an incident, and whom they took out of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from otklik.enums import MemberChange
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class IncidentChange(SQLModel, table=True):
    """One act of a person on the members of an incident; it can be undone for a while.

    `moved` holds `[mention id, incident it was in or null]`, `before` what the incident that was
    emptied had been. `incident_id` is where members went, or what they were taken out of.
    """

    __tablename__ = "incident_change"
    __table_args__ = (
        Index("ix_incident_change_incident", "incident_id", "id"),
        Index("ix_incident_change_person", "person_id", "id"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: MemberChange = enum_field(MemberChange)
    incident_id: int = Field(foreign_key="incident.id", sa_type=BigInteger)
    other_id: int | None = Field(default=None, foreign_key="incident.id", sa_type=BigInteger)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    moved: list[list[Any]] = json_field(list)
    before: dict[str, Any] = json_field(dict)
    created_at: datetime = time_field()
    undone_at: datetime | None = time_field(required=False)


class IncidentExclusion(SQLModel, table=True):
    """A person took this mention out of this incident: no machine puts it back."""

    __tablename__ = "incident_exclusion"
    incident_id: int = Field(foreign_key="incident.id", sa_type=BigInteger, primary_key=True)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, primary_key=True)
    created_at: datetime = time_field()
