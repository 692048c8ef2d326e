"""Citing: whether each sentence of a language model rests on the facts it names.

A model may say our facts and plain courtesies in other words; it has no others of its own. A
sentence whose words stand neither in its facts nor among those that all replies are made of is
a claim that nobody made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from otklik.enums import Language
from responder.knowledge import Fact, Knowledge
from responder.lint.figures import figures
from responder.lint.sources import alike, meaning
from responder.phrasing import phrases
from responder.words import stems

MOST_FOREIGN = 0.25  # share of a sentence's telling words from nowhere
SHORT = 3  # telling words
LEAST_TOLD = 0.6  # share of a clause of the fact that a sentence must tell
_CLAUSE = re.compile(r"[;:,.]\s|\s(?:и|или|а|но|and|or|but)\s")
LEAST_SHARED = 1.5  # words it has in common with one wording; courtesies count half
_DENIES = re.compile(
    r"\b(?:не|нет|ни|без|never|no|not|none|without|nobody|nothing)\b|n['’]t\b", re.I
)
# yes to what a stranger said is a claim of ours; and we never speak as I
_CONFIRMS = re.compile(
    r"^\W*(?:да|нет|верно|именно|конечно|правда|точно|так|хорошо|ладно|yes|no|sure|indeed|correct|exactly|"
    r"agreed|right|true|of\s+course|ok)\b|\bвы\s+правы\b|\bправд\w+|\bсоглас\w+|\bверно\b|\bдействительно\b|"
    r"\byou\s+(?:are|were)\s+right(?!\s+to\b)|\bagree\w*|\btrue\b",
    re.I,
)
_NOT_OURS = re.compile(
    r"\b(?:я|мой|моя|моё|мои|моего|моей|мне|меня|i|my|mine|me|ваш\w*\s+компани\w*|your\s+company)\b",
    re.I,
)
# nobody is told to pay, unless a fact says so in so many words
_PAY = re.compile(
    r"(?:\b(отправ(?:ь|ьте|те)|переведите|перечислите|внесите|оплатите|заплатите)|"
    r"(?:^|\b(?:please|must|should|to)\s+)(send|transfer|pay|wire)\b)"
    r"(?:\s+(?:us|the|your|a|an|to|for|нам|ваш\w*))*\s*(\w{0,5})",
    re.I,
)
_DENIED = re.compile(
    r"(?:\b(?:не|нет|ни|без|нельзя|never|no|not|none|without|nobody|nothing)|n['’]t)\s+(\w+)", re.I
)
_DENIED_AFTER = re.compile(r"(\w+)\s+(?:нет|нельзя|невозможно|не\s+бывает)\b", re.I)
# denials that belong to courtesy
_KINDLY = re.compile(
    r"\bне\s+(?:долж\w+|зна\w+|стали\s+молчать|справил\w+|успел\w+|дождал\w+|ясн\w+|придётся|нужно|раз)|"
    r"\b(?:should|must|need|do|did)\s?(?:not|n['’]t)\s+(?:have|know|yet|be)|\bnot\s+(?:easy|know|yet|clear)",
    re.I,
)
_DAYS = meaning(
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь "
    "January February March April May June July August September October November December"
)
_COURTESY = {
    Language.RUSSIAN: """
        здравствуйте добрый день спасибо благодарить пожалуйста извините простить извинение
        жаль сожалеть понимать понять неприятно обидно досада расстроить огорчить важный
        честно прямо рассказать написать сообщить отзыв сообщение комментарий история ситуация
        случай вопрос мнение замечание критика слово правый справедливый разобраться помочь
        ответить ответ узнать уточнить выяснить причина подробность чат личный приложение сайт
        мы вы это наш ваш очень конечно действительно сожаление опыт такой произойти случиться
        выйти получиться должен вина ошибка подвести ждать дать знать
    """,
    Language.ENGLISH: """
        hello hi dear thank thanks please sorry apologise apologize apology understand see
        hear read unpleasant upset frustrating frustration fair honest straight tell told
        write wrote message review comment story case question view remark criticism word
        right help answer reply find look reason cause detail chat private app site very
        really experience happen went wrong fault mistake ours us let down wait know should
        have must good glad kind
    """,
}


@lru_cache(maxsize=8)
def courtesy(language: Language) -> frozenset[str]:
    """Words that replies are made of whatever they are about."""
    blocks = phrases(language)
    said = " ".join(text for texts in blocks.values() for text in texts)
    own = _COURTESY.get(language, _COURTESY[Language.ENGLISH])
    return meaning(f"{said} {own}")


def house_words(knowledge: Knowledge, comment: str, language: Language) -> frozenset[str]:
    """Words with which we name ourselves and the things of ours that the comment names."""
    named = knowledge.things_in(comment)
    things = (
        text for one in named for text in (*one.about.of(language), *one.being_with.of(language))
    )
    owners = (text for one in knowledge.owners.values() for text in one.of(language))
    own = (*knowledge.company.of(language), *knowledge.channel.of(language))
    return meaning(" ".join((*own, *owners, *things)))


def is_cited(
    sentence: str, facts: Sequence[Fact], plain: frozenset[str], statements: Iterable[str] = ()
) -> bool:
    """Whether a sentence says only what one wording of its facts, or bare courtesy, says.

    Args:
        plain: courtesy and house words, see above.
        statements: approved texts, which may be said without a fact.
    """
    words = meaning(sentence) - _DAYS
    if not words or not _is_whole(sentence):
        return False
    if _NOT_OURS.search(sentence) or not _may_ask_to_pay(sentence, facts):
        return False
    if words <= plain:
        is_kind = any(words & meaning(one) for one in _COURTESY.values())
        return (
            is_kind
            and not _CONFIRMS.search(sentence)
            and not _DENIES.search(_KINDLY.sub("", sentence))
        )
    told = [_wordings(fact, full=len(words) >= SHORT) for fact in facts]
    return any(_says_the_same(sentence, words, one, plain) for one in (*told, tuple(statements)))


def _wordings(fact: Fact, *, full: bool) -> tuple[str, ...]:
    """What a fact says; a short claim could turn what it admits into its opposite."""
    action = (*fact.action.says.ru, *fact.action.says.en) if fact.action else ()
    return fact.all_texts() if full else (*fact.says.ru, *fact.says.en, *action)


def _says_the_same(
    sentence: str, words: frozenset[str], wordings: Sequence[str], plain: frozenset[str]
) -> bool:
    """Whether nearly all of the words are the fact's, and nothing is denied that it does not."""
    held = frozenset[str]().union(*map(meaning, wordings))
    foreign = len(words - held - plain)
    is_told = any(_tells(sentence, words, one, plain) for one in wordings)
    denied = frozenset[str]().union(*map(_denied, wordings))
    return is_told and foreign <= MOST_FOREIGN * len(words) and _denied(sentence) <= denied


def _tells(sentence: str, words: frozenset[str], wording: str, plain: frozenset[str]) -> bool:
    """Whether the sentence tells most of some clause of the wording, with a figure of its own."""
    said = figures(sentence)
    for clause in _CLAUSE.split(wording):
        held, known = meaning(clause), figures(clause)
        shared = len((words - plain) & held) + len(words & plain & held) / 2
        near = shared >= LEAST_SHARED and len(words & held) >= LEAST_TOLD * len(held)
        if near and (not known or any(one.is_like(other) for one in said for other in known)):
            return True
    return False


def _denied(text: str) -> frozenset[str]:
    """What a text denies: the words beside its denials."""
    found = (*_DENIED.findall(text), *_DENIED_AFTER.findall(text))
    return frozenset[str]().union(*(alike(stems(word)) for word in found))


def _may_ask_to_pay(sentence: str, facts: Sequence[Fact]) -> bool:
    asked = [[one.lower() for one in found if one] for found in _PAY.findall(sentence)]
    clauses = [
        clause.lower()
        for fact in facts
        for wording in _wordings(fact, full=True)
        for clause in _CLAUSE.split(wording)
    ]
    return all(any(all(word in one for word in words) for one in clauses) for words in asked)


def _is_whole(sentence: str) -> bool:
    """Whether it begins and ends like one, with every quotation closed."""
    text = sentence.strip()
    closed = text.count("«") == text.count("»") and text.count('"') % 2 == 0
    begins = text[:1].isupper() or text[:1] in '«"' or text[:1].isdigit()
    return closed and begins and text.rstrip('»")').endswith((".", "!", "?", "…"))
