"""Acts other than replies, links between accounts, statements, leases of cases."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import BigKey, EnumText, Json, UtcDateTime
from otklik.enums import ActKind, ActState, AppealState, Language, LinkState, StatementState

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


_TABLES = (
    "author_link",
    "statement",
    "shadow_decision",
    "showcase",
    "act",
    "act_approval",
    "appeal",
)
_ADDED = (
    ("author", "same_as_id"),
    ("case", "leased_by_id"),
    ("case", "lease_until"),
    ("draft", "known"),
    ("draft", "powers"),
    ("draft", "statement_id"),
    ("promise", "closed_by_id"),
    ("promise", "kept_by_reply_id"),
    ("promise", "note"),
)


def upgrade() -> None:
    _author_link()
    _statement()
    _shadow_decision()
    _showcase()
    _act()
    _act_approval()
    _appeal()
    _columns()


def downgrade() -> None:
    op.drop_index("ix_promise_kept_by_reply_id", "promise")
    op.drop_index("ix_author_same_as_id", "author")
    for table, column in _ADDED[::-1]:
        op.drop_column(table, column)
    for table in _TABLES[::-1]:
        op.drop_table(table)


def _author_link() -> None:
    op.create_table(
        "author_link",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=False),
        sa.Column("state", EnumText(LinkState), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name="fk_author_link_decided_by_id"
        ),
        sa.ForeignKeyConstraint(["first_id"], ["author.id"], name="fk_author_link_first_id"),
        sa.ForeignKeyConstraint(["second_id"], ["author.id"], name="fk_author_link_second_id"),
        sa.PrimaryKeyConstraint("id", name="pk_author_link"),
        sa.UniqueConstraint("first_id", "second_id", name="uq_author_link_first_id_second_id"),
    )
    op.create_index("ix_author_link_second_id", "author_link", ["second_id"])


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("language", EnumText(Language), nullable=False),
        sa.Column("state", EnumText(StatementState), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("findings", Json, nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("second_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name="fk_statement_approved_by_id"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_statement_author_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_statement_incident_id"),
        sa.ForeignKeyConstraint(["second_by_id"], ["person.id"], name="fk_statement_second_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
    )
    op.create_index("ix_statement_incident_id", "statement", ["incident_id"])
    op.create_index(
        "uq_statement_approved",
        "statement",
        ["incident_id", "language"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )


def _shadow_decision() -> None:
    op.create_table(
        "shadow_decision",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_version", sa.Integer(), nullable=False),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("effects", Json, nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name="fk_shadow_decision_mention_id"
        ),
        sa.ForeignKeyConstraint(
            ["policy_digest"], ["policy_revision.digest"], name="fk_shadow_decision_policy_digest"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_decision"),
        sa.UniqueConstraint(
            "mention_id",
            "mention_version",
            "policy_digest",
            name="uq_shadow_decision_mention_id_mention_version_policy_digest",
        ),
    )


def _showcase() -> None:
    op.create_table(
        "showcase",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_showcase_draft_id"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name="fk_showcase_mention_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_showcase_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_showcase"),
        sa.UniqueConstraint("draft_id", name="uq_showcase_draft_id"),
    )
    op.create_index("ix_showcase_mention_id", "showcase", ["mention_id"])


def _act() -> None:
    op.create_table(
        "act",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("kind", EnumText(ActKind), nullable=False),
        sa.Column("state", EnumText(ActState), nullable=False),
        sa.Column("subject_key", sa.String(length=128), nullable=False),
        sa.Column("mention_id", sa.BigInteger(), nullable=True),
        sa.Column("mention_version", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("reply_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("do_after", UtcDateTime(), nullable=True),
        sa.Column("doing_at", UtcDateTime(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name="fk_act_asked_by_id"),
        sa.ForeignKeyConstraint(["author_id"], ["author.id"], name="fk_act_author_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_act_decision_id"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name="fk_act_mention_id"),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name="fk_act_reply_id"),
        sa.ForeignKeyConstraint(["undoes_id"], ["act.id"], name="fk_act_undoes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
    )
    op.create_index("ix_act_author_id", "act", ["author_id"])
    op.create_index("ix_act_mention_id", "act", ["mention_id"])
    op.create_index("ix_act_reply_id", "act", ["reply_id"])
    op.create_index("ix_act_work", "act", ["state", "do_after"])
    op.create_index(
        "uq_act_under_way",
        "act",
        ["kind", "subject_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'approved', 'doing', 'unknown')"),
        postgresql_where=sa.text("state IN ('asked', 'approved', 'doing', 'unknown')"),
    )


def _act_approval() -> None:
    op.create_table(
        "act_approval",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_act_approval_act_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_act_approval_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_act_approval"),
        sa.UniqueConstraint("act_id", "person_id", name="uq_act_approval_act_id_person_id"),
    )


def _appeal() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", EnumText(AppealState), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name="fk_appeal_act_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_appeal_decided_by_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_appeal_entered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appeal"),
    )
    op.create_index("ix_appeal_act_id", "appeal", ["act_id"])


# without foreign keys: SQLite could not drop such a column again
def _columns() -> None:
    op.add_column("author", sa.Column("same_as_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_author_same_as_id", "author", ["same_as_id"])
    op.add_column("case", sa.Column("leased_by_id", sa.BigInteger(), nullable=True))
    op.add_column("case", sa.Column("lease_until", UtcDateTime(), nullable=True))
    op.add_column("draft", sa.Column("known", Json, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("powers", Json, nullable=False, server_default="[]"))
    op.add_column("draft", sa.Column("statement_id", sa.BigInteger(), nullable=True))
    op.add_column("promise", sa.Column("closed_by_id", sa.BigInteger(), nullable=True))
    op.add_column("promise", sa.Column("kept_by_reply_id", sa.BigInteger(), nullable=True))
    op.add_column("promise", sa.Column("note", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_promise_kept_by_reply_id", "promise", ["kept_by_reply_id"])
