"""The company's own lists, what mentions are about, and whether a source is a place of ours."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("is_ours", sa.Boolean(), nullable=True))
    op.create_table(
        "entity_list",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_entity_list"),
    )
    op.create_table(
        "subject",
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_version", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("list_digest", sa.String(length=64), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name="fk_subject_mention_id"),
        sa.PrimaryKeyConstraint("mention_id", "mention_version", name="pk_subject"),
    )
    op.create_table(
        "subject_entity",
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.String(length=64), nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name="fk_subject_entity_mention_id"
        ),
        sa.PrimaryKeyConstraint("mention_id", "entity_id", name="pk_subject_entity"),
    )
    op.create_index("ix_subject_entity_entity", "subject_entity", ["brand_id", "entity_id"])


def downgrade() -> None:
    op.drop_table("subject_entity")
    op.drop_table("subject")
    op.drop_table("entity_list")
    op.drop_column("source", "is_ours")
