"""Real answers of a Mastodon server, as Mastodon.py's own tests recorded them, understood."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

from collectors.mastodon.lists import Mentions
from collectors.mastodon.wire import Maker, Status, read_status
from tests.conftest import SHARED

pytestmark = pytest.mark.needs_shared
FOLDER = SHARED / "recordings" / "mastodon" / "tests" / "cassettes"
WITHOUT_POSTS = {"test_notifications_policy", "test_notifications_clear", "test_search"}
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml")) or ["none"]


@cache
def answers(name: str) -> list[tuple[str, str, Any]]:
    """Method, path and parsed body of every answer of a recording that holds JSON."""
    recorded = YAML(typ="safe").load((FOLDER / f"{name}.yaml").read_text())
    found = []
    for one in recorded["interactions"]:
        body = one["response"]["body"]["string"]
        text = body.decode() if isinstance(body, bytes) else body
        path = urlsplit(one["request"]["uri"]).path
        found.append((one["request"]["method"], path, json.loads(text or "null")))
    return found


def statuses(body: Any) -> list[dict[str, Any]]:
    """Every post anywhere in an answer."""
    if isinstance(body, list):
        return [one for row in body for one in statuses(row)]
    if not isinstance(body, dict):
        return []
    inside = [one for value in body.values() for one in statuses(value)]
    return [body, *inside] if {"content", "visibility", "account"} <= set(body) else inside


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_post_becomes_a_mention(name: str) -> None:
    rows = statuses([body for _, _, body in answers(name)])
    assert rows or name in WITHOUT_POSTS
    maker = Maker("localhost:3000", lambda: "0")
    for row in rows:
        status = read_status(row, name)
        assert isinstance(status, Status), status
        mention = maker.mention(status, status.id)
        assert mention.external_id == f"localhost:3000/{row['id']}"
        assert mention.text or mention.media or row.get("quote")
        assert "<" not in mention.text
        assert mention.author.followers == row["account"]["followers_count"]
        assert mention.original["address"] == f"@{row['account']['acct']}"


class _Played:
    """Answers lists from a recording."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows
        self.client: Any = None

    def read_list(self, _: Any) -> list[Any]:
        return self._rows


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name.startswith("test_notifications")] or ["none"]
)
def test_every_recorded_notification_of_a_mention_is_read(name: str) -> None:
    lists = [body for _, path, body in answers(name) if path == "/api/v1/notifications"]
    maker = Maker("localhost:3000", lambda: "0")
    for rows in lists:
        listing = Mentions(_Played(rows), maker, None)  # type: ignore[arg-type]
        batch = listing.read("")
        wanted = [row["status"]["id"] for row in rows if row["type"] == "mention"]
        assert [item.id for item in batch.items] == wanted
        assert batch.bad_rows == ()
        assert batch.next_token == (rows[-1]["id"] if rows else "")
        assert all(item.at > 1_700_000_000 for item in batch.items)


def test_there_are_recorded_mentions_and_other_notifications(shared: Path) -> None:
    assert shared.is_dir()
    rows = [
        row
        for name in NAMES
        for _, path, body in answers(name)
        if path == "/api/v1/notifications"
        for row in body
    ]
    assert {"mention", "follow_request"} & {row["type"] for row in rows}
    assert [row for row in rows if row["type"] == "mention"]


def test_recorded_searches_hold_accounts_that_parse() -> None:
    bodies = [body for _, path, body in answers("test_search") if path == "/api/v2/search"]
    assert bodies
    assert all("statuses" in body for body in bodies)
