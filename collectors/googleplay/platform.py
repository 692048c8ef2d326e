"""The `GooglePlay` platform: reviews, answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from collectors._google import GoogleApi, call_limits
from collectors._google_account import (
    Account,
    consent_grant,
    secret,
    service_grant,
    service_key,
    token_client,
)
from collectors._newest import Batch, Item, Listing, Window, read_lists
from collectors._wire import limit_key
from collectors.googleplay.settings import GooglePlaySettings
from collectors.googleplay.wire import (
    REPLY,
    Review,
    Timestamp,
    mentions_of,
    read_reviews,
)
from otklik.errors import ConfigError, Gone, OutcomeUnknown, Rejected, Transient
from otklik.platforms import (
    Capability,
    CollectedMention,
    Cursor,
    Limit,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

HOME = "https://androidpublisher.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
DAY = 86_400.0


class GooglePlay(Platform[GooglePlaySettings]):
    """One app on Google Play.

    Limits: 200 reading calls an hour and 2,000 answers a day for each app; an answer has about
    350 characters.
    """

    name = "googleplay"
    title = "Google Play"
    can = frozenset({Capability.THREAD, Capability.POST, Capability.EDIT})
    reply_max_length = 350
    settings_type = GooglePlaySettings
    limits = (
        Limit(160, 3600, burst=40, per="app"),
        Limit(1900, 86_400, burst=100, per="app"),
    )
    rights = (f"OAuth scope {SCOPE}", "Play Console permission “Reply to reviews”")
    token_steps = (
        "In Google Cloud, APIs & Services → Library: enable “Google Play Android Developer API”.",
        "IAM & Admin → Service accounts: create one, then Keys → Add key → JSON.",
        "In Play Console, Users and permissions → Invite new users: the service account's "
        "address, with “View app information” and “Reply to reviews” for this app.",
        "Put the path of the JSON key into `service_account_file`, or its text into an "
        "environment variable named by `service_account_token`.",
    )
    cost = "free"
    answers = "One public answer by the developer under each review; it can be changed."
    cannot = (
        "Reviews older than a week, and ratings without a text: the API does not show them.",
        "Public pages of the store, so apps of other companies: they have no markup of single "
        "reviews, and the call behind them is undocumented.",
        "The date of a review's first version: only that of its last change is told.",
        "Deleting an answer, hiding or reporting a review: only in Play Console.",
        "Alpha and beta reviews.",
    )
    PAGE_SIZE: ClassVar[int] = 100

    def __init__(
        self, settings: GooglePlaySettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._package = settings.package
        hourly = settings.hourly_calls
        reading = Limit(hourly * 0.8, 3600, burst=int(hourly * 0.2), per="app")
        self._account = self._signed_in()
        self._api = GoogleApi(
            settings,
            self._account,
            platform=self.name,
            source=source,
            meter=self.meter,
            home=HOME,
            before=call_limits(
                (limit_key(self.name, self._package, "get"), reading),
                (limit_key(self.name, self._package, "reply"), self.limits[1]),
            ),
        )

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Reviews changed since, most recently changed first; `recheck_days` are read again."""
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=self.settings.recheck_items,
        )
        yield from read_lists({self._package: _Reviews(self)}, cursor, window)

    def check(self) -> SourceCheck:
        """Ask for the newest review."""
        items = self.read_page("", 1).items
        scopes = self._account.scopes
        missing = () if not scopes or SCOPE in scopes else (f"the token lacks {SCOPE}",)
        newest = mentions_of(items[0].content, self._package, "")[0] if items else None
        return SourceCheck(
            ok=not missing,
            message=f"reviews of {self._package} can be read"
            + ("" if items else "; none in the last week"),
            newest_at=newest.published_at if newest else None,
            can=tuple(sorted(self.can)),
            rights=scopes,
            missing=missing,
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The review and our answer.

        Raises:
            Gone: the review no longer exists.
        """
        return self.unfold(self.find(self._review_id(thread_external_id)))

    def post(self, request: ReplyRequest) -> PostedReply:
        """Answer a review that has no answer yet; a second one would overwrite the first."""
        review_id = self._review_id(request.parent_external_id)
        review = self.find(review_id)
        if review.answer is not None and review.answer.text:
            if review.answer.text == request.text:
                raise self._api.error(OutcomeUnknown, "the same answer stands there already")
            raise self._api.error(Rejected, "an answer stands there already; edit that one")
        answer = self._api.post_once(self._reply(review_id, request.text))
        result = answer.get("result")
        if not isinstance(result, dict):
            raise self._api.error(OutcomeUnknown, "sent, the answer names no result")
        return PostedReply(
            external_id=f"{self._package}/{review_id}{REPLY}",
            url=mentions_of(review, self._package, "")[0].url,
            posted_at=_edited_at(result),
        )

    def edit(self, external_id: str, text: str) -> None:
        """Replace the text of our answer."""
        review_id = self._review_id(external_id.removesuffix(REPLY))
        if self.find(review_id).answer is None:
            raise self._api.error(Gone, f"no answer stands under review {review_id}")
        self._api.change(self._reply(review_id, text))

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def read_page(self, token: str, size: int = PAGE_SIZE) -> Batch:
        """One page of reviews."""
        asked: dict[str, Any] = {"packageName": self._package, "maxResults": size}
        if token:
            asked["token"] = token
        data = self._api.read(self._reviews.list(**asked))
        rows = data.get("reviews", [])
        if not isinstance(rows, list):
            raise self._api.error(Transient, "no list of reviews in the answer")
        items, bad = read_reviews(rows, self._package)
        paging = data.get("tokenPagination")
        following = paging.get("nextPageToken") if isinstance(paging, dict) else ""
        return Batch(tuple(items), tuple(bad), str(following or ""))

    def find(self, review_id: str) -> Review:
        """One review as it stands now.

        Raises:
            Gone: it no longer exists.
        """
        asked = {"packageName": self._package, "reviewId": review_id}
        data = self._api.read(self._reviews.get(**asked))
        items, _ = read_reviews([data], self._package)
        if not items:
            raise self._api.error(Transient, f"review {review_id} makes no sense")
        found: Review = items[0].content
        return found

    def unfold(self, review: Review) -> list[CollectedMention]:
        """The review, and our answer."""
        return mentions_of(review, self._package, self.settings.app_title or self._package)

    @cached_property
    def _reviews(self) -> Any:
        return self._api.service("androidpublisher", "v3").reviews()

    def _reply(self, review_id: str, text: str) -> Any:
        body = {"replyText": text}
        return self._reviews.reply(packageName=self._package, reviewId=review_id, body=body)

    def _review_id(self, external_id: str) -> str:
        package, _, review_id = external_id.partition("/")
        if package != self._package or not review_id or "/" in review_id:
            raise ConfigError(
                f"source {self.source!r} (googleplay): {external_id} is no review of "
                f"{self._package}"
            )
        return review_id

    def _signed_in(self) -> Account:
        settings = self.settings
        key = secret(settings.service_account_token)
        http = token_client(
            settings,
            platform=self.name,
            source=self.source,
            meter=self.meter,
            held=(key, secret(settings.client_token), secret(settings.refresh_token)),
        )
        if settings.has_service_account:
            info = service_key(key, settings.service_account_file)
            return Account(http, service_grant(info, SCOPE))
        return Account(http, consent_grant(settings))


class _Reviews(Listing):
    """The list of an app's reviews."""

    def __init__(self, platform: GooglePlay) -> None:
        self._platform = platform
        self.title = platform.settings.package
        self.prefix = f"{self.title}/"

    def read(self, token: str) -> Batch:
        return self._platform.read_page(token)

    def unfold(self, item: Item) -> list[CollectedMention]:
        return self._platform.unfold(item.content)

    def find_gone(self, ids: list[str]) -> set[str]:
        return {review_id for review_id in ids[:10] if self._is_gone(review_id)}

    def _is_gone(self, review_id: str) -> bool:
        try:
            self._platform.find(review_id)
        except Gone:
            return True
        return False


def _edited_at(result: dict[str, Any]) -> datetime | None:
    try:
        return Timestamp.model_validate(result.get("lastEdited")).moment
    except ValueError:
        return None
