"""Full-text search over facts by dictionary forms: FTS5 on SQLite, GIN on PostgreSQL."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# filled again whenever a desk opens: nothing is lost with it
_SQLITE_UP = (
    "CREATE VIRTUAL TABLE fact_search USING fts5("
    "brand_id UNINDEXED, fact_id UNINDEXED, digest UNINDEXED, lemmas, "
    "tokenize='unicode61 remove_diacritics 0')"
)
_POSTGRESQL_UP = (
    "CREATE TABLE fact_search ("
    "brand_id varchar(64) NOT NULL, fact_id varchar(64) NOT NULL, "
    "digest varchar(64) NOT NULL, lemmas text NOT NULL, "
    "CONSTRAINT pk_fact_search PRIMARY KEY (brand_id, fact_id))",
    "CREATE INDEX fact_search_lemmas ON fact_search USING gin (to_tsvector('simple', lemmas))",
)


def upgrade() -> None:
    bind = op.get_bind()
    statements = (_SQLITE_UP,) if bind.dialect.name == "sqlite" else _POSTGRESQL_UP
    for statement in statements:
        bind.exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE fact_search")
