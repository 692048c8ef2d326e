"""Policies and facts proposed at the desk, activated by a second person; drafts and rehearsals."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, Json, UtcDateTime
from otklik.migrations.guards import create_statements, drop_statements
from otklik.migrations.proposal_guards import PROPOSAL_GUARDS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SECOND = (
    "state NOT IN ('active', 'retired') OR "
    "(decided_by_id IS NOT NULL AND decided_by_id <> author_id)"
)
_IGNORED = "close_reason = 'ignored'"
_KEY = ("brand_id", "kind", "subject")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        _text("brand_id", 64),
        _text("kind", 32),
        _text("subject", 64),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _text("digest", 64),
        _text("base_digest", 64),
        sa.Column("note", sa.Text(), nullable=False),
        _text("state", 32),
        sa.Column("is_shadowed", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(_SECOND, name=op.f("ck_proposal_second_person")),
        _person("proposal", "author_id"),
        _person("proposal", "decided_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    _unique("uq_proposal_active", [*_KEY], "state = 'active'")
    _unique("uq_proposal_shadowed", ["brand_id", "kind"], "is_shadowed")
    op.create_index("ix_proposal_state", "proposal", ["brand_id", "kind", "state", "id"])
    op.create_table(
        "working_text",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        _text("brand_id", 64),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        _text("kind", 32),
        _text("subject", 64),
        sa.Column("text", sa.Text(), nullable=False),
        _text("base_digest", 64),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        _person("working_text", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_text")),
        sa.UniqueConstraint(
            *("person_id", "kind", "subject"), name=op.f("uq_working_text_person_id_kind_subject")
        ),
    )
    op.create_table(
        "rehearsal",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        _text("brand_id", 64),
        _text("digest", 64),
        sa.Column("days", sa.Integer(), nullable=False),
        _text("state", 32),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        _person("rehearsal", "asked_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
        sa.UniqueConstraint(
            *("brand_id", "digest", "days"), name=op.f("uq_rehearsal_brand_id_digest_days")
        ),
    )
    op.create_index("ix_shadow_decision_digest", "shadow_decision", ["policy_digest", "id"])
    op.create_index(
        "ix_mention_ignored",
        "mention",
        ["brand_id", "state_changed_at"],
        sqlite_where=sa.text(_IGNORED),
        postgresql_where=sa.text(_IGNORED),
    )
    for sql in create_statements(op.get_bind().dialect.name, PROPOSAL_GUARDS):
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    """Proposals, what people were writing and rehearsals are lost; revisions stay."""
    for sql in drop_statements(op.get_bind().dialect.name, PROPOSAL_GUARDS):
        op.get_bind().exec_driver_sql(sql)
    op.drop_index("ix_mention_ignored", "mention")
    op.drop_index("ix_shadow_decision_digest", "shadow_decision")
    for table in ("rehearsal", "working_text", "proposal"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}"))


def _unique(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        "proposal",
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
