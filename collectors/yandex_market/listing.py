"""Yandex Market's two lists, and what hangs under their entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from collectors._newest import Batch, Item, Listing, digest_of
from collectors._seller import certainly
from collectors.yandex_market.client import MarketClient
from collectors.yandex_market.wire import (
    Answer,
    Comment,
    Feedback,
    Question,
    W,
    Words,
    read_rows,
)
from otklik.clock import now
from otklik.errors import Rejected, Transient
from otklik.platforms import BadRow, CollectedMention

DAY = 86_400
FEEDBACK_SPAN = 170 * DAY  # the API takes six months at most
QUESTION_SPAN = 27 * DAY  # … and a month
MOST_CALLS = 50  # for what hangs under one entry
IDS_A_CALL = 50


class _Spans(Listing):
    """A list that is asked for by spans of time, the youngest span first.

    A token is "from:to:page", seconds and the API's own token; `to` is 0 in the youngest span.
    """

    span: int

    def __init__(self, client: MarketClient, words: Words, since: float) -> None:
        self._client, self._words, self._since = client, words, since

    def read(self, token: str) -> Batch:
        """One page of a span."""
        start, end, page = self._position(token)
        items, bad, more = self._page(start, end, page)
        # The newest stands last: only a page that is old as a whole ends the reading.
        ordered = sorted(items, key=lambda item: item.at)
        if more:
            following = f"{start}:{end}:{more}"
        elif start > self._oldest:
            following = f"{max(self._oldest, start - self.span)}:{start}:"
        else:
            following = ""
        return Batch(items=tuple(ordered), bad_rows=tuple(bad), next_token=following)

    @property
    def _oldest(self) -> int:
        return int(self._since) - 2

    def _position(self, token: str) -> tuple[int, int, str]:
        if not token:
            return max(self._oldest, int(now().timestamp()) - self.span), 0, ""
        start, end, page = token.split(":", 2)
        return int(start), int(end), page

    def _page(self, start: int, end: int, page: str) -> tuple[list[Item], list[BadRow], str]:
        raise NotImplementedError


class Feedbacks(_Spans):
    """Reviews."""

    title = "yandex_market feedbacks"
    span = FEEDBACK_SPAN

    def __init__(self, client: MarketClient, words: Words, since: float, business: int) -> None:
        super().__init__(client, words, since)
        self.prefix = f"{business}/feedback/"
        self._path = client.path(2, "/goods-feedback")

    def unfold(self, item: Item) -> list[CollectedMention]:
        """The review, then its comments."""
        return self.whole(item.content)

    def whole(self, feedback: Feedback) -> list[CollectedMention]:
        """As `unfold`."""
        mention = self._words.feedback(feedback)
        has_comments = feedback.statistics.comments_count > 0
        found = self.comments(feedback.feedback_id) if has_comments else []
        return [mention, *self._words.comments(found, mention)]

    def find(self, ids: list[str]) -> list[Feedback]:
        """Those of the ids that stand there."""
        found: list[Feedback] = []
        for start in range(0, len(ids), IDS_A_CALL):
            asked = {"feedbackIds": [int(key) for key in ids[start : start + IDS_A_CALL]]}
            rows = _all_pages(self._client, self._path, asked, "feedbacks")
            found += _read_all(self._client, rows, Feedback, "yandex_market feedback")
        return [one for one in found if str(one.feedback_id) in ids]

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those that do not come when asked for."""
        return certainly(partial(self._absent, ids), set())

    def _absent(self, ids: list[str]) -> set[str]:
        return set(ids) - {str(feedback.feedback_id) for feedback in self.find(ids)}

    def comments(self, feedback_id: int) -> list[Comment]:
        """What stands under a review, in the order of publication."""
        path = self._client.path(2, "/goods-feedback/comments")
        rows = _all_pages(self._client, path, {"feedbackId": feedback_id}, "comments")
        return read_rows(rows, Comment, "yandex_market comment")[0]

    def _page(self, start: int, end: int, page: str) -> tuple[list[Item], list[BadRow], str]:
        asked: dict[str, Any] = {"dateTimeFrom": _moment(start), "reactionStatus": "ALL"}
        if end:
            asked["dateTimeTo"] = _moment(end + 1)  # the end is not included
        refusal = Rejected if page else Transient
        rows, more = self._client.page(self._path, asked, page, "feedbacks", refusal=refusal)
        found, bad = read_rows(rows, Feedback, "yandex_market feedback")
        return [feedback.as_item() for feedback in found], bad, more


class Questions(_Spans):
    """Questions. They do not tell how many answers they have, only whether one is awaited."""

    title = "yandex_market questions"
    span = QUESTION_SPAN

    def __init__(self, client: MarketClient, words: Words, since: float, business: int) -> None:
        super().__init__(client, words, since)
        self.prefix = f"{business}/question/"
        self._path = client.path(1, "/goods-questions")

    def unfold(self, item: Item) -> list[CollectedMention]:
        """The question, then its answers where it no longer awaits one."""
        mention = self._words.question(item.content)
        found = [] if item.id in self._awaiting else self.answers(int(item.id))
        return [mention, *self._words.answers(found, mention)]

    def whole(self, question: Question) -> list[CollectedMention]:
        """The question with all its answers."""
        mention = self._words.question(question)
        found = self.answers(question.question_identifiers.id)
        return [mention, *self._words.answers(found, mention)]

    def find(self, ids: list[str]) -> list[Question]:
        """Those of the ids that stand there."""
        found: list[Question] = []
        for start in range(0, len(ids), IDS_A_CALL):
            asked = {"questionIds": [int(key) for key in ids[start : start + IDS_A_CALL]]}
            rows = _all_pages(self._client, self._path, asked, "questions")
            found += _read_all(self._client, rows, Question, "yandex_market question")
        return [one for one in found if str(one.question_identifiers.id) in ids]

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those that do not come when asked for."""
        return certainly(partial(self._absent, ids), set())

    def _absent(self, ids: list[str]) -> set[str]:
        return set(ids) - {str(one.question_identifiers.id) for one in self.find(ids)}

    def answers(self, question_id: int) -> list[Answer]:
        """Answers to a question."""
        path = self._client.path(1, "/goods-questions/answers")
        rows = _all_pages(self._client, path, {"questionId": question_id}, "answers")
        return read_rows(rows, Answer, "yandex_market answer")[0]

    @cached_property
    def _awaiting(self) -> set[str]:
        """Ids of all questions of the youngest span that await an answer."""
        start = max(self._oldest, int(now().timestamp()) - self.span)
        asked = self._asked(start, 0, is_awaiting=True)
        rows = _all_pages(self._client, self._path, asked, "questions")
        found, _ = read_rows(rows, Question, "yandex_market question")
        return {str(question.question_identifiers.id) for question in found}

    def _page(self, start: int, end: int, page: str) -> tuple[list[Item], list[BadRow], str]:
        asked = self._asked(start, end, is_awaiting=False)
        refusal = Rejected if page else Transient
        rows, more = self._client.page(self._path, asked, page, "questions", refusal=refusal)
        found, bad = read_rows(rows, Question, "yandex_market question")
        return [self._item(question) for question in found], bad, more

    def _item(self, question: Question) -> Item:
        key = str(question.question_identifiers.id)
        seen = digest_of(question.text, key in self._awaiting)
        return Item(key, question.created_at.timestamp(), seen, question)

    def _asked(self, start: int, end: int, *, is_awaiting: bool) -> dict[str, Any]:
        """Whole days; a day more on both sides, as the zone of the days is not told."""
        last = datetime.fromtimestamp(end, UTC) if end else now()
        return {
            "dateFrom": f"{datetime.fromtimestamp(start, UTC) - timedelta(days=1):%Y-%m-%d}",
            "dateTo": f"{last + timedelta(days=1):%Y-%m-%d}",
            "needAnswer": is_awaiting,
            "sort": "CREATED_AT_DESC",
        }


def _all_pages(client: MarketClient, path: str, asked: dict[str, Any], name: str) -> list[Any]:
    rows: list[Any] = []
    token, seen = "", {""}
    for _ in range(MOST_CALLS):
        found, token = client.page(path, asked, token, name)
        rows += found
        if token in seen:
            break
        seen.add(token)
    return rows


def _read_all(client: MarketClient, rows: list[Any], kind: type[W], place: str) -> list[W]:
    """Rows of a call by ids, where one that is left out would count as deleted.

    Raises:
        Transient: one of them makes no sense.
    """
    found, bad = read_rows(rows, kind, place)
    if bad:
        raise client.error(Transient, f"{bad[0].place}: {bad[0].reason}")
    return found


def _moment(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()
