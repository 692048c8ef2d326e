"""Whom a case is handed to, found without reading twenty thousand open ones."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


_HELD = sa.text("leased_by_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_case_leased_by",
        "case",
        ["leased_by_id", "lease_until"],
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )


def downgrade() -> None:
    op.drop_index("ix_case_leased_by", "case")
