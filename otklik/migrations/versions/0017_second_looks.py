"""Golden items and second looks, and an index to count verdicts of a time by."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, Json, UtcDateTime
from otklik.enums import LookKind

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COUNTED = ["brand_id", "created_at", "stance", "urgency", "abstained"]


def upgrade() -> None:
    op.create_table(
        "golden_item",
        *_mention(),
        sa.Column("values", Json, nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        *_keys("golden_item", "added_by_id"),
        sa.UniqueConstraint(
            "mention_id", "mention_version", name="uq_golden_item_mention_id_mention_version"
        ),
    )
    op.create_table(
        "look",
        *_mention(),
        sa.Column("kind", EnumText(LookKind), nullable=False),
        sa.Column("expected", Json, nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("is_agreed", sa.Boolean(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        *_keys("look", "person_id"),
    )
    once = ["kind", "mention_id", "mention_version", "person_id"]
    op.create_index("uq_look_once", "look", once, unique=True)
    op.create_index("ix_look_waiting", "look", ["brand_id", "kind", "looked_at", "id"])
    op.create_index("ix_look_mention_id", "look", ["mention_id"])
    op.create_index("ix_verdict_counted", "verdict", _COUNTED)


def _mention() -> list[sa.Column[object]]:
    return [
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_version", sa.Integer(), nullable=False),
    ]


def _keys(table: str, person: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name=f"fk_{table}_mention_id"),
        sa.ForeignKeyConstraint([person], ["person.id"], name=f"fk_{table}_{person}"),
    ]


def downgrade() -> None:
    """Golden items and looks are lost; labels stay."""
    op.drop_index("ix_verdict_counted", "verdict")
    op.drop_table("look")
    op.drop_table("golden_item")
