"""Real answers of X, as tweepy's own tests recorded them, understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collectors.x.client import APP_LIMITS, USER_LIMITS, part_of, price_of
from collectors.x.mentions import Maker, moment_of
from collectors.x.wire import read_batch

pytestmark = pytest.mark.needs_shared

READ = (
    "test_client_search_recent_tweets.0",
    "test_asyncclient_get_users_mentions.0",
    "test_client_get_tweets.0",
    "test_asyncclient_get_tweet.0",
    "test_client_get_users_tweets.0",
)
OF_THE_SAME_OBJECT = (
    "test_asyncclient_search_all_tweets.0",
    "test_asyncclient_get_quote_tweets.0",
    "test_client_get_quote_tweets.0",
    "test_client_get_liked_tweets.0",
)
DONE = {
    "test_client_create_and_delete_tweet.0": "post",
    "test_asyncclient_create_and_delete_tweet.1": "delete",
    "test_asyncclient_hide_and_unhide_reply.0": "hide",
    "test_client_hide_and_unhide_reply.1": "hide",
}


def recording(shared: Path, name: str) -> Any:
    return json.loads((shared / "recordings" / "x" / f"{name}.json").read_text())


@pytest.mark.parametrize("name", READ + OF_THE_SAME_OBJECT)
def test_every_recorded_post_becomes_a_mention(shared: Path, name: str) -> None:
    body = recording(shared, name)["body"]
    rows = body["data"] if isinstance(body["data"], list) else [body["data"]]
    batch = read_batch(body, name)
    assert batch.bad_rows == []
    assert batch.next_token == body.get("meta", {}).get("next_token", "")
    found = {one.external_id: one for one in Maker("romashka", "1", can_act=True).mentions(batch)}
    assert set(found) == {f"x/{min(row['edit_history_tweet_ids'], key=int)}" for row in rows}
    assert all(one.text and one.published_at for one in found.values())
    assert price_of(body) == (5_000 * len(rows), len(rows))


def test_an_id_tells_when_it_was_made(shared: Path) -> None:
    """The texts of these recorded posts are the time of their writing, to a microsecond."""
    for row in recording(shared, "test_client_search_recent_tweets.0")["body"]["data"]:
        written = row["text"].rpartition(" ")[0]
        made = moment_of(row["id"])
        assert made is not None
        assert made.strftime("%Y-%m-%d %H:%M:") == written[:17]


def test_signs_that_x_escapes_are_shown_as_they_are(shared: Path) -> None:
    body = recording(shared, "test_client_get_liked_tweets.0")["body"]
    texts = [post.body() for post in read_batch(body, "liked").posts]
    assert any("&amp;" in row["text"] for row in body["data"])
    assert not [text for text in texts if "&amp;" in text]
    assert any(" & " in text for text in texts)


@pytest.mark.parametrize("name", [*READ, *DONE])
def test_recorded_limits_are_not_narrower_than_ours(shared: Path, name: str) -> None:
    told = recording(shared, name)
    recorded = int(told["rate"]["x-rate-limit-limit"][0])
    part = part_of(told["method"], told["uri"])
    known = (APP_LIMITS if part in APP_LIMITS else USER_LIMITS)[part]
    widened = {"lookup", "own"}  # since the recordings were made
    assert part in widened or known.calls + known.burst <= recorded


@pytest.mark.parametrize(("name", "part"), DONE.items())
def test_recorded_acts_are_those_that_are_made(shared: Path, name: str, part: str) -> None:
    told = recording(shared, name)
    assert part_of(told["method"], told["uri"]) == part
    data = told["body"]["data"]
    assert data.get("deleted", True) is True
    assert str(data.get("id", "1")).isdigit()
