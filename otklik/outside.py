"""The steps' calls to the outside: open a platform, read a thread, send a reply."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import structlog
from sqlmodel import Session

from otklik.database import reading, session
from otklik.desk import Desk
from otklik.errors import ConfigError, Gone, NotFound, OtklikError, PlatformError, Transient
from otklik.limiter import DatabaseMeter, budget_micros
from otklik.models import Reply, Source
from otklik.platforms import AnyPlatform, Page, PostedReply, build_platform
from otklik.store import intake as intake_rows
from otklik.store import mentions, replies, sources
from otklik.store.intake import Intake
from responder import changes, posting

log = structlog.get_logger()


@contextmanager
def open_platform(desk: Desk, source: Source) -> Iterator[AnyPlatform]:
    """The platform of a source, with limits and budget of the whole desk; closed afterwards.

    Not to be called inside a write transaction: see `otklik.limiter`.

    Raises:
        NotFound, ConfigError: no such platform, or wrong settings.
    """
    kind = desk.platforms.get(source.platform)
    if kind is None:
        raise NotFound(f"source {source.name}: no platform is named {source.platform!r}")
    budget = budget_micros(source.config)
    meter = DatabaseMeter(desk.engine, source.id or 0, budget, desk.now)
    with closing(build_platform(kind, source.config, source=source.name, meter=meter)) as platform:
        yield platform


def store_page(db: Session, source: Source, page: Page, at: datetime) -> Intake:
    """Store what a platform showed, with all that follows from it, in one transaction."""
    stored = intake_rows.save_page(db, source, page, at)
    changes.react(db, stored, at)
    return stored


def read_thread(desk: Desk, reply: Reply) -> Page | OtklikError | None:
    """Store the thread of a reply as it stands now; see `read_thread_of`."""
    return read_thread_of(desk, reply.mention_id)


def read_thread_of(desk: Desk, mention_id: int) -> Page | OtklikError | None:
    """Store the thread of a mention as it stands now.

    Returns:
        What was read; the error when it could not be read; None when the platform has no way.
    """
    with reading(desk.engine) as db:
        mention = mentions.get_mention(db, mention_id)
        place = replies.get_place(db, mention)
        source = sources.get_source(db, mention.source_id)
    try:
        with open_platform(desk, source) as platform:
            shown = tuple(platform.thread(place.external_id))
    except NotImplementedError:
        return None
    except Gone:
        shown = ()
    except OtklikError as error:
        log.warning("thread not read", source=source.name, error=str(error))
        return error
    page = Page(mentions=shown, complete_thread_ids=(place.external_id,))
    with session(desk.engine) as db:
        store_page(db, source, page, desk.now())
    return page


def send_reply(desk: Desk, outgoing: posting.Outgoing) -> PostedReply | PlatformError:
    """Call the platform, once; a failure comes back as a value."""
    try:
        with reading(desk.engine) as db:
            source = sources.get_source(db, outgoing.source_id)
        with open_platform(desk, source) as platform:
            return posting.send(platform, outgoing.request)
    except (ConfigError, NotFound) as error:  # never reached the platform
        return Transient(str(error))
