"""Facts of the desk: wordings that are over, the last good files, a lead who is alone."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

from otklik.columns import Json, UtcDateTime
from otklik.migrations.guards import Guard, create_statements, drop_statements
from otklik.migrations.proposal_guards import ALONE_GUARDS, PROPOSAL_GUARDS
from otklik.migrations.work_guards import resting_guards

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OTHER = "decided_by_id <> author_id"
_DECIDED = "state NOT IN ('active', 'retired') OR (decided_by_id IS NOT NULL AND {who})"
_UNIQUE = {
    "uq_proposal_active": (["brand_id", "kind", "subject"], "state = 'active'"),
    "uq_proposal_shadowed": (["brand_id", "kind"], "is_shadowed"),
}


def upgrade() -> None:
    op.create_table(
        "fact_end",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "digest", name=op.f("pk_fact_end")),
    )
    op.create_table(
        "knowledge_text",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", name=op.f("pk_knowledge_text")),
    )
    _run(drop_statements, PROPOSAL_GUARDS)
    _change_proposals(f"(is_alone OR {_OTHER})", is_up=True)
    _run(create_statements, (*PROPOSAL_GUARDS, *ALONE_GUARDS))
    dialect = op.get_bind().dialect.name
    _run(drop_statements, resting_guards(dialect, ends=False))
    _run(create_statements, resting_guards(dialect, ends=True))


def downgrade() -> None:
    """What one lead alone had brought into force counts as refused: no place for it there."""
    dialect = op.get_bind().dialect.name
    _run(drop_statements, resting_guards(dialect, ends=True))
    _run(create_statements, resting_guards(dialect, ends=False))
    _run(drop_statements, (*PROPOSAL_GUARDS, *ALONE_GUARDS))
    op.get_bind().exec_driver_sql("UPDATE proposal SET state = 'rejected' WHERE is_alone")
    _change_proposals(_OTHER, is_up=False)
    _run(create_statements, PROPOSAL_GUARDS)
    op.drop_table("knowledge_text")
    op.drop_table("fact_end")


def _run(write: Callable[[str, Sequence[Guard]], list[str]], guards: Sequence[Guard]) -> None:
    for sql in write(op.get_bind().dialect.name, guards):
        op.get_bind().exec_driver_sql(sql)


def _change_proposals(who: str, *, is_up: bool) -> None:
    """SQLite makes the table anew for a check: its partial indexes are made again by hand."""
    for name in _UNIQUE:
        op.drop_index(name, "proposal")
    with op.batch_alter_table("proposal") as table:
        table.drop_constraint(op.f("ck_proposal_second_person"), type_="check")
        if is_up:
            flag = sa.Column("is_alone", sa.Boolean(), nullable=False, server_default=sa.false())
            table.add_column(flag)
        else:
            table.drop_column("is_alone")
        table.create_check_constraint(
            op.f("ck_proposal_second_person"), sa.text(_DECIDED.format(who=who))
        )
    for name, (columns, where) in _UNIQUE.items():
        text = sa.text(where)
        op.create_index(
            name, "proposal", columns, unique=True, sqlite_where=text, postgresql_where=text
        )
