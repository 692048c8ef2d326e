"""Tables: alerts and their deliveries."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.enums import AlertKind, DeliveryState
from otklik.models.fields import brand_field, enum_field, key_field, time_field


class Alert(SQLModel, table=True):
    """Something somebody must know; `dedup_key` makes it happen once."""

    __table_args__ = (UniqueConstraint("brand_id", "dedup_key"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    kind: AlertKind = enum_field(AlertKind)
    dedup_key: str = Field(max_length=255)
    mention_id: int | None = Field(
        default=None, foreign_key="mention.id", sa_type=BigInteger, index=True
    )
    title: str = ""
    body: str = Field(default="", sa_type=Text)
    link: str = ""
    urgency: int = 0
    created_at: datetime = time_field()


class AlertDelivery(SQLModel, table=True):
    """One alert on one channel, with what became of it."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel"),
        Index("ix_alert_delivery_work", "state", "next_attempt_at"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    alert_id: int = Field(foreign_key="alert.id", sa_type=BigInteger)
    channel: str = Field(max_length=64)
    state: DeliveryState = enum_field(DeliveryState, default=DeliveryState.PENDING)
    attempts: int = 0
    next_attempt_at: datetime = time_field()
    sent_at: datetime | None = time_field(required=False)
    error: str = ""
