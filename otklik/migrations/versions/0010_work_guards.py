"""Triggers on leases, offered drafts and statements; contacts by which a person is known again."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, UtcDateTime
from otklik.migrations.guards import create_statements, drop_statements
from otklik.migrations.work_guards import create_consequences, drop_consequences, work_guards

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _contact_mark()
    dialect = op.get_bind().dialect.name
    for sql in (
        *create_statements(dialect, work_guards(dialect)),
        *create_consequences(dialect),
    ):
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for sql in (*drop_consequences(dialect), *drop_statements(dialect, work_guards(dialect))):
        op.get_bind().exec_driver_sql(sql)
    op.drop_table("contact_mark")


def _contact_mark() -> None:
    op.create_table(
        "contact_mark",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name="fk_contact_mark_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_mark"),
        sa.UniqueConstraint(
            "author_id", "kind", "digest", name="uq_contact_mark_author_id_kind_digest"
        ),
    )
    op.create_index("ix_contact_mark_digest", "contact_mark", ["brand_id", "digest"])
