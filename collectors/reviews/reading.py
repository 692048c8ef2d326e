"""One reading of a source: what each event of the crawl means for pages, memory and errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from collectors._scrapy import Event
from collectors.reviews.found import Found, mark_of
from collectors.reviews.memory import Memory
from collectors.reviews.mentions import Mentions, content_mark
from otklik.errors import AccessDenied, Gone, PlatformError, RateLimited, Transient
from otklik.platforms import BadRow, CollectedMention, Cursor, Page

NAME = "reviews"
IDS_KEPT = 2_000
MAX_WARNINGS = 20
MAX_FAILURES = 500

ROBOTS = (
    "robots.txt сайта запрещает читать эту страницу: уберите её из источника "
    "или попросите владельца сайта"
)
PRIVATE = (
    "Адрес ведёт во внутреннюю сеть: исправьте адрес; свой внутренний сайт разрешает "
    "allow_private_hosts = true"
)
FORBIDDEN = (
    "Сайт не пускает читателя: откройте страницу в браузере с адреса сервера, опрашивайте реже"
)
DENIED = {"robots": ROBOTS, "private": PRIVATE, "forbidden": FORBIDDEN, "captcha": FORBIDDEN}
CHANGED = "разметка страницы изменилась: раньше здесь были отзывы, теперь не найдено ни одного"
NO_MARKUP = "на странице не найдено разметки отзывов (schema.org): нужен файл селекторов"
NO_MATCH = "селекторы не нашли на странице ничего: разметка страницы изменилась?"
ENDLESS = "постраничный вывод повторяется: чтение темы остановлено"
SAID = {
    "gone": "страницы больше нет",
    "offsite": "страница ведёт на чужой сайт, он не читается",
    "redirects": "слишком много перенаправлений",
    "too_large": "страница больше max_bytes",
    "markup": "не разобрать",
}


@dataclass
class _Thread:
    """What came of a thread so far in this reading; ids only while they are few."""

    shown: set[str] | None = field(default_factory=set)
    handed: list[str] = field(default_factory=list)
    count: int = 0

    def note(self, identity: str, *, is_handed: bool) -> None:
        """It stands there; `is_handed`: and is recent enough to be handed over."""
        if self.shown is None:
            return
        self.shown.add(identity)
        if is_handed:
            self.handed.append(identity)
        if len(self.shown) > IDS_KEPT:
            self.shown, self.handed = None, []


class Reading:
    """Takes the events of one crawl.

    Attributes:
        warnings: what looked wrong and has not been handed over yet.
    """

    def __init__(self, memory: Memory, mentions: Mentions, source: str) -> None:
        self._memory, self._mentions, self._source = memory, mentions, source
        self._threads: dict[str, _Thread] = {}
        self._failures: list[PlatformError] = []
        self._pages = 0
        self._found = 0
        self._is_cut = self._memory.at is not None
        self._reason = ""
        self._strange: list[str] = []
        self.warnings: list[str] = []

    def take(self, event: Event) -> Iterator[Page]:
        """The pages that an event brings.

        Raises:
            RateLimited: the site asks to wait.
        """
        kind = event["kind"]
        if kind == "page":
            yield from self._page(event)
        elif kind == "thread":
            yield from self._thread_end(event)
        elif kind == "start":
            self._memory.after, self._memory.at = event["start"], None
        elif kind == "note":
            self.warn(f"{event['url']}: {ENDLESS}")
        elif kind == "trouble":
            self._trouble(event)
        elif kind == "end":
            self._reason = event["reason"]

    def finish(self, before: Cursor) -> Iterator[Page]:
        """The last page, and what went wrong.

        Raises:
            Transient, AccessDenied, Gone: nothing could be read at all.
        """
        if not self._found and self._strange:
            for told in self._strange[:3]:
                self.warn(told)
        is_whole = self._reason == "finished" and not self._is_cut
        if is_whole and not any(isinstance(error, Transient) for error in self._failures):
            self._memory.finish()
        if self._pages:
            for error in self._failures:
                to_do = getattr(error, "to_do", "")
                self.warn(f"{error}" + (f". {to_do}" if to_do else ""))
        cursor = self._memory.cursor()
        if self.warnings or (self._pages and cursor != before):
            yield Page(cursor=cursor, warnings=self._warned(), progress=1.0)
        if not self._pages:
            nothing = self._error(Transient, f"no page was read ({self._reason})")
            raise max(self._failures or [nothing], key=_weight)

    def warn(self, message: str) -> None:
        """Something looks wrong; said once a reading."""
        if message not in self.warnings and len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(message)

    def _warned(self) -> tuple[str, ...]:
        warned, self.warnings = tuple(self.warnings), []
        return warned

    def _page(self, event: Event) -> Iterator[Page]:
        self._pages += 1
        thread = self._threads.setdefault(event["thread"], _Thread())
        thread.count += len(event["reviews"]) + len(event["marks"])
        self._found += len(event["reviews"])
        for mark in event["marks"]:
            self._memory.meet(mark)
        mentions = list(self._changed(event, thread))
        bad_rows = tuple(self._bad_rows(event))
        if event["strange"]:
            words = NO_MARKUP if event["strange"] == "no schema.org markup" else NO_MATCH
            self._strange.append(f"{event['url']}: {words} ({event['strange']})")
        if not event["followed"]:
            self._memory.at = (event["start"], event["url"])
        if mentions:
            identity = self._mentions.thread_id(event["thread"])
            self._memory.hold(identity, (mention.external_id for mention in mentions))
        if mentions or bad_rows:
            yield Page(
                mentions=tuple(mentions),
                bad_rows=bad_rows,
                cursor=self._memory.cursor(),
                warnings=self._warned(),
            )

    def _changed(self, event: Event, thread: _Thread) -> Iterator[CollectedMention]:
        """New and edited ones, each once; all are noted as met."""
        place, here = self._mentions.thread(event), set()
        for data in event["reviews"]:
            review = Found.model_validate(data)
            made = self._mentions.of(review, place, event["url"])
            is_old = bool(review.at and review.at < self._memory.horizon)
            for mention in made:
                thread.note(mention.external_id, is_handed=not is_old)
                mark = content_mark(mention)
                is_news = not is_old and not self._memory.is_known(mark)
                if not is_old:
                    self._memory.meet(mark, review.at)
                if is_news and mention.external_id not in here:
                    here.add(mention.external_id)
                    yield mention

    def _bad_rows(self, event: Event) -> Iterator[BadRow]:
        for reason, raw in event["troubles"]:
            mark = mark_of("bad", event["url"], reason, raw)
            if not self._memory.is_known(mark):
                yield BadRow(place=f"reviews {event['url']}", reason=reason, raw=raw)
            self._memory.meet(mark)

    def _thread_end(self, event: Event) -> Iterator[Page]:
        """All pages of a thread were read: what is missing, if that is certain."""
        thread = self._threads.pop(event["thread"], _Thread())
        identity = self._mentions.thread_id(event["thread"])
        if thread.count:
            self._memory.note_reviews(identity)
        elif event["pages"] and not event["is_whole"] and self._memory.knew_reviews(identity):
            self.warn(f"{event['url']}: {CHANGED}")
        if not event["is_whole"] or thread.shown is None:
            return
        gone = self._memory.replace_ids(identity, thread.handed, thread.shown)
        if gone:
            yield Page(deleted_ids=tuple(gone), cursor=self._memory.cursor())

    def _trouble(self, event: Event) -> None:
        what, told = event["what"], f"{event['url']}: {event['message']}"
        if what == "limited":
            where = {"platform": NAME, "source": self._source}
            raise RateLimited(told, retry_after=event["retry_after"], **where)
        if len(self._failures) >= MAX_FAILURES:
            return
        if what in DENIED:
            to_do = event.get("to_do") or DENIED[what]
            self._failures.append(self._error(AccessDenied, told, to_do=to_do))
        elif what == "gone":
            self._failures.append(self._error(Gone, told))
        else:
            said = f"{SAID[what]}: {told}" if what in SAID else told
            self._failures.append(self._error(Transient, said))

    def _error(self, kind: type[PlatformError], message: str, **more: str) -> PlatformError:
        return kind(message, platform=NAME, source=self._source, **more)


def _weight(error: PlatformError) -> int:
    """A person who must act is told first, then what passes by itself."""
    return 2 if isinstance(error, AccessDenied) else 1 if isinstance(error, Transient) else 0
