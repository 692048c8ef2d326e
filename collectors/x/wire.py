"""What X says of posts, checked post by post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from collectors._text import quote
from otklik.platforms import BadRow

POST_FIELDS = ("conversation_id", "created_at", "display_text_range", "entities", "note_post")
EXPANSIONS = ("author_id", "referenced_posts", "edit_history_post_ids")
USER_FIELDS = ("created_at", "public_metrics")
NOT_FOUND = "resource-not-found"

_STATUS = re.compile(r"^https?://(?:www\.)?(?:x|twitter)\.com/([^/]+)/status/", re.IGNORECASE)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Url(_Row):
    """A link in a text; with `media_key` it is a picture's or a video's."""

    url: str | None = None
    expanded_url: str | None = None
    media_key: str | None = None


class Mentioned(_Row):
    """An account named in a text."""

    id: str | None = None
    username: str | None = None


class Entities(_Row):
    """Links and names found in a text."""

    urls: tuple[Url, ...] | None = None
    mentions: tuple[Mentioned, ...] | None = None


class Note(_Row):
    """The whole of a text longer than 280 characters."""

    text: str
    entities: Entities | None = None


class Reference(_Row):
    """How a post stands to another one: replied_to, quoted, retweeted."""

    type: str
    id: str


class Metrics(_Row):
    """Counts of an account."""

    followers_count: int | None = None


class User(_Row):
    """An account."""

    id: str = Field(min_length=1)
    name: str = ""
    username: str = ""
    created_at: AwareDatetime | None = None
    public_metrics: Metrics | None = None


class Post(_Row):
    """One version of a post; field names of both vocabularies are understood."""

    id: str = Field(pattern=r"^[0-9]{1,19}$")
    text: str
    author_id: str = ""
    conversation_id: str = ""
    created_at: AwareDatetime | None = None
    display_text_range: tuple[int, int] | None = None
    entities: Entities | None = None
    note: Note | None = Field(
        default=None, validation_alias=AliasChoices("note_post", "note_tweet")
    )
    references: tuple[Reference, ...] = Field(
        default=(), validation_alias=AliasChoices("referenced_posts", "referenced_tweets")
    )
    history: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("edit_history_post_ids", "edit_history_tweet_ids")
    )

    @property
    def first_id(self) -> str:
        """The id under which it was first published: its identity."""
        return min(self.history, key=int, default=self.id)

    @property
    def last_id(self) -> str:
        """The id of its newest version."""
        return max(self.history, key=int, default=self.id)

    @property
    def urls(self) -> tuple[Url, ...]:
        """Links of the whole text, pictures among them."""
        short = (self.entities.urls if self.entities else None) or ()
        whole = (self.note.entities.urls if self.note and self.note.entities else None) or ()
        return tuple(dict.fromkeys((*short, *whole)))

    @property
    def mentioned(self) -> tuple[Mentioned, ...]:
        """Accounts named in the whole text."""
        short = (self.entities.mentions if self.entities else None) or ()
        whole = (self.note.entities.mentions if self.note and self.note.entities else None) or ()
        return (*short, *whole)

    def reference(self, kind: str) -> str:
        """Id of the post it replies to, quotes or repeats; empty without one."""
        return next((one.id for one in self.references if one.type == kind), "")

    def addresses(self, username: str, user_id: str) -> bool:
        """Whether its author mentioned this account or quoted a post of it."""
        name = username.lower()
        if any((one.username or "").lower() == name for one in self.mentioned):
            return True
        if user_id and any(one.id == user_id for one in self.mentioned):
            return True
        links = (_STATUS.match(one.expanded_url or "") for one in self.urls if not one.media_key)
        return any(link is not None and link[1].lower() == name for link in links)

    def body(self) -> str:
        """The text as a reader sees it: signs unescaped, links in full, pictures' links out."""
        text = self.note.text if self.note else self.text
        for link in self.urls:
            if link.url:
                shown = "" if link.media_key else link.expanded_url or link.url
                text = text.replace(link.url, shown)
        return _unescaped(text).strip()

    def own_words(self) -> str:
        """`body` without the names that X puts before a reply."""
        start = self.display_text_range[0] if self.display_text_range and not self.note else 0
        if not start:
            return self.body()
        return self.model_copy(update={"text": self.text[start:]}).body()

    @property
    def media(self) -> tuple[str, ...]:
        """Addresses of its pictures and videos; X gives them without a paid expansion."""
        found = (one.expanded_url for one in self.urls if one.media_key)
        return tuple(dict.fromkeys(address for address in found if address))


@dataclass
class Batch:
    """One answer of X, read: posts, what they refer to, and what was wrong.

    Attributes:
        missing: ids that X says it does not find.
        problems: what else X complained about, in its own words.
        next_token: of the next page, empty on the last one.
    """

    posts: list[Post] = field(default_factory=list)
    others: dict[str, Post] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    next_token: str = ""

    @property
    def newest(self) -> str:
        """The highest id, empty without posts."""
        return max((post.id for post in self.posts), key=int, default="")

    @property
    def identities(self) -> dict[str, str]:
        """First ids of all versions that are known here, by the version's id."""
        known = (*self.posts, *self.others.values())
        return {version: post.first_id for post in known for version in (post.id, *post.history)}

    def add(self, other: Batch) -> None:
        """Take over what another answer brought; posts known here stay as they are."""
        known = {post.id for post in self.posts}
        self.posts += [post for post in other.posts if post.id not in known]
        self.others |= other.others
        self.users |= other.users
        self.bad_rows += other.bad_rows


def read_batch(body: Mapping[str, Any], place: str) -> Batch:
    """An answer as posts; what is no post becomes a `BadRow`."""
    batch = Batch()
    for row in _rows(body.get("data")):
        try:
            batch.posts.append(Post.model_validate(row))
        except ValidationError as error:
            batch.bad_rows.append(_bad(row, error, place))
    includes = body.get("includes")
    if isinstance(includes, Mapping):
        batch.users = {user.id: user for user in _valid(User, includes.get("users"))}
        others = [*_rows(includes.get("posts")), *_rows(includes.get("tweets"))]
        batch.others = {post.id: post for post in _valid(Post, others)}
    for problem in _rows(body.get("errors")):
        _note_problem(batch, problem)
    meta = body.get("meta")
    batch.next_token = str(meta.get("next_token") or "") if isinstance(meta, Mapping) else ""
    return batch


def _note_problem(batch: Batch, problem: Any) -> None:
    if not isinstance(problem, Mapping):
        return
    lost = str(problem.get("value") or problem.get("resource_id") or "")
    if str(problem.get("type", "")).endswith(NOT_FOUND):
        batch.missing.append(lost)
    else:
        batch.problems.append(str(problem.get("detail") or problem.get("title") or problem))


def _rows(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, Mapping) else []


def _valid(kind: Any, rows: Any) -> Iterable[Any]:
    """What an expansion brought, without what makes no sense: it only adds to the posts."""
    for row in _rows(rows):
        try:
            yield kind.model_validate(row)
        except ValidationError:
            continue


def _bad(row: Any, error: ValidationError, place: str) -> BadRow:
    wrong = ", ".join(".".join(map(str, one["loc"])) or "post" for one in error.errors())
    number = row.get("id", "?") if isinstance(row, Mapping) else "?"
    place = f"x {place} post {quote(number, 30)}"
    return BadRow(place=place, reason=f"wrong {wrong}", raw=quote(row, 500))


def _unescaped(text: str) -> str:
    # X escapes these three and no others.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
