"""The `GoogleBusiness` platform: reviews, replies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from collectors._google import GoogleApi, call_limits, moment
from collectors._google_account import Account, consent_grant, secret, token_client
from collectors._newest import Batch, Item, Listing, Window, read_lists
from collectors._wire import limit_key
from collectors.google_business.settings import GoogleBusinessSettings
from collectors.google_business.wire import REPLY, Review, mentions_of, read_reviews
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

HOME = "https://mybusiness.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/business.manage"
DAY = 86_400.0
LONGEST_REPLY = 4096  # bytes


class GoogleBusiness(Platform[GoogleBusinessSettings]):
    """One business on Google Maps.

    Limits: 300 calls a minute for a project, 10 changes a minute for a place; a reply has 4,096
    bytes, which are 2,048 characters of Russian.
    """

    name = "google_business"
    title = "Google Business Profile"
    can = frozenset({Capability.THREAD, Capability.POST, Capability.EDIT, Capability.WITHDRAW})
    reply_max_length = 2048
    settings_type = GoogleBusinessSettings
    limits = (
        Limit(270, 60, burst=30, per="project"),
        Limit(8, 60, burst=2, per="place"),
    )
    rights = (f"OAuth scope {SCOPE}", "owner or manager of every place")
    token_steps = (
        "Ask for access to the Business Profile APIs (form “Application for Basic API Access”) "
        "with the Google Cloud project's number; it takes some days.",
        "In Google Cloud, APIs & Services → Library: enable “Google My Business API” and "
        "“My Business Account Management API”.",
        "APIs & Services → Credentials → Create credentials → OAuth client ID → Web application, "
        "authorized redirect URI https://developers.google.com/oauthplayground; id and secret go "
        "to `client_id` and `client_token`.",
        "Signed in as an owner or manager, open OAuth 2.0 Playground, ⚙ → “Use your own OAuth "
        f"credentials”, authorize {SCOPE}, then “Exchange authorization code for tokens”; the "
        "refresh token goes to `refresh_token`.",
        "List accounts and their locations with the Account Management and Business Information "
        "APIs; the names go to `locations`.",
    )
    cost = "free, for approved projects"
    answers = "One public reply by the owner under each review; it can be changed and deleted."
    cannot = (
        "Places that the account does not own or manage, or that are not verified.",
        "A link to a single review, and an id of its author: the API gives neither.",
        "Hiding or reporting a review: only in the profile's own pages.",
        "Knowing at once that a reply is public: Google moderates replies.",
    )
    PAGE_SIZE: ClassVar[int] = 50

    def __init__(
        self, settings: GoogleBusinessSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        held = (secret(settings.client_token), secret(settings.refresh_token))
        http = token_client(
            settings, platform=self.name, source=source, meter=self.meter, held=held
        )
        self._account = Account(http, consent_grant(settings))
        project = settings.client_id
        self._api = GoogleApi(
            settings,
            self._account,
            platform=self.name,
            source=source,
            meter=self.meter,
            home=HOME,
            before=call_limits(
                (limit_key(self.name, project, "calls"), self.limits[0]),
                (limit_key(self.name, project, "changes"), self.limits[1]),
            ),
        )

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Reviews of every place, most recently changed first; `recheck_days` are read again."""
        places = self.settings.locations
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=max(10, self.settings.recheck_items // len(places)),
        )
        yield from read_lists({one: _Reviews(self, one) for one in places}, cursor, window)

    def check(self) -> SourceCheck:
        """Ask every place for its newest review."""
        told, newest = [], []
        for place in self.settings.locations:
            data = self._page(place, "", 1)
            items, _ = read_reviews(_rows(data), place)
            newest += [mentions_of(item.content, "")[0].published_at for item in items]
            told.append(f"{place}: {data.get('totalReviewCount', 0)} reviews")
        scopes = self._account.scopes
        missing = () if not scopes or SCOPE in scopes else (f"the token lacks {SCOPE}",)
        return SourceCheck(
            ok=not missing,
            message="; ".join(told),
            newest_at=max((at for at in newest if at), default=None),
            can=tuple(sorted(self.can)),
            rights=scopes,
            missing=missing,
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The review and our reply.

        Raises:
            Gone: the review no longer exists.
        """
        return self.unfold(self.find(self._own(thread_external_id)))

    def post(self, request: ReplyRequest) -> PostedReply:
        """Reply to a review that has no reply yet; a second one would overwrite the first."""
        name = self._own(request.parent_external_id)
        self._check_length(request.text)
        reply = self.find(name).reviewReply
        if reply is not None and reply.comment == request.text:
            raise self._api.error(OutcomeUnknown, "the same reply stands there already")
        if reply is not None and reply.comment:
            raise self._api.error(Rejected, "a reply stands there already; edit that one")
        answer = self._api.post_once(self._reply(name, request.text))
        return PostedReply(external_id=name + REPLY, posted_at=moment(answer.get("updateTime")))

    def edit(self, external_id: str, text: str) -> None:
        """Replace the text of our reply."""
        name = self._own(external_id.removesuffix(REPLY))
        self._check_length(text)
        if self.find(name).reviewReply is None:
            raise self._api.error(Gone, f"no reply stands under {name}")
        self._api.change(self._reply(name, text))

    def withdraw(self, external_id: str) -> None:
        """Delete our reply; a reply already gone is no error."""
        name = self._own(external_id.removesuffix(REPLY))
        try:
            self._api.change(self._api.request("DELETE", f"/v4/{_path(name)}/reply"))
        except Gone:
            return

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def read_page(self, place: str, token: str) -> Batch:
        """One page of a place's reviews."""
        data = self._page(place, token, self.PAGE_SIZE)
        items, bad = read_reviews(_rows(data), place)
        if "reviews" in data and not isinstance(data["reviews"], list):
            raise self._api.error(Transient, "no list of reviews in the answer")
        return Batch(tuple(items), tuple(bad), str(data.get("nextPageToken") or ""))

    def find(self, name: str) -> Review:
        """One review as it stands now.

        Raises:
            Gone: it no longer exists.
        """
        data = self._api.read(self._api.request("GET", f"/v4/{_path(name)}"))
        items, _ = read_reviews([data], name)
        if not items:
            raise self._api.error(Transient, f"{name} makes no sense")
        found: Review = items[0].content
        return found

    def unfold(self, review: Review) -> list[CollectedMention]:
        """The review, and our reply."""
        place = review.name.rpartition("/reviews/")[0].rpartition("/")[2]
        return mentions_of(review, self.settings.business_title or place)

    def _page(self, place: str, token: str, size: int) -> dict[str, Any]:
        asked: dict[str, Any] = {"pageSize": size, "orderBy": "updateTime desc"}
        if token:
            asked["pageToken"] = token
        return self._api.read(self._api.request("GET", f"/v4/{place}/reviews", urlencode(asked)))

    def _reply(self, name: str, text: str) -> Any:
        return self._api.request("PUT", f"/v4/{_path(name)}/reply", body={"comment": text})

    def _check_length(self, text: str) -> None:
        if len(text.encode()) > LONGEST_REPLY:
            raise self._api.error(Rejected, f"a reply has {LONGEST_REPLY} bytes at most")

    def _own(self, external_id: str) -> str:
        place, _, review_id = external_id.rpartition("/reviews/")
        if place not in self.settings.locations or not review_id or "/" in review_id:
            raise ConfigError(
                f"source {self.source!r} (google_business): {external_id} is no review of its "
                "locations"
            )
        return external_id


class _Reviews(Listing):
    """The list of a place's reviews."""

    def __init__(self, platform: GoogleBusiness, place: str) -> None:
        self._platform, self._place = platform, place
        self.title = place
        self.prefix = f"{place}/reviews/"

    def read(self, token: str) -> Batch:
        return self._platform.read_page(self._place, token)

    def unfold(self, item: Item) -> list[CollectedMention]:
        return self._platform.unfold(item.content)

    def find_gone(self, ids: list[str]) -> set[str]:
        return {review_id for review_id in ids if self._is_gone(review_id)}

    def _is_gone(self, review_id: str) -> bool:
        try:
            self._platform.find(self.prefix + review_id)
        except Gone:
            return True
        return False


def _rows(data: dict[str, Any]) -> list[Any]:
    rows = data.get("reviews", [])
    return rows if isinstance(rows, list) else []


def _path(name: str) -> str:
    return quote(name, safe="/")
