"""Tables: how well people and the model judge: hidden golden items and second looks."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.enums import LookKind
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class GoldenItem(SQLModel, table=True):
    """A comment whose answer a lead has settled; it is given to people unmarked.

    `values` are stance and urgency as the lead settled them.
    """

    __tablename__ = "golden_item"
    __table_args__ = (UniqueConstraint("mention_id", "mention_version"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    mention_version: int
    values: dict[str, str] = json_field(dict)
    added_by_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    is_active: bool = True
    created_at: datetime = time_field()


class Look(SQLModel, table=True):
    """A judgement asked of a person beside one there was already.

    `expected` is what was said before: the golden answer, or the verdict a person let stand;
    `given` what this person says (empty: not looked yet, or left out). `first_id` is who judged
    before. A second look waits without `person_id` until somebody else takes it.
    """

    __table_args__ = (
        Index("uq_look_once", "kind", "mention_id", "mention_version", "person_id", unique=True),
        Index("ix_look_waiting", "brand_id", "kind", "looked_at", "id"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: LookKind = enum_field(LookKind)
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, index=True)
    mention_version: int
    expected: dict[str, str] = json_field(dict)
    given: dict[str, str] = json_field(dict)
    first_id: int | None = Field(default=None, sa_type=BigInteger)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    is_agreed: bool | None = None
    created_at: datetime = time_field()
    looked_at: datetime | None = time_field(required=False)
