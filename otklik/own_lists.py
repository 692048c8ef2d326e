"""The company's own lists of a desk: read at start; while a new file is wrong, the last good stays.

A wrong file must not end the service: the fault is logged, shown on the desk's system page and
by `otklik entities check`. Only where no good one was ever read, the start is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlmodel import Session

from classifier.entities import Finder
from classifier.lists import Lists, load_lists, parse_lists
from classifier.relevance import Relator
from otklik.errors import ConfigError
from otklik.models import EntityList
from otklik.settings import Settings
from otklik.store import subjects

log = structlog.get_logger()


@dataclass(frozen=True)
class OwnLists:
    """The lists in force (None: there are none), and what is wrong with the file, if anything."""

    lists: Lists | None = None
    fault: str = ""


def find_lists(session: Session, settings: Settings) -> OwnLists:
    """The lists of the settings' file, or the last good ones beside the file's fault."""
    if not settings.entities_file:
        return OwnLists()
    try:
        return OwnLists(load_lists(Path(settings.entities_file)))
    except ConfigError as error:
        last = subjects.find_last_lists(session, settings.brand_id)
        return OwnLists(_read_again(last), str(error))


def _read_again(last: EntityList | None) -> Lists | None:
    """A text that was good once; a stricter reader may refuse it now, then there is none."""
    if last is None:
        return None
    try:
        return parse_lists(last.text, "last good lists")
    except ConfigError as error:
        log.warning("the last good lists are good no longer", error=str(error))
        return None


def open_relator(session: Session, settings: Settings, at: datetime) -> Relator | None:
    """What finds the names of the lists; None where the settings name no file.

    Raises:
        ConfigError: the file is wrong and no good one was ever read.
    """
    found = find_lists(session, settings)
    if found.fault:
        if found.lists is None:
            raise ConfigError(found.fault)
        log.error("the lists are wrong: the last good ones stay in force", fault=found.fault)
    if found.lists is None:
        return None
    if not found.fault:
        keep_lists(session, settings.brand_id, found.lists, at)
    return make_relator(found.lists)


def make_relator(lists: Lists) -> Relator:
    """What finds the names of these lists."""
    return Relator(Finder(lists.entities), lists.digest)


def keep_lists(session: Session, brand_id: str, lists: Lists, at: datetime) -> None:
    """Store a good text, the last good one from now on."""
    row = EntityList(digest=lists.digest, brand_id=brand_id, text=lists.text, loaded_at=at)
    subjects.save_lists(session, row)
