"""Triggers that hold the promises in the database."""

from alembic import op

from otklik.migrations.guards import create_statements, drop_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in create_statements(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in drop_statements(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
