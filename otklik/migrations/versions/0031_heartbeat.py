"""The monitor's signs of life; whom a case is handed to next goes by one column, its pressure."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import Json, UtcDateTime

revision = "0031"
down_revision = "0023"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('drafted', 'held', 'stuck')")
_AHEAD = {0: 0, 1: 8, 2: 24, 3: 3650 * 24}  # hours by urgency, as `otklik.pressing` had them then


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("busy", Json, nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_heartbeat")),
    )
    op.add_column("thread", sa.Column("pace", sa.Integer(), nullable=False, server_default="0"))
    for name in ("contacts", "thread_pace"):
        op.add_column("mention", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("mention", sa.Column("pressing_at", UtcDateTime(), nullable=True))
    for urgency, hours in _AHEAD.items():
        op.execute(_fill(urgency, hours))
    op.create_index(
        "ix_mention_pressing",
        "mention",
        ["brand_id", "pressing_at", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index("ix_mention_thread_time", "mention", ["thread_id", "waiting_since"])
    op.drop_index("ix_mention_thread_id", "mention")


def _fill(urgency: int, hours: int) -> str:
    """Only what waits: the rest is counted when it is touched."""
    if op.get_bind().dialect.name == "sqlite":
        moment = (
            "strftime('%Y-%m-%d %H:%M:%f', coalesce(sla_due_at, datetime(waiting_since, "
            f"'+24 hours')), '-{hours} hours') || '000'"
        )
    else:
        moment = (
            f"coalesce(sla_due_at, waiting_since + interval '24 hours') - interval '{hours} hours'"
        )
    return f"UPDATE mention SET pressing_at = {moment} WHERE urgency = {urgency} AND {_WAITING}"  # noqa: S608


def downgrade() -> None:
    op.create_index("ix_mention_thread_id", "mention", ["thread_id"])
    op.drop_index("ix_mention_thread_time", "mention")
    op.drop_index("ix_mention_pressing", "mention")
    for name in ("pressing_at", "thread_pace", "contacts"):
        op.drop_column("mention", name)
    op.drop_column("thread", "pace")
    op.drop_table("heartbeat")
