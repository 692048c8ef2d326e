"""Alembic's entry: runs the revisions on the connection `otklik.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

import otklik.models  # noqa: F401 — fills the metadata
from otklik.columns import EnumText
from otklik.migrate import is_compared


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Words are text to a revision: it must not change when the vocabulary grows."""
    return "sa.String(length=32)" if kind == "type" and isinstance(item, EnumText) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=is_compared,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
