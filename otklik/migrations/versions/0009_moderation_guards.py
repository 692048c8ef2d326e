"""Triggers that keep acts to what people approved."""

from alembic import op

from otklik.migrations.act_guards import ACT_GUARDS
from otklik.migrations.guards import create_statements, drop_statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in create_statements(op.get_bind().dialect.name, ACT_GUARDS):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(op.get_bind().dialect.name, ACT_GUARDS):
        op.get_bind().exec_driver_sql(statement)
