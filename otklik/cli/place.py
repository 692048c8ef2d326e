"""The database as one command of people uses it, and who says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from otklik.models import Person
    from otklik.settings import Settings
    from responder.knowledge.house import House
    from responder.moderation.terms import BanTerms

As = Annotated[str, typer.Option("--as", help="Who says so.", metavar="LOGIN")]
Reason = Annotated[str, typer.Option(help="Why; kept on record.")]


class Place:
    """The database as one command uses it: settings, session, moment, terms of bans."""

    def __init__(self, settings: Settings, session: Session, at: datetime) -> None:
        self.settings, self.session, self.at = settings, session, at

    @property
    def terms(self) -> BanTerms:
        """What the policy in force asks of a ban; before there was one, that of the settings."""
        from otklik.bootstrap import read_policy
        from responder.moderation.terms import terms_of
        from responder.policy import kept

        in_force = kept.find_in_force(self.session, self.settings.brand_id)
        return terms_of(in_force or read_policy(self.settings))

    def person(self, login: str) -> Person:
        """Who has that login."""
        from otklik.store.people import find_person

        person = find_person(self.session, login)
        if person is None:
            raise NotFound(f"nobody has the login {login!r}; see `otklik people add --help`")
        return person


@contextmanager
def opened() -> Iterator[Place]:
    """The database of the settings for one command; committed when the block ends."""
    from otklik import clock, database
    from otklik.bootstrap import open_database
    from otklik.settings import load_settings

    settings = load_settings()
    engine = open_database(settings)
    try:
        with database.session(engine) as session:
            yield Place(settings, session, clock.now())
    finally:
        engine.dispose()


def read_house_at_hand() -> House:
    """What the house knows: of the files alone where there is no database yet."""
    from otklik.bootstrap import is_blank, read_whole_house
    from otklik.settings import load_settings
    from responder.knowledge.house import read_files

    settings = load_settings()
    if is_blank(settings):
        return read_files(settings.knowledge_file)
    with opened() as place:
        return read_whole_house(place.settings, place.session)
