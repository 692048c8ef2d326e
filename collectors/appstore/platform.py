"""The `AppStore` platform: customer reviews by feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import Field, field_validator

from collectors._http import HttpClient
from collectors._newest import Batch, Item, Listing, Window, read_lists
from collectors._text import quote
from collectors.appstore.wire import app_name, entries_of, mention_of, read_entries
from otklik.errors import AccessDenied, Transient
from otklik.platforms import (
    CollectedMention,
    Cursor,
    Meter,
    Page,
    Platform,
    PlatformSettings,
    SourceCheck,
)

HOME = "https://itunes.apple.com"
DAY = 86_400.0
REFUSED_FOR = 600.0  # seconds; Apple does not tell


class AppStoreSettings(PlatformSettings):
    """Settings of one app.

    Attributes:
        app_id: the number in the app's address (apps.apple.com/…/id1234567890).
        countries: storefronts that are read, by their two letters ("ru", "kz").
        app_title: the app's name, for people; the feed's own by default.
        recheck_days: how far back every poll looks for vanished reviews.
        recheck_items: how many reviews are remembered for that, over all countries.
    """

    app_id: str = Field(pattern=r"^\d{1,15}$")
    countries: tuple[str, ...] = Field(default=("ru",), min_length=1, max_length=40)
    app_title: str = ""
    recheck_days: float = Field(default=7.0, gt=0, le=90)
    recheck_items: int = Field(default=400, ge=10, le=500)

    @field_validator("countries")
    @classmethod
    def _are_codes(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        for country in countries:
            if not re.fullmatch(r"[a-z]{2}", country):
                raise ValueError(f"{country!r} is not a country in two small letters")
        return tuple(dict.fromkeys(countries))


class AppStore(Platform[AppStoreSettings]):
    """One app in one or more storefronts.

    Limits: Apple states none for the feed; one call a second is polite. Ten pages of fifty
    reviews for each country are all that is shown.
    """

    name = "appstore"
    title = "App Store"
    min_interval = 1.0
    settings_type = AppStoreSettings
    rights = ("none: the feed is public",)
    token_steps = ("No token is needed; `app_id` is the number in the app's address.",)
    cost = "free"
    cannot = (
        "More than the 500 most recent reviews of a country, and ratings without a text.",
        "The developer's own answers, so a review answered elsewhere is not known as such.",
        "Answering: the feed only reads; answer in App Store Connect.",
        "The date of a review's first version: only that of its last change is told.",
        "All countries at once: each storefront is a feed of its own.",
    )
    PAGES: ClassVar[int] = 10

    def __init__(
        self, settings: AppStoreSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._name = settings.app_title
        self._http = HttpClient(
            settings,
            platform=self.name,
            source=source,
            meter=self.meter,
            home=HOME,
            min_interval=self.min_interval,
        )

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Reviews of every storefront, most recently changed first."""
        countries = self.settings.countries
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=max(10, self.settings.recheck_items // len(countries)),
        )
        yield from read_lists({one: _Feed(self, one) for one in countries}, cursor, window)

    def check(self) -> SourceCheck:
        """Read the first page of every storefront."""
        told: list[str] = []
        newest: list[datetime] = []
        for country in self.settings.countries:
            batch = self.read_page(country, 1)
            told.append(f"{country}: {len(batch.items)} reviews on the first page")
            newest += [item.content.updated for item in batch.items]
        return SourceCheck(
            ok=True, message="; ".join(told), newest_at=max(newest, default=None), can=()
        )

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def read_page(self, country: str, page: int) -> Batch:
        """One page of a storefront's feed.

        Raises:
            Gone: the storefront does not have this app.
        """
        app_id = self.settings.app_id
        path = f"/{country}/rss/customerreviews/page={page}/id={app_id}/sortby=mostrecent/json"
        try:
            answer = self._http.get(path)
        except AccessDenied as error:
            if not str(error).startswith("403"):
                raise
            # There is no token that could be wrong: Apple refuses whoever asks too often.
            raise self._http.limited(str(error), REFUSED_FOR) from error
        feed = answer.data.get("feed") if isinstance(answer.data, dict) else None
        if not isinstance(feed, dict):
            raise self._http.error(Transient, f"no feed in the answer: {quote(answer.data)}")
        entries = entries_of(feed)
        self._name = self._name or app_name(entries)
        items, bad = read_entries(entries, f"{app_id} {country}")
        has_more = bool(items or bad) and page < self.PAGES
        return Batch(
            items=tuple(items),
            bad_rows=tuple(bad),
            next_token=str(page + 1) if has_more else "",
            is_cut=bool(items) and page >= self.PAGES,
        )

    def unfold(self, item: Item, country: str) -> CollectedMention:
        """The mention of an entry."""
        title = self._name or f"App Store, {self.settings.app_id}"
        return mention_of(item.content, self.settings.app_id, country, title)


class _Feed(Listing):
    """The feed of one storefront."""

    asks_by_id = False

    def __init__(self, platform: AppStore, country: str) -> None:
        self._platform, self._country = platform, country
        self.title = f"App Store {platform.settings.app_id} {country}"
        self.prefix = f"{platform.settings.app_id}/{country}/"
        self._shown: dict[int, set[str]] = {}

    def read(self, token: str) -> Batch:
        page = int(token or 1)
        batch = self._platform.read_page(self._country, page)
        self._shown[page] = {item.id for item in batch.items}
        return batch

    def unfold(self, item: Item) -> list[CollectedMention]:
        return [self._platform.unfold(item, self._country)]

    def find_gone(self, ids: list[str]) -> set[str]:
        """There is no asking by id: the pages are read once more.

        A feed that shows less the second time is not believed.
        """
        pages = sorted(self._shown)
        again = {
            item.id
            for page in pages
            for item in self._platform.read_page(self._country, page).items
        }
        before = set().union(*self._shown.values())
        return set(ids) - again if before <= again else set()
