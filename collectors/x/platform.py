"""The `X` platform: streams, conversations, replies, moderation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from collectors._text import quote
from collectors.x.client import (
    APP_LIMITS,
    CREATE,
    CREATE_WITH_LINK,
    POST_READ,
    USER_LIMITS,
    USER_READ,
    Api,
)
from collectors.x.mentions import (
    NO_KEYS,
    NOT_MENTIONED,
    Maker,
    external,
    moment_of,
    number_of,
    permalink,
)
from collectors.x.paging import MARGIN, Pass, State, Stream
from collectors.x.reading import Reader, Young, stamp
from collectors.x.refusals import Duplicate
from collectors.x.settings import XSettings
from collectors.x.wire import Post, read_batch
from otklik.clock import now
from otklik.errors import (
    BudgetSpent,
    Gone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    Transient,
)
from otklik.language.x_length import LONGEST_POST, has_link, weighted_length
from otklik.metering import MICROS, LocalMeter
from otklik.platforms import (
    SINCE,
    Capability,
    CollectedMention,
    Cursor,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)


class X(Platform[XSettings]):
    """One account or one search on X.

    Limits: 450 searches and 450 readings of mentions in 15 minutes for the app (300 for an
    account), 100 posts, 50 deletions and 50 hidings in 15 minutes for the account; 280
    weighted characters.
    """

    name = "x"
    title = "X (Twitter)"
    can = frozenset(
        {
            Capability.THREAD,
            Capability.POST,
            Capability.WITHDRAW,
            Capability.HIDE,
            Capability.UNHIDE,
        }
    )
    reply_max_length = LONGEST_POST
    reads_back = False  # the index of search shows a new post seconds or minutes later
    settings_type = XSettings
    limits = (*APP_LIMITS.values(), *USER_LIMITS.values())
    rights = (
        "App-only bearer token: search, mentions, posts by id",
        "OAuth 1.0a user token with Read and write: replies, deleting, hiding replies",
    )
    token_steps = (
        "Open console.x.com, accept the developer agreement and buy credits (Billing); set a "
        "spending limit there as well.",
        "Apps → Create App; the app must belong to a project.",
        "App → User authentication settings: App permissions “Read and write”, type “Web App, "
        "Automated App or Bot”; save before making tokens, or they stay read-only.",
        "Keys and tokens → Bearer Token → Generate: `bearer_token`.",
        "Keys and tokens → API Key and Secret: `consumer_token`, `consumer_token_secret`.",
        "Signed in as the account that will answer: Access Token and Secret → Generate: "
        "`access_token`, `access_token_secret` (its number before the dash is `user_id`).",
    )
    cost = (
        "Paid: $0.005 for each post read, $0.010 for each author shown with it (an expansion, "
        "charged as a user read), $0.005 for the post it answers or quotes; so about $0.015 to "
        "$0.020 for a mention. X charges the same object once in a UTC day; the spend shown here "
        "counts every time and is an upper bound. $0.015 for a reply, $0.20 for one with a link, "
        "about $0.010 for deleting or hiding. `recheck_hours` costs $0.005 for each look at each "
        "young post, and a conversation is paid for whenever it is read. Empty polls cost "
        "nothing. `monthly_budget` is required and is never passed."
    )
    answers = (
        "Replies to posts that mention our account or quote it; deletes our replies; hides and "
        "shows replies in conversations that our account began."
    )
    cannot = (
        "reply to a post that neither mentions nor quotes our account: X refuses it",
        "edit a reply through the API: withdraw it and write another one",
        "block an account or report a post: API v2 has no such endpoint",
        "hide replies in conversations of others",
        "search further back than 7 days, or mentions beyond the newest 800",
        "learn of deletions without paid looks (`recheck_hours`)",
        "read protected accounts",
        "be sure that a conversation shows a new reply at once, or replies older than 7 days",
    )

    def __init__(
        self, settings: XSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        budget = round((settings.monthly_budget or 0) * MICROS)
        super().__init__(settings, source=source, meter=meter or LocalMeter(budget))
        self._api = Api(settings, source=source, meter=self.meter, interval=self.min_interval)
        self._reader = Reader(settings, self._api)
        self._maker = Maker(settings.username, settings.own_id, can_act=settings.can_act)

    # ---- reading ---------------------------------------------------------------------------

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """New posts of both streams, then a paid look at young ones where that is asked for.

        A stream that fails does not keep the other from being read; its error comes last.
        """
        begun: dict[str, Any] = cursor.get("streams", {})
        young = Young(self.settings, dict(cursor.get("young", {})), cursor.get("looked", ""))
        fresh = State(start=stamp(self.start_of(cursor))).as_json()
        states = {
            stream.name: State.of(begun.get(stream.name, fresh))
            for stream in self._reader.streams()
        }
        failure: Transient | None = None
        for stream in self._reader.streams():
            try:
                yield from self._follow(stream, states, young, is_backfill=SINCE in cursor)
            except BudgetSpent:
                raise
            except Transient as error:
                failure = failure or error
        if young.is_due():
            gone = young.find_gone(self._reader)
            yield Page(deleted_ids=tuple(gone), cursor=_cursor(states, young))
        if failure is not None:
            raise failure

    def _follow(
        self, stream: Stream, states: dict[str, State], young: Young, *, is_backfill: bool
    ) -> Iterator[Page]:
        """New pages of one stream; a poll that found nothing gives none."""
        state = states[stream.name]
        before = state.as_json()
        settle = timedelta(seconds=self.settings.settle_seconds)
        reading = Pass(stream, state, self._reader.page, settle=settle, is_backfill=is_backfill)
        for batch, warnings in reading.batches():
            young.keep(batch)
            page = Page(
                mentions=tuple(self._maker.mentions(batch)),
                bad_rows=tuple(batch.bad_rows),
                cursor=_cursor(states, young),
                warnings=tuple(warnings),
            )
            if batch.posts or batch.bad_rows or warnings or state.as_json() != before:
                yield page

    def check(self) -> SourceCheck:
        """Read one small page, and ask for our account where its keys are configured."""
        stream = self._reader.streams()[0]
        moment = self.start_of({})
        if stream.reach:
            moment = max(moment, now() - stream.reach + MARGIN)
        batch = self._reader.fetch(stream, {"start_time": stamp(moment)}, stream.smallest)
        left = self._api.limits_left
        newest = max((p.created_at for p in batch.posts if p.created_at), default=None)
        rights, missing = self._rights()
        return SourceCheck(
            ok=True,
            message=f"{len(batch.posts)} posts on the first page of {stream.name.split(':')[0]}",
            newest_at=newest,
            can=tuple(sorted(self.can if not missing else self.can & {Capability.THREAD})),
            rights=rights,
            missing=missing,
            limits_left=left,
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The post that began the conversation, and its answers of the last seven days.

        Raises:
            Gone: neither the post nor any answer is found.
        """
        return self._maker.mentions(self._reader.conversation(number_of(thread_external_id)))

    def _rights(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the account's own keys may do, by one call with them."""
        settings = self.settings
        if not settings.can_act:
            return ("read (app-only)",), (f"{NO_KEYS}: ответы, удаление, скрытие",)
        body = self._api.read("/2/users/me", {}, reserve=USER_READ, as_user=True)
        level = self._api.access_level
        data = body.get("data")
        name = str(data.get("username", "")) if isinstance(data, dict) else ""
        missing = []
        if name.lower() != settings.username.lower():
            missing.append(
                f"Ключи принадлежат @{name}, а в настройках username = {settings.username}"
            )
        if level and "write" not in level:
            missing.append(
                "У ключей только чтение: включите «Read and write» в User authentication settings "
                "и выпустите Access Token заново"
            )
        return (level or "user keys are good",), tuple(missing)

    # ---- acting ----------------------------------------------------------------------------

    def post(self, request: ReplyRequest) -> PostedReply:
        """Reply to the newest version of a post that mentions or quotes us.

        The post is looked up before ($0.005): whether it still stands, and whether X will let
        us. X has no idempotency key and refuses equal texts; an equal one of ours that stands
        under the same post makes the outcome unknown, any other one a refusal.
        """
        self._check_text(request.text)
        parent = self._answerable(number_of(request.parent_external_id))
        price = CREATE_WITH_LINK if has_link(request.text) else CREATE
        try:
            answer = self._api.create(request.text, parent.last_id, price=price)
        except Duplicate as error:
            raise self._duplicate(request.text, parent, str(error)) from error
        data = answer.get("data") if isinstance(answer, dict) else None
        number = str(data.get("id", "")) if isinstance(data, dict) else ""
        if not number.isdigit():
            raise self._api.error(OutcomeUnknown, f"sent, the answer holds no id: {quote(answer)}")
        return PostedReply(
            external_id=external(number),
            url=permalink(number, self.settings.username),
            posted_at=moment_of(number),
        )

    def withdraw(self, external_id: str) -> None:
        """Delete our reply; a reply already gone is no error."""
        self._need_keys()
        try:
            self._api.delete(number_of(external_id))
        except Gone:
            return

    def hide(self, external_id: str, reason: str) -> None:
        """Hide a reply in a conversation of ours; readers can still open it by a click."""
        self._need_keys()
        self._api.hide(number_of(external_id), is_hidden=True)

    def unhide(self, external_id: str) -> None:
        """Show a hidden reply again."""
        self._need_keys()
        self._api.hide(number_of(external_id), is_hidden=False)

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def _need_keys(self) -> None:
        if not self.settings.can_act:
            raise self._api.error(Rejected, NO_KEYS)

    def _check_text(self, text: str) -> None:
        self._need_keys()
        length = weighted_length(text)
        if length > LONGEST_POST:
            raise self._api.error(
                Rejected,
                f"X считает в тексте {length} знаков из {LONGEST_POST}: эмодзи весит 2, ссылка 23",
            )

    def _answerable(self, number: str) -> Post:
        """The post to reply to.

        Raises:
            Gone: X does not find it.
            Rejected: X would not let us answer it.
        """
        extra = {"post.fields": "entities", "expansions": "edit_history_post_ids"}
        batch = self._reader.look_up([number], extra, 2 * POST_READ)
        found = next((post for post in batch.posts if post.id == number), None)
        if found is None and batch.problems:
            raise self._api.error(Rejected, "; ".join(batch.problems))
        if found is None:
            raise self._api.error(Gone, f"post {number} is not found on X")
        versions = [found, *(batch.others[one] for one in found.history if one in batch.others)]
        if not any(one.addresses(self.settings.username, self.settings.own_id) for one in versions):
            raise self._api.error(Rejected, NOT_MENTIONED.format(name=self.settings.username))
        return found

    def _duplicate(self, text: str, parent: Post, told: str) -> PlatformError:
        """Whether the equal text that X speaks of is this very reply."""
        settings = self.settings
        path = f"/2/users/{settings.own_id}/tweets"
        params = {
            "since_id": parent.first_id,
            "max_results": settings.page_size,
            "post.fields": "display_text_range,entities",
            "expansions": "referenced_posts",
        }
        try:
            body = self._api.read(path, params, reserve=settings.page_size * 2 * POST_READ)
        except PlatformError as error:
            return self._api.error(OutcomeUnknown, f"{told}; our posts could not be read: {error}")
        places = {parent.id, parent.first_id, *parent.history}
        for post in read_batch(body, "own").posts:
            if post.reference("replied_to") in places and post.own_words() == text.strip():
                return self._api.error(OutcomeUnknown, f"the same reply stands there: {post.id}")
        return self._api.error(Rejected, f"{told}; такой же текст уже опубликован в другом месте")


def _cursor(states: dict[str, State], young: Young) -> Cursor:
    cursor: Cursor = {"streams": {name: state.as_json() for name, state in states.items()}}
    if young.looked or young.posts:
        cursor |= {"young": dict(young.posts), "looked": young.looked}
    return cursor
