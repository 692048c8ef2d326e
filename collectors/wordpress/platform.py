"""The `WordPress` platform: backfill, polling, threads, replies, moderation."""

from __future__ import annotations

import html
from collections.abc import Generator, Iterable, Iterator
from typing import ClassVar

from pydantic import Field, SecretStr, model_validator

from collectors._http import HttpClient
from collectors._text import clean, clean_name
from collectors.wordpress.about import ANSWERS, CANNOT, RIGHTS, TOKEN_STEPS, WHAT_TO_DO
from collectors.wordpress.site import PER_PAGE, Seen, Site
from collectors.wordpress.wire import APPROVED, HELD, Place, Row, Thread, read_rows
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    Transient,
)
from otklik.platforms import (
    Capability,
    CollectedAuthor,
    CollectedMention,
    CollectedThread,
    Cursor,
    Meter,
    Page,
    Platform,
    PlatformSettings,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

OVERLAP = 5  # rows read again at a seam, in case something was deleted meanwhile
IDLE_PER_POLL = 5
AGENT = "Otklik "
READABLE = frozenset({Capability.THREAD})


class WordPressSettings(PlatformSettings):
    """Settings of one WordPress site.

    Attributes:
        base_url: address of the site, with its path if it has one.
        host: name under which ids are kept; host[:port] and path of base_url by default.
        user, application_password: our account; without one the site is only read.
        rest_path: "/wp-json" to use pretty addresses; by default `?rest_route=` is used, which
            every WordPress understands.
    """

    host: str = ""
    user: str = ""
    application_password: SecretStr | None = None
    rest_path: str = Field(default="", pattern=r"^(/[\w./-]*)?$")

    @model_validator(mode="after")
    def _is_usable(self) -> WordPressSettings:
        if bool(self.user) != (self.application_password is not None):
            raise ValueError("`user` and `application_password` belong together")
        return self


class WordPress(Platform[WordPressSettings]):
    """One WordPress site.

    Limits: 65,525 bytes is what its table takes for a comment, 15,000 characters of Russian fit
    in any case; two calls a second are polite to shared hosting.
    """

    name = "wordpress"
    title = "WordPress"
    can = READABLE | {
        Capability.POST,
        Capability.EDIT,
        Capability.WITHDRAW,
        Capability.HIDE,
        Capability.UNHIDE,
    }
    reply_max_length = 15_000
    min_interval = 0.5
    reads_back = True
    settings_type = WordPressSettings
    rights, token_steps, answers, cannot = RIGHTS, TOKEN_STEPS, ANSWERS, CANNOT
    LIVE_SECONDS: ClassVar[float] = 14 * 86_400.0

    def __init__(
        self, settings: WordPressSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        secret = settings.application_password
        password = secret.get_secret_value() if secret else ""
        self._http = HttpClient(
            settings,
            platform=self.name,
            source=source,
            meter=self.meter,
            min_interval=self.min_interval,
            auth=(settings.user, password) if password else None,
            secrets=(password,),
        )
        self._host = settings.host or settings.base_url.split("://", 1)[1].rstrip("/").lower()
        self._site = Site(self._http, self._host, settings.rest_path, is_known=bool(password))

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """At first all comments, oldest first; then whole threads in which something changed.

        The cursor holds the newest number seen and, for every post, a digest of its thread.
        """
        try:
            yield from self._poll(cursor)
        except AccessDenied as error:
            error.to_do = error.to_do or WHAT_TO_DO
            raise

    def _poll(self, cursor: Cursor) -> Iterator[Page]:
        threads: dict[str, Seen] = dict(cursor.get("threads", {}))
        if "last_id" not in cursor:
            yield from self._backfill(cursor, threads)
            return
        last_id, touched = self._news(int(cursor["last_id"]))
        due = self._due(threads, touched)
        places = self._site.places(
            [(post, threads.get(post, touched.get(post, {}))) for post in due]
        )
        for position, post in enumerate(due, start=1):
            try:
                thread = self._site.read(post)
            except (AccessDenied, Gone):
                # The list of comments could be read, so it is this post that went private.
                threads.pop(post, None)
                continue
            known = threads.get(post, touched.get(post, {}))
            place = places.get(post) or _place_of(thread)
            digest = thread.digest(place)
            threads[post] = {
                "digest": digest if thread.is_complete else "",
                "newest": thread.newest,
                "read_at": now().timestamp(),
                "route": known.get("route", ""),
            }
            if known.get("digest") != digest:
                state = {"last_id": cursor["last_id"], "threads": dict(threads)}
                yield self._page(post, thread, place, state, position / len(due))
        yield Page(cursor={"last_id": last_id, "threads": threads}, progress=1.0)

    def check(self) -> SourceCheck:
        """Read the newest comment, and our account where one is given."""
        rows, total, _ = self._site.list_comments({"per_page": 1, "orderby": "id", "order": "desc"})
        told = f"{total} comments"
        if self._site.is_known:
            told += f", answering as user {self._site.own_id}"
        return SourceCheck(
            ok=True,
            message=told,
            newest_at=rows[0].published_at if rows else None,
            can=tuple(sorted(self.can if self._site.is_known else READABLE)),
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The thread of a post in full, in order of number."""
        post = self._post_number(thread_external_id)
        thread = self._site.read(post)
        if not thread.is_complete:
            thread = self._site.read(post)
        if not thread.is_complete:
            raise self._http.error(Transient, f"post {post} could not be read in full")
        if not thread.rows:
            raise self._http.error(Gone, f"no comments under post {post}")
        seen = {"route": thread.rows[0].route}
        place = self._site.places([(post, seen)]).get(post) or _place_of(thread)
        return self._mentions(thread.rows, {post: place})

    def post(self, request: ReplyRequest) -> PostedReply:
        """Post a threaded reply. Our key travels as the user agent, which moderators see."""
        post = self._post_number(request.thread_external_id)
        number = self._number(request.parent_external_id)
        if not self._site.is_known:
            raise self._http.error(Rejected, "user and application_password are not configured")
        parent = self._site.find(number)
        if parent is None or parent.status != APPROVED or str(parent.post) != post:
            raise self._http.error(Gone, f"comment {number} is not public under post {post}")
        payload = {
            "post": int(post),
            "parent": number,
            "content": html.escape(request.text, quote=False),
            "author_user_agent": AGENT + request.idempotency_key,
        }
        try:
            path, params = self._site.route("/comments")
            answer = self._http.post_once(path, payload, params=params)
        except Rejected as error:
            raise self._refused(error) from error
        rows, _ = read_rows([answer.data], place="answer")
        if not rows:
            raise self._http.error(OutcomeUnknown, "sent, the answer names no comment")
        return PostedReply(
            external_id=self._id(rows[0].id),
            url=rows[0].link if rows[0].status == APPROVED else "",
            posted_at=rows[0].published_at,
        )

    def edit(self, external_id: str, text: str) -> None:
        """Change the text of our reply."""
        row = self._our_own(external_id)
        if row is None:
            raise self._http.error(Gone, f"{external_id} no longer exists")
        self._site.change(row.id, {"content": html.escape(text, quote=False)})

    def withdraw(self, external_id: str) -> None:
        """Put our reply into the trash; where the site has none, delete it."""
        row = self._our_own(external_id)
        if row is None:
            return
        path, params = self._site.route(f"/comments/{row.id}")
        gone = (404, 410, 501)
        if self._http.send("DELETE", path, params=params, accept=gone).status == 501:
            self._http.send("DELETE", path, params={**params, "force": "true"}, accept=gone)

    def hide(self, external_id: str, reason: str) -> None:
        """Put a comment back among those that wait for moderation; `reason` stays with us."""
        self._set_status(external_id, HELD)

    def unhide(self, external_id: str) -> None:
        """Approve it again."""
        self._set_status(external_id, APPROVED)

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _backfill(self, cursor: Cursor, threads: dict[str, Seen]) -> Generator[Page, None, None]:
        """All comments by number. What is deleted meanwhile moves the rest up: step back."""
        offset, total, last_id = (int(cursor.get(key, 0)) for key in ("offset", "total", "newest"))
        is_over = False
        while not is_over:
            start = max(0, offset - OVERLAP)
            query = {"per_page": PER_PAGE, "offset": start, "orderby": "id", "order": "asc"}
            rows, seen_total, bad = self._site.list_comments(query)
            if seen_total < total and start > 0:
                offset, total = max(0, offset - (total - seen_total)), seen_total
                continue
            offset, total = start + len(rows) + len(bad), seen_total
            is_over = offset >= total or not rows
            last_id = max([last_id, *(row.id for row in rows)])
            for row in rows:
                threads[str(row.post)] = _first_seen(row, threads.get(str(row.post)))
            posts = {str(row.post): threads[str(row.post)] for row in rows}
            places = self._site.places(list(posts.items()))
            state = {"offset": offset, "total": total, "newest": last_id}
            done = {"last_id": last_id}
            yield Page(
                mentions=tuple(self._mentions(rows, places)),
                bad_rows=tuple(bad),
                cursor={**(done if is_over else state), "threads": dict(threads)},
                progress=min(1.0, offset / total) if total else 1.0,
            )

    def _news(self, last_id: int) -> tuple[int, dict[str, Seen]]:
        """The newest number, and the posts with comments newer than `last_id`.

        Newest first: what arrives meanwhile only pushes known ones to the next page, and a
        deletion is made up for by the overlap.
        """
        touched: dict[str, Seen] = {}
        newest, offset = last_id, 0
        while True:
            query = {"per_page": PER_PAGE, "offset": offset, "orderby": "id", "order": "desc"}
            rows, total, _ = self._site.list_comments(query)
            for row in rows:
                if row.id > last_id:
                    touched[str(row.post)] = {"route": row.route}
                    newest = max(newest, row.id)
            offset += PER_PAGE - OVERLAP
            if not rows or rows[-1].id <= last_id or offset >= total:
                return newest, touched

    def _due(self, threads: dict[str, Seen], touched: Iterable[str]) -> list[str]:
        """Posts to read in full: with news, alive, and those unread for the longest time."""
        stamp = now().timestamp()
        live = [
            post
            for post, seen in threads.items()
            if not seen["digest"] or stamp - float(seen["newest"]) < self.LIVE_SECONDS
        ]
        chosen = dict.fromkeys([*touched, *live])
        idle = sorted(
            (post for post in threads if post not in chosen),
            key=lambda post: float(threads[post]["read_at"]),
        )
        return [*chosen, *idle[:IDLE_PER_POLL]]

    def _our_own(self, external_id: str) -> Row | None:
        if not self._site.is_known:
            raise self._http.error(AccessDenied, "user and application_password are not configured")
        row = self._site.find(self._number(external_id))
        if row is not None and row.author != self._site.own_id:
            raise self._http.error(Rejected, f"{external_id} is not ours")
        return row

    def _set_status(self, external_id: str, status: str) -> None:
        if not self._site.is_known:
            raise self._http.error(AccessDenied, "user and application_password are not configured")
        row = self._site.find(self._number(external_id))
        if row is None:
            raise self._http.error(Gone, f"{external_id} no longer exists")
        if row.status != status:
            self._site.change(row.id, {"status": status})

    def _page(
        self, post: str, thread: Thread, place: Place, state: Cursor, progress: float
    ) -> Page:
        return Page(
            mentions=tuple(self._mentions(thread.rows, {post: place})),
            bad_rows=thread.bad_rows,
            complete_thread_ids=(self._thread_id(post),) if thread.is_complete else (),
            cursor=state,
            progress=progress,
        )

    def _mentions(self, rows: Iterable[Row], places: dict[str, Place]) -> list[CollectedMention]:
        return [self._mention(row, places.get(str(row.post)) or Place()) for row in rows]

    def _mention(self, row: Row, place: Place) -> CollectedMention:
        text, notes = clean(row.text)
        is_ours = bool(row.author) and row.author == self._site.own_id
        if is_ours and row.author_user_agent.startswith(AGENT):
            notes["idempotency_key"] = clean_name(row.author_user_agent.removeprefix(AGENT))
        link = clean_name(row.link)
        return CollectedMention(
            external_id=self._id(row.id),
            thread=CollectedThread(
                external_id=self._thread_id(str(row.post)),
                title=place.title,
                url=place.url or link.partition("#")[0],
                is_closed=place.is_closed,
            ),
            author=CollectedAuthor(
                external_id=f"{self._host}/{row.author_key}",
                name=clean_name(html.unescape(row.author_name)),
                url=clean_name(row.author_url),
                is_ours=is_ours,
            ),
            text=text,
            parent_external_id=self._id(row.parent) if row.parent else None,
            published_at=row.published_at,
            url=link,
            is_hidden=row.status == HELD,
            original={"status": clean_name(row.status), **notes},
        )

    def _refused(self, error: Rejected) -> PlatformError:
        if "already said that" in str(error) or str(error).startswith("409"):
            return self._http.error(OutcomeUnknown, f"the same reply stands there: {error}")
        if "too quickly" in str(error):
            return self._http.limited(str(error), 15.0)
        return error

    def _id(self, number: int) -> str:
        return f"{self._host}/{number}"

    def _thread_id(self, post: str) -> str:
        return f"{self._host}/post/{post}"

    def _foreign(self, external_id: str) -> ConfigError:
        """Not `Gone`: a changed address must not make all we know look deleted."""
        return ConfigError(
            f"source {self.source!r} (wordpress): {external_id} is not of {self._host}; "
            "set `host` to the name its ids were kept under"
        )

    def _number(self, external_id: str) -> int:
        host, _, number = external_id.rpartition("/")
        if host != self._host or not number.isdecimal():
            raise self._foreign(external_id)
        return int(number)

    def _post_number(self, thread_external_id: str) -> str:
        host, _, number = thread_external_id.rpartition("/post/")
        if host != self._host or not number.isdecimal():
            raise self._foreign(thread_external_id)
        return number


def _first_seen(row: Row, known: Seen | None) -> Seen:
    """State of a thread met in the backfill: not yet read in full."""
    moment = row.published_at.timestamp() if row.published_at else 0.0
    newest = max(moment, known["newest"] if known else 0.0)
    return {"digest": "unread", "newest": newest, "read_at": 0.0, "route": row.route}


def _place_of(thread: Thread) -> Place:
    url = clean_name(thread.rows[0].link).partition("#")[0] if thread.rows else ""
    return Place(url=url)
