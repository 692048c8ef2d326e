"""The UTC hour of a moment, as both databases group by it."""

from typing import Any

from sqlmodel import Session, func


def hour_of(moment: Any, session: Session) -> Any:
    """Expression that is the same for all moments of one hour, and for no other."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return func.substr(moment, 1, 13) if is_sqlite else func.date_trunc("hour", moment)
