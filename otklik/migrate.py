"""Bring a database to the revision this code expects."""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from otklik.errors import ConfigError

# two processes that start at once must not both migrate
_MIGRATION_LOCK = 0x07172


def _config(connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("otklik") / "migrations"))
    config.attributes["connection"] = connection
    return config


def is_compared(name: str | None, kind: str, _: Any) -> bool:
    """Does autogenerate compare this? Not the search tables and index, made by hand."""
    by_hand = ("mention_search", "fact_search")
    return not (kind in {"table", "index"} and (name or "").startswith(by_hand))


def head() -> str:
    """The revision this code expects."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revisions() -> list[str]:
    """All revisions, first to last."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def current(engine: Engine) -> str | None:
    """The revision a database has, None for a blank one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Does the database have the revision this code expects?"""
    return current(engine) == head()


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the revisions up to `to` in one transaction."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Run the revisions back to `to`."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), to)


def differences(engine: Engine) -> list[Any]:
    """Where the tables differ from the models; empty when the revisions are complete."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": is_compared},
        )
        return list(compare_metadata(context, SQLModel.metadata))


def require_current(engine: Engine) -> None:
    """Refuse to work on a database of another revision.

    Raises:
        ConfigError: with the command that mends it.
    """
    found = current(engine)
    if found != head():
        raise ConfigError(
            f"the database has revision {found or 'none'}, this code needs {head()}: "
            "run `otklik db upgrade`"
        )
