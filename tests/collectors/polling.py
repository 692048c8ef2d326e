"""One poll as the pipeline makes it."""

from __future__ import annotations

from otklik.platforms import AnyPlatform, CollectedMention, Cursor, Page


def poll(platform: AnyPlatform, cursor: Cursor) -> tuple[list[Page], Cursor]:
    """All pages since `cursor`, and the cursor that is stored after them."""
    pages = list(platform.collect(cursor))
    return pages, pages[-1].cursor if pages else cursor


def mentions(pages: list[Page]) -> list[CollectedMention]:
    """What the pages hold, in order."""
    return [mention for page in pages for mention in page.mentions]
