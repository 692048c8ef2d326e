"""What a person says of one site with reviews in `otklik.toml`."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from collectors.reviews.selector_file import SelectorFile, load_selectors
from otklik.errors import ConfigError
from otklik.network import Endpoint, endpoint_of, is_private_name
from otklik.platforms import PlatformSettings

MAX_STARTS = 2_000


class ReviewsSettings(PlatformSettings):
    """Settings of one site.

    Attributes:
        start_urls: pages with reviews, or (with `selectors` that follow links) lists of such
            pages; paths below `base_url`, or whole addresses.
        sitemap: address of a sitemap, or of robots.txt that names some; its pages are read in
            turn, as many a poll as `max_pages` allows.
        include: regular expression that a sitemap's addresses must match.
        selectors: for sites without schema.org markup: the name of a shipped selector file
            (otzovik, irecommend, yandex_maps, 2gis, django_oscar) or the path of one.
        api_token: a key the site's API asks for (2GIS), as ``env:NAME``.
        allowed_hosts: further hosts that links may lead to; those above always may.
        host: name under which ids are kept, in place of that of base_url; set it when the
            address changes, so that known reviews stay known.
        own_names: names under which the company itself answers or writes.
        languages: of dates in words (["ru"]); Russian and English by default.
        max_pages: pages fetched in one poll; the next poll goes on behind them.
        max_thread_pages: pages of one product or company.
        max_seconds: the whole poll's time, in seconds.
        recheck_days: how old a review may be and still be looked at for edits; a first reading
            goes back as far as `since_days` says.
    """

    start_urls: tuple[str, ...] = Field(default=(), max_length=MAX_STARTS)
    sitemap: str = ""
    include: str = ""
    selectors: str = ""
    api_token: SecretStr | None = None
    allowed_hosts: tuple[str, ...] = ()
    host: str = ""
    own_names: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_pages: int = Field(default=500, gt=0)
    max_thread_pages: int = Field(default=200, gt=0)
    max_seconds: float = Field(default=1800.0, gt=0)
    recheck_days: float = Field(default=120.0, gt=0)

    @field_validator("include")
    @classmethod
    def _is_pattern(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return text

    @field_validator("selectors")
    @classmethod
    def _can_be_read(cls, name: str) -> str:
        try:
            _ = name and load_selectors(name)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return name

    @model_validator(mode="after")
    def _is_usable(self) -> ReviewsSettings:
        if not self.start_urls and not self.sitemap:
            raise ValueError("give `start_urls`, or a `sitemap`")
        for url in self.addresses():
            if "@" in urlsplit(url).netloc:
                raise ValueError("an address must not hold a password")
            host, _ = endpoint_of(url)
            if is_private_name(host) and not self.allow_private_hosts:
                raise ValueError(
                    f"{host} stands in a private network: "
                    "set allow_private_hosts = true if that is meant"
                )
        file = self.selector_file()
        if file and file.token_param and self.api_token is None and not self.base_url:
            raise ValueError(f'selectors {self.selectors!r} need api_token = "env:NAME"')
        return self

    def selector_file(self) -> SelectorFile | None:
        """The selectors, None for schema.org markup."""
        return load_selectors(self.selectors) if self.selectors else None

    def starts(self) -> tuple[str, ...]:
        """Whole addresses of the start pages."""
        return tuple(self._whole(url) for url in self.start_urls)

    def addresses(self) -> tuple[str, ...]:
        """All addresses a reading begins at."""
        return (*self.starts(), *([self._whole(self.sitemap)] if self.sitemap else []))

    def _whole(self, url: str) -> str:
        base = self.base_url.rstrip("/") + "/"
        rewritten = self._rewritten(url)
        if self.base_url and rewritten != url:
            parts = urlsplit(rewritten)
            rewritten = f"{parts.path}?{parts.query}".rstrip("?")
        return urljoin(base, rewritten) if self.base_url else rewritten

    def _rewritten(self, url: str) -> str:
        file = self.selector_file()
        for rule in file.start if file else ():
            if found := re.search(rule.match, url):
                return rule.url.format(found[0], *found.groups())
        return url

    def endpoints(self) -> list[Endpoint]:
        """Private endpoints that may be called: those of the addresses, where that is meant."""
        addresses = (*self.addresses(), *([self.base_url] if self.base_url else []))
        return sorted({endpoint_of(url) for url in addresses}) if self.allow_private_hosts else []

    def domains(self) -> list[str]:
        """Hosts that may be called."""
        file = self.selector_file()
        named = [*self.allowed_hosts, *(file.hosts if file else ())]
        return sorted({endpoint_of(url)[0] for url in self.addresses()} | set(named))

    def token(self) -> tuple[str, str] | None:
        """Name and value of the query parameter with the token."""
        file = self.selector_file()
        if file is None or not file.token_param or self.api_token is None:
            return None
        return file.token_param, self.api_token.get_secret_value()


__all__ = ["ReviewsSettings"]
