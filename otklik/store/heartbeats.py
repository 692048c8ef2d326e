"""Signs of life of the monitor."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from otklik.models import Heartbeat
from otklik.pulse import Pulse


def find_pulse(session: Session, brand_id: str) -> Pulse | None:
    """What the monitor said of itself last."""
    row = session.get(Heartbeat, brand_id)
    if row is None:
        return None
    busy = {step: datetime.fromisoformat(since) for step, since in row.busy.items()}
    return Pulse(row.beat_at, row.owner, busy, row.stopped_at)


def save_pulse(session: Session, brand_id: str, pulse: Pulse) -> None:
    """One statement: the row is made or replaced."""
    values: dict[str, Any] = {
        "beat_at": pulse.beat_at,
        "owner": pulse.owner[:255],
        "busy": {step: since.isoformat() for step, since in pulse.busy.items()},
        "stopped_at": pulse.stopped_at,
    }
    postgres = session.get_bind().dialect.name == "postgresql"
    statement: Any = (postgresql.insert if postgres else sqlite.insert)(Heartbeat)
    session.connection().execute(
        statement.values(brand_id=brand_id, **values).on_conflict_do_update(
            index_elements=["brand_id"], set_=values
        )
    )
