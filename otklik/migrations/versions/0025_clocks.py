"""Clocks of the terms of zones, and the last good text of the operations."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, UtcDateTime

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger()


def _partial(where: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("mention_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("resumes_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_clock_mention_id_mention")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("mention_id", "kind", name=op.f("uq_clock_mention_id_kind")),
    )
    op.create_index(
        "ix_clock_due", "clock", ["brand_id", "due_at"], **_partial("state = 'running'")
    )
    op.create_index("ix_clock_step", "clock", ["brand_id", "step_at"])
    op.create_index(
        "ix_clock_paused", "clock", ["brand_id", "resumes_at"], **_partial("state = 'paused'")
    )
    op.create_table(
        "operations_text",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_operations_text")),
    )


def downgrade() -> None:
    op.drop_table("operations_text")
    op.drop_table("clock")
