"""Tables: alerts, their deliveries, channels, and whose chat accounts are whose."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.enums import AlertKind, DeliveryState
from otklik.models.fields import (
    DEFAULT_BRAND,
    brand_field,
    enum_field,
    json_field,
    key_field,
    time_field,
)


class Alert(SQLModel, table=True):
    """Something somebody must know; `dedup_key` makes it happen once.

    `thread_key` is the same for alerts about the same thing. `routed_at`: the routes of
    `operations.yaml` were asked. `taken_by_id`: who said "mine".
    """

    __table_args__ = (
        UniqueConstraint("brand_id", "dedup_key"),
        Index("ix_alert_thread", "brand_id", "thread_key"),
        Index("ix_alert_routed", "brand_id", "routed_at"),
    )
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
    thread_key: str = Field(default="", max_length=128)
    routed_at: datetime | None = time_field(required=False)
    taken_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    taken_at: datetime | None = time_field(required=False)


class AlertDelivery(SQLModel, table=True):
    """One alert on one channel, with what became of it.

    `step` is the minutes nobody took it for (0: at once). `head_id` is the delivery whose message
    tells this one too. `started_at`: a sending began of which nobody knows the end. `reference`
    names the message on the channel; `is_stale`: it should be changed to what holds now.
    """

    __tablename__ = "alert_delivery"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel", "step"),
        Index("ix_alert_delivery_work", "state", "next_attempt_at"),
        Index("ix_alert_delivery_sent", "channel", "sent_at"),
        Index("ix_alert_delivery_head", "head_id"),
        Index("ix_alert_delivery_stale", "is_stale"),
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
    step: int = 0
    people: list[str] = json_field(list)
    is_digest: bool = False
    head_id: int | None = Field(default=None, foreign_key="alert_delivery.id", sa_type=BigInteger)
    started_at: datetime | None = time_field(required=False)
    reference: str = Field(default="", max_length=255)
    is_stale: bool = False


class ChannelState(SQLModel, table=True):
    """How a channel is doing; `dead_at`: it takes nothing, and that was told."""

    __tablename__ = "channel_state"
    brand_id: str = Field(default=DEFAULT_BRAND, primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    failing_since: datetime | None = time_field(required=False)
    dead_at: datetime | None = time_field(required=False)
    last_ok_at: datetime | None = time_field(required=False)
    error: str = ""


class Heartbeat(SQLModel, table=True):
    """The monitor's last sign of life; `busy`: since when each step is at its work (ISO)."""

    brand_id: str = Field(default=DEFAULT_BRAND, primary_key=True, max_length=64)
    beat_at: datetime = time_field()
    owner: str = Field(default="", max_length=255)
    busy: dict[str, str] = json_field(dict)
    stopped_at: datetime | None = time_field(required=False)


class ChatAccount(SQLModel, table=True):
    """Whose account in a messenger it is: its buttons act in that person's name."""

    __tablename__ = "chat_account"
    __table_args__ = (UniqueConstraint("brand_id", "kind", "account"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger, index=True)
    kind: str = Field(max_length=32)
    account: str = Field(max_length=128)
    linked_at: datetime = time_field()


class ChatCode(SQLModel, table=True):
    """A code that links a chat account to a person, once. Only its digest is stored."""

    __tablename__ = "chat_code"
    code_digest: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger, index=True)
    expires_at: datetime = time_field()
