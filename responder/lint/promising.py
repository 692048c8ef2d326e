"""Lint of promises: what we say we shall do without saying by when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from otklik.enums import Severity, Stance
from otklik.language.grammar import readings
from responder.lint.reading import Sentence, Word, sentences_of
from responder.lint.values import Check, Hit, LintContext
from responder.promise_finder import due_spans, says_we_will
from responder.words import stem

_I = re.IGNORECASE
# Who of ours does what a reply tells of.
_OURS = """
    управляющий администратор мастер врач менеджер старший смена оператор специалист инженер
    юрист технолог бухгалтерия склад разница деньги коллега сотрудник поддержка касса
"""
_NO_DEED = frozenset(
    """
    будем будет будут станет смогут сможет сможем можно захочет придется увидим согласимся
    """.split()  # noqa: SIM905
)
_NO_PROMISE = re.compile(
    r"\?\s*$|\bкогда\b.{1,80}\b(?:видно|узнаете|увидите)\b|\b(?:обещали|сказали,?\s+что|we\s+said|"
    r"you\s+will\s+(?:see|find)\b|"
    r"вы\s+(?:пишете|писали),?\s+что|when\s+(?:the|you)|если\s+(?:вы\s+)?\w+[ие]те\b)",
    _I,
)
_OURS_WILL = re.compile(
    r"\b(?:we(?:'re|\s+are)|(?:manager|engineer|doctor|shift|team|lead|"
    r"colleague)\s+is)\s+going\s+to\b|"
    r"\b(?:engineer|manager|doctor|nurse|shift|team|lead|someone|somebody|colleague|specialist|"
    r"courier)\s+"
    r"(?:from\s+(?:\w+\s+){1,3}?)?(?:will|shall)\s+\w+|\bпостараемся\b|\bбудем\s+\w+ться\b",
    _I,
)
_DATED = re.compile(
    r"\b(?:к|ко|до|с|на|в|во)\s+(?:концу\s+|начала\s+|самого\s+|следующ\w+\s+|"
    r"эт\w+\s+)?(?:вечер\w*|утр\w+|обед\w*|"
    r"ноч\w+|понедельник\w*|вторник\w*|сред[еыу]|четверг\w*|пятниц\w+|суббот\w+|воскресень\w+|"
    r"выходн\w+|"
    r"недел\w+|месяц\w*|январ\w+|феврал\w+|март\w*|апрел\w+|ма[яюе]|июн\w+|июл\w+|август\w*|"
    r"сентябр\w+|"
    r"октябр\w+|ноябр\w+|декабр\w+|весн\w+|лет[ау]|осен\w+|зим\w+|праздник\w*|открыти\w+|"
    r"закрыти\w+|\d{1,2}(?:[:.]\d\d)?)\b|"
    r"\b(?:сегодня|завтра|послезавтра|утром|вечером|днём|весной|летом|осенью|зимой|сейчас|tonight|"
    r"today|tomorrow)\b|"
    r"\bthis\s+(?:week|month|evening|afternoon|morning)\b|\bnext\s+(?:week|month|\w+day)\b|"
    r"\b(?:on|by|before|until|till|from)\s+(?:the\s+)?(?:end\s+of|\w+day|noon|night|evening|"
    r"\d{1,2})\b",
    _I,
)
# The moment is the reader's: it is done when they come, ask or hand it over.
_WHEN_THEY_COME = re.compile(
    r"\b(?:сразу|тут\s+же|на\s+(?:любой\s+)?кассе|в\s+(?:любом|любой|любое)|любой\s+кассир|"
    r"в\s+магазине|в\s+салоне|"
    r"у\s+(?:администратора|стойки|кассы|сестры)|за\s+стойкой|через\s+форму|в\s+чате|по\s+(?:чеку|"
    r"коду)|при\s+(?:вас|"
    r"заезде|визите)|"
    r"(?:принесите|приходите|подойдите|приносите|зайдите|выберите|покажите)\b.*|если\b.*|"
    r"at\s+(?:any|the)\s+(?:till|desk|bar)|at\s+once|when\s+you\s+come|if\s+you\b.*|"
    r"bring\s+it\b.*)",
    _I,
)
_CYRILLIC = re.compile(r"[а-яё]", _I)
_CLAUSE_ENDS = frozenset(",;:—–()")


def _undated(text: str, context: LintContext) -> Iterator[Hit]:
    # A kind word passed on is a courtesy; only what went wrong makes a debt of it.
    severity = Severity.NOTE if context.stance is Stance.PRAISE else None
    for sentence in sentences_of(text):
        if _promises(sentence) and not _is_dated(sentence.text):
            yield Hit("promise_without_date", sentence.span, severity)


def _promises(sentence: Sentence) -> bool:
    """Whether we, or somebody of ours, shall do something."""
    if _NO_PROMISE.search(sentence.text):
        return False
    if _OURS_WILL.search(sentence.text):
        return True
    if not _CYRILLIC.search(sentence.text):
        return says_we_will(sentence.text)
    return any(_clause_promises(clause) for clause in _clauses(sentence))


def _clauses(sentence: Sentence) -> list[list[Word]]:
    """Words of the sentence between its commas and the like."""
    clauses: list[list[Word]] = [[]]
    last = sentence.start
    for word in sentence.words:
        between = sentence.text[last - sentence.start : word.span.start - sentence.start]
        if _CLAUSE_ENDS & set(between):
            clauses.append([])
        clauses[-1].append(word)
        last = word.span.end
    return clauses


@cache
def _ours() -> frozenset[str]:
    return frozenset(stem(word) for word in _OURS.split())


def _clause_promises(words: Sequence[Word]) -> bool:
    has_ours = any(word.stem in _ours() for word in words)
    return any(
        _is_future(words, place, has_ours=has_ours) and not _is_negated(words, place)
        for place in range(len(words))
    )


def _is_future(words: Sequence[Word], place: int, *, has_ours: bool) -> bool:
    """«вернём», «будем искать», and «мастер приедет» where somebody of ours is named."""
    word = words[place]
    if word.text == "будем":
        return any(_is_infinitive(after) for after in words[place + 1 : place + 3])
    first = next(iter(readings(word.text)), None)
    if first is None or not first.has(Tense="Fut") or word.text in _NO_DEED:
        return False
    if first.has(Person="1", Number="Plur"):
        return True
    return has_ours and first.has(Person="3", Aspect="Perf")


def _is_infinitive(word: Word) -> bool:
    return any(one.has(VerbForm="Inf") for one in readings(word.text))


def _is_negated(words: Sequence[Word], place: int) -> bool:
    return place > 0 and words[place - 1].text in ("не", "если", "пока", "когда", "кто")


def _is_dated(sentence: str) -> bool:
    patterns = (_DATED, _WHEN_THEY_COME)
    return bool(due_spans(sentence)) or any(one.search(sentence) for one in patterns)


PROMISING: tuple[Check, ...] = (_undated,)
