"""Dated events that reports compare before and after; weekly reports sent; an index to count by."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, UtcDateTime
from otklik.enums import DeliveryState, EventKind

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_COUNTED_BY = ("brand_id", "is_ours", "waiting_since", "platform", "zone")
_COUNTED = ("topic", "stance", "sla_state", "state")


def upgrade() -> None:
    op.create_table(
        "dated_event",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", EnumText(EventKind), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("factor", sa.Float(), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name="fk_dated_event_entered_by_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dated_event"),
    )
    op.create_index("ix_dated_event_at", "dated_event", ["brand_id", "at"])
    op.create_table(
        "report_sending",
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("state", EnumText(DeliveryState), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("where_to", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "week", name="pk_report_sending"),
    )
    op.create_index("ix_mention_report", "mention", [*_COUNTED_BY, *_COUNTED])


def downgrade() -> None:
    op.drop_index("ix_mention_report", "mention")
    op.drop_table("report_sending")
    op.drop_index("ix_dated_event_at", "dated_event")
    op.drop_table("dated_event")
