"""Sources that people add and pause, their pace and warnings; shared limits; money spent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from otklik.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# added one by one: a table made anew (Alembic's batch) would lose the triggers of 0002 and 0003
def _source_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("origin", sa.String(length=32), nullable=False, server_default="settings"),
        sa.Column("is_paused", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("pause_reason", sa.String(), nullable=False, server_default=""),
        sa.Column("pace_seconds", sa.Float(), nullable=True),
        sa.Column("fastest_seconds", sa.Float(), nullable=True),
        sa.Column("slowest_seconds", sa.Float(), nullable=True),
        sa.Column("live_since", UtcDateTime(), nullable=True),
        sa.Column("warning", sa.String(), nullable=False, server_default=""),
        sa.Column("to_do", sa.String(), nullable=False, server_default=""),
    ]


def upgrade() -> None:
    for column in _source_columns():
        op.add_column("source", column)
    op.execute("UPDATE source SET origin = 'import' WHERE platform = 'file' AND NOT is_enabled")
    op.execute("UPDATE source SET live_since = last_ok_at")
    op.add_column(
        "mention", sa.Column("cannot_answer", sa.String(), nullable=False, server_default="")
    )
    op.create_index(
        "ix_mention_source_latest", "mention", ["source_id", "is_ours", "waiting_since"]
    )
    op.create_table(
        "turn",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("blocked_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_turn"),
    )
    op.create_table(
        "spend",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_spend_source_id"),
        sa.PrimaryKeyConstraint("source_id", "month", name="pk_spend"),
    )


def downgrade() -> None:
    op.drop_table("spend")
    op.drop_table("turn")
    op.drop_index("ix_mention_source_latest", "mention")
    op.drop_column("mention", "cannot_answer")
    for column in reversed(_source_columns()):
        op.drop_column("source", column.name)
