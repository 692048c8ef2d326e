"""The `Isso` platform: polling, threads, replies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar

from collectors._http import HttpClient
from collectors._text import bounded_id, clean, clean_name, clean_original
from collectors._wire import Answer
from collectors.isso.about import ANSWERS, CANNOT, RIGHTS, TOKEN_STEPS, WHAT_TO_DO
from collectors.isso.admin import Admin
from collectors.isso.settings import IssoSettings
from collectors.isso.wire import Row, Thread, epoch, marked, moment, own_hash, read_rows
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
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
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

ROOTS_PER_CALL = 200
LATEST_COMMENTS = 500
SKEW_ALLOWED = 300.0  # seconds a server's clock may be ahead before it is noted
Seen = dict[str, Any]


class Isso(Platform[IssoSettings]):
    """One Isso server.

    Limits: 65,535 characters is Isso's own bound for a comment; five calls a second keep a
    poll of hundreds of pages polite to a small server.
    """

    name = "isso"
    title = "Isso"
    can = frozenset({Capability.THREAD, Capability.POST, Capability.EDIT, Capability.WITHDRAW})
    reply_max_length = 65_535
    min_interval = 0.2
    reads_back = True
    settings_type = IssoSettings
    rights, token_steps, answers, cannot = RIGHTS, TOKEN_STEPS, ANSWERS, CANNOT
    ACTIVE_SECONDS: ClassVar[float] = 7 * 86_400.0  # a thread with younger comments is live

    def __init__(
        self, settings: IssoSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        password = settings.admin_password.get_secret_value() if settings.admin_password else ""
        self._http = HttpClient(
            settings,
            platform=self.name,
            source=source,
            meter=self.meter,
            min_interval=self.min_interval,
            secrets=(password,),
        )
        self._has_admin = bool(password)
        self._admin = Admin(self._http, password, settings.author_email)
        self._host = settings.host or settings.base_url.split("://", 1)[1].rstrip("/").lower()
        self._site = (settings.site_url or settings.base_url).rstrip("/")
        self._own_hash = own_hash(
            settings.author_email, settings.hash_algorithm, settings.hash_salt
        )

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """One page per thread in which something changed, the thread shown in full.

        The cursor keeps for every thread a digest of what was seen, so that an unchanged
        thread costs one call and no page. Threads without news for a week are read again
        when their count changes, or every `recheck_seconds`. One thread that cannot be read
        does not keep the others from being read; its error comes last.
        """
        try:
            yield from self._poll(cursor)
        except AccessDenied as error:
            error.to_do = error.to_do or WHAT_TO_DO
            raise

    def _poll(self, cursor: Cursor) -> Iterator[Page]:
        threads: dict[str, Seen] = dict(cursor.get("threads", {}))
        due = self._due(threads)
        failure: Transient | None = None
        for position, uri in enumerate(due, start=1):
            try:
                thread = self._read(uri)
            except RateLimited:
                raise
            except Transient as error:
                if failure is not None or len(due) == 1:
                    raise
                failure = error
                continue
            known = threads.get(uri, {}).get("digest")
            threads[uri] = _seen(thread)
            if known != thread.digest():
                yield self._page(uri, thread, threads, position / len(due))
        if threads != cursor.get("threads", {}):
            yield Page(cursor={"threads": threads}, progress=1.0)
        if failure is not None:
            raise failure

    def check(self) -> SourceCheck:
        """Read up to twenty of the watched pages, and log in where a password is given."""
        uris = self._uris({})
        threads = [self._read(uri) for uri in uris[:20]]
        can = set(self.can)
        if self._has_admin:
            self._admin.log_in()
        else:
            can -= {Capability.EDIT, Capability.WITHDRAW}
        if not self._own_hash:
            can -= {Capability.POST}
        count = sum(len(thread.published) for thread in threads)
        return SourceCheck(
            ok=True,
            message=f"{count} comments on {len(threads)} of {len(uris)} pages",
            newest_at=moment(max((thread.newest for thread in threads), default=0.0)),
            can=tuple(sorted(can)),
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The thread in full; Isso shows one level of nesting and so do we.

        Raises:
            Transient: it changed while it was read, or a row of it makes no sense.
        """
        uri = self._uri(thread_external_id)
        if self.settings.moderated:
            self._admin.publish_ours()
        thread = self._read(uri)
        if not thread.is_complete:
            thread = self._read(uri)
        if not thread.is_complete:
            raise self._http.error(Transient, f"{uri} could not be read in full")
        if not thread.rows:
            raise self._http.error(Gone, f"no comments on {uri}")
        return self._mentions(uri, thread)

    def post(self, request: ReplyRequest) -> PostedReply:
        """Post under a comment; Isso hangs it under that comment's root.

        With `author_website` the reply carries a mark there that tells which comment it
        answers; without one a reply to a nested comment reads as one to the root.
        Isso would put a reply to a deleted comment at the top level without a word, so the
        parent is looked up before, and a reply that ended there all the same is taken back.
        """
        settings, uri = self.settings, self._uri(request.thread_external_id)
        if not (settings.author_name and settings.author_email):
            raise self._http.error(Rejected, "author_name and author_email are not configured")
        parent = self._number(request.parent_external_id)
        self._check_place(uri, parent, request.text)
        payload = {
            "text": request.text,
            "author": settings.author_name,
            "email": settings.author_email,
            "website": marked(settings.author_website, parent, request.idempotency_key) or None,
            "parent": parent,
        }
        try:
            answer = self._http.post_once("/new", payload, params={"uri": uri})
        except Rejected as error:
            if "ratelimit exceeded" in str(error):
                raise self._http.limited(str(error), 60.0) from error
            raise
        return self._posted(answer, uri)

    def _check_place(self, uri: str, parent: int, text: str) -> None:
        """The parent must stand there, and our same words must not (promise 3)."""
        rows = self._read(uri).published
        asked = next((row for row in rows if row.id == parent), None)
        if asked is None:
            raise self._http.error(Gone, f"comment {parent} is no longer on {uri}")
        root = asked.parent or parent
        ours = (row for row in rows if self._is_ours(row) and row.text == text)
        if any(row.mark.answers == parent if row.mark else row.parent == root for row in ours):
            raise self._http.error(OutcomeUnknown, "the same reply stands there already")

    def edit(self, external_id: str, text: str) -> None:
        """Change our reply through the admin interface."""
        if not self._admin.edit(self._number(external_id), text):
            raise self._http.error(Gone, f"{external_id} no longer exists")

    def withdraw(self, external_id: str) -> None:
        """Delete our reply through the admin interface."""
        self._admin.delete(self._number(external_id))

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _due(self, threads: dict[str, Seen]) -> list[str]:
        """Pages to read in full now, in the order of configuration."""
        uris = self._uris(threads)
        idle = [uri for uri in uris if not self._is_live(threads.get(uri))]
        if not idle:
            return uris
        counts = self._http.read_by_post("/count", idle).data
        if not isinstance(counts, list) or len(counts) != len(idle):
            raise self._http.error(Transient, "/count did not answer with one number a page")
        pairs = zip(idle, counts, strict=True)
        unchanged = {uri for uri, count in pairs if count == threads[uri]["count"]}
        return [uri for uri in uris if uri not in unchanged]

    def _is_live(self, seen: Seen | None) -> bool:
        if not seen or not seen["digest"]:
            return True
        stamp = now().timestamp()
        if stamp - float(seen["read_at"]) >= self.settings.recheck_seconds:
            return True
        return stamp - float(seen["newest"]) < self.ACTIVE_SECONDS

    def _uris(self, threads: dict[str, Seen]) -> list[str]:
        found: list[str] = []
        if self.settings.discover:
            latest = self._http.get("/latest", {"limit": LATEST_COMMENTS}).data
            rows = latest if isinstance(latest, list) else []
            found = [str(row["uri"]) for row in rows if isinstance(row, dict) and row.get("uri")]
        return list(dict.fromkeys([*self.settings.uris, *threads, *found]))

    def _read(self, uri: str) -> Thread:
        """All comments of a page. Isso pages by root comments and shows replies in full."""
        rows: dict[int, Row] = {}
        bad_rows = []
        offset = 0
        while True:
            answer = self._read_part(uri, offset)
            good, bad = read_rows(answer["replies"], place=f"{self._host} {uri}")
            rows.update((row.id, row) for row in good)
            bad_rows += bad
            offset += len(answer["replies"])
            hidden = answer.get("hidden_replies")
            if not answer["replies"] or not isinstance(hidden, int) or hidden <= 0:
                break
        ordered = sorted(rows.values(), key=lambda row: (row.created_epoch or 0.0, row.id))
        is_complete = len(rows) == answer.get("total_replies") and not bad_rows
        return Thread(rows=tuple(ordered), bad_rows=tuple(bad_rows), is_complete=is_complete)

    def _read_part(self, uri: str, offset: int) -> dict[str, Any]:
        params = {"uri": uri, "plain": "1", "limit": str(ROOTS_PER_CALL), "offset": str(offset)}
        answer = self._http.get("/", params).data
        if not isinstance(answer, dict) or not isinstance(answer.get("replies"), list):
            raise self._http.error(Transient, f"no thread in the answer for {uri}")
        return answer

    def _page(self, uri: str, thread: Thread, threads: dict[str, Seen], progress: float) -> Page:
        return Page(
            mentions=tuple(self._mentions(uri, thread)),
            bad_rows=thread.bad_rows,
            deleted_ids=tuple(self._id(row.id) for row in thread.deleted),
            complete_thread_ids=(self._thread_id(uri),) if thread.is_complete else (),
            cursor={"threads": dict(threads)},
            progress=progress,
        )

    def _mentions(self, uri: str, thread: Thread) -> list[CollectedMention]:
        place = CollectedThread(
            external_id=self._thread_id(uri), title=clean_name(uri), url=self._site + uri
        )
        return [self._mention(place, uri, row) for row in thread.published]

    def _mention(self, thread: CollectedThread, uri: str, row: Row) -> CollectedMention:
        text, notes = clean(row.text)
        created = row.created_epoch
        if created is None:
            notes["unreadable_date"] = clean_original(row.created)
        elif created - now().timestamp() > SKEW_ALLOWED:
            notes["seconds_in_the_future"] = round(created - now().timestamp())
        mark = row.mark if self._is_ours(row) else None
        if mark is not None:
            notes["idempotency_key"] = mark.key
        parent = mark.answers if mark else row.parent
        kept = row.model_dump(include={"website", "likes", "dislikes"})
        return CollectedMention(
            external_id=self._id(row.id),
            thread=thread,
            author=self._author(row),
            text=text,
            parent_external_id=self._id(parent) if parent else None,
            published_at=moment(created),
            edited_at=moment(epoch(row.modified)),
            url=self._permalink(uri, row.id),
            original={**clean_original(kept), **notes},
        )

    def _author(self, row: Row) -> CollectedAuthor:
        """Name and hash together: without an address the hash is only that of a network."""
        name = clean_name(row.name)
        identity = f"{self._host}/anonymous/{row.id}"
        if name:
            digest = hashlib.sha256(name.encode()).hexdigest()[:12]
            identity = bounded_id(f"{self._host}/{clean_name(row.hash)}/{digest}")
        return CollectedAuthor(
            external_id=identity,
            name=name,
            url=clean_name(row.site),
            is_ours=self._is_ours(row),
        )

    def _is_ours(self, row: Row) -> bool:
        return bool(self._own_hash) and row.hash == self._own_hash

    def _posted(self, answer: Answer, uri: str) -> PostedReply:
        rows, _ = read_rows([answer.data], place="/new")
        if not rows:
            raise self._http.error(OutcomeUnknown, "sent, the answer names no comment")
        row = rows[0]
        if row.parent is None:
            self._take_back(row.id)
        is_public = answer.status != 202 or self._activate(row.id)
        self._http.forget_cookies()
        return PostedReply(
            external_id=self._id(row.id),
            url=self._permalink(uri, row.id) if is_public else "",
            posted_at=moment(row.created_epoch),
        )

    def _take_back(self, number: int) -> None:
        """The comment was deleted while we posted; the creator's cookie is still here."""
        try:
            self._http.send("DELETE", f"/id/{number}")
        except PlatformError as error:
            raise self._http.error(
                OutcomeUnknown, f"comment {number} stands at the top level: its parent is gone"
            ) from error
        raise self._http.error(Gone, "the comment was deleted while the reply was being posted")

    def _activate(self, number: int) -> bool:
        """Publish our approved reply on a server that moderates; else it waits there."""
        if not self._has_admin:
            return False
        try:
            return self._admin.activate(number)
        except PlatformError:
            return False

    def _id(self, number: int) -> str:
        return f"{self._host}/{number}"

    def _number(self, external_id: str) -> int:
        host, _, number = external_id.rpartition("/")
        if host != self._host or not number.isdecimal():
            raise self._foreign(external_id)
        return int(number)

    def _thread_id(self, uri: str) -> str:
        return self._host + uri if uri.startswith("/") else f"{self._host}#{uri}"

    def _uri(self, thread_external_id: str) -> str:
        rest = thread_external_id.removeprefix(self._host)
        if rest == thread_external_id or not rest.startswith(("/", "#")):
            raise self._foreign(thread_external_id)
        return rest.removeprefix("#")

    def _foreign(self, external_id: str) -> ConfigError:
        """Not `Gone`: a changed address must not make all we know look deleted."""
        return ConfigError(
            f"source {self.source!r} (isso): {external_id} is not of {self._host}; "
            "set `host` to the name its ids were kept under"
        )

    def _permalink(self, uri: str, number: int) -> str:
        return f"{self._site}{uri}#isso-{number}" if uri.startswith("/") else ""


def _seen(thread: Thread) -> Seen:
    return {
        "digest": thread.digest() if thread.is_complete else "",
        "count": len(thread.published),
        "newest": thread.newest,
        "read_at": now().timestamp(),
    }
