"""What the configured tokens may do, and what the settings ask for beyond that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from collectors._text import clean_name
from collectors.vk.client import Call, VkClient
from collectors.vk.listing import Listing
from collectors.vk.places import LISTS, SECTIONS, list_call
from collectors.vk.rights import ALLOWED, USER_RIGHTS, Kind, settings_for
from collectors.vk.settings import VkSettings
from collectors.vk.wire import moment
from otklik.errors import AccessDenied, PlatformError
from otklik.platforms import Capability, SourceCheck

READING: Final[dict[str, tuple[str, ...]]] = {
    "wall": ("wall.get", "wall.getComments"),
    "board": ("board.getTopics", "board.getComments"),
    "photos": ("photos.getAllComments",),
    "videos": ("video.get", "video.getComments"),
    "market": ("market.get", "market.getComments"),
    "mentions": ("newsfeed.getMentions",),
}
KINDS: Final = {
    "wall": "wall",
    "board": "topic",
    "photos": "photo",
    "videos": "video",
    "market": "market",
    "mentions": "wall",
}
ACTS: Final[dict[Capability, str]] = {
    Capability.THREAD: "getComments",
    Capability.POST: "createComment",
    Capability.EDIT: "editComment",
    Capability.WITHDRAW: "deleteComment",
    Capability.HIDE: "deleteComment",
    Capability.UNHIDE: "restoreComment",
    Capability.REPORT: "reportComment",
}
WHOLE: Final[dict[Capability, str]] = {
    Capability.BAN: "groups.ban",
    Capability.UNBAN: "groups.unban",
}
NEEDED_RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    "wall": ("wall",),
    "photos": ("photos",),
    "videos": ("video",),
    "market": ("market",),
    "board": ("groups",),
}


def check_source(client: VkClient, settings: VkSettings) -> SourceCheck:
    """One look at the tokens and at every place that is watched.

    Raises:
        Transient, RateLimited, AccessDenied: nothing can be read with these tokens.
    """
    rights = [*_community_rights(client, settings), *_user_rights(client, settings)]
    missing = list(_unreadable(client, settings))
    listings = _look(client, settings)
    missing += [line for listing in listings for line in listing.warnings]
    missing += _look_at_streams(client, settings)
    is_readable = not missing
    missing += [*_unable(client, settings), *_lacking(settings, rights)]
    errors = [listing.error for listing in listings if listing.error is not None]
    if errors and len(errors) == len(listings) == len(settings.watch):
        raise errors[0]
    newest = max((topic.at for one in listings for topic in one.topics.values()), default=0.0)
    return SourceCheck(
        ok=is_readable,
        message=_summary(client, settings, listings),
        newest_at=moment(newest),
        can=tuple(sorted(able(client, settings))),
        rights=tuple(rights),
        missing=tuple(dict.fromkeys(missing)),
    )


def able(client: VkClient, settings: VkSettings) -> set[Capability]:
    """What can be done in at least one of the watched places."""
    sections = {SECTIONS[kind][0] for kind in _kinds(settings)}
    found = {act for act, verb in ACTS.items() if any(_may(client, s, verb) for s in sections)}
    if settings.group_id:
        found |= {act for act, method in WHOLE.items() if client.can(method)}
    return found


def _may(client: VkClient, section: str, verb: str) -> bool:
    method = f"{section}.{verb}"
    return method in ALLOWED and client.can(method)


def _kinds(settings: VkSettings) -> Iterable[str]:
    """Kinds of threads; mentions and found posts stand on walls."""
    places = [*settings.watch, *(["wall"] if settings.queries else [])]
    return dict.fromkeys(KINDS[place] for place in places)


def _unreadable(client: VkClient, settings: VkSettings) -> Iterable[str]:
    for place in settings.watch:
        lacking = [method for method in READING[place] if not client.can(method)]
        if lacking:
            yield f"{place} cannot be read: {lacking[0]} needs {settings_for(lacking[0])}"
    if settings.queries and not client.can("newsfeed.search"):
        yield f"queries cannot be searched: needs {settings_for('newsfeed.search')}"
    if settings.long_poll and not client.can("groups.getLongPollServer"):
        yield f"no Long Poll: needs {settings_for('groups.getLongPollServer')}"


def _unable(client: VkClient, settings: VkSettings) -> Iterable[str]:
    for kind in _kinds(settings):
        section = SECTIONS[kind][0]
        for act, verb in ACTS.items():
            method = f"{section}.{verb}"
            is_offered = act is not Capability.THREAD and method in ALLOWED
            if is_offered and not client.can(method):
                yield f"no {act} on {section}: {method} needs {settings_for(method)}"
    for act, method in WHOLE.items():
        if settings.group_id and not client.can(method):
            yield f"no {act}: {method} needs {settings_for(method)}"


def _community_rights(client: VkClient, settings: VkSettings) -> list[str]:
    if Kind.GROUP not in settings.tokens:
        return []
    try:
        answer = client.read("groups.getTokenPermissions")
    except AccessDenied as error:
        raise client.faults.denied(
            f"`token` is no community token: {error}",
            "Укажите в token ключ доступа сообщества (Управление → Работа с API)",
            whole_account=error.whole_account,
        ) from error
    rows = answer.get("permissions") if isinstance(answer, dict) else None
    names = [clean_name(row.get("name")) for row in rows or () if isinstance(row, dict)]
    return [f"community: {name}" for name in names]


def _user_rights(client: VkClient, settings: VkSettings) -> list[str]:
    if Kind.USER not in settings.tokens:
        return []
    mask = client.read("account.getAppPermissions")
    if not isinstance(mask, int):
        return []
    return [f"user: {name}" for name, bit in USER_RIGHTS.items() if mask & bit]


def _lacking(settings: VkSettings, rights: list[str]) -> Iterable[str]:
    """Scopes the user token was not given, for the places that are watched."""
    if Kind.USER in settings.tokens:
        for place in settings.watch:
            for scope in NEEDED_RIGHTS.get(place, ()):
                if f"user: {scope}" not in rights:
                    yield f"{place}: user_token lacks the right {scope!r}; get it anew with it"
    if settings.long_poll and Kind.GROUP in settings.tokens and "community: manage" not in rights:
        yield "Long Poll: the community's token lacks the right 'manage'"


def _look_at_streams(client: VkClient, settings: VkSettings) -> Iterable[str]:
    """What of photos' comments, mentions, search and events VK refuses."""
    owner, group = {"owner_id": settings.owner_id}, {"group_id": settings.group_id}
    calls: dict[str, Call] = {
        "photos": Call("photos.getAllComments", {**owner, "count": 1}),
        "mentions": Call("newsfeed.getMentions", {**owner, "count": 1}),
    }
    watched: set[str] = set(settings.watch)
    asked = {place: call for place, call in calls.items() if place in watched}
    for query in settings.queries[:1]:
        asked["queries"] = Call("newsfeed.search", {"q": query, "count": 1})
    if settings.long_poll:
        asked["Long Poll"] = Call("groups.getLongPollServer", group)
    asked = {place: call for place, call in asked.items() if client.can(call.method)}
    for place, answer in zip(asked, client.batch(list(asked.values())), strict=True):
        if isinstance(answer, PlatformError):
            yield f"{place}: {answer}"


def _look(client: VkClient, settings: VkSettings) -> list[Listing]:
    readable = [place for place in settings.watch if place in LISTS]
    readable = [place for place in readable if client.can(*READING[place])]
    listings = [Listing(place) for place in readable]
    answers = client.batch([list_call(place, settings, count=10) for place in readable])
    for listing, answer in zip(listings, answers, strict=True):
        listing.take(settings.owner_id, 0, answer)
    return listings


def _summary(client: VkClient, settings: VkSettings, listings: list[Listing]) -> str:
    name = f"id{settings.owner_id}"
    if settings.group_id:
        name = f"club{settings.group_id}"
        answer: Any = client.batch([_group_call(settings)])[0]
        if not isinstance(answer, PlatformError) and isinstance(answer, dict):
            groups = answer.get("groups") or [{}]
            name = clean_name(groups[0].get("name")) or name
    parts = [f"{one.total} on {one.watched}" for one in listings if one.error is None]
    return f"{name}: {', '.join(parts) or 'nothing listed'}"


def _group_call(settings: VkSettings) -> Any:
    return Call("groups.getById", {"group_id": settings.group_id})
