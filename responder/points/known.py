"""What a text tells of itself: numbers, days, places that must not be asked for again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from otklik.verdicts import Span
from responder.points.values import Known, KnownSource

LONGEST_READ = 5_000

_MONTHS = (
    r"(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)"
)
_COUNT = (
    r"(?:\d+|пол|полтора|полторы|два|две|три|четыре|пять|шесть|семь|"
    r"two|three|four|five|six|half an)"
)
_KNOWN = {
    "email": r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}",
    "phone": r"(?<!\d)(?:\+?7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)",
    "order": r"(?:заказ\w*|обращени\w+|заявк\w+|договор\w*|order|ticket|case|complaint)\s*"
    r"(?:номер|number|no\.?)?\s*[:№#]*\s*\d{3,12}",
    "batch": r"(?:парти\w+|batch)\s*[№#]?\s*\d{2,8}",
    "amount": r"\d[\d\s]{0,9}(?:[.,]\d{2})?\s?(?:руб\w*|р\b|₽|тыс\w*|roubles?|rub\b)|"
    r"[$€£]\s?\d[\d,.]*",
    "date": rf"\d{{1,2}}(?:-?го)?\s+{_MONTHS}|{_MONTHS}\s+\d{{1,2}}|\d{{1,2}}\.\d{{2}}\.\d{{2,4}}|"
    r"\b(?:вчера|сегодня|позавчера|yesterday|today|tonight)\b",
    "duration": rf"\b{_COUNT}\s?(?:час\w*|минут\w*|дн\w*|день|недел\w*|месяц\w*|hours?|minutes?|"
    r"days?|weeks?|months?)\b",
    "place": r"\b(?:на|at|on)\s+(?:ул\.?|улице|проспекте|площади)\s+[А-ЯЁA-Z][\w-]+",
}
_KNOWN_PATTERNS = {kind: re.compile(one, re.IGNORECASE) for kind, one in _KNOWN.items()}


def find_known(text: str) -> list[Known]:
    """Details the author already gave, in the order of the text."""
    return _found(text, KnownSource.COMMENT)


def find_known_in_thread(texts: Sequence[str]) -> list[Known]:
    """Details given in texts above the comment, each kind once, the latest text first."""
    found: dict[str, Known] = {}
    for text in reversed(texts):
        for known in _found(text, KnownSource.THREAD):
            found.setdefault(known.kind, known)
    return list(found.values())


def _found(text: str, source: KnownSource) -> list[Known]:
    read = text[:LONGEST_READ]
    found = [
        Known(
            kind=kind,
            text=hit[0].strip(),
            span=Span(start=hit.start(), end=hit.end()),
            source=source,
        )
        for kind, pattern in _KNOWN_PATTERNS.items()
        for hit in pattern.finditer(read)
    ]
    return sorted(found, key=lambda known: (known.span.start, known.kind))
