"""Saved views of the queue, what was done in bulk, and the indexes that keep lists fast."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, Json, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WAITING = "state IN ('drafted', 'held', 'stuck')"
_DONE = "state IN ('approved', 'answered', 'closed')"
_TO_APPROVE = "state = 'proposed' AND (editor_id IS NOT NULL OR approvals_needed > 1)"
# they hold every column that lists filter by: a count or a page reads no row it does not show
_FILTERED = ["stance", "topic", "platform", "zone", "is_ours"]
_INDEXES = (
    (
        "ix_mention_waiting",
        "mention",
        [
            *("brand_id", "urgency", "waiting_since", "id", "state"),
            *("sla_due_at", "sla_state", "is_unsure", "case_id", "incident_id"),
            *("rating", "author_id"),
            *_FILTERED,
        ],
        _WAITING,
    ),
    (
        "ix_mention_done",
        "mention",
        ["brand_id", "state", "state_changed_at", "id", "urgency", *_FILTERED],
        _DONE,
    ),
    ("ix_draft_to_approve", "draft", ["brand_id", "mention_id", "id"], _TO_APPROVE),
    ("ix_case_leased", "case", ["brand_id", "lease_until"], "leased_by_id IS NOT NULL"),
    ("ix_case_owner", "case", ["owner_id"], "owner_id IS NOT NULL"),
)


def upgrade() -> None:
    _saved_view()
    op.create_table(
        "default_view",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        _refers("default_view", "person_id", "person"),
        _refers("default_view", "view_id", "saved_view"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_default_view")),
    )
    op.create_index("ix_default_view_view_id", "default_view", ["view_id"])
    _bulk_batch()
    for name, table, columns, where in _INDEXES:
        condition = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _columns, _where in _INDEXES[::-1]:
        op.drop_index(name, table)
    for table in ("bulk_batch", "default_view", "saved_view"):
        op.drop_table(table)


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        _refers("saved_view", "owner_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            *("brand_id", "owner_id", "name"), name=op.f("uq_saved_view_brand_id_owner_id_name")
        ),
    )


def _bulk_batch() -> None:
    op.create_table(
        "bulk_batch",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("rows", Json, nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger(), nullable=True),
        _refers("bulk_batch", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_batch")),
    )
    op.create_index("ix_bulk_batch_latest", "bulk_batch", ["brand_id", "person_id", "id"])


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
