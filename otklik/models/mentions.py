"""Tables: watched places and what strangers wrote there."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, event, text
from sqlmodel import Field, SQLModel

from otklik.enums import (
    CloseReason,
    MentionState,
    SlaState,
    SourceHealth,
    SourceOrigin,
    Stance,
    Topic,
)
from otklik.models.fields import brand_field, enum_field, json_field, key_field, time_field
from otklik.pressing import pressing_at


class Source(SQLModel, table=True):
    """One watched place: its cursor, its lease and its health. Holds no secret.

    `is_enabled` is what settings, desk or platform say, `is_paused` what a person says on
    top. `pace_seconds` is the time between two readings as it is now, between
    `fastest_seconds` and `slowest_seconds` (None: derived from `interval_seconds`).
    `live_since`: what is published later is new, not back-filled, and counts for the delay.
    `warning` says what looks wrong although readings succeed, `to_do` what a person has to do.
    `is_ours`: all that is written there is about us; None: `otklik.subjects` decides.
    `removed_at`: watched no more, its name given back; what it brought stays.
    """

    __table_args__ = (UniqueConstraint("brand_id", "name"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    platform: str = Field(max_length=32)
    name: str = Field(max_length=128)
    config: dict[str, Any] = json_field(dict)
    is_enabled: bool = True
    interval_seconds: float = 60.0
    origin: SourceOrigin = enum_field(SourceOrigin, default=SourceOrigin.SETTINGS)
    is_paused: bool = False
    pause_reason: str = ""
    pace_seconds: float | None = None
    fastest_seconds: float | None = None
    slowest_seconds: float | None = None
    live_since: datetime | None = time_field(required=False)
    cursor: dict[str, Any] = json_field(dict)
    next_due_at: datetime = time_field(index=True)
    lease_owner: str | None = None
    lease_until: datetime | None = time_field(required=False)
    health: SourceHealth = enum_field(SourceHealth, default=SourceHealth.NEW)
    failures: int = 0
    last_ok_at: datetime | None = time_field(required=False)
    last_new_at: datetime | None = time_field(required=False)
    last_error: str = ""
    last_error_at: datetime | None = time_field(required=False)
    warning: str = ""
    to_do: str = ""
    is_ours: bool | None = None
    removed_at: datetime | None = time_field(required=False)


class Turn(SQLModel, table=True):
    """A limit that several processes share, in seconds since the epoch.

    `due` is the state of its bucket, `blocked_until` what the platform asked for.
    """

    key: str = Field(primary_key=True, max_length=255)
    due: float = 0.0
    blocked_until: float = 0.0


class Spend(SQLModel, table=True):
    """What a source has cost in a calendar month (UTC): micro-dollars, items paid for."""

    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, primary_key=True)
    month: str = Field(primary_key=True, max_length=7)
    micros: int = Field(default=0, sa_type=BigInteger)
    items: int = Field(default=0, sa_type=BigInteger)


class Author(SQLModel, table=True):
    """Who writes, as far as a platform tells; `same_as_id` leads to the first known account

    of the same person, confirmed by somebody at the desk.
    """

    __table_args__ = (UniqueConstraint("brand_id", "platform", "external_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    platform: str = Field(max_length=32)
    external_id: str = Field(max_length=255)
    name: str = ""
    url: str = ""
    followers: int | None = None
    registered_at: datetime | None = time_field(required=False)
    is_ours: bool = False
    same_as_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    erased_at: datetime | None = time_field(required=False)


class Thread(SQLModel, table=True):
    """The place a mention stands in."""

    __table_args__ = (UniqueConstraint("brand_id", "platform", "external_id"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, index=True)
    platform: str = Field(max_length=32)
    external_id: str = Field(max_length=512)
    title: str = ""
    url: str = ""
    is_closed: bool = False
    pace: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


_WAITING = "state IN ('drafted', 'held', 'stuck')"
_DONE = "state IN ('approved', 'answered', 'closed')"
_FILTERED = ("stance", "topic", "platform", "zone", "is_ours")


class Mention(SQLModel, table=True):
    """One comment or review, as it stands there now; earlier texts are in `mention_version`.

    `urgency`, `stance`, `topic`, `zone` repeat the last verdict and decision so that the
    queue sorts and filters without joins. `starts_clock` is False for rows without a date and
    for what a back-fill found in the past of a live source. `contacts`: how often the same
    person wrote about it before; `thread_pace`: how fast its thread became while it waited;
    `pressing_at`: the order of handing out (`otklik.pressing`), kept by the rows themselves.
    """

    __table_args__ = (
        UniqueConstraint("brand_id", "platform", "external_id"),
        Index("ix_mention_work", "state", "retry_at", "id"),
        Index("ix_mention_source_latest", "source_id", "is_ours", "waiting_since"),
        Index("ix_mention_queue", "brand_id", "state", "urgency", "waiting_since"),
        Index(
            "ix_mention_ignored",
            *("brand_id", "state_changed_at"),
            sqlite_where=text("close_reason = 'ignored'"),
            postgresql_where=text("close_reason = 'ignored'"),
        ),
        Index(
            "ix_mention_waiting",
            *("brand_id", "urgency", "waiting_since", "id", "state"),
            *("sla_due_at", "sla_state", "is_unsure", "case_id", "incident_id"),
            *("rating", "author_id"),
            *_FILTERED,
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        Index(
            "ix_mention_done",
            *("brand_id", "state", "state_changed_at", "id", "urgency"),
            *_FILTERED,
            sqlite_where=text(_DONE),
            postgresql_where=text(_DONE),
        ),
        # all that a report counts by: it never reads the rows themselves
        Index(
            "ix_mention_report",
            *("brand_id", "is_ours", "waiting_since", "platform", "zone"),
            *("topic", "stance", "sla_state", "state", "author_id", "id"),
        ),
        Index("ix_mention_incident", "incident_id", "waiting_since", "stance"),
        Index("ix_mention_thread_time", "thread_id", "waiting_since"),
        Index(
            "ix_mention_pressing",
            *("brand_id", "pressing_at", "id"),
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("urgency BETWEEN 0 AND 3", name="urgency"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, index=True)
    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger)
    author_id: int = Field(foreign_key="author.id", sa_type=BigInteger, index=True)
    case_id: int | None = Field(default=None, foreign_key="case.id", sa_type=BigInteger, index=True)
    incident_id: int | None = Field(
        default=None, foreign_key="incident.id", sa_type=BigInteger, index=True
    )
    platform: str = Field(max_length=32)
    external_id: str = Field(max_length=512)
    parent_external_id: str | None = Field(default=None, max_length=512, index=True)
    version: int = 1
    content_digest: str = Field(max_length=64)
    text: str = Field(sa_type=Text)
    rating: float | None = None
    url: str = ""
    media: list[str] = json_field(list)
    original: dict[str, Any] = json_field(dict)
    is_ours: bool = False
    is_hidden: bool = False
    cannot_answer: str = ""
    published_at: datetime | None = time_field(required=False)
    edited_at: datetime | None = time_field(required=False)
    deleted_at: datetime | None = time_field(required=False)
    collected_at: datetime = time_field()
    waiting_since: datetime = time_field()
    starts_clock: bool = True
    state: MentionState = enum_field(MentionState)
    state_changed_at: datetime = time_field()
    close_reason: CloseReason | None = enum_field(CloseReason, default=None, nullable=True)
    attempts: int = 0
    retry_at: datetime | None = time_field(required=False)
    last_error: str = ""
    urgency: int = 0
    stance: Stance | None = enum_field(Stance, default=None, nullable=True)
    topic: Topic | None = enum_field(Topic, default=None, nullable=True)
    is_unsure: bool = False
    zone: str = "general"
    sla_due_at: datetime | None = time_field(required=False, index=True)
    sla_state: SlaState | None = enum_field(SlaState, default=None, nullable=True)
    contacts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    thread_pace: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    pressing_at: datetime | None = time_field(required=False)


@event.listens_for(Mention, "before_insert")
@event.listens_for(Mention, "before_update")
def _press(_mapper: object, _connection: object, row: Mention) -> None:
    """Whatever changes it, `pressing_at` follows."""
    row.pressing_at = pressing_at(
        row.urgency, row.waiting_since, row.sla_due_at, row.contacts, row.thread_pace
    )


class MentionVersion(SQLModel, table=True):
    """Every text a mention has ever had; version 1 is the first we saw."""

    __tablename__ = "mention_version"
    mention_id: int = Field(foreign_key="mention.id", sa_type=BigInteger, primary_key=True)
    version: int = Field(primary_key=True)
    content_digest: str = Field(max_length=64)
    text: str = Field(sa_type=Text)
    rating: float | None = None
    seen_at: datetime = time_field()


class Quarantine(SQLModel, table=True):
    """A row that could not become a mention; kept whole, with the reason."""

    __table_args__ = (UniqueConstraint("brand_id", "row_digest"),)
    id: int | None = key_field()
    brand_id: str = brand_field()
    source_id: int = Field(foreign_key="source.id", sa_type=BigInteger, index=True)
    place: str = Field(max_length=512)
    reason: str = Field(sa_type=Text)
    raw: str = Field(sa_type=Text)
    row_digest: str = Field(max_length=64)
    created_at: datetime = time_field()
