"""The `Mastodon` platform: mentions, hashtags, answers, blocks, reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from collectors._newest import Listing, Window, read_lists
from collectors._text import quote
from collectors.mastodon.client import CALLS, DELETIONS, POSTS, Api
from collectors.mastodon.conversations import Conversations
from collectors.mastodon.lists import Hashtag, Mentions
from collectors.mastodon.settings import MastodonSettings
from collectors.mastodon.wire import WIDTHS, Maker, Status
from otklik.errors import AccessDenied, Gone, OutcomeUnknown, Rejected, Transient
from otklik.platforms import (
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

LONGEST_POST = 500  # characters, unless the server allows more
NEEDED = {
    "read:accounts": "узнать свой аккаунт",
    "read:notifications": "читать упоминания",
    "read:statuses": "читать записи и обсуждения",
    "write:statuses": "отвечать, править и удалять ответы",
    "write:blocks": "блокировать авторов",
    "write:reports": "жаловаться модераторам",
}
ACTS = {
    "write:statuses": {Capability.POST, Capability.EDIT, Capability.WITHDRAW},
    "write:blocks": {Capability.BAN, Capability.UNBAN},
    "write:reports": {Capability.REPORT},
}
NO_TERM = "Mastodon блокирует только бессрочно: выберите блокировку без срока"
NO_ADDRESS = (
    "Запись личная: ответ увидит только тот, чей адрес стоит в тексте. Добавьте {address} и "
    "одобрите текст заново"
)


class Mastodon(Platform[MastodonSettings]):
    """One account on one Mastodon server.

    Limits: 300 calls in 5 minutes, 300 posts in 3 hours and 30 deletions in half an hour for
    the account; 500 characters, unless the server is set to allow more.
    """

    name = "mastodon"
    title = "Mastodon"
    can = frozenset(
        {
            Capability.THREAD,
            Capability.POST,
            Capability.EDIT,
            Capability.WITHDRAW,
            Capability.BAN,
            Capability.UNBAN,
            Capability.REPORT,
        }
    )
    reply_max_length = LONGEST_POST
    min_interval = 0.1
    reads_back = True
    settings_type = MastodonSettings
    limits = (CALLS, POSTS, DELETIONS)
    rights = tuple(f"{scope}: {purpose}" for scope, purpose in NEEDED.items())
    token_steps = (
        "Sign in as the account that will answer, on its own server.",
        "Preferences → Development → New application; any name, the redirect URI as it is.",
        "Scopes: read, write:statuses, write:blocks, write:reports; Submit.",
        "Open the application: “Your access token” is `token`; `base_url` is the server's address.",
    )
    cost = "free"
    answers = (
        "Answers, edits and deletes its own posts; blocks authors (for our account); reports "
        "posts to the moderators. The author is told of an answer only when its text holds "
        "their address, which nothing here adds: the approved text is posted as it is."
    )
    cannot = (
        "hide or delete posts of others: only the moderators of a server can",
        "block for a term: a block lasts until it is lifted",
        "see posts that our server has never received",
        "search texts: servers index them only with the author's consent",
        "tell the author of an answer whose text does not hold their address",
    )

    def __init__(
        self, settings: MastodonSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._api = Api(settings, source=source, meter=self.meter, interval=self.min_interval)
        self._maker = Maker(settings.place, self._own_id)
        self._conversations = Conversations(self._api, self._maker)
        self._own: dict[str, Any] = {}

    # ---- reading ---------------------------------------------------------------------------

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """New and changed posts of all lists; the newest part of each is read again."""
        lists = self._lists()
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_hours * 3600,
            kept=max(10, self.settings.recheck_items // len(lists)),
        )
        self._own_id()
        yield from read_lists(lists, cursor, window)

    def check(self) -> SourceCheck:
        """Ask whose token it is, what it may do, and for the newest page of the first list."""
        account = self._account()
        missing, can = self._rights()
        listing = next(iter(self._lists().values()))
        items = listing.read("").items
        newest = max((item.content.created_at for item in items), default=None)
        return SourceCheck(
            ok=True,
            message=f"@{account.get('acct', '')}: {len(items)} posts on the first page "
            f"of {listing.title}",
            newest_at=newest,
            can=tuple(sorted(can)),
            rights=tuple(self._scopes()),
            missing=missing,
            limits_left=self._api.limits_left,
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The conversation around a post, as our server knows it.

        Raises:
            Gone: the post is no longer there.
        """
        return self._conversations.whole(self._maker.number(thread_external_id))

    def _lists(self) -> dict[str, Listing]:
        parts = (self._api, self._maker, self._conversations)
        lists: dict[str, Listing] = {"mentions": Mentions(*parts)} if self.settings.mentions else {}
        return lists | {f"#{tag}": Hashtag(*parts, tag) for tag in self.settings.hashtags}

    def _account(self) -> dict[str, Any]:
        if not self._own:
            found = self._api.read_object(self._api.client.account_verify_credentials)
            if not found.get("id"):
                raise self._api.error(Transient, f"our account has no id: {quote(found)}")
            self._own = found
        return self._own

    def _own_id(self) -> str:
        return str(self._account()["id"])

    def _scopes(self) -> list[str]:
        """What the token may do; nothing where the server does not tell (before 4.3)."""
        try:
            found = self._api.read_object(self._api.client.app_verify_credentials)
        except (Gone, AccessDenied):  # the token itself has just told whose it is
            return []
        scopes = found.get("scopes")
        return [str(scope) for scope in scopes] if isinstance(scopes, list) else []

    def _rights(self) -> tuple[tuple[str, ...], set[Capability]]:
        granted = self._scopes()
        lacking = [one for one in NEEDED if granted and not _is_granted(one, granted)]
        can = set(self.can).difference(*(ACTS.get(one, set()) for one in lacking))
        missing = tuple(
            f"{one}: нельзя {NEEDED[one]}; отметьте это право и выпустите токен заново"
            for one in lacking
        )
        return missing, can

    # ---- acting ----------------------------------------------------------------------------

    def post(self, request: ReplyRequest) -> PostedReply:
        """Answer a post, as it was approved, and as privately as the post is.

        The idempotency key is Mastodon's own: for an hour it answers the same key with the
        same post. Later on an equal answer of ours under the post makes the outcome unknown.
        """
        parent = self._conversations.find(self._maker.number(request.parent_external_id))
        width = min(parent.width, WIDTHS.index(self.settings.visibility))
        self._check_address(request.text, parent, width)
        self._check_place(request.text, parent)
        answer = self._api.act(
            lambda: self._api.client.status_post(
                request.text,
                in_reply_to_id=parent.id,
                visibility=WIDTHS[width],
                idempotency_key=request.idempotency_key,
            )
        )
        number = str(answer.get("id") or "") if isinstance(answer, dict) else ""
        if not number:
            raise self._api.error(OutcomeUnknown, f"sent, the answer holds no id: {quote(answer)}")
        return PostedReply(
            external_id=self._maker.external(number),
            url=str(answer.get("url") or ""),
            posted_at=_moment(answer.get("created_at")),
        )

    def edit(self, external_id: str, text: str) -> None:
        """Change our answer; readers see that it was edited."""
        number = self._ours(external_id)
        self._api.act(lambda: self._api.client.status_update(number, text))

    def withdraw(self, external_id: str) -> None:
        """Delete our answer; one already gone is no error."""
        try:
            number = self._ours(external_id)
            self._api.act(lambda: self._api.client.status_delete(number))
        except Gone:
            return

    def ban(
        self, author_external_id: str, reason: str, *, until: datetime | None, under: str
    ) -> None:
        """Block an author for our account; Mastodon knows no term and takes no reason."""
        if until is not None:
            raise self._api.error(Rejected, NO_TERM)
        number = self._maker.number(author_external_id)
        self._api.act(lambda: self._api.client.account_block(number))

    def unban(self, author_external_id: str) -> None:
        """Lift a block."""
        number = self._maker.number(author_external_id)
        self._api.act(lambda: self._api.client.account_unblock(number))

    def report(self, external_id: str, reason: str) -> None:
        """Report a post to the moderators of our server, and of its author's where so set."""
        status = self._conversations.find(self._maker.number(external_id))
        self._api.act(
            lambda: self._api.client.report(
                status.account.id,
                status_ids=[status.id],
                comment=reason[:1000],
                forward=self.settings.forward_reports,
            )
        )

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def _ours(self, external_id: str) -> str:
        """The id of a post that our account wrote.

        Raises:
            Gone: it is no longer there.
            Rejected: somebody else wrote it.
        """
        status = self._conversations.find(self._maker.number(external_id))
        if not self._maker.is_ours(status):
            raise self._api.error(Rejected, f"post {status.id} is not ours")
        return status.id

    def _check_address(self, text: str, parent: Status, width: int) -> None:
        """A private answer without the address would be seen by nobody."""
        address = f"@{parent.account.acct}"
        is_private = width < WIDTHS.index("unlisted")
        if is_private and not self._maker.is_ours(parent) and address.lower() not in text.lower():
            raise self._api.error(Rejected, NO_ADDRESS.format(address=address))

    def _check_place(self, text: str, parent: Status) -> None:
        """Our same words must not stand there already (promise 3)."""
        for one in self._conversations.answers(parent.id):
            is_same = one.text.split() == text.split() and one.in_reply_to_id == parent.id
            if is_same and self._maker.is_ours(one):
                raise self._api.error(OutcomeUnknown, f"the same answer stands there: {one.id}")


def _is_granted(scope: str, granted: list[str]) -> bool:
    return scope in granted or scope.partition(":")[0] in granted


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
