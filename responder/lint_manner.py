"""Lint of manner: how a reply talks to a person who is read by others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.enums import Severity, Stance
from otklik.verdicts import Span
from responder.lint_values import Check, Hit, LintContext, hits, whole
from responder.phrasing import is_used, sentence_places, sentence_words, used_sentences
from responder.words import stem, tokens

_I = re.IGNORECASE

_OVER_PROMISE = re.compile(
    r"гарантиру\w+|да(?:ём|ем|ю) (?:гарантию|слово)|клян\w+|"
    r"100\s?%-?\w*\s+(?:верн|исправ|реш|увер)\w+|"
    r"\b(?:точно|обязательно|непременно|железно)\s+(?:завтра|сегодня|верн\w+|привез\w+|решим|исправ\w+|"
    r"будет|сделаем|дойд\w+|прид[её]т)|(?:больше|никогда)(?:\s+\w+){0,2}\s+не\s+повтор\w+|"
    r"ни в коем случае не повтор\w+|\bguarantee\w*|\bdefinitely\b|\b100\s?%\s+(?:sure|certain)|"
    r"never happen(?:s)? again|not happen again|without fail|\bwe (?:do )?promise\b|\bi promise\b|"
    r"absolutely (?:will|certain|sure)|you have (?:our|my) word",
    _I,
)
_CANNED = re.compile(
    r"(?:приносим|примите)\s+(?:\w+\s+){0,3}извинения|(?:доставленн|причин[её]нн|предоставленн)\w+\s+"
    r"неудобств\w*|неудобства,?\s+(?:доставленн|причин[её]нн)\w+|"
    r"ваш[еа]?\s+(?:мнение|отзыв|обратная связь)"
    r"\s+(?:\w+\s+)?(?:важн\w+|цен\w+)|(?:мы\s+)?(?:очень\s+)?ценим\s+ваш\w*|"
    r"благодарим\s+(?:вас\s+)?за\s+(?:обращение|отзыв|обратную связь|ваш\w*)|"
    r"в\s+кратчайшие\s+сроки|"
    r"дела(?:ем|ют)\s+вс[её]\s+возможное|сложивш\w+\s+ситуаци\w+|прим(?:ем|ут)\s+(?:\w+\s+)?меры|"
    r"над(?:еемся|еюсь)\s+на\s+(?:ваше\s+)?понимание|с\s+уважением,|стремимся\s+(?:стать|быть)\s+лучше|"
    r"ваше?\s+(?:обращение|отзыв)\s+(?:принят|зарегистрирован|передан)\w*|"
    r"(?:any|the|this)\s+inconvenience|your\s+(?:opinion|feedback)\s+(?:is|matters)|"
    r"we\s+(?:truly\s+|really\s+)?(?:value|appreciate)\s+your|valued?\s+customer|"
    r"thank\s+you\s+for\s+(?:reaching\s+out|your\s+feedback|contacting\s+us)|we\s+strive\s+to|"
    r"at\s+your\s+earliest\s+convenience|as\s+soon\s+as\s+possible|rest\s+assured|"
    r"very\s+seriously|look\s+forward\s+to\s+(?:serving|welcoming)|we\s+are\s+always\s+striving",
    _I,
)
_REFUSAL = re.compile(
    r"\b(?:не\s+(?:можем|сможем|могу|сможет|имеем\s+возможности|предоставляем|возвращаем|"
    r"принимаем|предусмотрен\w*|подлеж\w+)|невозможно|отказ(?:ано|ываем)|вам\s+отказан\w*|"
    r"can(?:'t|not|\s+not)|(?:are|is|am)\s+(?:unable|not\s+able)|won't\s+be\s+able|not\s+possible|"
    r"impossible|do\s+not\s+(?:offer|accept|refund|give)|don't\s+(?:offer|accept|refund|give)|"
    r"refuse[sd]?|not\s+eligible)\b",
    _I,
)
_WAY_OUT = re.compile(
    r"\b(?:но|зато|вместо|можно|можете|(?<!не\s)мож[её]м|предлага\w+|предлож\w+|вариант\w*|если|взамен|"
    r"потому|поэтому|так\s+как|но\s+можем|but|instead|however|you\s+can|we\s+can\b(?!not)|"
    r"alternativ\w+|because|if|offer\s+you|what\s+we)\b",
    _I,
)
_RATING = re.compile(
    r"\b(?:измен\w+|исправ\w+|постав\w+|повыс\w+|поднят\w*|подним\w+|обнов\w+|пересмотр\w+|"
    r"скорректир\w+|удал\w+|добав\w+|остав\w+|убер\w+|оцен\w+|будем\s+рады)[\s,]+(?:\S+\s+){0,4}?(?:оценк\w+|"
    r"рейтинг\w*|зв[её]зд\w*|отзыв\w*|балл\w*\s+на\s+\w+)|\b(?:change|raise|update|improve|reconsider|"
    r"leave|give|edit|remove|delete|revise)\s+(?:\S+\s+){0,4}?(?:rating|stars?|review)\b|"
    r"\b(?:five|5)[\s-]stars?\b",
    _I,
)
_RATING_OURS = re.compile(r"\b(?:не\s+удал\w+|мы\s+не|do\s+not\s+delete|we\s+do\s+not)\b", _I)
_BLAME = re.compile(
    r"\bвы\s+сами\b|\bсами\s+виноват\w*|\bнадо\s+было\b|\bнужно\s+было\b|\bследовало\s+(?:бы\s+)?\w+ть\b|"
    r"\bвы\s+(?:невнимательн\w+|не\s*правы|ошиба\w+|вр[её]те|лж[её]те|придум\w+|преувелич\w+)|"
    r"\bесли\s+бы\s+вы\b|\bвы\s+не\s+(?:прочитали|поняли|указали|проверили|прочли|дождались|умеете)|"
    r"\bчитайте\s+внимательн\w+|\bвнимательн\w+\s+читайте|\bуспокойтесь\b|\bне\s+(?:надо|нужно)\s+\w*(?:груб|хам|"
    r"истер)\w*|\bследите\s+за\s+(?:языком|речью)|\bучитесь\b|\bхейтер\w*|\bтролл\w+|\bвы\s+хам\w*|"
    r"\byou\s+should\s+(?:\w+\s+)?have\s+(?!had)\w+|\byour\s+own\s+(?:fault|mistake)|\bit\s+is\s+your\s+fault|"
    r"\byou\s+(?:failed|forgot|neglected)\s+to|\byou\s+did(?:n't|\s+not)\s+(?:read|check|bother|understand|wait)|"
    r"\bcalm\s+down|\byou(?:'re|\s+are)\s+(?:wrong|mistaken|lying|exaggerating|rude)|\bif\s+you\s+had\b|"
    r"\blearn\s+to\b|\bwatch\s+your\s+language|\btrolls?\b|\bhaters?\b|\bread\s+(?:\w+\s+)?(?:carefully|properly)",
    _I,
)
_GUSH = re.compile(
    r"!{2,}|\b(?:безумно|невероятно|бесконечно|несказанно)\s+(?:рад|счастлив|благодар)\w*|\bуря\s+восторг\w*|"
    r"\b(?:so|super|absolutely|incredibly)\s+(?:excited|thrilled|happy|delighted)|\bthrilled\b|"
    r"\bover\s+the\s+moon|\bура\b|\byay\b|\bwoo-?hoo\b|[\U0001f300-\U0001faff❤]{3,}",
    _I,
)
LEAST_WORDS = 4


def _over_promise(text: str, _: LintContext) -> Iterator[Hit]:
    return hits("over_promise", _OVER_PROMISE, text)


def _canned(text: str, _: LintContext) -> Iterator[Hit]:
    return hits("canned_phrase", _CANNED, text)


def _bare_refusal(text: str, _: LintContext) -> Iterator[Hit]:
    sentences = sentence_places(text)
    for index, (start, sentence) in enumerate(sentences):
        refusal = _REFUSAL.search(sentence)
        if refusal is None:
            continue
        after = sentences[index + 1][1] if index + 1 < len(sentences) else ""
        if not _WAY_OUT.search(sentence) and not _WAY_OUT.search(after):
            yield Hit("bare_refusal", Span(start=start, end=start + len(sentence)))


def _asks_for_rating(text: str, _: LintContext) -> Iterator[Hit]:
    for start, sentence in sentence_places(text):
        if not _RATING_OURS.search(sentence):
            for hit in hits("asks_for_rating", _RATING, sentence):
                yield Hit(hit.code, _moved(hit.span, start))


def _blames(text: str, _: LintContext) -> Iterator[Hit]:
    return hits("blames_client", _BLAME, text)


def _name_repeated(text: str, context: LintContext) -> Iterator[Hit]:
    name = next((word for word, _ in tokens(context.author_name) if len(word) > 2), "")
    places = [span for word, span in tokens(text) if name and stem(word) == stem(name)]
    for span in places[1:]:
        yield Hit("name_repeated", span)


def _gushes(text: str, context: LintContext) -> Iterator[Hit]:
    yield from hits("forced_enthusiasm", _GUSH, text)
    most = 1 if context.stance in (Stance.CRITIC, Stance.HEATED, Stance.HATER) else 2
    if text.count("!") > most:
        yield Hit("forced_enthusiasm", whole(text))


def _repeats(text: str, context: LintContext) -> Iterator[Hit]:
    used = used_sentences(context.recent_replies)
    own = [
        (start, sentence)
        for start, sentence in sentence_places(text)
        if len(sentence_words(sentence)) >= LEAST_WORDS and not _may_recur(sentence, context)
    ]
    again = [(start, sentence) for start, sentence in own if is_used(sentence, used)]
    # One turn of phrase met before is worth a note; a reply made of them is a template.
    severity = None if len(again) * 2 > len(own) else Severity.NOTE
    for start, sentence in again:
        yield Hit("repeated_sentence", Span(start=start, end=start + len(sentence)), severity)


def _may_recur(sentence: str, context: LintContext) -> bool:
    """A fact, an approved statement and the way to us are the same for everybody."""
    words = sentence_words(sentence)
    said = [text for fact in context.facts for text in fact.all_texts()]
    fixed = used_sentences((*said, *context.approved_texts))
    is_fixed = any(len(one & words) >= 0.9 * len(one) for one in fixed)
    return is_fixed or any(contact in sentence for contact in context.own_contacts)


def _too_long(text: str, context: LintContext) -> Iterator[Hit]:
    most = context.reply_max_length
    if most is not None and len(text) > most:
        yield Hit("too_long", Span(start=most, end=len(text)), Severity.BLOCK)


def _moved(span: Span, by: int) -> Span:
    return Span(start=span.start + by, end=span.end + by)


MANNER: tuple[Check, ...] = (
    *(_over_promise, _canned, _bare_refusal, _asks_for_rating, _blames, _name_repeated),
    *(_gushes, _repeats, _too_long),
)
