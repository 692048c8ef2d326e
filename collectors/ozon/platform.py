"""The `Ozon` platform: reading, answering, checking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from collectors._newest import Listing, Window, read_lists
from collectors._seller import floor_of
from collectors.ozon.client import LIMIT, OzonClient
from collectors.ozon.listing import Questions, Reviews
from collectors.ozon.settings import Kind, OzonSettings
from collectors.ozon.wire import (
    answer_mention,
    comment_mention,
    question_mention,
    review_mention,
)
from otklik.errors import AccessDenied, ConfigError, Gone, OutcomeUnknown
from otklik.platforms import (
    Capability,
    CollectedMention,
    Cursor,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

DAY = 86_400.0
READ: dict[Kind, str] = {"reviews": "отзывы", "questions": "вопросы"}


class Ozon(Platform[OzonSettings]):
    """One seller on Ozon.

    Limits: 50 calls a second with one Client ID, for all methods together; an answer to a
    question has 2 to 3,000 characters, the bound of a comment on a review is not documented.
    """

    name = "ozon"
    title = "Ozon"
    can = frozenset({Capability.THREAD, Capability.POST, Capability.WITHDRAW})
    reply_max_length = 3000
    min_interval = 0.0
    reads_back = False
    settings_type = OzonSettings
    limits = (LIMIT,)
    rights = (
        "subscription Premium Plus",
        "an Api-Key whose role allows reviews and questions (or the role Admin)",
    )
    token_steps = (
        "Open seller.ozon.ru, «Настройки», then «Seller API».",
        "Copy the Client ID shown there.",
        "Press «Сгенерировать ключ», give it a name and an access level for reviews and "
        "questions, press «Сгенерировать».",
        "Copy the key at once: it is shown only then.",
    )
    cost = "the subscription Premium Plus of the seller"
    answers = (
        "Comments on reviews and on other comments, answers to questions; each can be deleted. "
        "A comment on a review shows after moderation. Answering marks a review as processed."
    )
    cannot = (
        "An answer cannot be changed, only deleted and written anew.",
        "Reviews tell nothing of their authors.",
        "Reviews and questions do not name the product, only its SKU.",
        "Whether a comment waits for moderation or was refused is not told.",
        "The changed text of somebody's comment is not noticed until the review changes.",
        "How many calls are left is not told.",
    )

    def __init__(
        self, settings: OzonSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._client = OzonClient(settings, source=source, meter=self.meter)
        self._reviews = Reviews(self._client)

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Newest first down to what is known; see `collectors._newest`."""
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=self.settings.recheck_items,
        )
        lists: dict[str, Listing] = {
            "reviews": self._reviews,
            "questions": self._questions(floor_of(cursor, "questions", window)),
        }
        watched: dict[str, Listing] = {kind: lists[kind] for kind in self.settings.kinds}
        yield from read_lists(watched, cursor, window)

    def check(self) -> SourceCheck:
        """One call for each kind: a subscription or a role may be missing for one of them."""
        told: list[str] = []
        rights: list[str] = []
        missing: list[str] = []
        newest: list[datetime] = []
        denied: AccessDenied | None = None
        for kind in self.settings.kinds:
            try:
                told.append(self._look(kind, newest))
                rights.append(READ[kind])
            except AccessDenied as error:
                denied = error
                missing.append(f"{READ[kind]}: {error.to_do}")
        if denied is not None and not rights:
            raise denied
        return SourceCheck(
            ok=True,
            message=", ".join(told),
            newest_at=max(newest, default=None),
            can=tuple(sorted(self.can)),
            rights=tuple(rights),
            missing=tuple(missing),
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """An entry with all that stands under it."""
        _, _, place = thread_external_id.partition("/")
        sku, _, rest = place.partition("/")
        kind, _, key = rest.partition("/")
        if kind == "review":
            return self._review_thread(key)
        if kind == "question":
            return self._question_thread(f"{sku}/{key}")
        raise self._foreign(thread_external_id)

    def post(self, request: ReplyRequest) -> PostedReply:
        """Comment on a review or a comment, or answer a question."""
        parent = request.parent_external_id
        kind, *parts = parent.split("/")
        shown = self.thread(request.thread_external_id)
        if parent not in {mention.external_id for mention in shown}:
            raise self._client.error(Gone, f"{parent} is no longer there")
        if any(
            one.author.is_ours and (one.parent_external_id, one.text) == (parent, request.text)
            for one in shown
        ):
            raise self._client.error(OutcomeUnknown, "the same reply stands there already")
        if kind == "review" and len(parts) in (1, 3):
            return self._comment(parts, request.text)
        if kind == "question" and len(parts) == 2:
            return self._answer(parts, request.text)
        raise self._foreign(parent)

    def withdraw(self, external_id: str) -> None:
        """Delete our comment or answer."""
        kind, *parts = external_id.split("/")
        if kind == "review" and len(parts) == 3:
            self._change("/v1/review/comment/delete", {"comment_id": parts[2]})
        elif kind == "question" and len(parts) == 4:
            payload = {"answer_id": parts[3], "sku": int(parts[0])}
            self._change("/v1/question/answer/delete", payload)
        else:
            raise self._foreign(external_id)

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _questions(self, since: float = 0.0) -> Questions:
        return Questions(self._client, self.settings.seller_name, since)

    def _look(self, kind: Kind, newest: list[datetime]) -> str:
        if kind == "questions":
            body = self._client.body("/v1/question/count", None)
            return f"{body.get('unprocessed', 0)} of {body.get('all', 0)} questions unprocessed"
        batch = self._reviews.read("")
        newest += [datetime.fromtimestamp(item.at, UTC) for item in batch.items[:1]]
        return f"{len(batch.items)} reviews on the first page"

    def _review_thread(self, key: str) -> list[CollectedMention]:
        review = self._reviews.find(key)
        if review is None:
            raise self._client.error(Gone, f"review {key} is no longer there")
        mention = review_mention(review)
        comments = self._reviews.comments(key)
        return [mention, *(comment_mention(comment, mention) for comment in comments)]

    def _question_thread(self, key: str) -> list[CollectedMention]:
        lists = self._questions()
        question = lists.find(key)
        if question is None:
            raise self._client.error(Gone, f"question {key} is no longer there")
        mention = question_mention(question)
        name = self.settings.seller_name
        found = lists.answers(question.id, question.sku)
        return [mention, *(answer_mention(one, mention, name) for one in found)]

    def _comment(self, parts: list[str], text: str) -> PostedReply:
        payload = {"review_id": parts[0], "text": text, "mark_review_as_processed": True}
        if len(parts) == 3:
            payload["parent_comment_id"] = parts[2]
        made = self._made("/v1/review/comment/create", payload, "comment_id")
        return PostedReply(external_id=f"review/{parts[0]}/comment/{made}")

    def _answer(self, parts: list[str], text: str) -> PostedReply:
        sku, key = parts
        payload = {"question_id": key, "sku": int(sku), "text": text}
        made = self._made("/v1/question/answer/create", payload, "answer_id")
        return PostedReply(external_id=f"question/{sku}/{key}/answer/{made}")

    def _made(self, path: str, payload: dict[str, Any], name: str) -> str:
        body = self._client.certain(self._client.answer_once(path, payload))
        made = body.get(name) if isinstance(body, dict) else None
        if not made:
            raise self._client.error(OutcomeUnknown, f"sent, the answer names no {name}")
        return str(made)

    def _change(self, path: str, payload: dict[str, Any]) -> None:
        answer = self._client.send("POST", path, payload=payload, accept=(404,))
        self._client.check_access(answer, path)

    def _foreign(self, external_id: str) -> ConfigError:
        return ConfigError(f"source {self.source!r} (ozon): {external_id} is no place on Ozon")
