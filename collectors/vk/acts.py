"""Answering and moderating, by the rules of each place of VK."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from collectors._text import quote
from collectors.vk.client import VkClient
from collectors.vk.mentions import Teller
from collectors.vk.places import SECTIONS, method_of, owner_of
from collectors.vk.settings import VkSettings
from collectors.vk.wire import POST, Name, name_of
from otklik.clock import now
from otklik.errors import ConfigError, Gone, OutcomeUnknown, Rejected
from otklik.platforms import PostedReply, ReplyRequest

# reasons VK has for a ban, by words people use; 0 is "other"
BAN_REASONS: Final[tuple[tuple[int, tuple[str, ...]], ...]] = (
    (1, ("спам", "реклам", "spam")),
    (2, ("оскорб", "хам", "травл", "угроз", "insult", "threat")),
    (3, ("мат", "брань", "нецензур", "obscen")),
    (4, ("не по теме", "оффтоп", "флуд", "off-topic")),
)
# reasons VK has for a complaint; a violence has none among videos
REPORT_REASONS: Final[tuple[tuple[int, tuple[str, ...]], ...]] = (
    (0, ("спам", "реклам", "spam")),
    (2, ("экстрем", "extrem")),
    (3, ("насил", "угроз", "violence", "threat")),
    (4, ("наркот", "drug")),
    (5, ("порн", "adult", "для взрослых")),
    (6, ("оскорб", "хам", "травл", "insult", "abuse")),
)
NO_VIOLENCE: Final = "video"


class Acts:
    """What can be done under, with and about one comment."""

    def __init__(self, client: VkClient, settings: VkSettings, teller: Teller) -> None:
        self._client, self._settings, self._teller = client, settings, teller

    def reply(self, request: ReplyRequest) -> PostedReply:
        """Post a reply; `guid` keeps VK from taking the same one twice.

        Raises:
            Rejected, Gone, RateLimited, Transient, AccessDenied: certainly not posted.
            OutcomeUnknown: may have been posted.
        """
        name, parent = self.place_of(request.parent_external_id)
        if str(name) != request.thread_external_id:
            raise self._foreign(request.thread_external_id)
        number = 0 if parent == POST else int(parent)
        answer = self._client.post(
            method_of(name, "createComment"),
            as_user=not self._speaks_for_group(name),
            **self._reply_params(name, number),
            message=request.text,
            guid=request.idempotency_key,
        )
        made = number_of(answer)
        if made is None:
            raise self._error(OutcomeUnknown, f"sent, the answer names no comment: {quote(answer)}")
        return PostedReply(external_id=f"{name}/{made}", url=name.url_of(made), posted_at=now())

    def edit(self, external_id: str, text: str) -> None:
        """Change the text of our reply.

        Raises:
            Rejected: VK refuses it, most often because a day has passed.
            Gone: it is no longer there.
        """
        name, number = self._comment_of(external_id)
        self._client.change(
            method_of(name, "editComment"), **self._keys(name, number, True), message=text
        )

    def delete(self, external_id: str) -> None:
        """Delete a comment; one that is not there any more is no error."""
        name, number = self._comment_of(external_id)
        try:
            self._client.change(
                method_of(name, "deleteComment"), **self._keys(name, number, name.kind == "wall")
            )
        except Gone:
            return

    def restore(self, external_id: str) -> None:
        """Bring a deleted comment back; VK allows it for a short time.

        Raises:
            Gone: VK no longer has it.
        """
        name, number = self._comment_of(external_id)
        keys = self._keys(name, number, False)
        if self._client.change(method_of(name, "restoreComment"), **keys) != 1:
            raise self._error(Gone, f"{external_id}: VK no longer has the deleted comment")

    def report(self, external_id: str, reason: str) -> None:
        """Complain to VK; the reason is one of VK's own, found by its words.

        Raises:
            Rejected: VK has no such reason, or takes no complaints here (topics, posts).
        """
        name, number = self._comment_of(external_id)
        code = _code_of(reason, REPORT_REASONS)
        if name.kind == "topic" or (name.kind == NO_VIOLENCE and code == 3):
            raise self._error(Rejected, "VK takes no such complaint here")
        if code is None:
            raise self._error(
                Rejected,
                "VK принимает жалобы на спам, экстремизм, насилие, наркотики, "
                "материалы для взрослых и оскорбления: назовите одну из этих причин",
            )
        self._client.change(
            method_of(name, "reportComment"),
            owner_id=name.owner,
            comment_id=number,
            reason=code,
        )

    def ban(self, author_external_id: str, reason: str, until: datetime | None) -> None:
        """Put an author on the community's blacklist, for a reason and a time."""
        self._client.change(
            "groups.ban",
            group_id=self._group(),
            owner_id=self._account(author_external_id),
            end_date=int(until.timestamp()) if until else None,
            reason=_code_of(reason, BAN_REASONS) or 0,
            comment=reason[:255],
            comment_visible=False,
        )

    def unban(self, author_external_id: str) -> None:
        """Take an author off it."""
        account = self._account(author_external_id)
        self._client.change("groups.unban", group_id=self._group(), owner_id=account)

    def place_of(self, external_id: str) -> tuple[Name, str]:
        """Thread and number of a mention; the number is `POST` for a post itself.

        Raises:
            ConfigError: it is no id of VK's.
        """
        thread, _, number = external_id.rpartition("/")
        name = name_of(thread)
        if name is None or not (number == POST or (number.isdecimal() and number.isascii())):
            raise self._foreign(external_id)
        return name, number

    def _comment_of(self, external_id: str) -> tuple[Name, int]:
        name, number = self.place_of(external_id)
        if number == POST:
            raise self._error(Rejected, "a post is changed on its wall, not here")
        return name, int(number)

    def _reply_params(self, name: Name, parent: int) -> dict[str, Any]:
        params: dict[str, Any] = {**owner_of(name), SECTIONS[name.kind][1]: name.number}
        if self._speaks_for_group(name):
            # the wall asks for the community's number, the other places for a flag
            params["from_group"] = self._settings.group_id if name.kind == "wall" else True
        if parent and name.kind != "topic":
            params["reply_to_comment"] = parent
        return params

    def _speaks_for_group(self, name: Name) -> bool:
        is_home = self._settings.group_id != 0 and name.owner == self._settings.owner_id
        return self._settings.from_group and is_home

    def _keys(self, name: Name, number: int, with_post: bool) -> dict[str, Any]:
        """How one comment is named in a call; topics always need their own number."""
        keys: dict[str, Any] = {**owner_of(name), "comment_id": number}
        if name.kind == "topic" or (with_post and name.kind == "wall"):
            keys[SECTIONS[name.kind][1]] = name.number
        return keys

    def _group(self) -> int:
        if not self._settings.group_id:
            raise self._error(Rejected, "a person's wall has no blacklist of VK's community kind")
        return self._settings.group_id

    def _account(self, author_external_id: str) -> int:
        kind, number = author_external_id[:9], author_external_id[9:]
        if author_external_id.startswith("vk.com/id") and number.isdecimal():
            return int(number)
        number = author_external_id.removeprefix("vk.com/club")
        if number != author_external_id and number.isdecimal():
            return -int(number)
        raise self._error(Rejected, f"{quote(kind)}… is no account that VK can ban")

    def _error(self, kind: Any, message: str) -> Exception:
        return self._client.faults.error(kind, message)

    def _foreign(self, external_id: str) -> ConfigError:
        return ConfigError(f"vk: {quote(external_id)} is not the name of anything on VK")


def number_of(answer: Any) -> int | None:
    """Number of the new comment: VK's walls answer an object, the other places the number."""
    made = answer.get("comment_id") if isinstance(answer, dict) else answer
    if isinstance(made, bool) or not isinstance(made, int):
        return None
    return made if made > 0 else None


def _code_of(reason: str, codes: tuple[tuple[int, tuple[str, ...]], ...]) -> int | None:
    words = reason.lower()
    for code, beginnings in codes:
        if any(beginning in words for beginning in beginnings):
            return code
    return None
