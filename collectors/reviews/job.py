"""What the crawling child is told."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from collectors.reviews.found import digest_of, mark_of
from otklik.clock import now

_DAY = 86_400


class Job(BaseModel):
    """One reading.

    Attributes:
        start_urls, sitemaps: where to begin; `include` filters what sitemaps name.
        selectors: a selector file as data, None for schema.org markup.
        horizon: nothing dated before it is wanted.
        after: mark of the start page that was done last; reading goes on behind it.
        at: mark of a start page and the page of its thread where reading was cut off.
        known: marks of followed pages that need not be read again now.
        token: name and value of a query parameter; never in any event.
        is_check: one page, nothing followed.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    start_urls: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    include: str = ""
    languages: tuple[str, ...] = ()
    horizon: AwareDatetime
    after: str = ""
    at: tuple[str, str] | None = None
    known: frozenset[str] = frozenset()
    token: tuple[str, str] | None = None
    max_pages: int
    max_thread_pages: int
    is_check: bool = False


def link_mark(link: str, reread_days: int, at: datetime) -> str:
    """The mark of a followed page; another one after `reread_days`, not for all on one day."""
    digest = digest_of("followed", link)
    period = (int(at.timestamp()) // _DAY + int(digest[:4], 16)) // max(1, reread_days)
    return mark_of(digest, str(period))


def is_known_link(link: str, reread_days: int, known: frozenset[str]) -> str:
    """The mark of a link that was followed not long ago, else an empty text."""
    mark = link_mark(link, reread_days, now()) if reread_days else ""
    return mark if mark in known else ""
