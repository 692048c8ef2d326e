"""Verdicts of a model that judges beside the serving one."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, Json, UtcDateTime
from otklik.enums import Abuse, Claim, Stance, Topic

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_verdict",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_version", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("heads", Json, nullable=False),
        sa.Column("claim", EnumText(Claim), nullable=False),
        sa.Column("abuse", EnumText(Abuse), nullable=False),
        sa.Column("stance", EnumText(Stance), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("topic", EnumText(Topic), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("abstain_reason", sa.String(length=255), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name="fk_shadow_verdict_mention_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_verdict"),
        sa.UniqueConstraint(
            "mention_id",
            "mention_version",
            "model_version",
            name="uq_shadow_verdict_mention_id_mention_version_model_version",
        ),
    )


def downgrade() -> None:
    op.drop_table("shadow_verdict")
