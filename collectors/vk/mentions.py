"""VK's comments and posts as the pipeline takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors._text import clean, clean_name, clean_original
from collectors.vk.client import VkClient
from collectors.vk.places import Topic, method_of
from collectors.vk.settings import VkSettings
from collectors.vk.threads import Read
from collectors.vk.wire import POST, SITE, Comment, Name, Person, Post, moment
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread

CLOSED = "Комментарии здесь закрыты"
NO_TOKEN = "Чтобы отвечать здесь, нужен ключ пользователя (user_token)"  # noqa: S105
NOT_OURS = "Ответ на чужой странице возможен только от имени пользователя (user_token)"


class Teller:
    """Makes mentions of one source.

    Attributes:
        me: the account of `user_token`, 0 when not known.
    """

    def __init__(self, settings: VkSettings, client: VkClient) -> None:
        self._settings, self._client = settings, client
        self.me = 0

    def is_ours(self, account: int) -> bool:
        """The community itself, the token's person, and whom the settings name."""
        own = (self._settings.owner_id, self.me, *self._settings.own_ids)
        return account != 0 and account in own

    def of_thread(self, read: Read, comments: Iterable[Comment]) -> list[CollectedMention]:
        """Mentions for these comments of a thread; our own posts are its title only."""
        told = []
        for comment in comments:
            is_own_post = comment.id == 0 and self.is_ours(comment.from_id)
            if not comment.deleted and not is_own_post:
                told.append(self.mention(read.topic, comment, read.people, read.roots))
        return told

    def mention(
        self,
        topic: Topic,
        comment: Comment,
        people: Mapping[int, Person],
        roots: Mapping[int, int],
    ) -> CollectedMention:
        """One comment, or the post itself when its number is 0."""
        root = roots.get(comment.id)
        parent = comment.parent or root
        above = f"{topic.name}/{parent}" if parent else self._post_id(topic, comment)
        return self._made(
            external_id=f"{topic.name}/{comment.id or POST}",
            thread=self._thread(topic.thread),
            comment=comment,
            people=people,
            parent=above,
            url=topic.name.url_of(comment.id, root),
            cannot=self._cannot(topic.name, is_closed=topic.is_closed),
        )

    def found_post(self, post: Post, people: Mapping[int, Person]) -> CollectedMention:
        """A post that a search or a list of mentions brought; it may be a comment itself."""
        name = post.name
        is_reply = name.number != post.id
        title = f"Запись {name.number}" if is_reply else post.title
        return self._made(
            external_id=post.external_id,
            thread=self._thread(
                CollectedThread(
                    external_id=str(name),
                    title=clean_name(title),
                    url=name.url,
                    is_closed=post.is_closed,
                )
            ),
            comment=post,
            people=people,
            parent=f"{name}/{post.parent}" if is_reply and post.parent else None,
            url=name.url_of(post.id) if is_reply else name.url,
            cannot=self._cannot(name, is_closed=post.is_closed),
        )

    def _made(
        self,
        *,
        external_id: str,
        thread: CollectedThread,
        comment: Comment,
        people: Mapping[int, Person],
        parent: str | None,
        url: str,
        cannot: str,
    ) -> CollectedMention:
        text, notes = clean(comment.shown)
        if comment.shown != comment.text:
            notes["markup"] = clean_original(comment.text)
        return CollectedMention(
            external_id=external_id,
            thread=thread,
            author=self._author(comment, people, external_id),
            text=text,
            parent_external_id=parent,
            published_at=comment.at,
            edited_at=moment(comment.edited),
            url=url,
            media=comment.media,
            cannot_answer=cannot,
            original={**_likes(comment), **notes},
        )

    def _author(
        self, comment: Comment, people: Mapping[int, Person], external_id: str
    ) -> CollectedAuthor:
        account = comment.from_id
        if not account:
            return CollectedAuthor(external_id=f"{external_id}/anonymous")
        address = account_url(account)
        person = people.get(account, Person(""))
        return CollectedAuthor(
            external_id=address.removeprefix("https://"),
            name=clean_name(person.name),
            url=address,
            followers=person.followers,
            is_ours=self.is_ours(account),
        )

    def _post_id(self, topic: Topic, comment: Comment) -> str | None:
        """A comment at the top answers the post, which is a mention when a stranger wrote it."""
        post = topic.post
        if post is None or comment.id == 0 or self.is_ours(post.from_id):
            return None
        return f"{topic.name}/{POST}"

    def _thread(self, thread: CollectedThread) -> CollectedThread:
        """VK says whether whoever reads may comment; of an application that tells nothing."""
        if thread.is_closed and self._settings.user_token is None:
            return thread.model_copy(update={"is_closed": False})
        return thread

    def _cannot(self, name: Name, *, is_closed: bool) -> str:
        if is_closed and self._settings.user_token is not None:
            return CLOSED
        if not self._client.can(method_of(name, "createComment")):
            return NO_TOKEN
        is_elsewhere = name.owner != self._settings.owner_id
        return NOT_OURS if is_elsewhere and self._settings.user_token is None else ""


def account_url(account: int) -> str:
    """Address of a person (positive) or a community (negative)."""
    return f"{SITE}id{account}" if account > 0 else f"{SITE}club{-account}"


def _likes(comment: Comment) -> dict[str, Any]:
    count = comment.likes.get("count")
    return {"likes": count} if isinstance(count, int) else {}
