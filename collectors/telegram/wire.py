"""Messages of the Bot API, checked one by one, as mentions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from collectors._text import clean, clean_name, clean_original
from collectors.telegram.content import links_of, media_of, words_of
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread

HANDLED = ("message", "edited_message", "channel_post", "edited_channel_post", "my_chat_member")
MESSAGES = HANDLED[:4]
PRIVATE, CHANNEL = "private", "channel"
TITLE_LENGTH = 70
MAX_TITLES = 50  # a cursor has room for 64 KB, a Cyrillic letter takes 6 bytes of JSON
SITE = "https://t.me"


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Chat(_Read):
    """A chat, or a chat that speaks."""

    id: int
    type: str = ""
    title: str = ""
    username: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return clean_name(self.title) or (f"@{self.username}" if self.username else str(self.id))


class User(_Read):
    """Who wrote."""

    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class Topic(_Read):
    """The service message a forum topic begins with."""

    name: str = ""


class Origin(_Read):
    """Where a forwarded message came from."""

    type: str = ""
    chat: Chat | None = None
    sender_chat: Chat | None = None
    sender_user: User | None = None
    sender_user_name: str = ""
    message_id: int | None = None


class Message(_Read):
    """One message, as far as its place and author go."""

    message_id: int
    date: int = Field(gt=0)
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    author_signature: str = ""
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    forward_origin: Origin | None = None
    reply_to_message: Message | None = None
    forum_topic_created: Topic | None = None
    edit_date: int | None = None
    media_group_id: str | None = None
    via_bot: User | None = None
    migrate_to_chat_id: int | None = None
    text: str = ""
    caption: str = ""

    @property
    def external_id(self) -> str:
        """By which the message is known."""
        return f"{self.chat.id}/{self.message_id}"

    @property
    def topic(self) -> str:
        """The name of the forum topic that begins with the message this one answers."""
        root = self.reply_to_message
        created = root.forum_topic_created if root else None
        return clean_name(created.name) if created else ""

    @property
    def parent(self) -> Message | None:
        """The message this one answers; what stands in a topic answers nothing by that alone."""
        root = self.reply_to_message
        return None if root is None or root.forum_topic_created else root

    @property
    def thread_id(self) -> str:
        """A post's or topic's thread, the thread of an answer, else the message alone."""
        if self.is_topic_message and self.message_thread_id:
            return f"{self.chat.id}/topic/{self.message_thread_id}"
        if self.message_thread_id:
            return f"{self.chat.id}/{self.message_thread_id}"
        parent = self.parent
        return parent.thread_id if parent else self.external_id


class Reader:
    """Makes mentions of messages.

    Args:
        is_ours: tells whether a user or a chat, by number, speaks for us in a chat.
        titles: what threads are called, by external id; grows, and forgets the oldest.
    """

    def __init__(
        self, is_ours: Callable[[int, Chat], bool], titles: MutableMapping[str, list[str]]
    ) -> None:
        self._is_ours, self._titles = is_ours, titles

    def mention(self, raw: Mapping[str, Any]) -> CollectedMention | None:
        """The mention a message is; None for what nobody said (somebody joined, a pin).

        Raises:
            pydantic.ValidationError: it is no message of the Bot API.
        """
        message = Message.model_validate(raw)
        text, notes = clean(words_of(raw))
        media = media_of(raw, message.external_id)
        if not text.strip() and not media:
            return None
        self._remember_title(message)
        parent = message.parent
        return CollectedMention(
            external_id=message.external_id,
            thread=self._thread(message),
            author=self._author(message),
            text=text,
            parent_external_id=parent.external_id if parent else None,
            published_at=moment(message.date),
            edited_at=moment(message.edit_date),
            url=permalink(message.chat, message.message_id),
            media=media,
            original={**_remarks(message, raw), **notes},
        )

    def _thread(self, message: Message) -> CollectedThread:
        key = message.thread_id
        title, url = self._titles.get(key, [message.chat.name, ""])
        number = key.rpartition("/")[2]
        return CollectedThread(
            external_id=key, title=title, url=url or permalink(message.chat, int(number))
        )

    def _remember_title(self, message: Message) -> None:
        """Of posts and topics; in the flow of a group the group's own name stays the title."""
        root = message if message.is_automatic_forward else message.parent
        if root is not None and root.is_automatic_forward:
            key, start = f"{root.chat.id}/{root.message_id}", clean_name(root.text or root.caption)
            self._keep_title(key, message.chat, start, _post_url(root))
        elif message.is_topic_message and message.topic:
            self._keep_title(message.thread_id, message.chat, message.topic, "")

    def _keep_title(self, key: str, chat: Chat, of_its_own: str, url: str) -> None:
        parts = (chat.name[:TITLE_LENGTH], of_its_own[:TITLE_LENGTH])
        self._titles[key] = [": ".join(part for part in parts if part), url]
        for oldest in list(self._titles)[:-MAX_TITLES]:
            del self._titles[oldest]

    def _author(self, message: Message) -> CollectedAuthor:
        """A chat that speaks for itself comes before the account Telegram shows in its place."""
        chat = message.sender_chat
        if chat is None and message.sender is None:
            chat = message.chat
        if chat is not None:
            signed = clean_name(message.author_signature)
            return CollectedAuthor(
                external_id=f"chat/{chat.id}",
                name=f"{chat.name} ({signed})" if signed else chat.name,
                url=_profile(chat.username),
                is_ours=message.is_automatic_forward or self._is_ours(chat.id, message.chat),
            )
        user = message.sender
        assert user is not None  # noqa: S101 — told by the condition above
        return CollectedAuthor(
            external_id=f"user/{user.id}",
            name=clean_name(f"{user.first_name} {user.last_name}"),
            url=_profile(user.username),
            is_ours=self._is_ours(user.id, message.chat),
        )


def moment(seconds: int | None) -> datetime | None:
    """Aware time of an epoch, None for none or for one that no calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def permalink(chat: Chat, message_id: int) -> str:
    """Where people see a message; empty in a basic group, which has no links."""
    if chat.username:
        return f"{SITE}/{chat.username}/{message_id}"
    number = str(chat.id)
    return f"{SITE}/c/{number.removeprefix('-100')}/{message_id}" if number[:4] == "-100" else ""


def _post_url(root: Message) -> str:
    origin = root.forward_origin
    if origin is None or origin.chat is None or origin.message_id is None:
        return ""
    return permalink(origin.chat, origin.message_id)


def _profile(username: str) -> str:
    return f"{SITE}/{username}" if username else ""


def _remarks(message: Message, raw: Mapping[str, Any]) -> dict[str, Any]:
    origin = message.forward_origin
    source = origin and (origin.chat or origin.sender_chat)
    name = ""
    if origin and not message.is_automatic_forward:
        user = origin.sender_user
        name = source.name if source else (user.first_name if user else origin.sender_user_name)
    kept = {
        "forwarded_from": name,
        "via_bot": message.via_bot.username if message.via_bot else "",
        "album": message.media_group_id,
        "links": links_of(raw),
    }
    return {key: clean_original(value) for key, value in kept.items() if value}
