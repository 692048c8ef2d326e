"""Lint of substance: what a reply claims, promises, asks and leaves unanswered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.enums import PointState, Severity
from otklik.verdicts import Span
from responder.lint_values import Check, Hit, LintContext, whole
from responder.phrasing import is_used, sentence_places, split_sentences, used_sentences
from responder.points import Point
from responder.promise_finder import due_spans, says_we_will
from responder.words import stems, telling_stems

_I = re.IGNORECASE

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MONEY = re.compile(
    r"\s*(?:руб\w*|₽|р\b|балл\w*|бонус\w*|%|roubles?|rub\b|points?|dollars?|euros?)", _I
)
_MONEY_BEFORE = re.compile(r"[$€£]\s?$")
_NUMBER_WORD = re.compile(
    r"\b(?:дв\w{1,4}|три|тр[её]х|четыре|пять|пяти|десять|десяти|двадцать|пятьдесят|сто|двести|пятьсот|"
    r"тысяч\w*|миллион\w*|half|two|three|five|ten|twenty|fifty|hundred|thousand|million)\s+(?:\w+\s+)?"
    r"(?:руб\w*|процент\w*|балл\w*|бонус\w*|roubles?|percent|points?|dollars?|euros?|pounds?)\b",
    _I,
)
_OFFER = re.compile(
    r"\b(?:бесплатн\w+|в\s+подарок|подарим|скидк\w+|промокод\w*|купон\w*|компенс\w+|"
    r"free\s+of\s+charge|for\s+free|as\s+a\s+gift|discount\w*|vouchers?|coupons?|compensat\w+|promo\w*)\b",
    _I,
)
_ONLY_NAMED = re.compile(r"\b(?:об?|про|со?|насч[её]т|the|about)\s+$", _I)
_ASKS = re.compile(
    r"\b(?:пришлите|напишите|укажите|сообщите|уточните|назовите|подскажите|скажите|нужен|нужна|нужно|"
    r"хватит|передайте|оставьте|расскажите|какой|какая|когда|please\s+(?:\w+\s+)?(?:send|give|tell|provide|share|"
    r"let\s+us\s+know|specify|describe)|(?:could|can|would)\s+you\s+(?:\w+\s+)?(?:send|give|tell|provide|share|"
    r"specify|describe)|what\s+(?:is|was)|which|when\s+(?:did|was)|we\s+need|tell\s+us|send\s+us)\b",
    _I,
)
_ASKED_FOR = {
    "order": re.compile(r"номер\w*\s+(?:\w+\s+)?заказа|order\s+(?:number|no)", _I),
    "date": re.compile(
        r"когда\s+(?:это\s+|вы\s+)?(?:было|произошло|случилось|были|заказывали)|\bдат[ауы]\b|"
        r"\bthe\s+date\b|when\s+(?:did|was)\s+(?:this|it|that|you)",
        _I,
    ),
    "amount": re.compile(r"\bсумм[ауы]\b|\bна\s+какую\s+сумму|\bamount\b|how\s+much", _I),
    "place": re.compile(
        r"\bадрес\w*|как(?:ой|ом)\s+(?:кафе|магазин\w*|филиал\w*)|which\s+(?:café|cafe|shop|branch|store)|address",
        _I,
    ),
    "batch": re.compile(r"номер\w*\s+партии|партию|batch", _I),
    "phone": re.compile(r"(?:номер\w*\s+)?телефон\w*|phone\s+number", _I),
    "email": re.compile(r"(?:адрес\w*\s+)?(?:электронн\w+\s+)?почт\w+|e-?mail", _I),
}
_STORY = re.compile(
    r"(?:что|как)\s+(?:именно\s+)?(?:у\s+вас\s+)?(?:случилось|произошло)|опишите\s+(?:\w+\s+){0,2}"
    r"(?:ситуаци\w+|проблем\w+)|what\s+(?:exactly\s+)?happened|describe\s+(?:the|your)\s+(?:problem|situation|issue)",
    _I,
)
LEAST_SHARED = 3


def _figures(text: str, context: LintContext) -> Iterator[Hit]:
    rests = _numbers((*_firm_sources(context), context.comment, *context.thread_texts))
    firm = _numbers(_firm_sources(context))
    for start, sentence in sentence_places(text):
        promised = says_we_will(sentence)
        free = due_spans(sentence) if promised else []
        for found in _NUMBER.finditer(sentence):
            if any(low <= found.start() < high for low, high in free):
                continue
            span = Span(start=start + found.start(), end=start + found.end())
            if _value(found[0]) not in rests:
                yield Hit("unsupported_figure", span)
            elif promised and _value(found[0]) not in firm and _is_sum(sentence, found):
                # What a stranger demanded is no reason to promise it.
                yield Hit("unsupported_figure", span, Severity.WARN)


def _firm_sources(context: LintContext) -> tuple[str, ...]:
    facts = [text for fact in context.facts for text in fact.all_texts()]
    return (*facts, *context.approved_texts, *context.own_contacts)


def _numbers(texts: tuple[str, ...]) -> set[str]:
    return {_value(found) for text in texts for found in _NUMBER.findall(text)}


def _value(number: str) -> str:
    return number.replace(",", ".").lstrip("0") or "0"


def _is_sum(sentence: str, found: re.Match[str]) -> bool:
    after = _MONEY.match(sentence, found.end()) is not None
    return after or _MONEY_BEFORE.search(sentence[: found.start()]) is not None


def _sums_in_words(text: str, context: LintContext) -> Iterator[Hit]:
    sources = " ".join((*_firm_sources(context), context.comment, *context.thread_texts)).lower()
    for found in _NUMBER_WORD.finditer(text):
        if found[0].lower() not in sources:
            yield Hit("unsupported_figure", Span(start=found.start(), end=found.end()))


def _offers(text: str, context: LintContext) -> Iterator[Hit]:
    known = {
        word for source in (*_firm_sources(context), context.comment) for word in stems(source)
    }
    for found in _OFFER.finditer(text):
        is_named = _ONLY_NAMED.search(text[: found.start()]) is not None
        if not is_named and not set(stems(found[0])) & known:
            yield Hit("unsupported_offer", Span(start=found.start(), end=found.end()))


def _expired(text: str, context: LintContext) -> Iterator[Hit]:
    for fact in context.facts:
        if not fact.is_valid(context.at):
            yield Hit("expired_fact", _place_of(fact.all_texts(), text))


def _place_of(wordings: tuple[str, ...], text: str) -> Span:
    for wording in wordings:
        start = text.lower().find(wording.lower())
        if start >= 0:
            return Span(start=start, end=start + len(wording))
    return whole(text)


def _asks_for_known(text: str, context: LintContext) -> Iterator[Hit]:
    told = {known.kind for known in context.known}
    told_story = any(point.thing_id for point in context.points)
    for start, sentence in sentence_places(text):
        if not _ASKS.search(sentence):
            continue
        asked = {kind for kind, pattern in _ASKED_FOR.items() if pattern.search(sentence)}
        if asked & told or (told_story and _STORY.search(sentence)):
            yield Hit("asks_for_known", Span(start=start, end=start + len(sentence)))


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
    return len(telling_stems(point.answer) & words) >= LEAST_SHARED


def _undated(text: str, _: LintContext) -> Iterator[Hit]:
    for start, sentence in sentence_places(text):
        if says_we_will(sentence) and not due_spans(sentence):
            yield Hit("promise_without_date", Span(start=start, end=start + len(sentence)))


SUBSTANCE: tuple[Check, ...] = (
    *(_figures, _sums_in_words, _offers, _expired, _asks_for_known, _unanswered, _undated),
)
