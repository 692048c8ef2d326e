"""A Bot API with a channel and its discussion group; checked against the contract of 10.1.

Updates wait in a queue as at Telegram: a call names the offset from which it wants them, and
what lies before that offset is forgotten. Nothing else of the past can be asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.telegram import check_call, check_query, check_result
from tests.rigs.base import ContractViolation, Request, Response, Rig

_numbers = itertools.count(1)
BOT = {"id": 7234567890, "is_bot": True, "first_name": "Отклик", "username": "otklik_rig_bot"}
CHANNEL = {"id": -1001700000001, "type": "channel", "title": "Ромашка", "username": "romashka_shop"}
GROUP = {"id": -1001700000002, "type": "supergroup", "title": "Ромашка: обсуждение"}
SERVICE = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
POST_TEXT = "Открыли новый пункт выдачи на Лесной"
FIRST_UPDATE = 100_001
ADMIN_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
GIVEN = {"can_delete_messages", "can_restrict_members", "can_manage_chat"}


class Refusal(Exception):
    """The Bot API says no."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class TelegramRig(Rig):
    """The stand-in.

    Attributes:
        token: of this rig alone, as limits of a token are shared by a whole process.
        queue: updates that wait, oldest first.
        messages: all that stand, by (chat, number).
        acts: calls of methods that restrict and ban, in order.
        member: what the bot is in the group, as `getChatMember` tells it.
        reads_all: privacy mode is off.
        webhook: URL of a webhook, which takes the updates away.
        stolen: answers to `getUpdates` that are 409, somebody else reading too.
        moved: the group's new number, once it has become a supergroup.
    """

    name = "telegram"
    can_delete = False
    has_history = False
    posting = ("POST", "/sendMessage")

    def __init__(self) -> None:
        super().__init__()
        self.token = f"{BOT['id']}:AAF-test_token_of_rig_{next(_numbers)}"
        self.queue: list[dict[str, Any]] = []
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.acts: list[tuple[str, dict[str, Any]]] = []
        self.member = _administrator()
        self.reads_all, self.webhook, self.stolen, self.moved = True, "", 0, 0
        self._next_update, self._next_message = FIRST_UPDATE, 1
        self._people: dict[str, int] = {}
        self._latest = datetime.now(UTC) - timedelta(days=2)
        self._post: dict[str, Any] | None = None

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
    ) -> str:
        """A comment under the channel's newest post, or an answer to another comment."""
        with self.lock:
            post = self.post()
            answered = self._standing(parent) if parent else post
            words: dict[str, Any] = {"text": text}
            if media:
                words = {"photo": [self._photo(name) for name in media]}
                words |= {"caption": text} if text else {}
            return self.say(
                {
                    **words,
                    "from": self.person(author),
                    "date": self._moment(at),
                    "message_thread_id": post["message_id"],
                    "reply_to_message": _without_reply(answered),
                }
            )

    def edit(self, external_id: str, text: str) -> None:
        """Its author changes it."""
        with self.lock:
            message = self._standing(external_id)
            message["caption" if "photo" in message else "text"] = text
            message["edit_date"] = int(datetime.now(UTC).timestamp())
            self.push("edited_message", message)

    def replies(self) -> list[str]:
        """What the bot said and still stands."""
        ours = (message for _, message in sorted(self.messages.items()))
        return [m["text"] for m in ours if m.get("from", {}).get("id") == BOT["id"]]

    def limited(self) -> Response:
        """Flood control."""
        return _refused(Refusal(429, "Too Many Requests: retry after 7", retry_after=7))

    def denied(self) -> Response:
        """The token was revoked."""
        return _refused(Refusal(401, "Unauthorized"))

    def config(self) -> dict[str, Any]:
        """One bot that reads the discussion group."""
        return {"token": self.token, "chats": [GROUP["id"]], "poll_seconds": 0}

    # ---- what happens in the chats ---------------------------------------------------------

    def post(self) -> dict[str, Any]:
        """The channel's post as Telegram forwarded it into the group."""
        if self._post is None:
            date = int((self._latest - timedelta(minutes=1)).timestamp())
            origin = {"type": "channel", "date": date, "chat": CHANNEL, "message_id": 41}
            key = self.say(
                {
                    "from": SERVICE,
                    "sender_chat": CHANNEL,
                    "date": date,
                    "is_automatic_forward": True,
                    "forward_origin": origin,
                    "text": POST_TEXT,
                }
            )
            self._post = self._standing(key)
        return self._post

    def say(
        self,
        fields: Mapping[str, Any],
        *,
        chat: Mapping[str, Any] = GROUP,
        kind: str = "message",
    ) -> str:
        """Any message at all; gives its external id."""
        with self.lock:
            message = {"message_id": self._next_message, "chat": dict(chat), **fields}
            message.setdefault("date", self._moment(None))
            self._next_message += 1
            self.messages[chat["id"], message["message_id"]] = message
            self.push(kind, message)
            return f"{chat['id']}/{message['message_id']}"

    def push(self, kind: str, content: Mapping[str, Any]) -> None:
        """One more update for the bot."""
        update = {"update_id": self._next_update, kind: dict(content)}
        self._next_update += 1
        self.queue.append(update)

    def forget(self, count: int) -> None:
        """Somebody else has fetched the oldest updates, or a day has gone by."""
        with self.lock:
            del self.queue[:count]

    def renumber(self, first: int) -> None:
        """After a week of silence Telegram goes on with any number."""
        self._next_update = first

    def set_membership(self, status: str) -> None:
        """Somebody changes what the bot is in the group."""
        new = _administrator() if status == "administrator" else _plain_member(status)
        change = {
            "chat": GROUP,
            "from": self.person("Владелец"),
            "date": self._moment(None),
            "old_chat_member": self.member,
            "new_chat_member": new,
        }
        self.member = new
        self.push("my_chat_member", change)

    # ---- the Bot API ------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """One call: by GET with a query, or by POST with JSON."""
        _, bot, method = request.path.split("/", 2)
        if bot != f"bot{self.token}":
            return _refused(Refusal(401, "Unauthorized"))
        params = self._params(request, method)
        try:
            result = getattr(self, f"_{_snake(method)}")(params)
        except Refusal as refusal:
            return _refused(refusal)
        check_result(method, result)
        return Response({"ok": True, "result": result})

    @staticmethod
    def _params(request: Request, method: str) -> dict[str, Any]:
        if request.method == "GET":
            return check_query(method, request.query)
        params: dict[str, Any] = request.json
        check_call(method, params)
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise ContractViolation(f"{method}: the content type of JSON is missing")
        return params

    def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if self.stolen:
            self.stolen -= 1
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot "
                "instance is running",
            )
        offset = params.get("offset", 0)
        newest = self.queue[-1]["update_id"] if self.queue else 0
        if 0 < offset <= newest + 1:  # an offset of the future means nothing
            gone = next((n for n, u in enumerate(self.queue) if u["update_id"] >= offset), None)
            del self.queue[: len(self.queue) if gone is None else gone]
        wanted = params.get("allowed_updates") or []
        shown = self.queue[: min(params.get("limit", 100), self.page_size)]
        return [update for update in shown if wanted and update.keys() & set(wanted)]

    def _get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {**BOT, "can_read_all_group_messages": self.reads_all}

    def _get_webhook_info(self, _: dict[str, Any]) -> dict[str, Any]:
        count = len(self.queue)
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": count}

    def _get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        self._check_chat(params["chat_id"])
        gifts = ("unlimited", "limited", "unique", "premium_subscription")
        accepted = dict.fromkeys([f"{gift}_gifts" for gift in gifts[:3]], False)
        return {
            **GROUP,
            "accent_color_id": 1,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                **accepted,
                "premium_subscription": False,
                "gifts_from_channels": False,
            },
            "linked_chat_id": CHANNEL["id"],
        }

    def _get_chat_member(self, params: dict[str, Any]) -> dict[str, Any]:
        self._check_chat(params["chat_id"])
        return self.member

    def _send_message(self, params: dict[str, Any]) -> dict[str, Any]:
        self._check_chat(params["chat_id"])
        if len(params["text"].encode("utf-16-le")) > 2 * 4096:
            raise Refusal(400, "Bad Request: message is too long")
        answered = params["reply_parameters"]
        parent = self.messages.get((params["chat_id"], answered["message_id"]))
        if parent is None and not answered.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")
        message = {
            "message_id": self._next_message,
            "chat": dict(GROUP),
            "from": dict(BOT),
            "date": self._moment(None),
            "text": params["text"],
        }
        if parent is not None:
            message["reply_to_message"] = _without_reply(parent)
        self._next_message += 1
        self.messages[params["chat_id"], message["message_id"]] = message
        return message

    def _edit_message_text(self, params: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.get((params["chat_id"], params["message_id"]))
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if message["text"] == params["text"]:
            raise Refusal(400, "Bad Request: message is not modified")
        message["text"] = params["text"]
        return message

    def _delete_message(self, params: dict[str, Any]) -> bool:
        if (params["chat_id"], params["message_id"]) not in self.messages:
            raise Refusal(400, "Bad Request: message to delete not found")
        if not self.member.get("can_delete_messages"):
            raise Refusal(400, "Bad Request: message can't be deleted")
        del self.messages[params["chat_id"], params["message_id"]]
        return True

    def _restrict_chat_member(self, params: dict[str, Any]) -> bool:
        return self._moderate("restrictChatMember", params)

    def _ban_chat_member(self, params: dict[str, Any]) -> bool:
        return self._moderate("banChatMember", params)

    def _unban_chat_member(self, params: dict[str, Any]) -> bool:
        return self._moderate("unbanChatMember", params)

    def _ban_chat_sender_chat(self, params: dict[str, Any]) -> bool:
        return self._moderate("banChatSenderChat", params)

    def _unban_chat_sender_chat(self, params: dict[str, Any]) -> bool:
        return self._moderate("unbanChatSenderChat", params)

    def _moderate(self, method: str, params: dict[str, Any]) -> bool:
        self._check_chat(params["chat_id"])
        if not self.member.get("can_restrict_members"):
            raise Refusal(400, "Bad Request: not enough rights to restrict/unrestrict chat member")
        self.acts.append((method, params))
        return True

    def _check_chat(self, chat: int | str) -> None:
        if self.moved and chat == GROUP["id"]:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved,
            )
        if chat not in (GROUP["id"], self.moved):
            raise Refusal(400, "Bad Request: chat not found")
        if self.member["status"] in ("left", "kicked"):
            raise Refusal(403, "Forbidden: bot was kicked from the supergroup chat")

    def _standing(self, external_id: str) -> dict[str, Any]:
        chat, _, number = external_id.partition("/")
        return self.messages[int(chat), int(number)]

    def person(self, name: str) -> dict[str, Any]:
        """Somebody, the same one for the same name."""
        number = self._people.setdefault(name, 5_000_000_001 + len(self._people))
        return {"id": number, "is_bot": False, "first_name": name}

    def _moment(self, at: datetime | None) -> int:
        floor = self._latest + timedelta(seconds=1)
        self._latest = at or max(floor, datetime.now(UTC) - timedelta(seconds=1))
        return int(self._latest.timestamp())

    @staticmethod
    def _photo(name: str) -> dict[str, Any]:
        return {"file_id": name, "file_unique_id": f"u{name}", "width": 1280, "height": 960}


def _administrator() -> dict[str, Any]:
    rights = {right: right in GIVEN for right in ADMIN_RIGHTS}
    return {"status": "administrator", "user": BOT, **rights}


def _plain_member(status: str) -> dict[str, Any]:
    until = {"until_date": 0} if status == "kicked" else {}
    return {"status": status, "user": BOT, **until}


def _without_reply(message: Mapping[str, Any]) -> dict[str, Any]:
    """As the contract says: the answered message does not tell what it answers itself."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def _refused(refusal: Refusal) -> Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return Response(body, refusal.code)


def _snake(method: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in method)
