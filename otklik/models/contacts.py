"""Table: contacts people gave in comments, as keyed digests: to know a person again by them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from otklik.models.fields import brand_field, key_field, time_field


class ContactMark(SQLModel, table=True):
    """An author gave a contact of this kind; the contact itself is never kept.

    `digest` is keyed with a secret of this installation, so that it says nothing elsewhere.
    """

    __tablename__ = "contact_mark"
    __table_args__ = (
        UniqueConstraint("author_id", "kind", "digest"),
        Index("ix_contact_mark_digest", "brand_id", "digest"),
    )
    id: int | None = key_field()
    brand_id: str = brand_field()
    author_id: int = Field(foreign_key="author.id", sa_type=BigInteger)
    kind: str = Field(max_length=16)
    digest: str = Field(max_length=64)
    seen_at: datetime = time_field()
