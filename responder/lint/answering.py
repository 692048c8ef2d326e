"""Lint of answering: what the reply asks again and what it leaves unanswered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from otklik.enums import PointState, Severity
from responder.lint.reading import sentences_of
from responder.lint.values import Check, Hit, LintContext, whole
from responder.phrasing import is_used, split_sentences, used_sentences
from responder.points import Known, Point, find_known
from responder.words import telling_stems

_I = re.IGNORECASE

_ASKS = re.compile(
    r"\b(?:пришлите|напишите|укажите|сообщите|уточните|уточнить|назовите|подскажите|подскажете|"
    r"скажите|нужен|нужна|нужно|"
    r"понадоб\w+|потребу\w+|хватит|передайте|оставьте|расскажите|как(?:ой|ая|ого|ую|ом)|когда|"
    r"сколько|во\s+сколько|"
    r"please\s+(?:\w+\s+)?(?:send|give|tell|provide|share|"
    r"let\s+us\s+know|specify|describe)|(?:could|can|would)\s+you\s+(?:\w+\s+)?(?:send|give|tell|"
    r"provide|share|"
    r"specify|describe)|what\s+(?:is|was)|which|when\s+(?:did|was)|how\s+(?:long|much)|we\s+need|"
    r"tell\s+us|send\s+us)\b",
    _I,
)
# Words that say that it is known, or asked of somebody else.
_HAVE_IT = re.compile(
    r"\b(?:уже|не\s+нуж\w+|хватило|видно|нашли|записан\w*|уточним|узнаем|no\s+need|we\s+have|"
    r"already|is\s+seen|"
    r"is\s+known|the\s+shift\s+of)\b",
    _I,
)
_ASKED_FOR = {
    "order": re.compile(
        r"номер\w*\s+(?:\w+\s+){0,2}заказ\w*|номер\w*\s+(?:\w+\s+)?у\s+(?:\w+\s+)?заказа|"
        r"order\s+(?:number|no)",
        _I,
    ),
    "date": re.compile(
        r"когда\s+(?:это\s+|вы\s+|вам\s+)?(?:было|произошло|случилось|были|заказывали|привезли|"
        r"приходили)|"
        r"\bдат[ауы]\b|\b(?:день|дня)\s+(?:доставки|покупки|визита|заказа)|какого\s+числа|"
        r"в\s+какой\s+день|"
        r"\bthe\s+date\b|when\s+(?:did|was)\s+(?:this|it|that|you)",
        _I,
    ),
    "amount": re.compile(
        r"\bсумм[ауы]\b|\bна\s+какую\s+сумму|\bсколько\s+(?:\w+\s+)?(?:с\s+вас|списал\w*|заплат\w*|"
        r"стоил\w*)|"
        r"\bthe\s+amount\b|how\s+much",
        _I,
    ),
    "duration": re.compile(
        r"\bсколько\s+(?:\w+\s+)?(?:ждал\w*|времени|длил\w*)|\bhow\s+long\b", _I
    ),
    "place": re.compile(
        r"\bадрес\w*|как(?:ой|ом)\s+(?:кафе|магазин\w*|филиал\w*)|which\s+(?:café|cafe|shop|branch|"
        r"store)|address",
        _I,
    ),
    "batch": re.compile(r"номер\w*\s+партии|партию|(?:which|what)\s+batch|batch\s+number", _I),
    "phone": re.compile(r"(?:номер\w*\s+)?телефон\w*|phone\s+number", _I),
    "email": re.compile(r"(?:адрес\w*\s+)?(?:электронн\w+\s+)?почт[уы]\b|e-?mail", _I),
}
_STORY = re.compile(
    r"(?:что|как)\s+(?:именно\s+)?(?:у\s+вас\s+)?(?:случилось|произошло)|опишите\s+(?:\w+\s+){0,2}"
    r"(?:ситуаци\w+|проблем\w+)|what\s+(?:exactly\s+)?happened|describe\s+(?:the|"
    r"your)\s+(?:problem|situation|issue)",
    _I,
)
LEAST_SHARED = 3


def _asks_for_known(text: str, context: LintContext) -> Iterator[Hit]:
    told, above = _told(context), _told_above(context)
    told_story = any(point.thing_id for point in context.points)
    for sentence in sentences_of(text):
        if not _ASKS.search(sentence.text) or _HAVE_IT.search(sentence.text):
            continue
        asked = {kind for kind, pattern in _ASKED_FOR.items() if pattern.search(sentence.text)}
        if asked & told or (told_story and _STORY.search(sentence.text)):
            yield Hit("asks_for_known", sentence.span)
        elif asked & above:
            # What stands above may be somebody else's.
            yield Hit("asks_for_known", sentence.span, Severity.NOTE)


def _told(context: LintContext) -> set[str]:
    """Kinds of details the author gave."""
    return {known.kind for known in (*context.known, *_known_in(context.comment))}


def _told_above(context: LintContext) -> set[str]:
    return {known.kind for text in context.thread_texts for known in _known_in(text)}


@lru_cache(maxsize=256)
def _known_in(text: str) -> tuple[Known, ...]:
    return tuple(find_known(text))


def _unanswered(text: str, context: LintContext) -> Iterator[Hit]:
    kept = used_sentences((text,))
    words = telling_stems(text)
    for point in context.points:
        if not _is_answered(point, kept, words):
            yield Hit("point_unanswered", whole(text))
        elif point.state is PointState.GAP:
            yield Hit("point_unanswered", whole(text), Severity.NOTE)


def _is_answered(point: Point, kept: frozenset[frozenset[str]], words: frozenset[str]) -> bool:
    answers = split_sentences(point.answer)
    if any(is_used(answer, kept) for answer in answers):
        return True
    said = telling_stems(point.answer)
    if len(said & words) >= min(LEAST_SHARED, max(2, len(said) // 2)):
        return True
    return len((said | telling_stems(point.text)) & words) >= LEAST_SHARED


ANSWERING: tuple[Check, ...] = (_asks_for_known, _unanswered)
