"""What a mention is made of on X."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from collectors._text import clean, clean_name
from collectors.x.wire import Batch, Post, User
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread

EPOCH_MS = 1_288_834_974_657  # the clock of X's ids
SITE = "https://x.com"
NOT_MENTIONED = (
    "X разрешает отвечать через API только тем, кто упомянул @{name} или процитировал её запись; "
    "здесь этого нет"
)
NO_KEYS = "Для ответов в X не настроены ключи аккаунта (access_token)"


def external(number: str) -> str:
    """The external id of a post, an account or a conversation."""
    return f"x/{number}"


def number_of(external_id: str) -> str:
    """The number inside an external id of ours."""
    return external_id.rpartition("/")[2]


def moment_of(number: str) -> datetime | None:
    """When an id was made; None for those of before November 2010, which tell nothing."""
    milliseconds = int(number) >> 22
    if milliseconds <= 0:
        return None
    return datetime.fromtimestamp((milliseconds + EPOCH_MS) / 1000, UTC)


def permalink(number: str, username: str = "") -> str:
    """Address of a post."""
    return f"{SITE}/{username or 'i/web'}/status/{number}"


class Maker:
    """Makes mentions of posts.

    Args:
        username, user_id: our account.
        can_act: whether replies are configured at all.
    """

    def __init__(self, username: str, user_id: str, *, can_act: bool) -> None:
        self._username, self._user_id, self._can_act = username, user_id, can_act

    def mentions(self, batch: Batch) -> list[CollectedMention]:
        """One mention for each post, the newest version where several came; reposts left out."""
        newest: dict[str, Post] = {}
        for post in sorted(batch.posts, key=lambda one: int(one.id)):
            if not post.reference("retweeted"):
                newest[post.first_id] = post
        return [self._mention(post, batch) for post in newest.values()]

    def is_ours(self, post: Post, batch: Batch) -> bool:
        """Whether our account wrote it."""
        if self._user_id:
            return post.author_id == self._user_id
        user = batch.users.get(post.author_id)
        return user is not None and user.username.lower() == self._username.lower()

    def _mention(self, post: Post, batch: Batch) -> CollectedMention:
        is_ours = self.is_ours(post, batch)
        user = batch.users.get(post.author_id)
        is_edited = post.id != post.first_id
        text = clean(post.own_words() if is_ours else post.body())
        parent = post.reference("replied_to")
        written_at = post.created_at or moment_of(post.id)
        return CollectedMention(
            external_id=external(post.first_id),
            thread=_thread(post, batch),
            author=_author(post, user, is_ours=is_ours),
            text=text.text,
            parent_external_id=external(batch.identities.get(parent, parent)) if parent else None,
            published_at=moment_of(post.first_id) if is_edited else written_at,
            edited_at=written_at if is_edited else None,
            url=permalink(post.id, user.username if user else ""),
            media=post.media,
            cannot_answer="" if is_ours else self._obstacle(post),
            original={**text.notes, **_original(post)},
        )

    def _obstacle(self, post: Post) -> str:
        if not self._can_act:
            return NO_KEYS
        if post.addresses(self._username, self._user_id):
            return ""
        return NOT_MENTIONED.format(name=self._username)


def _original(post: Post) -> dict[str, Any]:
    told: dict[str, Any] = {"versions": list(post.history)} if len(post.history) > 1 else {}
    if quoted := post.reference("quoted"):
        told["quotes"] = external(quoted)
    return told


def _author(post: Post, user: User | None, *, is_ours: bool) -> CollectedAuthor:
    if user is None:
        known = external(post.author_id) if post.author_id else f"x/author-of-{post.first_id}"
        return CollectedAuthor(external_id=known, is_ours=is_ours)
    return CollectedAuthor(
        external_id=external(user.id),
        name=clean_name(user.name or user.username),
        url=f"{SITE}/{user.username}" if user.username else "",
        followers=user.public_metrics.followers_count if user.public_metrics else None,
        registered_at=user.created_at,
        is_ours=is_ours,
    )


def _thread(post: Post, batch: Batch) -> CollectedThread:
    root_id = post.conversation_id or post.first_id
    known = {**batch.others, **{one.id: one for one in batch.posts}, post.first_id: post}
    root = known.get(root_id)
    title = clean_name(root.body())[:120] if root else ""
    return CollectedThread(external_id=external(root_id), title=title, url=permalink(root_id))
