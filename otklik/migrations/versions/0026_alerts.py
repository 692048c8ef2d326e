"""Alerts are routed, taken and told together; channels have a health; chats belong to people."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, Json, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alert") as table:
        table.add_column(sa.Column("thread_key", sa.String(128), nullable=False, server_default=""))
        table.add_column(sa.Column("routed_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("taken_by_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("taken_at", UtcDateTime(), nullable=True))
        table.create_foreign_key(
            op.f("fk_alert_taken_by_id_person"), "person", ["taken_by_id"], ["id"]
        )
    op.create_index("ix_alert_thread", "alert", ["brand_id", "thread_key"])
    op.create_index("ix_alert_routed", "alert", ["brand_id", "routed_at"])
    op.execute("UPDATE alert SET routed_at = created_at")
    _change_deliveries()
    op.create_table(
        "channel_state",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("dead_at", UtcDateTime(), nullable=True),
        sa.Column("last_ok_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "name", name=op.f("pk_channel_state")),
    )
    _create_chats()


def _change_deliveries() -> None:
    falsehood, none = sa.false(), sa.text("'[]'")
    with op.batch_alter_table("alert_delivery") as table:
        table.drop_constraint(op.f("uq_alert_delivery_alert_id_channel"), type_="unique")
        table.add_column(sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("people", Json, nullable=False, server_default=none))
        table.add_column(
            sa.Column("is_digest", sa.Boolean(), nullable=False, server_default=falsehood)
        )
        table.add_column(sa.Column("head_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("started_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("reference", sa.String(255), nullable=False, server_default=""))
        table.add_column(
            sa.Column("is_stale", sa.Boolean(), nullable=False, server_default=falsehood)
        )
        table.create_unique_constraint(
            op.f("uq_alert_delivery_alert_id_channel_step"), ["alert_id", "channel", "step"]
        )
        table.create_foreign_key(
            op.f("fk_alert_delivery_head_id_alert_delivery"), "alert_delivery", ["head_id"], ["id"]
        )
    op.create_index("ix_alert_delivery_sent", "alert_delivery", ["channel", "sent_at"])
    op.create_index("ix_alert_delivery_head", "alert_delivery", ["head_id"])
    op.create_index("ix_alert_delivery_stale", "alert_delivery", ["is_stale"])


def _create_chats() -> None:
    op.create_table(
        "chat_account",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account", sa.String(128), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_chat_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_account")),
        sa.UniqueConstraint(
            "brand_id", "kind", "account", name=op.f("uq_chat_account_brand_id_kind_account")
        ),
    )
    op.create_index("ix_chat_account_person_id", "chat_account", ["person_id"])
    op.create_table(
        "chat_code",
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_chat_code_person_id_person")
        ),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_chat_code")),
    )
    op.create_index("ix_chat_code_person_id", "chat_code", ["person_id"])


def downgrade() -> None:
    """Deliveries of later steps, and what others told too, have no place there."""
    for table in ("chat_code", "chat_account", "channel_state"):
        op.drop_table(table)
    op.execute("UPDATE alert_delivery SET head_id = NULL")
    op.execute("DELETE FROM alert_delivery WHERE step > 0 OR state IN ('folded', 'skipped')")
    for name in ("sent", "head", "stale"):
        op.drop_index(f"ix_alert_delivery_{name}", "alert_delivery")
    with op.batch_alter_table("alert_delivery") as table:
        table.drop_constraint(op.f("fk_alert_delivery_head_id_alert_delivery"), type_="foreignkey")
        table.drop_constraint(op.f("uq_alert_delivery_alert_id_channel_step"), type_="unique")
        for name in (
            "step",
            "people",
            "is_digest",
            "head_id",
            "started_at",
            "reference",
            "is_stale",
        ):
            table.drop_column(name)
        table.create_unique_constraint(
            op.f("uq_alert_delivery_alert_id_channel"), ["alert_id", "channel"]
        )
    for name in ("thread", "routed"):
        op.drop_index(f"ix_alert_{name}", "alert")
    with op.batch_alter_table("alert") as table:
        table.drop_constraint(op.f("fk_alert_taken_by_id_person"), type_="foreignkey")
        for name in ("thread_key", "routed_at", "taken_by_id", "taken_at"):
            table.drop_column(name)
