"""Objects of VK's contract, made of what stands in a `World`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.rigs.vk_world import Entry, Place

# what a method of any section does, by the part of its name after the dot
COMMENT_ACTIONS = {
    "get": "list",
    "getTopics": "list",
    "getById": "find",
    "getComments": "comments",
    "createComment": "create",
    "editComment": "edit",
    "deleteComment": "delete",
    "restoreComment": "restore",
    "reportComment": "report",
}
CLOSED = {
    "wall": (213, "Access to status replies denied"),
    "video": (801, "Comments for this video are closed"),
    "topic": (15, "Access denied: topic is closed"),
    "photo": (15, "Access denied"),
    "market": (15, "Access denied"),
}
CURRENCY = {"id": 643, "name": "RUB", "title": "₽"}


def comment(place: Place, entry: Entry, shown: int) -> dict[str, Any]:
    """One comment as its place gives it, with up to `shown` answers."""
    made: dict[str, Any] = {"id": entry.id, "date": entry.date}
    if entry.is_deleted:
        made |= {"from_id": 0, "text": "", "deleted": True}
    else:
        made |= {"from_id": entry.from_id, "text": entry.text}
        made |= {"likes": {"count": 2, "user_likes": 0, "can_like": 1}}
    if entry.media and not entry.is_deleted:
        made["attachments"] = [_photo(place, url) for url in entry.media]
    if place.kind == "topic":
        return made
    if place.kind == "wall":
        made |= {"owner_id": place.owner, "post_id": place.number}
    if place.kind in {"wall", "video"}:
        made["parents_stack"] = [entry.root] if entry.root else []
        if not entry.root:
            answers = place.level(entry.id)
            made["thread"] = {
                "count": len(answers),
                "items": [comment(place, answer, 0) for answer in answers[:shown]],
                "can_post": True,
            }
    if entry.answers and not entry.is_deleted:
        made["reply_to_comment"] = entry.answers
        made["reply_to_user"] = place.entries[entry.answers].from_id
    return made


def photo_comment(place: Place, entry: Entry) -> dict[str, Any]:
    """One comment in the list of all photos' comments."""
    return {**comment(place, entry, 0), "pid": place.number}


def accounts(items: Iterable[dict[str, Any]]) -> set[int]:
    """Who wrote these, and the answers under them."""
    found: set[int] = set()
    for item in items:
        found |= {item["from_id"]} | accounts(item.get("thread", {}).get("items", ()))
    return found - {0}


def created(place: Place, number: int) -> Any:
    """What `createComment` answers: an object on walls, a number elsewhere."""
    return {"comment_id": number, "parents_stack": []} if place.kind == "wall" else number


def post(place: Place) -> dict[str, Any]:
    """A post of a wall."""
    return {
        "inner_type": "wall_wallpost",
        "id": place.number,
        "owner_id": place.owner,
        "from_id": place.from_id,
        "date": place.date,
        "text": place.text,
        "post_type": "post",
        "comments": {"count": place.count, "can_post": int(not place.is_closed)},
    }


def _topic(place: Place) -> dict[str, Any]:
    return {
        "id": place.number,
        "title": place.text,
        "created": place.date,
        "updated": place.updated,
        "comments": place.count,
        "is_closed": int(place.is_closed),
    }


def _video(place: Place) -> dict[str, Any]:
    return {
        "id": place.number,
        "owner_id": place.owner,
        "title": place.text,
        "date": place.date,
        "comments": place.count,
        "can_comment": int(not place.is_closed),
    }


def _product(place: Place) -> dict[str, Any]:
    return {
        "id": place.number,
        "owner_id": place.owner,
        "title": place.text,
        "description": "Товар",
        "date": place.date,
        "availability": 0,
        "category": {"inner_type": "market_market_category_nested", "id": 1, "name": "Цветы"},
        "price": {"amount": "10000", "currency": CURRENCY, "text": "100 ₽"},
        "can_comment": int(not place.is_closed),
    }


def _photo_of(place: Place) -> dict[str, Any]:
    return {
        "id": place.number,
        "owner_id": place.owner,
        "album_id": -7,
        "date": place.date,
        "has_tags": False,
        "text": place.text,
    }


def _photo(place: Place, url: str) -> dict[str, Any]:
    size = {"type": "x", "url": url, "width": 604, "height": 403}
    small = {"type": "s", "url": f"{url}?small", "width": 75, "height": 50}
    inside = {**_photo_of(place), "id": 456, "sizes": [small, size]}
    return {"type": "photo", "photo": inside}


LISTED: dict[str, Callable[[Place], dict[str, Any]]] = {
    "wall": post,
    "board": _topic,
    "video": _video,
    "market": _product,
    "photos": _photo_of,
}
