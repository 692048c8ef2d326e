"""The words of an objection go with whoever is forgotten; nobody else may change them."""

from collections.abc import Sequence

from alembic import op

from otklik.migrations.act_guards import ERASABLE_OBJECTION_GUARDS, OBJECTION_GUARDS
from otklik.migrations.guards import Guard, create_statements, drop_statements

revision = "0023"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace(OBJECTION_GUARDS, ERASABLE_OBJECTION_GUARDS)


def downgrade() -> None:
    _replace(ERASABLE_OBJECTION_GUARDS, OBJECTION_GUARDS)


def _replace(before: Sequence[Guard], after: Sequence[Guard]) -> None:
    bind = op.get_bind()
    dialect = bind.dialect.name
    for sql in (*drop_statements(dialect, before), *create_statements(dialect, after)):
        bind.exec_driver_sql(sql)
