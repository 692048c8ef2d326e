"""What a reply may rest on: cited facts, approved statements, given powers, our own contacts.

The comment and its thread are no source of ours: they may be restated, never confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from responder.knowledge import Wording
from responder.lint.figures import Figure, figures
from responder.lint.values import LintContext
from responder.words import stems, telling_stems

_PAIRS = """
вернуть возвращать возврат возвратить возмещать возместить вернуться возвращаться
заменить заменять замена менять поменять обменять обменивать обмен
начислить начислять начисление зачислить зачислять доначислить credit
отменить отменять отмена
прислать присылать пришлый отправить отправлять выслать send
привезти везти привозить довезти довозить доставить доставка доставлять bring deliver
починить чинить чиниться ремонт ремонтировать починка repair fix
снять снимать
закрыть закрывать
открыть открывать открытый
пересчитать пересчитывать пересчет перерасчет recalculat
удалить удалять
забрать забирать
исправить исправлять
отключить отключать отключаться
включить включать включаться
подключить подключать подключение
проверить проверять проверка check
принять принимать
перенести переносить переноситься перенос
refund return repay money back
exchange swap replac
"""
_SAME = {word: line.split()[0] for line in _PAIRS.strip().split("\n") for word in line.split()}
_NOISE = frozenset(
    """
    рубль процент балл минута час день сутки неделя месяц год рабочий rouble percent point minut
    minute hour day week month year working уже ещё еще все весь мочь быть нужно можно надо если
    когда наш вы will shall already also only more than up to their here there здесь там
    """.split()  # noqa: SIM905
)


def alike(words: Iterable[str]) -> frozenset[str]:
    """The words with aspects and equal verbs as one; what only fills a sentence is left out."""
    return frozenset(_SAME.get(word, word) for word in words if not word.isdigit()) - _NOISE


@lru_cache(maxsize=8_000)
def meaning(text: str) -> frozenset[str]:
    """The telling words of a text, for comparing what two texts are about."""
    return alike(telling_stems(text))


@dataclass(frozen=True)
class Source:
    """One wording that may be relied on."""

    text: str

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures."""
        return figures(self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its telling words."""
        return meaning(self.text)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """All its words, for names of things."""
        return frozenset(stems(self.text))


@lru_cache(maxsize=5_000)
def _source(text: str) -> Source:
    return Source(text)


@dataclass(frozen=True)
class Sources:
    """Everything one reply may rest on, and what it may only restate."""

    firm: tuple[Source, ...]
    said: tuple[Source, ...]
    contacts: tuple[str, ...]
    vouched: tuple[str, ...] = ()

    def is_vouched(self, sentence: str) -> bool:
        """Whether a person stands for this very sentence."""
        words = _plain(sentence)
        return any(words in one for one in self.vouched)

    def has_word(self, word: str) -> bool:
        """Whether something firm holds this very word or phrase."""
        low = word.lower()
        return any(low in one.text.lower() for one in self.firm)

    def holds(self, figure: Figure, about: frozenset[str]) -> bool:
        """Whether something firm that speaks of the same has this figure."""
        return any(
            (not one.words or bool(one.words & about))
            and any(figure.is_like(f) for f in one.figures)
            for one in self.firm
        )

    def heard(self, figure: Figure) -> bool:
        """Whether the comment or its thread has this figure."""
        return any(figure.is_like(other) for one in self.said for other in one.figures)

    def says(self, words: frozenset[str], least: int = 2) -> bool:
        """Whether one firm wording shares so many of these words, or all of fewer."""
        wanted = min(least, len(words))
        return bool(words) and any(len(one.words & words) >= wanted for one in self.firm)


def _both(wording: Wording) -> tuple[str, ...]:
    return (*wording.ru, *wording.en)


def sources_of(context: LintContext) -> Sources:
    """What a reply in this context may rest on."""
    facts = (text for fact in context.facts if not fact.is_vouched for text in fact.all_texts())
    vouched = (text for fact in context.facts if fact.is_vouched for text in fact.says.ru)
    given = {used.power_id for used in context.powers}
    powers = (text for one in context.power_rules if one.id in given for text in _both(one.says))
    firm = (*facts, *context.approved_texts, *powers)
    return Sources(
        firm=tuple(map(_source, firm)),
        said=tuple(map(_source, filter(None, (context.comment, *context.thread_texts)))),
        contacts=context.own_contacts,
        vouched=tuple(map(_plain, vouched)),
    )


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".!?… ")


_TOLD = re.compile(
    r"\b(?:вы|вас|вам)\b[^.!?]{0,60}?\b[а-яё]+(?:ли|лись)\b|\bу\s+вас\b|\b(?:пишете|пишите\s+о|"
    r"ждете|ждёте|говорите|сообщаете|рассказываете|упоминаете|описали|описываете|спрашиваете)\b|"
    r"\bпо\s+вашим\s+словам|\bв\s+вашем\s+(?:сообщении|отзыве|комментарии|рассказе)|\bвместо\b|"
    r"\b(?:назвали|написали|пишут|говорят)\b|\bв\s+ветке\b|\bожидани\w+|\bопоздани\w+|\bвы\s+без\b|"
    r"\byou\b[^.!?]{0,60}?\b(?:\w+ed|wrote|write|said|say|paid|were|had|have|got|mention|describe|came|"
    r"bought|spent|ask|lost|found|went)\b|\binstead\s+of\b|\byour\s+(?:message|comment|review|words)\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"\b(?:подтвержда\w+|положен\w*|полагается|причитается|обязаны\s+вам|вправе\s+получить|"
    r"имеете\s+право|действительно|согласны|гарантир\w+|confirm\w*|entitled|owed?|due\b|indeed|guarantee\w*)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # a long sentence is asked about for each of its figures
def is_restating(text: str) -> bool:
    """Whether a piece of a sentence tells what the person said, without confirming it."""
    return _TOLD.search(text) is not None and _CONFIRMS.search(text) is None


def confirms(text: str) -> bool:
    """Whether it says that something is so, or is due."""
    return _CONFIRMS.search(text) is not None
