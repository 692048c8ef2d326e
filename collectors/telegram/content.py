"""What a message holds: its words, and marks of what is no words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_MEDIA = 20
FILES = ("animation", "audio", "document", "live_photo", "sticker", "video", "video_note", "voice")
SHOWN = ("contact", "dice", "game", "giveaway", "giveaway_winners", "invoice", "location", "story")
NESTED = ("blocks", "items", "cells", "caption", "summary", "credit")


def words_of(message: Mapping[str, Any]) -> str:
    """The text, caption, poll, list or rich text of a message; empty where there are no words."""
    for key in ("text", "caption"):
        if isinstance(message.get(key), str):
            return str(message[key])
    if isinstance(rich := message.get("rich_message"), dict):
        return "\n".join(_lines(rich.get("blocks")))
    for key, title, rows in (("poll", "question", "options"), ("checklist", "title", "tasks")):
        if isinstance(shown := message.get(key), dict):
            lines = [_inline(shown.get(title))]
            lines += [f"— {_inline(row)}" for row in _list(shown.get(rows))]
            return "\n".join(line for line in lines if line)
    if isinstance(venue := message.get("venue"), dict):
        return "\n".join(str(venue[key]) for key in ("title", "address") if venue.get(key))
    return ""


def media_of(message: Mapping[str, Any], place: str) -> tuple[str, ...]:
    """Marks of files and things, ``tg://file/<file_id>`` and ``tg://<kind>/<place>``.

    The address from which Telegram gives a file holds the bot's token: it is never made here.
    """
    found = [message.get("photo")] if "live_photo" not in message else []
    kinds = FILES if "animation" not in message else [kind for kind in FILES if kind != "document"]
    found += [message.get(kind) for kind in kinds]
    for item in _list(_dict(message.get("paid_media")).get("paid_media")):
        found += [_dict(item).get("photo"), _dict(item).get("video")]
    for block in _list(_dict(message.get("rich_message")).get("blocks")):
        found += [_dict(block).get(kind) for kind in ("photo", "video", "animation", "audio")]
    marks = [f"tg://file/{file_id}" for entry in found if (file_id := _file_id(entry))]
    marks += [f"tg://{kind}/{place}" for kind in SHOWN if message.get(kind)]
    return tuple(dict.fromkeys(marks))[:MAX_MEDIA]


def links_of(message: Mapping[str, Any]) -> list[str]:
    """Addresses that stand behind words."""
    entities = [*_list(message.get("entities")), *_list(message.get("caption_entities"))]
    urls = (_dict(entity).get("url") for entity in entities)
    return [url for url in urls if isinstance(url, str)][:MAX_MEDIA]


def _file_id(entry: Any) -> str:
    """Of a file; of a photo's sizes the last, which is the largest."""
    if isinstance(entry, list):
        entry = entry[-1] if entry else None
    return str(_dict(entry).get("file_id") or "")


def _lines(value: Any) -> list[str]:
    """Lines of rich blocks, lists, tables and captions, in their order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [line for entry in value for line in _lines(entry)]
    if not isinstance(block := value, dict):
        return []
    own = _inline(block.get("text") or block.get("expression"))
    return [*([own] if own else []), *(line for key in NESTED for line in _lines(block.get(key)))]


def _inline(value: Any) -> str:
    """Rich text as plain: a string, a list of such, or a dressed one."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_inline, value))
    dressed = _dict(value)
    inside = ("text", "alternative_text", "expression")
    return next((_inline(dressed[key]) for key in inside if dressed.get(key)), "")


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
