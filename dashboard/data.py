"""What the screens read: each function one reading transaction, nothing cached that can change."""

from datetime import datetime
from functools import cache

from sqlalchemy import Engine

from otklik import database, people
from otklik.models import Person
from otklik.settings import Settings, load_settings


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


@cache
def engine() -> Engine:
    """The engine of this process."""
    return database.make_engine(settings().database_url)


def find_person(token: str | None, at: datetime) -> Person | None:
    """Who this login cookie belongs to, or None."""
    with database.reading(engine()) as session:
        return people.find_logged_in(session, token, at)
