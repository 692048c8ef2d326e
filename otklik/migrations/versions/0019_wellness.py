"""Exposure to abuse and breaks; cases put aside until somebody else has answered."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, UtcDateTime
from otklik.enums import Stance

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown",
        _key(),
        _brand(),
        _of("person_id"),
        _of("mention_id"),
        sa.Column("stance", EnumText(Stance), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        *_keys("shown", ("person_id", "person"), ("mention_id", "mention")),
        sa.PrimaryKeyConstraint("id", name="pk_shown"),
    )
    op.create_index("ix_shown_brand_at", "shown", ["brand_id", "at"])
    op.create_index("ix_shown_person_at", "shown", ["person_id", "at"])
    op.create_table(
        "rest",
        _key(),
        _brand(),
        _of("person_id"),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("declined_at", UtcDateTime(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        *_keys("rest", ("person_id", "person")),
        sa.PrimaryKeyConstraint("id", name="pk_rest"),
    )
    op.create_index("ix_rest_person_offered_at", "rest", ["person_id", "offered_at"])
    op.create_table(
        "hold",
        _of("case_id"),
        _brand(),
        _of("person_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        *_keys("hold", ("case_id", "case"), ("person_id", "person")),
        sa.PrimaryKeyConstraint("case_id", name="pk_hold"),
    )


def downgrade() -> None:
    for table in ("hold", "rest", "shown"):
        op.drop_table(table)


def _key() -> sa.Column[int]:
    return sa.Column("id", BigKey, autoincrement=True, nullable=False)


def _brand() -> sa.Column[str]:
    return sa.Column("brand_id", sa.String(length=64), nullable=False)


def _of(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _keys(table: str, *of: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
        for name, other in of
    ]
