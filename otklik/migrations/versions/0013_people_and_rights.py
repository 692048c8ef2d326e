"""People and rights: zones, invitations, living sessions, OIDC; audit search; sources removed."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import Json, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PERSON = ("zones", "email", "subject", "last_seen_at")
_LOGIN = ("last_seen_at", "agent", "via")


def upgrade() -> None:
    op.add_column("person", sa.Column("zones", Json, nullable=False, server_default="[]"))
    op.add_column("person", sa.Column("email", sa.String(254), nullable=True))
    op.add_column("person", sa.Column("subject", sa.String(512), nullable=True))
    op.add_column("person", sa.Column("last_seen_at", UtcDateTime(), nullable=True))
    op.create_index("uq_person_email", "person", ["email"], unique=True)
    op.create_index("uq_person_subject", "person", ["subject"], unique=True)
    op.add_column("login_session", sa.Column("last_seen_at", UtcDateTime(), nullable=True))
    op.add_column("login_session", _text("agent", 200, ""))
    op.add_column("login_session", _text("via", 16, "password"))
    op.create_table(
        "invitation",
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_person", "invitation", ["person_id"])
    op.add_column("source", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.drop_index("ix_audit_event_action", "audit_event")
    op.create_index("ix_audit_event_action", "audit_event", ["action", "id"])
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"])


def downgrade() -> None:
    """Zones, invitations and ties to an identity provider are lost; accounts stay."""
    op.drop_index("ix_audit_event_at", "audit_event")
    op.drop_index("ix_audit_event_actor", "audit_event")
    op.drop_index("ix_audit_event_action", "audit_event")
    op.create_index("ix_audit_event_action", "audit_event", ["action"])
    op.drop_column("source", "removed_at")
    op.drop_table("invitation")
    for column in _LOGIN[::-1]:
        op.drop_column("login_session", column)
    op.drop_index("uq_person_subject", "person")
    op.drop_index("uq_person_email", "person")
    for column in _PERSON[::-1]:
        op.drop_column("person", column)


def _text(name: str, length: int, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default=default)
