"""What a Mastodon server says of posts, and the mentions made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, html_to_text, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

WIDTHS = ("direct", "private", "unlisted", "public")  # from the narrowest


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Account(_Row):
    """Who wrote a post; `acct` holds the server for accounts from elsewhere."""

    id: str = Field(min_length=1)
    acct: str = ""
    username: str = ""
    display_name: str = ""
    url: str | None = None
    created_at: AwareDatetime | None = None
    followers_count: int | None = None
    bot: bool | None = None


class Attachment(_Row):
    """A picture, a video, a sound."""

    url: str | None = None
    remote_url: str | None = None
    preview_url: str | None = None
    description: str | None = None

    @property
    def address(self) -> str:
        """Where it can be seen."""
        return self.url or self.remote_url or self.preview_url or ""


class Status(_Row):
    """One post."""

    id: str = Field(min_length=1)
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    in_reply_to_id: str | None = None
    account: Account
    content: str = ""
    spoiler_text: str = ""
    visibility: str = "public"
    url: str | None = None
    uri: str = ""
    media_attachments: tuple[Attachment, ...] = ()
    reblog: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The content warning, if any, and what a reader sees."""
        parts = (self.spoiler_text.strip(), html_to_text(self.content))
        return "\n\n".join(part for part in parts if part)

    @property
    def width(self) -> int:
        """How many may see it; the narrowest for a word we do not know."""
        return WIDTHS.index(self.visibility) if self.visibility in WIDTHS else 0

    def digest(self) -> str:
        """Of everything a poll could find changed."""
        media = [one.address for one in self.media_attachments]
        return digest_of(self.content, self.spoiler_text, str(self.edited_at), media)


def read_status(row: Any, place: str) -> Status | BadRow:
    """A post, or why it is none."""
    try:
        return Status.model_validate(row)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, one["loc"])) or "post" for one in error.errors())
        number = row.get("id", "?") if isinstance(row, Mapping) else "?"
        return BadRow(
            place=f"mastodon {place} post {quote(number, 40)}",
            reason=f"wrong {wrong}",
            raw=quote(row, 500),
        )


def item_of(status: Status, at: float) -> Item:
    """A post as an entry of a list sorted by `at`."""
    return Item(id=status.id, at=at, digest=status.digest(), content=status)


class Maker:
    """Makes mentions of posts.

    Args:
        place: our server's name.
        own_id: gives the id of our account there.
    """

    def __init__(self, place: str, own_id: Callable[[], str]) -> None:
        self._place, self._own_id = place, own_id

    def external(self, number: str) -> str:
        """The external id of a post or an account."""
        return f"{self._place}/{number}"

    def number(self, external_id: str) -> str:
        """The id inside an external id."""
        return external_id.rpartition("/")[2]

    def mention(
        self, status: Status, root: str, title: str = "", url: str = ""
    ) -> CollectedMention:
        """The mention of a post.

        Args:
            root: id of the post that began its conversation.
            title, url: of that post, where known.
        """
        text = clean(status.text)
        is_root = root == status.id
        title = status.text if is_root else title
        return CollectedMention(
            external_id=self.external(status.id),
            thread=CollectedThread(
                external_id=self.external(root),
                title=clean_name(title)[:120],
                url=_link(status) if is_root else url,
            ),
            author=self._author(status.account),
            text=text.text,
            parent_external_id=self.external(status.in_reply_to_id)
            if status.in_reply_to_id
            else None,
            published_at=status.created_at,
            edited_at=status.edited_at,
            url=_link(status),
            media=tuple(filter(None, (one.address for one in status.media_attachments))),
            original={**text.notes, **_original(status)},
        )

    def is_ours(self, status: Status) -> bool:
        """Whether our account wrote it."""
        return status.account.id == self._own_id()

    def _author(self, account: Account) -> CollectedAuthor:
        return CollectedAuthor(
            external_id=self.external(account.id),
            name=clean_name(account.display_name or account.username or account.acct),
            url=_web(account.url),
            followers=account.followers_count,
            registered_at=account.created_at,
            is_ours=account.id == self._own_id(),
        )


def _original(status: Status) -> dict[str, Any]:
    told: dict[str, Any] = {"address": f"@{clean_name(status.account.acct)}"}
    if status.visibility != "public":
        told["visibility"] = clean_name(status.visibility)
    if status.account.bot:
        told["bot"] = True
    described = [clean_name(one.description) for one in status.media_attachments if one.description]
    return {**told, "pictures": described} if described else told


def _link(status: Status) -> str:
    return _web(status.url) or _web(status.uri)


def _web(address: str | None) -> str:
    return address if address and address.startswith(("https://", "http://")) else ""
