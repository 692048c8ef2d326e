"""Ozon's two lists, and what hangs under their entries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from collectors._newest import Batch, Item, Listing
from collectors._seller import certainly
from collectors.ozon.client import OzonClient
from collectors.ozon.wire import (
    Comment,
    Question,
    QuestionAnswer,
    Review,
    W,
    answer_mention,
    comment_mention,
    question_mention,
    read_rows,
    review_mention,
)
from otklik.errors import Rejected, Transient
from otklik.platforms import CollectedMention

PER_CALL = 100  # the API's own bound for reviews and comments
MOST_CALLS = 50  # for what hangs under one entry


class Reviews(Listing):
    """Reviews, newest first. A token is the `last_id` of the page before."""

    title = "ozon reviews"
    prefix = "review/"

    def __init__(self, client: OzonClient) -> None:
        self._client = client

    def read(self, token: str) -> Batch:
        """One page."""
        path = "/v1/review/list"
        asked = {"last_id": token, "limit": PER_CALL, "sort_dir": "DESC", "status": "ALL"}
        body = self._client.body(path, asked, refusal=Rejected if token else Transient)
        rows = self._client.rows(body, "reviews", path)
        reviews, bad = read_rows(rows, Review, "ozon review")
        items = sorted((one.as_item() for one in reviews), key=lambda item: -item.at)
        more = str(body.get("last_id") or "") if body.get("has_next") else ""
        return Batch(items=tuple(items), bad_rows=tuple(bad), next_token=more)

    def unfold(self, item: Item) -> list[CollectedMention]:
        """The review with its pictures, then its comments."""
        review: Review = item.content
        if review.photos_amount or review.videos_amount:
            review = self.find(review.id) or review
        mention = review_mention(review)
        comments = self.comments(review.id) if review.comments_amount else []
        return [mention, *(comment_mention(comment, mention) for comment in comments)]

    def find(self, key: str) -> Review | None:
        """One review with all it has; None when Ozon does not know it.

        Raises:
            Transient, Rejected: nothing certain was said.
        """
        body = self._client.find("/v1/review/info", {"review_id": key})
        return read_one(self._client, body, Review, "ozon review")

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those Ozon does not know."""
        return {key for key in ids if certainly(partial(self._is_gone, key), False)}

    def _is_gone(self, key: str) -> bool:
        return self.find(key) is None

    def comments(self, key: str) -> list[Comment]:
        """What stands under a review, oldest first, after moderation."""
        path = "/v1/review/comment/list"
        found: dict[str, Comment] = {}
        for _ in range(MOST_CALLS):
            asked = {"review_id": key, "limit": PER_CALL, "offset": len(found), "sort_dir": "ASC"}
            body = self._client.body(path, asked)
            rows = self._client.rows(body, "comments", path)
            known = len(found)
            found |= {one.id: one for one in read_rows(rows, Comment, "ozon comment")[0]}
            if len(found) == known:
                break
        return list(found.values())


class Questions(Listing):
    """Questions younger than `since`. A token is "second:last_id"."""

    title = "ozon questions"
    prefix = "question/"

    def __init__(self, client: OzonClient, seller_name: str, since: float) -> None:
        self._client, self._seller_name, self._since = client, seller_name, since

    def read(self, token: str) -> Batch:
        """One page. The order is not documented, so nothing is concluded from it."""
        second, _, last_id = token.partition(":")
        start = int(second) if second else int(self._since) - 1
        moment = datetime.fromtimestamp(start, UTC).isoformat().replace("+00:00", "Z")
        path = "/v1/question/list"
        asked = {"filter": {"date_from": moment, "status": "ALL"}, "last_id": last_id}
        body = self._client.body(path, asked, refusal=Rejected if token else Transient)
        rows = self._client.rows(body, "questions", path)
        questions, bad = read_rows(rows, Question, "ozon question")
        # The newest stands last: only a page that is old as a whole ends the reading.
        items = sorted((one.as_item() for one in questions), key=lambda item: item.at)
        more = str(body.get("last_id") or "") if rows else ""
        return Batch(
            items=tuple(items), bad_rows=tuple(bad), next_token=f"{start}:{more}" if more else ""
        )

    def unfold(self, item: Item) -> list[CollectedMention]:
        """The question, then its answers."""
        question: Question = item.content
        mention = question_mention(question)
        found = self.answers(question.id, question.sku) if question.answers_count else []
        return [mention, *(answer_mention(one, mention, self._seller_name) for one in found)]

    def find(self, key: str) -> Question | None:
        """One question by "sku/id"; None when Ozon does not know it.

        Raises:
            Transient, Rejected: nothing certain was said.
        """
        body = self._client.find("/v1/question/info", {"question_id": key.partition("/")[2]})
        return read_one(self._client, body, Question, "ozon question")

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those Ozon does not know."""
        return {key for key in ids if certainly(partial(self._is_gone, key), False)}

    def _is_gone(self, key: str) -> bool:
        return self.find(key) is None

    def answers(self, key: str, sku: int) -> list[QuestionAnswer]:
        """What stands under a question."""
        path = "/v1/question/answer/list"
        found: dict[str, QuestionAnswer] = {}
        asked: Mapping[str, Any] = {"question_id": key, "sku": sku}
        for _ in range(MOST_CALLS):
            body = self._client.body(path, asked)
            rows = self._client.rows(body, "answers", path)
            known = len(found)
            found |= {one.id: one for one in read_rows(rows, QuestionAnswer, "ozon answer")[0]}
            last = body.get("last_id")
            if len(found) == known or not last:
                break
            asked = {**asked, "last_id": str(last)}
        return list(found.values())


def read_one(client: OzonClient, body: Mapping[str, Any], kind: type[W], place: str) -> W | None:
    """The row that a call by id answers; None for an empty body.

    Raises:
        Transient: it makes no sense.
    """
    if not body:
        return None
    rows, bad = read_rows([body], kind, place)
    if bad:
        raise client.error(Transient, f"{place}: {bad[0].reason}")
    return rows[0]
