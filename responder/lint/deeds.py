"""Promises and deeds: what a reply says that we shall do, or have done already.

A promise to find out, answer or check rests on the desk itself once it names a day. Any other
one, and every deed in the past, rests on a fact, a statement or a power.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from otklik.enums import Severity
from otklik.verdicts import Span
from responder.lint.figures import figures
from responder.lint.sources import Sources, meaning
from responder.lint.values import Hit
from responder.phrasing import sentence_places
from responder.promise_finder import due_spans

_I = re.IGNORECASE
MOST_DAYS = 45  # a promise further away than this is none that a desk gives

_PROCESS_RU = (
    r"ответ(?:им|ит|ят)|отпишемся|напиш(?:ем|ет|ут)|сообщ(?:им|ит|ат)|разбер[её](?:м|мся|т|тся)|"
    r"разберут(?:ся)?|провер(?:им|ит|ят)|выясн(?:им|ит|ят)|узна(?:ем|ет|ют)|уточн(?:им|ит|ят)|"
    r"спрос(?:им|ит|ят)|найд(?:[её]м|[её]т|ут)|разыщем|отыщем|проследим|свяж(?:емся|ется|утся)|"
    r"(?:пере)?звон(?:им|ит|ят)|позвон(?:им|ит|ят)|назов(?:[её]м|[её]т)|поговор(?:им|ит|ят)|поднимем|"
    r"посмотр(?:им|ит|ят)|изуч(?:им|ит|ат)|опубликуем|объявим|передадим(?!\s+(?:всем|спасибо|ваши|добрые|тёплые))|поищем|прослуша(?:ем|ет)|"
    r"свер(?:им|ит|ят)|обсуд(?:им|ит|ят)|запросим|рассмотр(?:им|ит|ят)|"
    r"верн[её]мся\s+(?:к\s+вам\s+)?с\s+ответом|дадим\s+(?:вам\s+)?(?:ответ|знать)|ответ\s+(?:будет|дадим)|договоримся|согласуем|условимся|"
    r"(?:при|за)кончим\s+проверку|предупредим|примем\s+меры"
)
_OUTCOME_RU = (
    r"верн(?:[её]м|[её]т|ут)(?:ся)?|возвратим|возмест(?:им|ит|ят)|компенсируем|компенсируют|"
    r"выплат(?:им|ит|ят)|заплатим|оплатим|перечисл(?:им|ит|ят)|перевед[её]м|начисл(?:им|ит|ят)|"
    r"доначислим|зачисл(?:им|ит|ят)|подар(?:им|ит|ят)|дадим|предостав(?:им|ит|ят)|обеспечим|"
    r"замен(?:им|ит|ят)|обменя(?:ем|ет|ют)|пришл(?:[её]м|[её]т|ют)|отправ(?:им|ит|ят)|"
    r"(?:при|до|за)вез(?:[её]м|[её]т|ут)|достав(?:им|ит|ят)|забер(?:[её]м|[её]т|ут)|исправ(?:им|ит|ят)|"
    r"почин(?:им|ит|ят)|отремонтируем|устран(?:им|ит|ят)|восстанов(?:им|ит|ят)|отмен(?:им|ит|ят)|"
    r"сним(?:ем|ет|ут)|спиш(?:ем|ет|ут)|закро(?:ем|ет|ют)|откро(?:ем|ет|ют)|разблокируем|"
    r"разблокиру(?:ет|ют)|удал(?:им|ит|ят)|убер(?:[её]м|[её]т|ут)|продл(?:им|ит|ят)|увол(?:им|ит|ят)|"
    r"накаж(?:ем|ет|ут)|оштрафу(?:ем|ет|ют)|оформ(?:им|ит|ят)|пересчита(?:ем|ет|ют)|улучшим|изменим|"
    r"сделаем(?!\s+так\b)|решим|решится|обещаем|обязуемся|гарантируем|угостим|сохраним|подключ(?:им|ит|ат)|"
    r"отключ(?:им|ит|ат)|постав(?:им|ит|ят)|провед[её]м|организуем|собер[её]м|назнач(?:им|ит|ат)|"
    r"включ(?:им|ит|ат)|погасим|простим|аннулируем|выдадим|выдадут|повысим|снизим|добав(?:им|ит|ят)|"
    r"ускорим|доведём|доведем|подготовим|рассчитаем|начн(?:[её]м|[её]т)|внес[её]м|выполним|обнулим|"
    r"увеличим|запустим|приедет|приедут|придут|при[дй]д[её]т|поступ(?:ит|ят)|получите|"
    r"приш[её]лся|построим|установ(?:им|ит|ят)|обновим|не\s+повторится|"
    r"буд(?:ет|ут|ем)\s+(?:\w+\s+)?[а-яё]+(?:[её]н|ен|ан|ят|ыт)(?:а|о|ы)?|"
    r"готовы\s+(?:вам\s+)?(?:вернуть|компенсировать|возместить|подарить|заплатить|выплатить|дать)"
)
_PROCESS_EN = (
    r"answer|reply|respond|write|find|check|look|ask|tell|contact|call|explain|investigate|trace|"
    r"follow|see|go\s+through|come\s+back|help|publish|let\s+you|know|listen|take\s+(?:up|this|it)|talk|"
    r"speak|examine|review|update|keep|get\s+(?:back|in\s+touch)|be\s+(?:back|in\s+touch)|name|report"
)
_WILL_EN = re.compile(
    r"\b(?:will|shall|(?:we|i|they|he|she|you|it)['’]ll|(?:are|is|am)\s+going\s+to)\s+"
    r"(?:(?:also|then|now|soon|not|never|gladly|personally|certainly|definitely|immediately|at\s+once)\s+)*",
    _I,
)
_AND_EN = re.compile(
    rf"\band\s+(?=(?:{_PROCESS_EN}|refund|credit|send|replace|return|pay|give|repair|fix|cancel)\b)",
    _I,
)
_VOW_EN = re.compile(
    r"\bwe\s+(?:promise|guarantee|undertake|commit|pledge)\b|\byou\s+(?:will\s+)?(?:are|have\s+been)?\s*"
    r"(?:entitled|granted|awarded|owed)\b|\bon\s+(?:its|their)\s+way\b|\byou\s+get\s+a\s+refund\b",
    _I,
)
_OURS_EN = re.compile(rf"(?:{_PROCESS_EN})\b", _I)
_PROCESS = re.compile(rf"\b(?:{_PROCESS_RU})\b", _I)
_OUTCOME = re.compile(rf"\b(?:{_OUTCOME_RU})\b", _I)
_SPEAKS = re.compile(r"\b(?:скажем|расскажем|объясним|подскажем|поясним|покажем)\b", _I)
_HIDES = re.compile(r"\bне\s+$", _I)

_DONE_STEM = (
    r"верну|возврати|возмести|компенсирова|выплати|перечисли|переве|начисли|зачисли|провери|разобра|"
    r"связа|позвони|уволи|наказа|оштрафова|замени|обменя|отправи|присла|исправи|почини|устрани|"
    r"восстанови|отмени|закры|откры|разблокирова|удали|пересчита|приня|прове|переда|"
    r"поговори|реши|сня|забра|предупреди|лиши|уведоми|добави|обнови|измени|улучши|усили|заверши|"
    r"подтверди|установи|прослуша|подключи|отключи|оформи|запроси|подготови|назначи|списа|отстрани|"
    r"выписа|одобри|согласова|урегулирова|рассмотре|достави|подари"
)
_DONE_RU = re.compile(rf"\b(?:(?:{_DONE_STEM})л(?:а|о|и)?(?:сь|ся)?|наш(?:[её]л|ла|ли))\b", _I)
_PASSIVE_RU = re.compile(
    r"\b(?:(?:возвращ|возмещ|выплач|перечисл|перевед|начисл|зачисл|провер|увол|замен|отправл|"
    r"исправл|устран|реш|отмен|удал|провед|найд|восстановл|назнач|подтвержд|одобр|оформл|отключ|"
    r"подключ|достав|отстран|оплач|продл|добавл|обновл|измен|заверш|предупрежд|лиш|улучш)[её]н|"
    r"(?:наказ|перед|пересчит|компенсиров|разблокиров|урегулиров|спис|выд|оштрафов|согласов)ан|"
    r"(?:закры|приня|сня)т)(?:а|о|ы)?\b",
    _I,
)
_DONE_EN_STEM = (
    r"refunded|returned|repaid|paid|credited|compensated|checked|investigated|fired|dismissed|sacked|"
    r"replaced|sent|fixed|repaired|cancell?ed|closed|removed|deleted|contacted|called|spoken|spoke|"
    r"talked|reviewed|resolved|solved|restored|processed|issued|transferred|reimbursed|reported|"
    r"passed|forwarded|escalated|taken|took|confirmed|found|approved|updated|improved|trained|warned|"
    r"disciplined|punished|shipped|delivered|unblocked|unlocked|added|granted|arranged|launched|"
    r"completed|switched|verified|tested|inspected|informed|notified|suspended|waived|dispatched"
)
_DONE_EN = re.compile(
    rf"\b(?:(?:we|i|they|he|she|our\s+\w+|the\s+\w+(?:\s+\w+)?)\s+(?:(?:have|has|had)\s+)?|"
    rf"(?:we|i|they)['’]ve\s+|(?:has|have|had|was|were|is|are)\s+(?:(?:already|now|just|also)\s+)?(?:been\s+)?)"
    rf"(?:(?:already|now|just|since|also)\s+)*(?P<done>{_DONE_EN_STEM})\b",
    _I,
)
_NOT_DONE = re.compile(
    r"(?:\bне|\bбыть|\bбудет|\bбудут|\bесли|\bкогда|\bкак\s+только|\bпока\s+не|\bобязан\w*|\bдолж\w+|"
    r"\bмо(?:жет|гут|гли)|\bnot|\bnever|n['’]t|\bto\s+be|\b(?:must|should|shall|will|can|could|may|to|if|"
    r"when|once|until|is|are)\s+(?:be|have\s+been)|\bif|\bwhen|\bonce|\buntil|\bbefore|\bhad\s+to|"
    r"\bno\s+\w+\s+(?:is|are|was|were))\s+(?:[\w-]+\s+){0,2}$|"
    r"\b(?:once|until|as\s+soon\s+as|after|после\s+того,?\s+как|когда|как\s+только|если)\s[^,.;]{0,60}$",
    _I,
)
_YOU_DID = re.compile(
    r"\b(?:спасибо|благодарим|thank)\b[^.;:]{0,40}$|\b(?:вы|you|they|кто-то|who(?:ever)?)\s+(?:(?:уже|сами|нам|have|had|already|never)\s+){0,2}$",
    _I,
)
_TO_YOU = re.compile(r"\b(?:вы|вас|вам|ваш\w*|you|your)\b", _I)
_AGAINST = frozenset(
    """
    отправили списали сняли закрыли отключили удалили забрали подключили передали отменили закрыта
    закрыт закрыто списана списано списаны отключен отключена closed charged sent taken took removed
    cancelled passed deleted switched снято снята сняты закрыты
    """.split()  # noqa: SIM905
)
_RULE = re.compile(
    r"\b(?:is|are|gets?|всегда|обычно)\s+(?:always\s+)?$|\bкажд\w+\b|\bwhat\s+was\b", _I
)
_RETOLD = re.compile(
    r"\b(?:за\s+что|почему|отчего|где|когда|куда|кем|why|where|whether)\s[^,;.]{0,40}$|"
    r"\b(?:пишете|говорите|сообщаете|написали|сообщили|рассказали|сказали|write|wrote|say|said|mention)"
    r",?\s+(?:что\s+|that\s+|о\s+том,?\s+)?[^,;.]{0,60}$",
    _I,
)
_CLAUSE = re.compile(r"[;:—–]\s|,\s+(?=(?:а|но|и|поэтому|потому|and|but|so)\b)")


def promises(
    text: str, sources: Sources, at: datetime, given: frozenset[float] = frozenset()
) -> Iterator[Hit]:
    """Promises that nothing stands behind; `given`: sums that a power covers."""
    for start, sentence in sentence_places(text):
        has_day = bool(due_spans(sentence)) and _is_near(sentence, at)
        for place, end, process in _found_promises(sentence):
            clause = _clause(sentence, place)
            granted = has_day and any(one.value in given for one in figures(clause))
            backed = granted or (
                sources.says(meaning(clause)) and _same_deed(clause, sentence[place:end], sources)
            )
            if not backed and not (process and has_day):
                yield Hit("unsupported_promise", Span(start=start + place, end=start + end))


def has_outcome(sentence: str) -> bool:
    """Whether a sentence promises more than to find out and answer."""
    return any(not process for _, _, process in _found_promises(sentence))


def has_promise(sentence: str) -> bool:
    """Whether a sentence promises anything."""
    return bool(_found_promises(sentence)) or _SPEAKS.search(sentence) is not None


@lru_cache(maxsize=4_000)
def _found_promises(sentence: str) -> tuple[tuple[int, int, bool], ...]:
    return tuple(_promised(sentence))


def _promised(sentence: str) -> Iterator[tuple[int, int, bool]]:
    own = [found.span() for found in _PROCESS.finditer(sentence)]
    for start, end in own:
        if not _HIDES.search(sentence[:start]):
            yield start, end, True
    for found in _OUTCOME.finditer(sentence):
        hidden = _HIDES.search(sentence[: found.start()]) and not found[0].startswith("не")
        if not hidden and not any(low <= found.start() < high for low, high in own):
            yield found.start(), found.end(), False
    wills = False
    for found in _WILL_EN.finditer(sentence):
        wills = True
        word = re.match(r"[\w'’-]+", sentence[found.end() :])
        end = found.end() + (word.end() if word else 0)
        yield found.start(), end, _OURS_EN.match(sentence, found.end()) is not None
    if wills:
        for found in _AND_EN.finditer(sentence):
            process = _OURS_EN.match(sentence, found.end()) is not None
            word = re.match(r"\w+", sentence[found.end() :])
            yield found.end(), found.end() + (word.end() if word else 1), process
    for found in _VOW_EN.finditer(sentence):
        yield found.start(), found.end(), False


def _is_near(sentence: str, at: datetime) -> bool:
    for figure in figures(sentence):
        if figure.unit == "months" and figure.value > 1:
            return False
        if figure.unit == "time" and figure.value > MOST_DAYS * 1440:
            return False
        if figure.unit == "date" and not _in_reach(figure.value, at):
            return False
    return True


def _in_reach(value: float, at: datetime) -> bool:
    month, day = divmod(int(value), 100)
    for year in (at.year, at.year + 1):
        try:
            far = (at.replace(year=year, month=month, day=day) - at).days
        except ValueError:
            continue
        if -1 <= far <= MOST_DAYS:
            return True
    return False


def _same_deed(clause: str, verb: str, sources: Sources) -> bool:
    """Whether a wording that shares the clause's words also has its verb."""
    words = meaning(clause)
    verbs = meaning(verb) or words
    return any(
        verbs & one.words and len(one.words & words) >= min(2, len(words)) for one in sources.firm
    )


def _clause(sentence: str, place: int) -> str:
    cuts = [0, *(found.end() for found in _CLAUSE.finditer(sentence)), len(sentence)]
    start = max(cut for cut in cuts if cut <= place)
    end = min(cut for cut in cuts if cut > place)
    return sentence[start:end]


def deeds(text: str, sources: Sources) -> Iterator[Hit]:
    """Deeds of ours in the past that no source tells of."""
    for start, sentence in sentence_places(text):
        for place, end in _found_deeds(sentence, sources):
            clause = _clause(sentence, place)
            if not _is_done(clause, sentence[place:end], sources):
                # One person's word makes it lighter and never goes unseen.
                weight = Severity.WARN if sources.is_vouched(sentence) else None
                yield Hit("unsupported_deed", Span(start=start + place, end=start + end), weight)


def _is_done(clause: str, verb: str, sources: Sources) -> bool:
    """Whether a wording about the same tells that it was done, not only that it is the rule."""
    words, verbs = meaning(clause), meaning(verb)
    return any(
        verbs & _done_words(one.text) and len(one.words & words) >= min(2, len(words))
        for one in sources.firm
    )


@lru_cache(maxsize=5_000)
def _done_words(text: str) -> frozenset[str]:
    patterns = (_DONE_RU, _PASSIVE_RU, _DONE_EN)
    found = (hit[0] for pattern in patterns for hit in pattern.finditer(text))
    return frozenset[str]().union(*map(meaning, found))


def _found_deeds(sentence: str, sources: Sources) -> Iterator[tuple[int, int]]:
    for pattern in (_DONE_RU, _PASSIVE_RU, _DONE_EN):
        for found in pattern.finditer(sentence):
            start = found.start("done") if pattern is _DONE_EN else found.start()
            before = sentence[: found.start()]
            negated = _NOT_DONE.search(sentence[:start]) or _YOU_DID.search(before)
            if not negated and not _is_told(sentence, found[0], start, found.end(), sources):
                yield start, found.end()


def _is_told(sentence: str, whole: str, start: int, end: int, sources: Sources) -> bool:
    """Whether it repeats what the person says was done to them."""
    word = sentence[start:end].lower()
    if (
        _RETOLD.search(sentence[:start])
        or _RULE.search(sentence[:start])
        or _RULE.search(whole[: len(whole) - len(word)])
    ):
        return True
    to_you = _TO_YOU.search(sentence) is not None
    heard = any(word[:5] in one.text.lower() for one in sources.said)
    return word in _AGAINST and to_you and heard
