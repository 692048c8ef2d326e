"""Promises made by hand, postponed or reported on; replies that report; triggers on statements."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import UtcDateTime
from otklik.migrations.guards import create_statements, drop_statements
from otklik.migrations.promise_guards import PROMISE_GUARDS
from otklik.migrations.statement_guards import STATEMENT_GUARDS

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LIVE = "state IN ('queued', 'sending', 'unknown', 'posted')"
_GUARDS = (*PROMISE_GUARDS, *STATEMENT_GUARDS)
_ADDED = ("is_undated", "is_conditional", "first_due_at", "postponements", "entered_by_id")


def upgrade() -> None:
    for table in ("draft", "reply"):
        op.add_column(table, sa.Column("follows_up_id", sa.BigInteger(), nullable=True))
    op.drop_index("uq_reply_once", "reply")
    _unique("uq_reply_once", ["mention_id", "mention_version"], " AND follows_up_id IS NULL")
    _unique("uq_reply_follow_up", ["follows_up_id"], " AND follows_up_id IS NOT NULL")
    with op.batch_alter_table("promise") as promise:
        promise.alter_column("reply_id", existing_type=sa.BigInteger(), nullable=True)
        promise.add_column(_flag("is_undated"))
        promise.add_column(_flag("is_conditional"))
        promise.add_column(sa.Column("first_due_at", UtcDateTime(), nullable=True))
        promise.add_column(
            sa.Column("postponements", sa.Integer(), nullable=False, server_default="0")
        )
        promise.add_column(sa.Column("entered_by_id", sa.BigInteger(), nullable=True))
    for sql in create_statements(op.get_bind().dialect.name, _GUARDS):
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    """Back to one reply for each version: reports and promises made by hand have no place there.

    A report is kept as a reply that stands there no more; promises made by hand are lost.
    """
    connection = op.get_bind()
    for sql in drop_statements(connection.dialect.name, _GUARDS):
        connection.exec_driver_sql(sql)
    connection.exec_driver_sql("DELETE FROM promise WHERE reply_id IS NULL")
    with op.batch_alter_table("promise") as promise:
        for column in _ADDED[::-1]:
            promise.drop_column(column)
        promise.alter_column("reply_id", existing_type=sa.BigInteger(), nullable=False)
    ended = "CASE state WHEN 'posted' THEN 'withdrawn' ELSE 'failed' END"
    reports = f"UPDATE reply SET state = {ended} WHERE {_LIVE} AND follows_up_id IS NOT NULL"  # noqa: S608
    connection.exec_driver_sql(reports)
    op.drop_index("uq_reply_follow_up", "reply")
    op.drop_index("uq_reply_once", "reply")
    _unique("uq_reply_once", ["mention_id", "mention_version"], "")
    for table in ("reply", "draft"):
        op.drop_column(table, "follows_up_id")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _unique(name: str, columns: list[str], more: str) -> None:
    where = sa.text(_LIVE + more)
    op.create_index(name, "reply", columns, unique=True, sqlite_where=where, postgresql_where=where)
