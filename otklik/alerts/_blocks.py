"""An alert in Slack's Block Kit: strangers' words stand in `plain_text` only, defused."""

from __future__ import annotations

from typing import Any

from otklik.alerts import AlertMessage
from otklik.alerts._text import defuse, one_line, shorten

HEADER_LIMIT, SECTION_LIMIT, NOTICE_LIMIT, BUTTON_LIMIT = 150, 3_000, 300, 75
TAKE, OPEN = "otklik_take", "otklik_open"
EVENT = "otklik_alert"


def payload_of(message: AlertMessage, *, buttons: bool = False) -> dict[str, Any]:
    """A notice for the lock screen, and blocks.

    Args:
        buttons: add "take" and "open"; they need somebody who listens.
    """
    title = one_line(defuse(message.title)) or message.kind
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(title, HEADER_LIMIT)}]
    body = defuse(message.body).strip()
    if body:
        blocks.append({"type": "section", "text": _plain(body, SECTION_LIMIT)})
    has_link = is_link(message.link)
    if has_link and not buttons:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": _link(message.link)}})
    blocks.append({"type": "context", "elements": [_plain(line, 500) for line in _facts(message)]})
    if buttons and (actions := _actions(message, has_link=has_link)):
        blocks.append({"type": "actions", "block_id": "otklik", "elements": actions})
    return {
        "text": _escaped(shorten(title, NOTICE_LIMIT)),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _facts(message: AlertMessage) -> list[str]:
    told = [one_line(defuse(fact)) for fact in message.facts[:8]]
    if message.taken_by:
        told.append(f"Взято: {one_line(defuse(message.taken_by))}")
    return [
        *filter(None, told),
        f"{message.kind} · urgency {message.urgency} · alert {message.alert_id}",
    ]


def _actions(message: AlertMessage, *, has_link: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if message.can_take and not message.taken_by:
        take = {"action_id": TAKE, "value": str(message.alert_id), "style": "primary"}
        found.append({"type": "button", "text": _plain("Взять", BUTTON_LIMIT), **take})
    if has_link:
        opened = {"action_id": OPEN, "url": message.link}
        found.append({"type": "button", "text": _plain("Открыть", BUTTON_LIMIT), **opened})
    return found


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def is_link(link: str) -> bool:
    """An address that may stand in a message."""
    is_address = link.startswith(("http://", "https://")) and not any(map(str.isspace, link))
    return is_address and len(link) <= SECTION_LIMIT - 500


def _link(link: str) -> str:
    safe = link.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{_escaped(safe)}>"
