"""What a bot may do where, in one look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors._text import clean_name
from collectors.telegram.api import BotApi, Moved
from otklik.errors import AccessDenied, Gone, Transient

PRIVACY = (
    "бот не видит сообщений чата {chat}: отключите приватность у @BotFather (/setprivacy → "
    "Disable), затем удалите бота из группы и добавьте снова, или сделайте его администратором"
)
NOT_IN = "бота нет в чате {chat}: добавьте его туда администратором ({reason})"
MOVED = "группа {chat} стала супергруппой: замените в `chats` её номер на {new}"
NO_RIGHT = "в чате {chat} боту не дано право {right}: {use} нельзя"
WEBHOOK = "у бота включён webhook, обновления уходят туда: отключите его (deleteWebhook)"
UNREAD = "чат {chat} — канал без обсуждения: комментариев у него нет, назовите группу обсуждения"
USES = {"can_delete_messages": "удалять комментарии", "can_restrict_members": "банить авторов"}


@dataclass
class Found:
    """What was found out about a bot.

    Attributes:
        is_reading: it gets at least something.
        can_delete, can_restrict: in at least one of the chats, or not known.
    """

    message: str = ""
    rights: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_reading: bool = True
    can_delete: bool = True
    can_restrict: bool = True


@dataclass
class _Look:
    rights: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    readable: int = 0


def look_around(api: BotApi, chats: Sequence[str]) -> Found:
    """Who the bot is, what waits for it, and its rights in `chats`.

    Raises:
        AccessDenied: the token is not good. Transient: Telegram does not answer rightly.
    """
    me = _table(api, api.read("getMe"))
    hook = _table(api, api.read("getWebhookInfo"))
    sees_all = bool(me.get("can_read_all_group_messages"))
    look = _Look(missing=[WEBHOOK] if hook.get("url") else [])
    look.rights.append(f"privacy mode {'off' if sees_all else 'on'}")
    for chat in chats:
        _look_into(api, chat, sees_all, look)
    waiting = hook.get("pending_update_count", 0)
    return Found(
        message=f"@{clean_name(me.get('username'))}, {waiting} updates wait, "
        f"{look.readable} of {len(chats)} named chats are readable",
        rights=tuple(look.rights),
        missing=tuple(look.missing),
        is_reading=not hook.get("url") and (look.readable > 0 or not chats),
        can_delete=not chats or "can_delete_messages" in look.given,
        can_restrict=not chats or "can_restrict_members" in look.given,
    )


def _look_into(api: BotApi, name: str, sees_all: bool, look: _Look) -> None:
    key = int(name) if name.lstrip("-").isdecimal() else name
    try:
        chat = _table(api, api.read("getChat", chat_id=key))
        member = _table(api, api.read("getChatMember", chat_id=key, user_id=api.own_id))
    except Moved as error:
        look.missing.append(MOVED.format(chat=name, new=error.chat))
        return
    except (AccessDenied, Gone) as error:
        if isinstance(error, AccessDenied) and error.whole_account:
            raise
        look.missing.append(NOT_IN.format(chat=name, reason=error))
        return
    status = clean_name(member.get("status"))
    title = f"{clean_name(chat.get('title')) or name} ({chat.get('id')})"
    if status in ("left", "kicked"):
        look.missing.append(NOT_IN.format(chat=title, reason=status))
        return
    is_admin = status == "administrator"
    given = {right for right in USES if is_admin and member.get(right) is True}
    look.given |= given
    look.rights.append(f"{title}: {', '.join([status, *sorted(given)])}")
    lacking = sorted(USES.keys() - given)
    look.missing += [NO_RIGHT.format(chat=title, right=r, use=USES[r]) for r in lacking]
    if not (is_admin or sees_all):
        look.missing.append(PRIVACY.format(chat=title))
    elif chat.get("type") == "channel" and not chat.get("linked_chat_id"):
        look.missing.append(UNREAD.format(chat=title))
    else:
        look.readable += 1


def _table(api: BotApi, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise api.error(Transient, "the Bot API answered with something else than an object")
    return value
