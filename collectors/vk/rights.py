"""Which token may call which method: VK's `access_token_type`, for the methods used here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Kinds of tokens, in VK's words; in the order in which one is chosen for a call."""

    GROUP = "group"
    USER = "user"
    SERVICE = "service"


_ALL = frozenset(Kind)
_USER = frozenset({Kind.USER})
_READER = frozenset({Kind.USER, Kind.SERVICE})
_OFFICER = frozenset({Kind.USER, Kind.GROUP})

ALLOWED: Final[dict[str, frozenset[Kind]]] = {
    "execute": _OFFICER,
    "users.get": _ALL,
    "groups.getById": _ALL,
    "account.getAppPermissions": _USER,
    "groups.getTokenPermissions": frozenset({Kind.GROUP}),
    "groups.getLongPollServer": _OFFICER,
    "groups.ban": _USER,
    "groups.unban": _USER,
    "wall.get": _READER,
    "wall.getById": _READER,
    "wall.getComments": _READER,
    "wall.createComment": _OFFICER,
    "wall.editComment": _USER,
    "wall.deleteComment": _USER,
    "wall.restoreComment": _USER,
    "wall.reportComment": _USER,
    "board.getTopics": _READER,
    "board.getComments": _READER,
    "board.createComment": _USER,
    "board.editComment": _USER,
    "board.deleteComment": _OFFICER,
    "board.restoreComment": _OFFICER,
    "photos.getById": _READER,
    "photos.getAllComments": _USER,
    "photos.getComments": _USER,
    "photos.createComment": _USER,
    "photos.editComment": _USER,
    "photos.deleteComment": _USER,
    "photos.restoreComment": _USER,
    "photos.reportComment": _USER,
    "video.get": _USER,
    "video.getComments": _USER,
    "video.createComment": _USER,
    "video.editComment": _USER,
    "video.deleteComment": _USER,
    "video.restoreComment": _USER,
    "video.reportComment": _USER,
    "market.get": _USER,
    "market.getById": _USER,
    "market.getComments": _USER,
    "market.createComment": _USER,
    "market.editComment": _USER,
    "market.deleteComment": _USER,
    "market.restoreComment": _USER,
    "market.reportComment": _USER,
    "newsfeed.getMentions": _USER,
    "newsfeed.search": _READER,
}

SETTING: Final[dict[Kind, str]] = {
    Kind.GROUP: "token",
    Kind.USER: "user_token",
    Kind.SERVICE: "service_token",
}

# bits of account.getAppPermissions that matter here
USER_RIGHTS: Final[dict[str, int]] = {
    "photos": 1 << 2,
    "video": 1 << 4,
    "wall": 1 << 13,
    "offline": 1 << 16,
    "groups": 1 << 18,
    "notifications": 1 << 19,
    "market": 1 << 27,
}


def choose(methods: Iterable[str], configured: Collection[Kind]) -> Kind | None:
    """The first configured token that may call all of these methods; None without one."""
    needed = [ALLOWED[method] for method in methods]
    for kind in Kind:
        if kind in configured and all(kind in allowed for allowed in needed):
            return kind
    return None


def settings_for(method: str) -> str:
    """Names of the settings one of which would make this call possible, for people."""
    return " or ".join(SETTING[kind] for kind in Kind if kind in ALLOWED[method])
