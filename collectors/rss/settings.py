"""What a person says of feeds in `otklik.toml`."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from otklik.network import endpoint_of
from otklik.platforms import PlatformSettings

MAX_FEEDS = 30
MAX_URL = 300


class RssSettings(PlatformSettings):
    """Settings of a few feeds that are one source.

    Attributes:
        feeds: addresses of RSS or Atom feeds, with scheme; at most 30 with `comment_feeds`.
        comment_feeds: feeds whose entries are comments: their titles are no part of the text.
        follow_comments: also read the feeds of comments that the newest articles name.
        our_authors: names under which we write; case does not matter.
        base_url: answers in place of the feeds' hosts, for tests and gateways; else empty.
        max_bytes: largest feed read; five million bytes by default.
    """

    max_bytes: int = Field(default=5_000_000, gt=0)
    feeds: tuple[str, ...] = ()
    comment_feeds: tuple[str, ...] = ()
    follow_comments: bool = False
    our_authors: tuple[str, ...] = ()

    @field_validator("feeds", "comment_feeds")
    @classmethod
    def _are_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            endpoint_of(url)
            if "@" in urlsplit(url).netloc:
                raise ValueError("an address of a feed must not hold a password")
            if len(url) > MAX_URL:
                raise ValueError(f"an address of a feed has at most {MAX_URL} characters")
        return value

    @model_validator(mode="after")
    def _are_some(self) -> RssSettings:
        count = len(self.addresses)
        if not 0 < count <= MAX_FEEDS:
            raise ValueError(f"give 1 to {MAX_FEEDS} different feeds, not {count}")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys([*self.feeds, *self.comment_feeds]))
