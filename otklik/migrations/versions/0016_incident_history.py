"""Incidents have an owner, a department, lessons and evidence; people change who belongs to them."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, Json, UtcDateTime
from otklik.enums import MemberChange

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ADDED = (
    ("owner_id", sa.BigInteger(), None),
    ("department", sa.String(128), ""),
    ("reach", sa.BigInteger(), None),
    ("lessons", sa.Text(), ""),
    ("merged_into_id", sa.BigInteger(), None),
    ("closed_at", UtcDateTime(), None),
    ("evidence", Json, "{}"),
)


def upgrade() -> None:
    for name, kind, default in _ADDED:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("incident", column)
    op.create_index("ix_incident_alive", "incident", ["brand_id", "state", "last_at", "id"])
    op.create_index("ix_draft_statement", "draft", ["statement_id"])
    op.create_index("ix_mention_incident", "mention", ["incident_id", "waiting_since", "stance"])
    op.create_table(
        "incident_change",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("kind", EnumText(MemberChange), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_incident_change"),
        *(_points("incident_change", name, to) for name, to in _CHANGE_POINTS),
    )
    op.create_index("ix_incident_change_incident", "incident_change", ["incident_id", "id"])
    op.create_index("ix_incident_change_person", "incident_change", ["person_id", "id"])
    op.create_table(
        "incident_exclusion",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "mention_id", name="pk_incident_exclusion"),
        _points("incident_exclusion", "incident_id", "incident"),
        _points("incident_exclusion", "mention_id", "mention"),
    )


_CHANGE_POINTS = (("incident_id", "incident"), ("other_id", "incident"), ("person_id", "person"))


def _points(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def downgrade() -> None:
    """Owners, lessons and the history of members are lost; who belongs where stays."""
    op.drop_table("incident_exclusion")
    op.drop_table("incident_change")
    op.drop_index("ix_mention_incident", "mention")
    op.drop_index("ix_draft_statement", "draft")
    op.drop_index("ix_incident_alive", "incident")
    for name, _kind, _default in _ADDED[::-1]:
        op.drop_column("incident", name)
