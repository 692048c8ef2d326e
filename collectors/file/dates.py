"""Dates as exports write them: ISO, 12.03.2024 14:05, «12 марта 2024 г., 14:05», epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})")
TIME = r"(?:\D*?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
TIME += r"\s*(?P<half>[ap]\.?m\.?)?\s*(?:мск|msk|utc|gmt)?)?\s*"
NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\s*г\.?)?" + TIME, re.I)
YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})" + TIME, re.I)
DAY_WORD = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4})"
    r"(?:\s*(?:г\.?|года))?,?" + TIME,
    re.I,
)
WORD_DAY = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}),?" + TIME, re.I)
RUSSIAN = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {word: month for words in (RUSSIAN, ENGLISH) for month, word in enumerate(words, 1)}
MONTHS["мая"] = 5


def read_date(value: object, zone: tzinfo, *, day_first: bool = True) -> datetime | None:
    """The moment a cell names, aware, UTC; None when it names none that can be trusted.

    Args:
        value: a cell: text, number (epoch seconds or milliseconds) or datetime.
        zone: of dates that name none.
        day_first: how 03.04.2024 is read; 13.04 and 04/13 leave no doubt and decide themselves.
    """
    try:
        found = _read(value, zone, day_first=day_first)
        moment = None if found is None else _aware(found, zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    if moment is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return None
    return moment


def _read(value: object, zone: tzinfo, *, day_first: bool) -> datetime | None:
    if isinstance(value, datetime):
        return value
    text = " ".join(str(value).split()).strip(" «»\"'")
    if epoch := EPOCH.fullmatch(text):
        seconds = float(text) if epoch[1] else float(text) / 1000
        return datetime.fromtimestamp(seconds, UTC)
    if text.isdigit():
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _written(text, zone, day_first=day_first)


def _written(text: str, zone: tzinfo, *, day_first: bool) -> datetime | None:
    if found := NUMERIC.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        is_day_first = second <= 12 and (day_first or first > 12)
        day, month = (first, second) if is_day_first else (second, first)
        return _built(year + 2000 * (year < 100), month, day, found)
    if found := YEAR_FIRST.fullmatch(text):
        return _built(int(found[1]), int(found[2]), int(found[3]), found)
    if (found := DAY_WORD.fullmatch(text)) and (month := _month(found[2])):
        return _built(int(found[3]), month, int(found[1]), found)
    if (found := WORD_DAY.fullmatch(text)) and (month := _month(found[1])):
        return _built(int(found[3]), month, int(found[2]), found)
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return parsedate_to_datetime(text)


def _month(word: str) -> int:
    return MONTHS.get(word[:3].lower(), 0)


def _built(year: int, month: int, day: int, found: re.Match[str]) -> datetime:
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"][0].lower() == "p")
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  the zone is added later


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
