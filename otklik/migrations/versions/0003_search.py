"""Full-text search over mentions: FTS5 on SQLite, a GIN index on PostgreSQL."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# the index holds no second copy of the text: it reads `mention` (external content)
_SQLITE_UP = (
    "CREATE VIRTUAL TABLE mention_search USING fts5("
    "text, content='mention', content_rowid='id', tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER mention_search_insert AFTER INSERT ON mention BEGIN "
    "INSERT INTO mention_search(rowid, text) VALUES (NEW.id, NEW.text); END",
    "CREATE TRIGGER mention_search_delete AFTER DELETE ON mention BEGIN "
    "INSERT INTO mention_search(mention_search, rowid, text) "
    "VALUES ('delete', OLD.id, OLD.text); END",
    "CREATE TRIGGER mention_search_update AFTER UPDATE OF text ON mention BEGIN "
    "INSERT INTO mention_search(mention_search, rowid, text) "
    "VALUES ('delete', OLD.id, OLD.text); "
    "INSERT INTO mention_search(rowid, text) VALUES (NEW.id, NEW.text); END",
    "INSERT INTO mention_search(mention_search) VALUES ('rebuild')",
)
_SQLITE_DOWN = (
    "DROP TRIGGER mention_search_insert",
    "DROP TRIGGER mention_search_delete",
    "DROP TRIGGER mention_search_update",
    "DROP TABLE mention_search",
)


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for statement in _SQLITE_UP:
            bind.exec_driver_sql(statement)
    else:
        bind.exec_driver_sql(
            "CREATE INDEX mention_search ON mention USING gin (to_tsvector('simple', text))"
        )


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for statement in _SQLITE_DOWN:
            bind.exec_driver_sql(statement)
    else:
        bind.exec_driver_sql("DROP INDEX mention_search")
