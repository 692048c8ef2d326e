"""The `Wildberries` platform: reading, answering, checking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from collectors._http import Params
from collectors._newest import Listing, Window, read_lists
from collectors.wildberries.client import LIMIT, WildberriesClient
from collectors.wildberries.listing import Entries
from collectors.wildberries.settings import Kind, WildberriesSettings
from collectors.wildberries.wire import SINGULAR, aware, mentions_of, read_entries
from otklik.errors import ConfigError, Gone, OutcomeUnknown, Rejected
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
SHORTEST = 2  # characters of an answer
READABLE = frozenset({Capability.THREAD})
KINDS: dict[str, Kind] = {name: kind for kind, name in SINGULAR.items()}


class Wildberries(Platform[WildberriesSettings]):
    """One seller on Wildberries.

    Limits: three calls a second with a burst of six for all methods of the category, counted
    per seller; an answer has 2 to 5,000 characters and can be changed once, within 60 days.
    """

    name = "wildberries"
    title = "Wildberries"
    can = READABLE | {Capability.POST, Capability.EDIT}
    reply_max_length = 5000
    min_interval = 0.0
    reads_back = False
    settings_type = WildberriesSettings
    limits = (LIMIT,)
    rights = ("category «Вопросы и отзывы»", "read and write (not «Только на чтение»)")
    token_steps = (
        "Open seller.wildberries.ru as the owner of the account.",
        "Click the profile's name and choose «Настройки», then «Доступ к API».",
        "Create a token with the category «Вопросы и отзывы», «Только на чтение» switched off.",
        "Copy it at once, it is shown only then; it is good for 180 days.",
    )
    cost = "free"
    answers = (
        "One answer to every feedback and question; changed once within 60 days of its posting. "
        "An answer to a feedback may be held for review or rejected by Wildberries."
    )
    cannot = (
        "An answer cannot be taken back.",
        "A second answer under the same entry is not taken.",
        "Buyers have no account id, only a name.",
        "A feedback has no date of change, an answer to it no date at all.",
        "Rejecting a question, complaints and returns stay in the seller's cabinet.",
        "Reading does not mark an entry as viewed.",
    )

    def __init__(
        self, settings: WildberriesSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._client = WildberriesClient(settings, source=source, meter=self.meter)
        self._lists = {kind: Entries(self._client, kind, settings.page_size) for kind in SINGULAR}

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Newest first down to what is known; see `collectors._newest`."""
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=self.settings.recheck_items,
        )
        watched: dict[str, Listing] = {kind: self._lists[kind] for kind in self.settings.kinds}
        yield from read_lists(watched, cursor, window)

    def check(self) -> SourceCheck:
        """Read the newest entry of both lists; the token tells its rights itself."""
        kind = self.settings.kinds[0]
        path = f"/api/v1/{kind}"
        rows: list[Any] = []
        for is_answered in ("true", "false"):
            params: Params = {"isAnswered": is_answered, "take": 1, "skip": 0, "order": "dateDesc"}
            answer = self._client.ask("GET", path, params=params)
            data = self._client.unwrapped(answer, path)
            rows += data.get(kind) or []
        entries, _ = read_entries(rows, kind)
        facts = self._client.facts
        can_answer = facts is None or facts.can_answer
        left = answer.headers.get("x-ratelimit-remaining")
        return SourceCheck(
            ok=True,
            message=f"{data.get('countUnanswered', 0)} {kind} unanswered, "
            f"{data.get('countArchive', 0)} answered",
            newest_at=max((aware(entry.created_date) for entry in entries), default=None),
            can=tuple(sorted(self.can if can_answer else READABLE)),
            rights=facts.rights if facts else (),
            missing=facts.missing if facts else ("не удалось прочитать права из токена",),
            limits_left=f"{left} calls at once" if left else "",
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """An entry with its answer, and the feedback that completes it."""
        kind, key = self._place(thread_external_id, thread_external_id.split("/")[2:])
        shown: list[CollectedMention] = []
        following: str | None = key
        while following and len(shown) < 10:
            entry = self._lists[kind].find(following)
            if entry is None:
                break
            shown += mentions_of(entry, kind)
            following = entry.child_feedback_id
        if not shown:
            raise self._client.error(Gone, f"{thread_external_id} is no longer there")
        return shown

    def post(self, request: ReplyRequest) -> PostedReply:
        """Answer a feedback or a question. There is no key, and no second answer."""
        kind, key = self._entry(request.parent_external_id)
        if len(request.text) < SHORTEST:
            raise self._client.error(Rejected, f"an answer has at least {SHORTEST} characters")
        url = self._place_for(kind, key, request)
        if kind == "feedbacks":
            self._client.answer_once("/api/v1/feedbacks/answer", {"id": key, "text": request.text})
        else:
            answer = self._client.answer_once(
                "/api/v1/questions", _answered(key, request.text), method="PATCH"
            )
            self._client.refuse_error(answer)
        return PostedReply(external_id=f"{request.parent_external_id}/answer", url=url)

    def edit(self, external_id: str, text: str) -> None:
        """Change our answer, as long as Wildberries lets it be changed."""
        kind, key = self._entry(external_id.removesuffix("/answer"))
        entry = self._lists[kind].find(key)
        if entry is None or entry.answer is None:
            raise self._client.error(Gone, f"{external_id} no longer exists")
        if entry.answer.text == text:
            return
        if entry.answer.editable is False:
            raise self._client.error(
                Rejected, "Wildberries lets an answer be changed once, within 60 days"
            )
        if kind == "feedbacks":
            payload = {"id": key, "text": text}
            self._client.send("PATCH", "/api/v1/feedbacks/answer", payload=payload)
        else:
            path = "/api/v1/questions"
            answer = self._client.send("PATCH", path, payload=_answered(key, text))
            self._client.refuse_error(answer)

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _place_for(self, kind: Kind, key: str, request: ReplyRequest) -> str:
        """Where the answer will stand; the API itself would take one to an unknown id."""
        entry = self._lists[kind].find(key)
        if entry is None:
            raise self._client.error(Gone, f"{request.parent_external_id} is no longer there")
        if entry.answer is None or not entry.answer.text:
            return mentions_of(entry, kind)[0].url
        if entry.answer.text == request.text:
            raise self._client.error(OutcomeUnknown, "the same answer stands there already")
        raise self._client.error(Rejected, "it has been answered; Wildberries takes one answer")

    def _entry(self, external_id: str) -> tuple[Kind, str]:
        return self._place(external_id, external_id.split("/"))

    def _place(self, external_id: str, parts: list[str]) -> tuple[Kind, str]:
        if len(parts) == 2 and parts[0] in KINDS and parts[1]:
            return KINDS[parts[0]], parts[1]
        raise ConfigError(f"source {self.source!r} (wildberries): {external_id} is no entry there")


def _answered(key: str, text: str) -> dict[str, object]:
    return {"id": key, "answer": {"text": text}, "state": "wbRu"}
