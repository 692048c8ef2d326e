"""One review as a page shows it, before it becomes a mention; and how its parts are read.

This is what the crawling child sends and the platform receives, so it is plain data.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from collectors._text import html_to_text

NAMELESS = {
    *("anonymous", "anonym", "anonyme", "anonimo", "anónimo", "guest", "user", "customer"),
    *("аноним", "анонимно", "анонимный", "гость", "пользователь", "покупатель"),
}
MARK = 8  # characters
START_OF_TEXT = 60  # characters that tell two reviews without an id apart
EARLIEST, LATEST = datetime(1995, 1, 1, tzinfo=UTC), timedelta(days=366)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_OUT_OF = re.compile(r"(?:/|\bиз\b|\bof\b|\bout of\b|\bvon\b)\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BREAKS = re.compile(r"<(?:br|p|div|li)\b[^<>]*>|</p>", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAIL = re.compile(
    r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC|UT|Z)"
)
_DOTTED = re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{2,4}\b")
_RELATIVE = re.compile(
    r"\b(ago|yesterday|today|just now|назад|вчера|сегодня|позавчера|только что|час|минут)\w*",
    re.IGNORECASE,
)


class Moment(NamedTuple):
    """When something was written. `is_day`: only the day is known, so it is midnight UTC;
    `is_rough`: told relative to now ("two days ago"), so it differs at each reading."""

    at: datetime
    is_day: bool = False
    is_rough: bool = False


class Answer(BaseModel):
    """What was written under a review. `is_official`: by the company that is reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    author: str = ""
    at: datetime | None = None
    key: str = ""
    is_official: bool = True


class Found(BaseModel):
    """One review.

    Attributes:
        key: its identity on its page: what the site gives (``#review-17``; with a slash at
            the start it holds for the whole host) or a digest (``~1f0c…``).
        is_day: `at` is known to the day only.
        is_rough: `at` was told relative to the moment of reading.
        rating: 0 … 5.
        rated: the rating as it was written, for the record.
        item: what is reviewed, by name.
        syntax: how it was found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    syntax: str
    author: str = ""
    author_url: str = ""
    at: datetime | None = None
    edited_at: datetime | None = None
    is_day: bool = False
    is_rough: bool = False
    rating: float | None = None
    rated: str = ""
    title: str = ""
    text: str = ""
    pros: str = ""
    cons: str = ""
    url: str = ""
    item: str = ""
    media: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Neither words nor a rating nor a picture: a shell."""
        has_words = self.text or self.title or self.pros or self.cons
        return not has_words and self.rating is None and not self.media

    def digest(self) -> str:
        """Its identity where the site gives none."""
        when = Moment(self.at, self.is_day, self.is_rough) if self.at else None
        return identity_digest(self.author, when, self.text or self.title)

    def fingerprint(self) -> str:
        """The same for one review found twice on a page in two syntaxes."""
        day = self.at.date().isoformat() if self.at else ""
        return digest_of(self.author.casefold(), day, _squeezed(self.text or self.title))


def identity_digest(author: str, when: Moment | None, text: str) -> str:
    """The identity of a review without an id: author, date and the start of the text."""
    date = when.at.isoformat() if when and not when.is_rough else ""
    return "~" + digest_of(author.casefold(), date, _squeezed(text))


def digest_of(*parts: str, length: int = 16) -> str:
    """SHA-256 of the parts, the first `length` hex digits."""
    joined = "\x1f".join(parts).encode("utf-8", "replace")
    return hashlib.sha256(joined).hexdigest()[:length]


def mark_of(*parts: str) -> str:
    """48 bits of the parts' digest in `MARK` characters, for cursors: a thousand of millions of
    reviews would have to be read before one was taken for another by chance."""
    digest = bytes.fromhex(digest_of(*parts, length=12))
    return base64.urlsafe_b64encode(digest).decode()


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())[:START_OF_TEXT]


def numbered(found: Iterable[Found]) -> list[Found]:
    """The same reviews, each with a key of its own.

    An id that stands for several of a page is none (a slip in the site's template); what then
    still looks the same gets a number behind its key.
    """
    reviews = list(found)
    given = Counter(review.key for review in reviews)
    times: Counter[str] = Counter()
    result = []
    for review in reviews:
        key = review.digest() if given[review.key] > 1 else review.key
        times[key] += 1
        unique = key if times[key] == 1 else f"{key}.{times[key]}"
        changed = unique != review.key
        result.append(review.model_copy(update={"key": unique}) if changed else review)
    return result


def plain(value: Any) -> str:
    """A text as a reader of the page sees it: entities resolved, line breaks kept."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if _ENTITY.search(text):
        text = html.unescape(text)
    if _BREAKS.search(text):
        text = html_to_text(text)
    return text.strip()


def number_in(value: Any) -> float | None:
    """The first number in something written by a site; a comma may stand for the point."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    found = _NUMBER.search(str(value).replace("\xa0", " "))
    return float(found[0].replace(",", ".")) if found else None


def rating_of(value: Any, best: Any = None, worst: Any = None) -> float | None:
    """A rating as 0 … 5 points; None where it makes no sense.

    Understands numbers, ``"4,5"``, ``"90%"``, ``"4/5"``, ``"4 из 5"``, and stars. Without a
    best value 5 is meant, or 10 or 100 where the value is above 5 or 10. Where a scale begins
    at 0 or 1, four of five is 4; elsewhere the scale is stretched to 0 … 5, which turns
    scales around whose best value is the least (school marks).
    """
    text = value if isinstance(value, str) else ""
    if stars := text.count("★"):
        return rating_of(stars, stars + text.count("☆") if "☆" in text else best)
    points, top, low = number_in(value), number_in(best), number_in(worst)
    if points is None:
        return None
    if top is None:
        top = _top_of(points, text)
    if low is None or low in (0.0, 1.0):
        share = points / top if top > 0 else -1.0
    else:
        share = (points - low) / (top - low) if top != low else -1.0
    return abs(round(5 * share, 3)) if -0.001 <= share <= 1.001 else None


def _top_of(points: float, text: str) -> float:
    out_of = _OUT_OF.search(text)
    if out_of:
        return float(out_of[1].replace(",", "."))
    if "%" in text:
        return 100.0
    return next((top for top in (5.0, 10.0, 100.0) if points <= top), points)


def moment_of(
    value: Any,
    *,
    now: datetime,
    formats: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> Moment | None:
    """A date in any of the forms sites write, in UTC whatever zone this process has.

    A date without a zone is taken as UTC, a day without a time as its midnight.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    text = " ".join(str(value or "").split())
    if not text or len(text) > 200:
        return None
    read = _formatted(text, formats) or _iso(text) or _mail(text)
    if read is None and text.isdigit() and len(text) in (10, 13):
        return _epoch(float(text))
    if read is None and (formats == () or languages):
        read = _spoken(text, languages, now)
    return read if read and EARLIEST <= read.at <= now + LATEST else None


def _epoch(seconds: float) -> Moment | None:
    seconds = seconds / 1000 if seconds > 1e11 else seconds
    return Moment(datetime.fromtimestamp(seconds, UTC)) if 8e8 < seconds < 4e9 else None


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _formatted(text: str, formats: tuple[str, ...]) -> Moment | None:
    for form in formats:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 — made aware below
        except ValueError:
            continue
        return Moment(_aware(read), is_day="%H" not in form and "%I" not in form)
    return None


def _iso(text: str) -> Moment | None:
    try:
        return Moment(_aware(datetime.fromisoformat(text)), bool(_DAY.fullmatch(text)))
    except (ValueError, OverflowError):
        return None


def _mail(text: str) -> Moment | None:
    if not _MAIL.fullmatch(text):
        return None
    try:
        return Moment(_aware(parsedate_to_datetime(text)))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _spoken(text: str, languages: tuple[str, ...], now: datetime) -> Moment | None:
    """Dates in words, by dateparser: "12 марта 2026, 14:05", "вчера", "March 3, 2025"."""
    import dateparser

    settings = {
        "TIMEZONE": "UTC",
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month"],
    }
    if _DOTTED.search(text):
        settings["DATE_ORDER"] = "DMY"
    text = re.sub(r"(?<=\d)\s*([ap])\.\s?m\b\.?", r" \1m", text, flags=re.IGNORECASE)
    for word, clock in (("noon", "12:00"), ("midnight", "00:00")):
        text = re.sub(rf"\b{word}\b", clock, text)
    wanted = list(languages) or ["ru", "en"]
    try:
        read = dateparser.parse(text, languages=wanted, settings=settings)
    except (ValueError, OverflowError, TypeError):
        return None
    if read is None:
        return None
    read = _aware(read)
    is_rough = bool(_RELATIVE.search(text))
    is_day = not is_rough and not re.search(r"\d:\d\d|\d\s*[ap]m\b", text, re.IGNORECASE)
    return Moment(
        read.replace(hour=0, minute=0, second=0, microsecond=0) if is_day else read,
        is_day,
        is_rough,
    )
