"""Tables: who works at the desk, what an admin has switched, and the audit chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from otklik.columns import Json
from otklik.enums import Role
from otklik.models.fields import (
    DEFAULT_BRAND,
    brand_field,
    enum_field,
    json_field,
    key_field,
    time_field,
)


class Person(SQLModel, table=True):
    """Somebody who works at the desk. `password_hash` is argon2id; None cannot log in with one.

    `zones` are the zones of the policy this person works in; empty: all. `email` (lower case)
    and `subject` (issuer and sub) are how an identity provider's word is matched to a person.
    """

    __table_args__ = (
        Index("uq_person_email", "email", unique=True),
        Index("uq_person_subject", "subject", unique=True),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    login: str = Field(max_length=128, unique=True)
    name: str = ""
    role: Role = enum_field(Role)
    password_hash: str | None = None
    is_active: bool = True
    failed_logins: int = 0
    locked_until: datetime | None = time_field(required=False)
    created_at: datetime = time_field()
    zones: list[str] = json_field(list)
    email: str | None = Field(default=None, max_length=254)
    subject: str | None = Field(default=None, max_length=512)
    last_seen_at: datetime | None = time_field(required=False)


class LoginSession(SQLModel, table=True):
    """A logged-in browser: the digest of its cookie, never the cookie.

    It ends at `expires_at` whatever happens, and earlier when it was idle for too long.
    `agent` is what the browser calls itself, `via` how it was let in: `password`,
    `invitation` or `oidc`.
    """

    __tablename__ = "login_session"
    token_digest: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger, index=True)
    created_at: datetime = time_field()
    expires_at: datetime = time_field()
    last_seen_at: datetime | None = time_field(required=False)
    agent: str = Field(default="", max_length=200)
    via: str = Field(default="password", max_length=16)


class Invitation(SQLModel, table=True):
    """A link that works once: whoever has it chooses a password.

    `person_id` is None for the first administrator of a desk that has no account yet. Only the
    digest of the token in the link is stored.
    """

    __table_args__ = (Index("ix_invitation_person", "person_id"),)
    token_digest: str = Field(primary_key=True, max_length=64)
    brand_id: str = brand_field()
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    made_by: str = Field(default="", max_length=128)
    created_at: datetime = time_field()
    expires_at: datetime = time_field()


class Switch(SQLModel, table=True):
    """A decision of an admin that changes how the machine behaves; `posting` is one."""

    brand_id: str = Field(default=DEFAULT_BRAND, primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=64)
    changed_by: str = ""
    changed_at: datetime = time_field()


class AuditEvent(SQLModel, table=True):
    """One link of the chain. `detail` may be erased; `detail_digest` stays and is chained."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_action", "action", "id"),
        Index("ix_audit_event_actor", "actor", "id"),
        Index("ix_audit_event_at", "at", "id"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    at: datetime = time_field()
    actor: str = Field(max_length=128)
    action: str = Field(max_length=64)
    subject_kind: str = Field(max_length=32)
    subject_id: str = Field(max_length=64, index=True)
    detail: dict[str, Any] | None = Field(default=None, sa_type=Json, nullable=True)
    detail_digest: str = Field(max_length=64)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)
