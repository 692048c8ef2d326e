"""What the first visitor would wait for is read before anybody comes.

The first case of a fresh server took seconds: pages, the knowledge, its sentence vectors, the
dictionaries of the remarks and the policy are read when they are first asked for.
"""

import logging
from collections.abc import Callable
from threading import Thread

from sqlalchemy.exc import SQLAlchemyError

from dashboard import data
from otklik import database
from otklik.clock import now
from otklik.enums import Language, Topic
from otklik.errors import OtklikError
from otklik.models import Mention
from otklik.store import queue
from otklik.store.queue_filter import QueueFilter
from responder.policy import kept

_LOG = logging.getLogger(__name__)


def begin() -> None:
    """Warm up beside the server, which answers meanwhile; unless the settings say no."""
    if data.settings().desk_warm_up:
        Thread(target=warm_up, name="warm-up", daemon=True).start()


def warm_up() -> None:
    """Read everything once; what fails is told in the log, and the page that needs it will tell."""
    for read in (_pages, _policy, _knowledge, _case, _quality):
        _attempt(read)


def _attempt(read: Callable[[], None]) -> None:
    try:
        read()
    except (OtklikError, SQLAlchemyError, OSError) as error:
        _LOG.warning("not warmed up (%s): %s", read.__name__.strip("_"), error)


def _pages() -> None:
    import dashboard.views  # noqa: F401 - every page with what it imports


def _policy() -> None:
    with database.reading(data.engine()) as session:
        kept.find_in_force(session, data.settings().brand_id)


def _knowledge() -> None:
    data.knowledge().find("", Topic.QUALITY, Language.RUSSIAN, now())


def _case() -> None:
    """The most urgent comment that waits, read and checked as its page does."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        rows = queue.list_queue(session, brand, QueueFilter(), size=1).rows
        first = session.get(Mention, rows[0].id) if rows else None
    if first is None:
        return
    case = data.case_file(first.id or 0)
    text = case.draft.text if case.draft else first.text
    data.lint(case, text, now(), data.checks(None))
    if first.topic is not None:
        data.knowledge().find(first.text, first.topic, case.language, now())


def _quality() -> None:
    from dashboard.quality import figures

    figures.read(now(), figures.USUAL_DAYS)
