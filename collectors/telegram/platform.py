"""The `Telegram` platform: updates, replies, moderation."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import ValidationError

from collectors._text import quote
from collectors.telegram.api import (
    BACK_INTO_CHAT,
    GROUP_LIMIT,
    ONE_READER,
    TOKEN_LIMIT,
    BotApi,
    Conflict,
    Moved,
)
from collectors.telegram.intake import OUT, Intake
from collectors.telegram.rights import look_around
from collectors.telegram.settings import TelegramSettings
from collectors.telegram.state import State
from collectors.telegram.wire import HANDLED, Chat, moment, permalink
from otklik.clock import now
from otklik.errors import AccessDenied, ConfigError, Gone, PlatformError, Rejected, Transient
from otklik.platforms import (
    Capability,
    Cursor,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

PER_CALL = 100
MAX_PAGES = 200  # in one poll; a chat may write faster than we read
CONFLICT_PAUSE = 0.5
READERS_FORGOTTEN = 600.0  # seconds
SHORTEST_BAN = timedelta(seconds=60)  # under 30 seconds Telegram bans for ever
# Each given as True lifts what was put on one person; the chat's own rules hold again.
MAY_SPEAK = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_invite_users",
    "can_pin_messages",
    "can_change_info",
    "can_manage_topics",
)


class Telegram(Platform[TelegramSettings]):
    """One bot and the chats it is in.

    Limits: 30 calls a second for a token and 20 messages a minute into one group; 4,096
    characters a message. What was not fetched within 24 hours is lost.
    """

    name = "telegram"
    title = "Telegram"
    can = frozenset(
        {
            Capability.POST,
            Capability.EDIT,
            Capability.WITHDRAW,
            Capability.HIDE,
            Capability.BAN,
            Capability.UNBAN,
        }
    )
    reply_max_length = 4_096
    settings_type = TelegramSettings
    limits = (TOKEN_LIMIT, GROUP_LIMIT)
    rights = (
        "member of every chat with Group Privacy turned off, or administrator",
        "administrator: can_delete_messages (to delete comments)",
        "administrator: can_restrict_members (to ban and unban)",
    )
    token_steps = (
        "In Telegram open @BotFather, send /newbot, give a name and a username ending in “bot”.",
        "Copy the token that BotFather shows into an environment variable, e.g. TELEGRAM_TOKEN.",
        "Send /setprivacy to @BotFather, choose the bot, press Disable: it sees all messages.",
        "Comments of a channel stand in its discussion group: channel → Manage → Discussion.",
        "Group → Add members → the bot; then Administrators → Add admin → the bot, with "
        "“Delete messages” and “Ban users”.",
        "After a change of privacy remove the bot from the group and add it again.",
        "Use the bot for nothing else: neither a webhook nor another program may take its updates.",
        "`otklik sources add telegram`, then `otklik sources check` tells numbers and rights.",
    )
    cost = "free"
    answers = (
        "Every message of a group or of a channel's comments, as a reply in its thread, in the "
        "bot's name. Comments can be deleted for good and their authors silenced or removed."
    )
    cannot = (
        "read anything written before the bot came, or more than 24 hours ago and not fetched: "
        "the Bot API has no history, so there is no back-fill and no reading of a thread",
        "see deletions: the Bot API does not tell of them",
        "read back its own reply: one whose outcome is unknown is for a person to look up",
        "hide a comment for a while: “hide” deletes it for good, for all, and it cannot be undone",
        "ban a channel that writes in a group for a limited time",
        "join an album's pictures: each is a message, only the first carries the caption",
        "read private messages to the bot, channels without comments, or chats it is not in",
        "answer old messages of a group after it has become a supergroup",
    )
    _readers: ClassVar[dict[str, tuple[str, float]]] = {}

    def __init__(
        self, settings: TelegramSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._api = BotApi(settings, source=source, meter=self.meter)

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """What Telegram keeps for the bot, oldest first; each page confirms the one before.

        Raises:
            Conflict: somebody else takes the bot's updates.
            AccessDenied: the bot was removed from every chat of `chats`.
        """
        self._claim()
        state = State.of(cursor)
        intake = Intake(self.settings, state, self._api.own_id, self._channel_of)
        wait = min(self.settings.poll_seconds, int(self.settings.timeout / 2))
        for _ in range(MAX_PAGES):
            updates = self._updates(state, wait)
            wait = 0
            if not updates:
                break
            page = intake.page(updates)
            yield page
            if not page.cursor.get("offset") or page.cursor == cursor:
                break
            cursor = page.cursor
        yield from self._missed(state)

    def check(self) -> SourceCheck:
        """Ask who the bot is and what it may do in each of `chats`."""
        found = look_around(self._api, self.settings.chats)
        lacking = {
            *(() if found.can_delete else (Capability.HIDE,)),
            *(() if found.can_restrict else (Capability.BAN, Capability.UNBAN)),
        }
        return SourceCheck(
            ok=found.is_reading,
            message=found.message,
            can=tuple(sorted(self.can - lacking)),
            rights=found.rights,
            missing=found.missing,
        )

    def post(self, request: ReplyRequest) -> PostedReply:
        """Reply to one message, in its thread; plain text, no preview of any link."""
        if _units(request.text) > self.reply_max_length:
            raise self._api.error(Rejected, f"longer than {self.reply_max_length} characters")
        chat, number = self._numbers(request.parent_external_id)
        payload: dict[str, Any] = {
            "chat_id": chat,
            "text": request.text,
            "reply_parameters": {
                "message_id": number,
                "chat_id": chat,
                "allow_sending_without_reply": False,
            },
            "link_preview_options": {"is_disabled": True},
        }
        _, _, topic = request.thread_external_id.partition("/topic/")
        if topic.isdecimal():
            payload["message_thread_id"] = int(topic)
        sent = self._api.send_once(chat, payload)
        return PostedReply(
            external_id=f"{chat}/{sent['message_id']}",
            url=_link(sent, chat),
            posted_at=moment(sent.get("date")),
        )

    def edit(self, external_id: str, text: str) -> None:
        """Change our reply."""
        chat, number = self._numbers(external_id)
        preview = {"is_disabled": True}
        where = {"chat_id": chat, "message_id": number}
        try:
            self._api.act("editMessageText", **where, text=text, link_preview_options=preview)
        except Rejected as error:
            if "not modified" not in str(error):
                raise

    def withdraw(self, external_id: str) -> None:
        """Delete our reply."""
        chat, number = self._numbers(external_id)
        try:
            self._api.act("deleteMessage", chat_id=chat, message_id=number)
        except Gone:
            return

    def hide(self, external_id: str, reason: str) -> None:
        """Delete a comment: Telegram can hide none, and none comes back. `reason` stays here."""
        chat, number = self._numbers(external_id)
        self._api.act("deleteMessage", chat_id=chat, message_id=number)

    def ban(
        self, author_external_id: str, reason: str, *, until: datetime | None, under: str
    ) -> None:
        """Silence an author in the chat of `under`, or put them out of it; see `ban_by`."""
        chat, _ = self._numbers(under)
        kind, number = self._author(author_external_id)
        if kind == "chat":
            if until is not None:
                raise self._api.error(Rejected, "a channel can only be banned for ever")
            self._in_chat("banChatSenderChat", chat, sender_chat_id=number)
            return
        term = {"until_date": int(max(until, now() + SHORTEST_BAN).timestamp())} if until else {}
        if self.settings.ban_by == "remove":
            self._in_chat("banChatMember", chat, user_id=number, **term)
        else:
            nothing = dict.fromkeys(MAY_SPEAK[:11], False)
            self._in_chat("restrictChatMember", chat, user_id=number, permissions=nothing, **term)

    def unban(self, author_external_id: str) -> None:
        """Lift a ban in every chat of `chats`."""
        kind, number = self._author(author_external_id)
        if not self.settings.chats:
            raise self._api.error(Rejected, "name in `chats` where the ban is to be lifted")
        refusals: list[PlatformError] = []
        for name in self.settings.chats:
            chat = int(name) if name.lstrip("-").isdecimal() else name
            try:
                self._lift(kind, number, chat)
            except (Rejected, Gone) as error:
                refusals.append(error)
        if len(refusals) == len(self.settings.chats):
            raise refusals[0]

    def close(self) -> None:
        """Give back connections."""
        self._api.close()

    def _claim(self) -> None:
        """One source reads a bot: two would take each other's updates without a word."""
        reader, at = self._readers.get(self._api.key, ("", 0.0))
        if at and reader != self.source and time.monotonic() - at < READERS_FORGOTTEN:
            raise self._api.denied(
                f"the bot's updates are read by source {reader!r} already", ONE_READER
            )
        self._readers[self._api.key] = (self.source, time.monotonic())

    def _updates(self, state: State, wait: int) -> list[Any]:
        asked: dict[str, Any] = {"limit": PER_CALL, "timeout": wait, "allowed_updates": [*HANDLED]}
        if state.expected:
            asked["offset"] = state.expected
        try:
            found = self._api.read("getUpdates", **asked)
        except Conflict as error:
            if "webhook" in str(error):
                raise
            time.sleep(CONFLICT_PAUSE)  # a call of a process that has just ended may hang there
            found = self._api.read("getUpdates", **asked)
        if not isinstance(found, list):
            raise self._api.error(Transient, f"getUpdates: no list of updates: {quote(found)}")
        return found

    def _channel_of(self, group: int) -> int:
        try:
            full = self._api.read("getChat", chat_id=group)
        except (AccessDenied, Gone) as error:
            _raise_if_dead(error)
            return 0
        return int((isinstance(full, dict) and full.get("linked_chat_id")) or 0)

    def _missed(self, state: State) -> Iterator[Page]:
        """Chats of `chats` from which the bot was removed, if it is still out of them."""
        if not self.settings.chats or not state.lost:
            return
        for chat in list(state.lost):
            if not self._is_out(int(chat)):
                del state.lost[chat]
        told = tuple(f"бота удалили из чата {n!r} ({c})" for c, n in state.lost.items())
        yield Page(cursor=state.cursor(), warnings=told)
        if len(state.lost) >= len(self.settings.chats):
            raise self._api.denied("the bot was removed from its chats", BACK_INTO_CHAT)

    def _is_out(self, chat: int) -> bool:
        try:
            member = self._api.read("getChatMember", chat_id=chat, user_id=self._api.own_id)
        except Moved:
            return False
        except (AccessDenied, Gone) as error:
            _raise_if_dead(error)
            return True
        return isinstance(member, dict) and member.get("status") in OUT

    def _in_chat(self, method: str, chat: int, **payload: Any) -> None:
        try:
            self._api.act(method, chat_id=chat, **payload)
        except Moved as error:
            self._api.act(method, chat_id=error.chat, **payload)

    def _lift(self, kind: str, number: int, chat: int | str) -> None:
        if kind == "chat":
            self._api.act("unbanChatSenderChat", chat_id=chat, sender_chat_id=number)
        elif self.settings.ban_by == "remove":
            self._api.act("unbanChatMember", chat_id=chat, user_id=number, only_if_banned=True)
        else:
            everything = dict.fromkeys(MAY_SPEAK, True)
            self._api.act(
                "restrictChatMember", chat_id=chat, user_id=number, permissions=everything
            )

    def _numbers(self, external_id: str) -> tuple[int, int]:
        chat, _, message = external_id.partition("/")
        if not (chat.lstrip("-").isdecimal() and message.isdecimal()):
            raise ConfigError(f"source {self.source!r} (telegram): {external_id} is no message")
        return int(chat), int(message)

    def _author(self, external_id: str) -> tuple[str, int]:
        kind, _, number = external_id.partition("/")
        if kind not in ("user", "chat") or not number.lstrip("-").isdecimal():
            raise ConfigError(f"source {self.source!r} (telegram): {external_id} is no author")
        return kind, int(number)


def _raise_if_dead(error: PlatformError) -> None:
    if isinstance(error, AccessDenied) and error.whole_account:
        raise error


def _units(text: str) -> int:
    """Length as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _link(sent: Mapping[str, Any], chat: int) -> str:
    try:
        place = Chat.model_validate(sent.get("chat"))
    except ValidationError:
        place = Chat(id=chat)
    return permalink(place, int(sent["message_id"]))
