"""A statement may say that the trouble is over; an incident may be dismissed."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "statement",
        sa.Column("is_closing", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.execute("UPDATE incident SET state = 'solved' WHERE state = 'dismissed'")
    op.drop_column("statement", "is_closing")
