"""Table: what a model beside the serving one said. It decides nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.enums import Abuse, Claim, Stance, Topic
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field


class ShadowVerdict(SQLModel, table=True):
    """What the shadow said of one version of a mention, and what that took.

    `heads` are those it answered for itself; the others repeat our own model. `micros` are
    micro-dollars by the prices set then, `dropped` counts quotes that do not stand in the text.
    """

    __tablename__ = "shadow_verdict"
    __table_args__ = (UniqueConstraint("mention_id", "mention_version", "model_version"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger)
    mention_version: int
    model_version: str = Field(max_length=64)
    heads: list[str] = json_field(list)
    claim: Claim = enum_field(Claim)
    abuse: Abuse = enum_field(Abuse)
    stance: Stance = enum_field(Stance)
    urgency: int
    topic: Topic = enum_field(Topic)
    abstained: bool
    abstain_reason: str = Field(default="", max_length=255)
    value: dict[str, Any] = json_field(dict)
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = Field(default=0, sa_type=BigInteger)
    dropped: int = 0
    created_at: datetime = time_field()
