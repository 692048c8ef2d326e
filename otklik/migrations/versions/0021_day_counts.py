"""Mentions counted by the day for reports; what waits is searched in an index of its own."""

import sqlalchemy as sa
from alembic import op

from otklik.columns import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_REPORT = ("brand_id", "is_ours", "waiting_since", "platform", "zone")
_COUNTED = ("topic", "stance", "sla_state", "state")
_WATCHED = (*_REPORT, *_COUNTED)

_SQLITE_QUARTER = (
    "substr({row}.waiting_since, 1, 14) || "
    "printf('%02d', substr({row}.waiting_since, 15, 2) / 15 * 15) || ':00.000000'"
)
_SQLITE_MARK = (
    "INSERT INTO count_mark (brand_id, quarter, writer) "
    "VALUES ({row}.brand_id, " + _SQLITE_QUARTER + ", 0) ON CONFLICT DO NOTHING;"
)
# a mark of its own for each transaction: nobody waits for the uncommitted mark of another
_POSTGRES_MARK = (
    "INSERT INTO count_mark (brand_id, quarter, writer) VALUES ({row}.brand_id, "
    "to_timestamp(floor(extract(epoch FROM {row}.waiting_since) / 900) * 900), txid_current()) "
    "ON CONFLICT DO NOTHING;"
)
_ROWS = {"insert": ("NEW",), "delete": ("OLD",), "update": ("OLD", "NEW")}


def upgrade() -> None:
    op.create_table(
        "counted_day",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("finish", UtcDateTime(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "start", name="pk_counted_day"),
    )
    _day_count()
    op.create_table(
        "count_mark",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("quarter", UtcDateTime(), nullable=False),
        sa.Column("writer", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "quarter", "writer", name="pk_count_mark"),
    )
    op.drop_index("ix_mention_report", "mention")
    op.create_index("ix_mention_report", "mention", [*_REPORT, *_COUNTED, "author_id", "id"])
    bind = op.get_bind()
    make = _sqlite_triggers if bind.dialect.name == "sqlite" else _postgres_triggers
    for statement in make():
        bind.exec_driver_sql(statement)
    if bind.dialect.name == "postgresql":
        bind.exec_driver_sql(
            "CREATE INDEX mention_search_waiting ON mention USING gin "
            "(to_tsvector('simple', text)) WHERE state IN ('drafted', 'held', 'stuck')"
        )


def _day_count() -> None:
    kept = ("platform", "zone", *_COUNTED)
    op.create_table(
        "day_count",
        sa.Column("brand_id", sa.String(64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        *(sa.Column(name, _kind(name), nullable=False) for name in kept),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "start", *kept, name="pk_day_count"),
        sqlite_with_rowid=False,
    )


def _kind(name: str) -> sa.String:
    return sa.String() if name == "zone" else sa.String(32)


def _changed(different: str) -> str:
    return " OR ".join(f"NEW.{name} {different} OLD.{name}" for name in _WATCHED)


def _sqlite_triggers() -> list[str]:
    watched = f"UPDATE OF {', '.join(_WATCHED)}"
    found = []
    for event, rows in _ROWS.items():
        marks = " ".join(_SQLITE_MARK.format(row=row) for row in rows)
        is_update = event == "update"
        when = f" WHEN {_changed('IS NOT')}" if is_update else ""
        found.append(
            f"CREATE TRIGGER mention_counted_{event} AFTER {watched if is_update else event} "
            f"ON mention{when} BEGIN {marks} END"
        )
    return found


def _postgres_triggers() -> list[str]:
    watched = f"UPDATE OF {', '.join(_WATCHED)}"
    found = []
    for event, rows in _ROWS.items():
        marks = " ".join(_POSTGRES_MARK.format(row=row) for row in rows)
        is_update = event == "update"
        when = f" WHEN ({_changed('IS DISTINCT FROM')})" if is_update else ""
        name = f"mention_counted_{event}"
        found.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$mark$ BEGIN {marks} RETURN NULL; END $mark$"
        )
        found.append(
            f"CREATE TRIGGER {name} AFTER {watched if is_update else event} ON mention "
            f"FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
        )
    return found


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        bind.exec_driver_sql("DROP INDEX mention_search_waiting")
    for event in _ROWS:
        on = " ON mention" if bind.dialect.name != "sqlite" else ""
        bind.exec_driver_sql(f"DROP TRIGGER mention_counted_{event}{on}")
        if on:
            bind.exec_driver_sql(f"DROP FUNCTION mention_counted_{event}()")
    op.drop_index("ix_mention_report", "mention")
    op.create_index("ix_mention_report", "mention", [*_REPORT, *_COUNTED])
    for table in ("count_mark", "day_count", "counted_day"):
        op.drop_table(table)
