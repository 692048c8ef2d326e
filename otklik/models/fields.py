"""Fields that every table builds on, and the naming convention of constraints."""

from typing import Any

from sqlalchemy import Column, MetaData
from sqlmodel import Field, SQLModel

from otklik.columns import BigKey, EnumText, Json, UtcDateTime

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

DEFAULT_BRAND = "default"


def time_field(*, index: bool = False, required: bool = True) -> Any:
    """An aware UTC time; optional when not `required`."""
    if required:
        return Field(sa_type=UtcDateTime, index=index)
    return Field(default=None, sa_type=UtcDateTime, index=index)


def json_field(kind: type[Any]) -> Any:
    """JSON (JSONB on PostgreSQL), empty by default."""
    return Field(default_factory=kind, sa_type=Json)


def key_field() -> Any:
    """A 64-bit primary key that counts up by itself."""
    return Field(default=None, sa_column=Column(BigKey, primary_key=True, autoincrement=True))


def enum_field(kind: Any, **more: Any) -> Any:
    """A word of a `StrEnum`, stored as text."""
    return Field(sa_type=EnumText(kind), **more)


def brand_field() -> Any:
    """Whose desk the row belongs to."""
    return Field(default=DEFAULT_BRAND, max_length=64)
