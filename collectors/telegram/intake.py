"""Updates as they come in: what becomes a mention, what is only noted, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from collectors._text import clean_name, quote
from collectors.telegram.settings import TelegramSettings
from collectors.telegram.state import State
from collectors.telegram.wire import CHANNEL, MESSAGES, PRIVATE, Chat, Message, Reader
from otklik.platforms import BadRow, CollectedMention, Page

OUT = ("left", "kicked")
STALE = "Telegram отдал уже прочитанные обновления: чтение отложено до следующего раза"


class Intake:
    """Takes the updates of one poll in.

    Args:
        own_id: the bot's number.
        channel_of: asks for the channel of a discussion group; 0 when it has none.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        state: State,
        own_id: int,
        channel_of: Callable[[int], int],
    ) -> None:
        self._settings, self._state = settings, state
        self._own_id, self._channel_of = own_id, channel_of
        self._reader = Reader(self._is_ours, state.titles)
        self._warnings: list[str] = []

    def page(self, updates: list[Any]) -> Page:
        """One page of them, with the cursor that confirms it; a warning where none is new."""
        state = self._state
        numbered, bad = _by_number(updates)
        news = sorted(number for number in numbered if number >= state.expected)
        if not news:
            return Page(cursor=state.cursor(), bad_rows=tuple(bad), warnings=(STALE,))
        self._warnings = [hole] if (hole := state.hole(news[0])) else []
        mentions: dict[str, CollectedMention] = {}
        for number in news:
            try:
                mention = self._mention(numbered[number])
            except ValidationError as error:
                wrong = (".".join(map(str, one["loc"])) or "item" for one in error.errors())
                bad.append(_bad(number, f"wrong {', '.join(wrong)}", numbered[number]))
                continue
            if mention is not None:
                mentions[mention.external_id] = mention
        state.advance(news[-1])
        return Page(
            mentions=tuple(mentions.values()),
            bad_rows=tuple(bad),
            cursor=state.cursor(),
            warnings=tuple(self._warnings),
        )

    def _mention(self, update: Mapping[str, Any]) -> CollectedMention | None:
        if "my_chat_member" in update:
            self._note_membership(update["my_chat_member"])
            return None
        raw = next((update[kind] for kind in MESSAGES if kind in update), None)
        if raw is None:
            return None
        message = Message.model_validate(raw)
        if not self._is_watched(message.chat):
            self._note_ignored(message.chat)
            return None
        if message.migrate_to_chat_id:
            self._note_move(message.chat, str(message.migrate_to_chat_id))
        self._learn_channel(message)
        return self._reader.mention(raw)

    def _is_watched(self, chat: Chat) -> bool:
        asked = self._settings.chats
        if not asked:
            return chat.type != PRIVATE
        names = {str(chat.id), f"@{chat.username.lower()}"}
        names |= {old for old, new in self._state.moved.items() if new == str(chat.id)}
        return bool(names & set(asked))

    def _is_ours(self, who: int, chat: Chat) -> bool:
        linked = self._state.linked.get(str(chat.id))
        return who in {self._own_id, chat.id, linked, *self._settings.our_ids}

    def _learn_channel(self, message: Message) -> None:
        """The channel of a group: told by its posts there, else asked for once."""
        speaker, key = message.sender_chat, str(message.chat.id)
        if speaker is None or speaker.type != CHANNEL or message.chat.type == CHANNEL:
            return
        if message.is_automatic_forward:
            self._state.linked[key] = speaker.id
        elif key not in self._state.linked:
            self._state.linked[key] = self._channel_of(message.chat.id)

    def _note_ignored(self, chat: Chat) -> None:
        if chat.type != PRIVATE and str(chat.id) not in self._state.ignored:
            self._state.ignored.append(str(chat.id))
            self._warnings.append(
                f"чат {chat.name!r} ({chat.id}) не назван в `chats` и не читается"
            )

    def _note_move(self, chat: Chat, new: str) -> None:
        self._state.moved[str(chat.id)] = new
        self._warnings.append(
            f"группа {chat.name!r} стала супергруппой: замените в `chats` {chat.id} на {new}"
        )

    def _note_membership(self, change: Any) -> None:
        details = change if isinstance(change, dict) else {}
        chat = Chat.model_validate(details.get("chat"))
        if chat.type == PRIVATE or not self._is_watched(chat):
            return
        old, new = (_status(details.get(key)) for key in ("old_chat_member", "new_chat_member"))
        self._state.lost.pop(str(chat.id), None)
        if new in OUT:
            self._state.lost[str(chat.id)] = chat.name[:60]
            if not self._settings.chats:
                self._warnings.append(f"бота удалили из чата {chat.name!r} ({chat.id})")
        elif old == "administrator" and new != old:
            self._warnings.append(f"бот больше не администратор в чате {chat.name!r} ({chat.id})")


def _status(member: Any) -> object:
    return member.get("status") if isinstance(member, dict) else None


def _by_number(updates: list[Any]) -> tuple[dict[int, Mapping[str, Any]], list[BadRow]]:
    numbered: dict[int, Mapping[str, Any]] = {}
    bad = []
    for update in updates:
        number = update.get("update_id") if isinstance(update, dict) else None
        if isinstance(number, int):
            numbered[number] = update
        else:
            bad.append(_bad("without a number", "no update_id", update))
    return numbered, bad


def _bad(number: object, reason: str, raw: object) -> BadRow:
    return BadRow(place=f"telegram update {number}", reason=clean_name(reason), raw=quote(raw, 500))
