"""Lint of register: the right language, one form of address, no guess at the author's gender."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.enums import Language
from otklik.language.finding import find_obscenity
from otklik.language.grammar import Reading, readings
from otklik.language.identify import identify
from otklik.language.normaliser import MAX_CHARS
from otklik.verdicts import Span
from responder.lint.reading import LONGEST_READ, Sentence, Word, sentences_of
from responder.lint.values import Check, Hit, LintContext, hits, whole

_I = re.IGNORECASE
_RUSSIAN_LETTER = re.compile(r"[а-яё]", _I)
_LATIN_LETTER = re.compile(r"[a-z]", _I)
_QUOTED = re.compile(r"«[^«»]{0,300}»|“[^“”]{0,300}”|\"[^\"\n]{0,300}\"")
LEAST_LETTERS = 10
_SWEARS = re.compile(
    r"\b(?:crap(?:py)?|bastards?|bullshit|clusterfuck\w*|assholes?|arseholes?|damn(?:ed)?|"
    r"piss(?:ed)?|похерил\w*|херн\w*|хренов\w*|охрен\w*|нахрен\w*|жоп\w*|говн\w+|мудак\w*|сук(?:а|"
    r"и|ами?)|"
    r"дерьм\w*|засран\w*|сволоч\w*|ублюд\w*)\b",
    _I,
)

# ты and вы
_TY = frozenset(
    """
    ты тебя тебе тобой тобою твой твоя твое твои твоего твоей твоему твоих твоим твоими твою
    """.split()  # noqa: SIM905
)
_VY = frozenset(
    """
    вы вас вам вами ваш ваша ваше ваши вашего вашей вашему ваших вашим вашими вашу вашем
    """.split()  # noqa: SIM905
)
# Imperatives that are more often something else, and those set in a turn of phrase.
_NO_IMPERATIVE = frozenset(
    """
    будь веди поди стой пусть давай дай гляди смотри знай пойди небось чай пили мой бери лечи
    пахни пари гони мори роди стали вели судя тащи плати кати мели вари суши туши жми поступи
    соли тепли
    """.split()  # noqa: SIM905
)
_SURE_IMPERATIVE = 0.9
_FAMILIAR = re.compile(
    r"\b(?:mate|buddy|bro|dude|hun|hon|honey|sweetie|sweetheart|darling|pal|ya|u|ur|thx|"
    r"pls)\b(?!-)",
    _I,
)
_VOCATIVE = re.compile(
    r"(?:^|[,.!?]\s*|\b(?:sorry|hey|hi|hello|thanks|thank\s+you|well|ok|okay|for|to|dear)\s+)$", _I
)

# gender
_SLASHED = re.compile(
    r"\b[а-яё]{3,25}\((?:а|ла|ая|ась|лась|ась|льна|на|я)\)|\b[а-яё]{3,25}[лйн]/(?:а|ла|ая|на)\b|"
    r"\b(?:he/she|she/he|his/her|him/her|s/he)\b|\b[А-ЯЁа-яё]{3,25}ый/ая\b",
    _I,
)
_CALLED = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:девушка|женщина|мужчина|молодой\s+человек|барышня|сударыня|сударь|"
    r"господин|"
    r"госпожа|дамочка|парень)(?=,)|(?<=,\s)(?:девушка|мужчина|женщина|сударыня)(?=[,.!])",
    _I,
)
_ENGLISH_CALLED = re.compile(
    r"\b(?:[Dd]ear|[Hh]ello|[Ss]orry,?|[Hh]i|[Tt]hank you,?|[Gg]ood (?:day|morning|evening),?|"
    r"[Yy]es,?|[Hh]ey)\s+"
    r"(?P<who>(?:[Ss]ir(?:/[Mm]adam|\s+or\s+[Mm]adam)?|[Mm]adam|[Mm]a'am|[Mm]iss|guys|man|lady)\b|"
    r"(?:Mrs?|Ms)\.?(?=\s[A-Z]))|"
    r"(?:^|(?<=[.!?]\s))(?P<first>(?:Mrs?|Ms)\.)(?=\s[A-Z][a-z]+,)"
)
_NOT_TO_VY = frozenset(
    """
    что чтобы как когда который кто где если и а но курьер кассир он она оно
    """.split()  # noqa: SIM905
)
_SHORT = frozenset(
    """
    прав права рад рада готов готова должен должна доволен довольна согласен согласна
    """.split()  # noqa: SIM905
)
_ALONE = frozenset(
    """
    сам сама один одна
    """.split()  # noqa: SIM905
)
_BESIDE = frozenset(
    """
    не бы уже и еще же ли тоже так только просто сразу долго совсем очень верно хорошо
    """.split()  # noqa: SIM905
)


def _obscenity(text: str, _: LintContext) -> Iterator[Hit]:
    for token in find_obscenity(text[:MAX_CHARS]):
        yield Hit("obscenity", Span(start=token.start, end=token.end))
    yield from hits("obscenity", _SWEARS, text[:LONGEST_READ])


def _wrong_language(text: str, context: LintContext) -> Iterator[Hit]:
    said = _QUOTED.sub(" ", text[:LONGEST_READ])
    russian = len(_RUSSIAN_LETTER.findall(said))
    latin = len(_LATIN_LETTER.findall(said))
    if russian + latin < LEAST_LETTERS or context.language is Language.OTHER:
        return
    is_russian = russian > latin
    wanted = context.language is Language.RUSSIAN
    if is_russian is not wanted:
        yield from () if _few_names(said, wanted=wanted) else (Hit("wrong_language", whole(text)),)
    elif identify(said) is Language.OTHER:
        yield Hit("wrong_language", whole(text))


def _few_names(said: str, *, wanted: bool) -> bool:
    """Whether the letters of the other alphabet are names, the small words being right."""
    pattern = r"(?<![\w])[а-яё]{1,}" if wanted else r"(?<![\w])[a-z]{1,}"
    others = r"(?<![\w])[a-z]{2,}" if wanted else r"(?<![\w])[а-яё]{2,}"
    return len(re.findall(pattern, said)) > len(re.findall(others, said))


def _address(text: str, context: LintContext) -> Iterator[Hit]:
    said = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    sentences = sentences_of(said)
    ty = [span for sentence in sentences for span in _ty_places(sentence)]
    vy = [word.span for sentence in sentences for word in sentence.words if word.text in _VY]
    wants_ty = _wants_ty(context)
    if ty and (not wants_ty or (vy and context.familiar is None and len(ty) <= len(vy))):
        yield from (Hit("address_slip", span) for span in ty)
    elif vy and wants_ty and (context.familiar or ty):
        yield from (Hit("address_slip", span) for span in vy)
    if not (context.familiar or _FAMILIAR.search(context.comment)):
        for found in _FAMILIAR.finditer(said[:LONGEST_READ]):
            if _VOCATIVE.search(said[: found.start()][-40:]):
                yield Hit("address_slip", Span(start=found.start(), end=found.end()))


def _wants_ty(context: LintContext) -> bool:
    if context.familiar is not None:
        return context.familiar
    said = {word.text for sentence in sentences_of(context.comment) for word in sentence.words}
    return bool(said & _TY) and not said & _VY


def _ty_places(sentence: Sentence) -> Iterator[Span]:
    for place, word in enumerate(sentence.words):
        if word.text in _TY or _is_order(sentence, place):
            yield word.span


def _is_order(sentence: Sentence, place: int) -> bool:
    """Whether the word is a singular imperative said to the reader."""
    word = sentence.words[place]
    if word.text in _NO_IMPERATIVE or word.text.endswith("те"):
        return False
    found = readings(word.text)
    sure = [one for one in found if one.has(Mood="Imp", Number="Sing", Person="2")]
    if sum(one.proba for one in sure) < _SURE_IMPERATIVE:
        return False
    before = sentence.text[: word.span.start - sentence.start]
    if sentence.text[word.span.end - sentence.start :].startswith("-"):
        return False
    is_first = not before.strip() or before.rstrip()[-1] in ",;:.!?—–" or _is_not(sentence, place)
    follows = sentence.words[place + 1].text if place + 1 < len(sentence.words) else ""
    is_twice = place > 1 and sentence.words[place - 2].text == word.text
    return is_first and follows != "не" and not is_twice


def _is_not(sentence: Sentence, place: int) -> bool:
    return place > 0 and sentence.words[place - 1].text == "не"


def _gender(text: str, context: LintContext) -> Iterator[Hit]:
    yield from hits("gender_slip", _SLASHED, text[:LONGEST_READ])
    yield from hits("gender_slip", _CALLED, text[:LONGEST_READ])
    for found in _ENGLISH_CALLED.finditer(text[:LONGEST_READ]):
        start, end = found.span("who" if found["who"] else "first")
        yield Hit("gender_slip", Span(start=start, end=end))
    for sentence in sentences_of(text):
        for place, word in enumerate(sentence.words):
            if word.text == "вы":
                yield from _singular_after(sentence, place)


def _singular_after(sentence: Sentence, place: int) -> Iterator[Hit]:
    """«вы заказал»: a singular verb or adjective that only gender tells from the right one."""
    for before, word in zip(
        sentence.words[place:], sentence.words[place + 1 : place + 4], strict=False
    ):
        between = sentence.text[before.span.end - sentence.start : word.span.start - sentence.start]
        if between.strip() or word.text in _NOT_TO_VY:
            return
        if _is_singular(word):
            yield Hit("gender_slip", word.span)
            return
        if word.text not in _BESIDE:
            return


def _is_singular(word: Word) -> bool:
    if word.text in _SHORT or word.text in _ALONE:
        return True
    found = readings(word.text)
    return bool(found) and _is_gendered(found[0])


def _is_gendered(reading: Reading) -> bool:
    if reading.traits.get("Gender") not in ("Masc", "Fem") or not reading.has(Number="Sing"):
        return False
    return reading.has(Tense="Past", VerbForm="Fin") or reading.has(Variant="Short")


REGISTER: tuple[Check, ...] = (_obscenity, _wrong_language, _address, _gender)
