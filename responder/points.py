"""Points: what a complaint says happened and what it asks, and what is known already."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from otklik.enums import PointState, Topic
from otklik.verdicts import Span
from responder.knowledge import Knowledge

GENERAL_THINGS = frozenset({"order", "tea", "coffee", "cafe", "taste", "gift"})


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PointKind(StrEnum):
    """Whether the author tells what happened or asks for something."""

    HAPPENED = "happened"
    ASKED = "asked"


class Point(_Value):
    """One point of a comment, with what the draft has for it.

    Attributes:
        text, span: the author's words and their place in the comment.
        thing_id: what of ours it is about, as `Knowledge.things` calls it; may be empty.
        answer: the sentences of the draft that answer it; empty when none does.
    """

    text: str
    span: Span
    kind: PointKind
    topic: Topic
    thing_id: str = ""
    state: PointState = PointState.GAP
    fact_ids: tuple[str, ...] = ()
    answer: str = ""


class Known(_Value):
    """Something the author already said: must not be asked again.

    `kind` is `amount`, `date`, `order`, `place`, `duration`, `batch`, `phone` or `email`.
    """

    kind: str
    text: str
    span: Span


_SENTENCE = re.compile(r"[^.!?…\n;]+(?:[.](?=\S)[^.!?…\n;]+)*[.!?…;]*")
_CLAUSE_END = re.compile(
    r",\s*(?=\S)|\s+(?=(?:и|а|но|зато|плюс|потом|ещё|еще|да ещё|and|but|then|also|plus)\s)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\?|\b(?:верните|вернете|прошу|просьба|требую|хочу|хотел[аи]? бы|подскажите|скажите|объясните|"
    r"ответьте|пришлите|замените|когда|почему|скольки|сколько|где|"
    r"можно ли|нельзя ли|есть ли|"
    r"please|refund me|i want|i demand|i would like|can you|could you|do you|when|why|how|where|"
    r"what time|give me|send me|is there|are you)\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(?:вкусн\w*|отличн\w*|хорош\w*|люблю|любим\w*|нравит\w*|спасибо|супер|прекрасн\w*|"
    r"замечательн\w*|лучш\w*|классн\w*|great|love\w*|tasty|delicious|excellent|good|nice|best|"
    r"wonderful|thanks|thank)\b",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"\b(?:не|ни|нет|без|плох\w*|ужас\w*|хуже|испор\w*|холодн\w*|not|no|never|n't|bad|awful|"
    r"terrible|worse|cold|late|poor)\b|n't\b",
    re.IGNORECASE,
)
GOODS = frozenset({Topic.QUALITY, Topic.DELIVERY})  # one pack of tea, told of from two sides
RESTATING_THINGS = frozenset({"refund"})
LONGEST_RESTATED = 3  # words: "и не вернули"
MOST_POINTS = 4
LONGEST_BARE = 1  # word: "верните!" asks for what was just told of
_EDGE = " \t\r\n,\x0b\x0c\x1c\x1d\x1e\x85\xa0\u2028\u2029\u3000"
LONGEST_READ = 5_000


def split_points(text: str, topic: Topic, knowledge: Knowledge) -> list[Point]:
    """The points of a comment in its order, at most `MOST_POINTS`.

    A point is a run of clauses about one thing. Clauses that name nothing of ours are
    feeling and no point, unless nothing else is there: then the whole text is one.
    Only the first `LONGEST_READ` characters are read.
    """
    found: dict[tuple[str, PointKind], Point] = {}
    for start, end, asked in _clauses(text[:LONGEST_READ]):
        point = _point(text, (start, end), asked, knowledge)
        if point is not None and not _adds_nothing(point, list(found.values())):
            found.setdefault((point.thing_id, point.kind), point)
    if found:
        return _merge(list(found.values()))[:MOST_POINTS]
    return _whole(text, topic)


def _adds_nothing(point: Point, before: list[Point]) -> bool:
    if point.kind is PointKind.ASKED:
        return bool(before) and len(point.text.split()) <= LONGEST_BARE
    if point.thing_id in RESTATING_THINGS and len(point.text.split()) <= LONGEST_RESTATED:
        return bool(before)
    return not point.thing_id and any(one.topic is point.topic for one in before)


def _clauses(text: str) -> list[tuple[int, int, bool]]:
    places = []
    for sentence in _SENTENCE.finditer(text):
        start, asked = sentence.start(), sentence[0].rstrip().endswith("?")
        cuts = [cut.end() for cut in _CLAUSE_END.finditer(sentence[0])]
        for cut in (*cuts, len(sentence[0])):
            places.append((start, sentence.start() + cut, asked and cut == len(sentence[0])))
            start = sentence.start() + cut
    return [place for place in places if text[place[0] : place[1]].strip(_EDGE)]


def _point(
    text: str, place: tuple[int, int], in_question: bool, knowledge: Knowledge
) -> Point | None:
    start, end = place
    clause = text[start:end]
    things = knowledge.things_in(clause)
    topic = things[0].topic if things else knowledge.topic_of(clause)
    if topic is None:
        return None
    asked = in_question or _ASKED.search(clause) is not None
    if not asked and _GOOD.search(clause) and not _BAD.search(clause):
        return None
    kind = PointKind.ASKED if asked else PointKind.HAPPENED
    if not things:
        return _make(text, place, kind, topic)
    thing = min(things, key=knowledge.things.index)
    return _make(text, place, kind, thing.topic, thing.id)


def _make(
    text: str, place: tuple[int, int], kind: PointKind, topic: Topic, thing_id: str = ""
) -> Point:
    start, end = place
    lead = len(text[start:end]) - len(text[start:end].lstrip(_EDGE))
    said = text[start:end].strip(_EDGE)
    span = Span(start=start + lead, end=start + lead + len(said))
    return Point(text=said, span=span, kind=kind, topic=topic, thing_id=thing_id)


def _merge(points: list[Point]) -> list[Point]:
    """Drop the general beside the particular, and asking about what was told already."""
    particular = {point.topic for point in points if point.thing_id not in GENERAL_THINGS}
    if particular & GOODS:
        particular |= GOODS
    told = {point.thing_id for point in points if point.kind is PointKind.HAPPENED} - {""}
    return [
        point
        for point in points
        if not (point.thing_id in GENERAL_THINGS and point.topic in particular)
        and not (point.kind is PointKind.ASKED and point.thing_id in told)
    ]


def _whole(text: str, topic: Topic) -> list[Point]:
    said = text[:LONGEST_READ].strip(_EDGE)
    if not said:
        return []
    start = text.index(said)
    kind = PointKind.ASKED if "?" in said else PointKind.HAPPENED
    return [_make(text, (start, start + len(said)), kind, topic)]


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
    "order": r"(?:заказ\w*|order)\s*(?:номер|number|no\.?)?\s*[№#]?\s*\d{3,12}",
    "batch": r"(?:парти\w+|batch)\s*[№#]?\s*\d{2,8}",
    "amount": r"\d[\d\s]{0,9}(?:[.,]\d{2})?\s?(?:руб\w*|р\b|₽|тыс\w*|roubles?|rub\b)|"
    r"[$€£]\s?\d[\d,.]*",
    "date": rf"\d{{1,2}}(?:-?го)?\s+{_MONTHS}|{_MONTHS}\s+\d{{1,2}}|\d{{1,2}}\.\d{{2}}\.\d{{2,4}}|"
    r"\b(?:вчера|сегодня|позавчера|yesterday|today)\b",
    "duration": rf"\b{_COUNT}\s?(?:час\w*|минут\w*|дн\w*|день|недел\w*|месяц\w*|hours?|minutes?|"
    r"days?|weeks?|months?)\b",
    "place": r"\b(?:на|at|on)\s+(?:ул\.?|улице|проспекте|площади)\s+[А-ЯЁA-Z][\w-]+",
}
_KNOWN_PATTERNS = {kind: re.compile(one, re.IGNORECASE) for kind, one in _KNOWN.items()}


def find_known(text: str) -> list[Known]:
    """Details the author already gave, in the order of the text."""
    read = text[:LONGEST_READ]
    found = [
        Known(kind=kind, text=hit[0].strip(), span=Span(start=hit.start(), end=hit.end()))
        for kind, pattern in _KNOWN_PATTERNS.items()
        for hit in pattern.finditer(read)
    ]
    return sorted(found, key=lambda known: (known.span.start, known.kind))
