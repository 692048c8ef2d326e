"""The `YouTube` platform: reading, threads, replies, holding for review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from collectors._google import GoogleApi, call_limits
from collectors._google_account import Account, consent_grant, secret, token_client
from collectors._newest import Batch, Item, Listing, Window, read_lists
from collectors._wire import limit_key
from collectors.youtube.comments import Comments
from collectors.youtube.settings import YouTubeSettings
from collectors.youtube.wire import (
    Around,
    Comment,
    CommentThread,
    Person,
    authors_of,
    mentions_of,
    permalink,
)
from otklik.errors import ConfigError, Gone, Rejected
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

HOME = "https://youtube.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
DAY = 86_400.0
WRITING = 50  # units; reading costs one
NEEDS_CONSENT = (
    "answering and holding for review need client_id, client_token and refresh_token of the "
    "channel's owner; an API key only reads"
)


class YouTube(Platform[YouTubeSettings]):
    """One channel, or some videos.

    Limits: 10,000 units a day for a project, renewed at midnight in California: reading a page
    costs 1, every change 50, so 200 replies spend a day; a comment has 10,000 characters.
    """

    name = "youtube"
    title = "YouTube"
    can = frozenset(
        {
            Capability.THREAD,
            Capability.POST,
            Capability.EDIT,
            Capability.WITHDRAW,
            Capability.HIDE,
            Capability.UNHIDE,
        }
    )
    reply_max_length = 10_000
    settings_type = YouTubeSettings
    limits = (Limit(8_000, 86_400, burst=2_000, per="project"),)
    rights = ("API key for reading", f"OAuth scope {SCOPE} for answering and holding")
    token_steps = (
        "In Google Cloud, APIs & Services → Library: enable “YouTube Data API v3”.",
        "For reading: Credentials → Create credentials → API key, restricted to that API; it "
        "goes to `api_token`.",
        "For answering: Credentials → Create credentials → OAuth client ID → Web application, "
        "authorized redirect URI https://developers.google.com/oauthplayground; id and secret go "
        "to `client_id` and `client_token`.",
        "OAuth consent screen: publish the app (“In production”), or the consent ends after "
        "seven days.",
        "Signed in as the channel's owner, open OAuth 2.0 Playground, ⚙ → “Use your own OAuth "
        f"credentials”, authorize {SCOPE}, then “Exchange authorization code for tokens”; the "
        "refresh token goes to `refresh_token`.",
    )
    cost = (
        "free within the quota: 10,000 units a day for a project; a page of 100 threads costs 1 "
        "unit, 50 new authors 1, a reply, an edit, a deletion or a moderation 50"
    )
    answers = (
        "Replies in the name of the channel that consented, under any comment that allows it; "
        "own videos' comments can be held for review and published again."
    )
    cannot = (
        "A second level of replies: a reply to a reply stands under the thread's top comment.",
        "New replies under comments older than `recheck_days`: there is no list of new replies.",
        "Edits of replies that are not among the five shown with their thread.",
        "Banning: the API can ban only for ever, rejects the comment with it for good, and "
        "cannot take it back; use YouTube Studio.",
        "Comments of videos made for kids or with comments switched off; live chat.",
        "Signing in with a service account: YouTube does not accept them.",
    )

    def __init__(
        self, settings: YouTubeSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        key = secret(settings.api_token)
        held = (key, secret(settings.client_token), secret(settings.refresh_token))
        http = token_client(
            settings, platform=self.name, source=source, meter=self.meter, held=held
        )
        grant = consent_grant(settings) if settings.has_consent else None
        self._account = Account(http, grant, key)
        project = limit_key(self.name, settings.client_id or key, "units")
        units = settings.daily_units
        self._api = GoogleApi(
            settings,
            self._account,
            platform=self.name,
            source=source,
            meter=self.meter,
            home=HOME,
            before=call_limits((project, _share(units)), (project, _share(units / WRITING))),
            day_key=project,
        )
        self._comments = Comments(self._api)

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Threads newest first; those of the last `recheck_days` are looked at again."""
        places = self._places()
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=max(10, self.settings.recheck_items // len(places)),
        )
        listings = {key: _Threads(self, key, place) for key, place in places.items()}
        yield from read_lists(listings, cursor, window)

    def check(self) -> SourceCheck:
        """Ask for the newest thread, and for our channel where there is a consent."""
        key, place = next(iter(self._places().items()))
        batch = self._comments.page(place, "", 1)
        told = f"comments of {key} can be read" + ("" if batch.items else "; none yet")
        can = set(self.can)
        missing = []
        if self._account.can_act:
            channel, title = self._comments.own_channel()
            told += f", answering as {title or channel}"
            if not channel:
                missing.append("the account that consented has no channel")
            if self._account.scopes and SCOPE not in self._account.scopes:
                missing.append(f"the token lacks {SCOPE}")
        else:
            missing.append(NEEDS_CONSENT)
        if missing:
            can = {Capability.THREAD}
        newest = batch.items[0].content.top.snippet.publishedAt if batch.items else None
        return SourceCheck(
            ok=True,
            message=told,
            newest_at=newest,
            can=tuple(sorted(can)),
            rights=self._account.scopes or ("API key: reading only",),
            missing=tuple(missing),
            limits_left=f"{self.settings.daily_units:,} units a day; YouTube tells none left",
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The top-level comment with all its replies.

        Raises:
            Gone: the top-level comment no longer exists.
        """
        _, thread_id = self._split(thread_external_id)
        return self.unfold(self._comments.thread(thread_id))

    def post(self, request: ReplyRequest) -> PostedReply:
        """Reply under the top-level comment of the thread that the mention stands in."""
        self._check_consent()
        place, parent_id = self._split(request.parent_external_id)
        parent = self._comments.find([parent_id]).get(parent_id)
        if parent is None:
            raise self._api.error(Gone, f"comment {parent_id} no longer exists")
        posted = self._comments.insert(parent.snippet.parentId or parent_id, request.text)
        return PostedReply(
            external_id=f"{place}/{posted.id}",
            url=permalink(place, posted.id, is_video=not place.startswith("UC")),
            posted_at=posted.snippet.publishedAt,
        )

    def edit(self, external_id: str, text: str) -> None:
        """Change the text of our reply."""
        comment_id = self._our_own(external_id)
        if not comment_id:
            raise self._api.error(Gone, f"{external_id} no longer exists")
        self._comments.update(comment_id, text)

    def withdraw(self, external_id: str) -> None:
        """Delete our reply; a reply already gone is no error."""
        comment_id = self._our_own(external_id)
        if comment_id:
            self._comments.delete(comment_id)

    def hide(self, external_id: str, reason: str) -> None:
        """Hold a comment for review; `reason` stays with us."""
        self._check_consent()
        self._comments.set_status(self._split(external_id)[1], "heldForReview")

    def unhide(self, external_id: str) -> None:
        """Publish it again."""
        self._check_consent()
        self._comments.set_status(self._split(external_id)[1], "published")

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def unfold(self, thread: CommentThread) -> list[CollectedMention]:
        """A thread with all its replies."""
        replies = self._comments.replies(thread)
        around = Around(
            title=self._comments.titles([thread.snippet.videoId])[thread.snippet.videoId],
            ours=self._ours,
            people=self._people([thread.top, *replies]),
        )
        return mentions_of(thread, replies, around)

    def prepare(self, threads: list[CommentThread]) -> None:
        """Ask for titles and authors of many threads in few calls."""
        self._comments.forget()
        self._comments.titles(thread.snippet.videoId for thread in threads)
        self._people(one for thread in threads for one in (thread.top, *thread.embedded[0]))

    def _people(self, comments: Iterable[Comment]) -> dict[str, Person]:
        if not self.settings.authors:
            return {}
        strangers = (one for one in authors_of(comments) if one not in self._ours)
        return self._comments.people(strangers)

    @property
    def comments(self) -> Comments:
        """The calls."""
        return self._comments

    @cached_property
    def _ours(self) -> frozenset[str]:
        own = {*self.settings.own_channels}
        if self._account.can_act:
            own.add(self._comments.own_channel()[0])
        return frozenset(own - {""})

    def _places(self) -> dict[str, dict[str, str]]:
        settings = self.settings
        found = {}
        if settings.channel_id:
            found[settings.channel_id] = {"allThreadsRelatedToChannelId": settings.channel_id}
        found |= {one: {"videoId": one} for one in settings.video_ids}
        if settings.held:
            held = {"moderationStatus": "heldForReview"}
            found |= {f"{key} held": {**place, **held} for key, place in found.items()}
        return found

    def _check_consent(self) -> None:
        if not self._account.can_act:
            raise self._api.error(Rejected, NEEDS_CONSENT)

    def _our_own(self, external_id: str) -> str:
        """The id of our comment; empty when it no longer exists."""
        self._check_consent()
        _, comment_id = self._split(external_id)
        found = self._comments.find([comment_id]).get(comment_id)
        if found is None:
            return ""
        if found.snippet.authorChannelId.value not in self._ours:
            raise self._api.error(Rejected, f"{external_id} is not ours")
        return comment_id

    def _split(self, external_id: str) -> tuple[str, str]:
        place, _, comment_id = external_id.partition("/")
        if not place or not comment_id or "/" in comment_id:
            raise ConfigError(
                f"source {self.source!r} (youtube): {external_id} is no comment on YouTube"
            )
        return place, comment_id


class _Threads(Listing):
    """The comment threads of a channel or a video."""

    def __init__(self, platform: YouTube, key: str, place: dict[str, str]) -> None:
        self._platform, self._place = platform, place
        self.title = key
        self.prefix = f"{place['videoId']}/" if "videoId" in place else ""

    def read(self, token: str) -> Batch:
        return self._platform.comments.page(self._place, token)

    def prepare(self, items: list[Item]) -> None:
        self._platform.prepare([item.content for item in items])

    def unfold(self, item: Item) -> list[CollectedMention]:
        return self._platform.unfold(item.content)

    def find_gone(self, ids: list[str]) -> set[str]:
        return set(ids) - set(self._platform.comments.find(ids))


def _share(calls: float) -> Limit:
    """A day's calls with a fifth of them at once."""
    return Limit(calls * 0.8, DAY, burst=max(1, int(calls * 0.2)), per="project")
