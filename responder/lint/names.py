"""Names of people in a reply: a person is named in public only where a fact of ours does so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.verdicts import Span
from responder.lint.sources import Sources
from responder.lint.values import Hit, LintContext

_I = re.IGNORECASE

_GIVEN = frozenset(
    """
    александр алексей анатолий андрей антон артём артем борис вадим валентин валерий василий
    виктор виталий владимир вячеслав геннадий георгий глеб григорий даниил денис дмитрий
    евгений егор иван игорь илья кирилл константин леонид максим михаил николай олег павел
    пётр петр роман руслан сергей станислав степан тимур фёдор федор юрий ярослав анна
    анастасия алла алёна алена александра валентина вера виктория галина дарья екатерина
    елена елизавета жанна зинаида инна ирина ксения лариса лидия любовь людмила марина мария
    надежда наталья наталия нина оксана ольга полина раиса светлана софия софья тамара
    татьяна ульяна юлия яна саша лёша дима миша коля маша катя настя лена оля таня света
    наташа вика юля john james robert michael william david richard joseph thomas charles
    daniel matthew anthony mark paul steven andrew kevin brian george edward peter bob mike
    tom jack harry mary patricia jennifer linda elizabeth barbara susan jessica sarah karen
    nancy lisa margaret sandra emily anna helen alice kate jane
    """.split()  # noqa: SIM905
)
_ROLE = (
    r"(?:директор\w*|менеджер\w*|управляющ\w+|администратор\w*|оператор\w*|сотрудни\w+|курьер\w*|бариста|"
    r"руководител\w+|начальник\w*|специалист\w*|юрист\w*|инженер\w*|мастер\w*|владел\w+|основател\w+|"
    r"гендиректор\w*|president|director|manager|owner|founder|ceo|head|operator|agent|courier|barista|"
    r"employee|engineer|lawyer|officer|colleague|коллег\w*)"
)
_CAPITAL = r"[A-ZА-ЯЁ][a-zа-яё]{2,}"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b{_ROLE})\s+(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,2}})",
        rf"(?i:\b(?:зовут|имя|named|called|name\s+is))\s+(?P<name>{_CAPITAL}(?:\s+{_CAPITAL}){{0,2}})",
        rf"\b(?P<name>(?:Mr|Mrs|Ms|Dr|г-н|г-жа|господин\w*|госпож\w+)\.?\s+{_CAPITAL})",
        rf"\b(?P<name>{_CAPITAL}\s+[A-ZА-ЯЁ]\.(?:\s?[A-ZА-ЯЁ]\.)?)",
        rf"\b(?P<name>[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?{_CAPITAL})",
        r"\b(?P<name>[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(?:ович|евич|ична|овна|евна)\w{0,3})",
    )
)
_WORD = re.compile(rf"\b{_CAPITAL}\b")


def names(text: str, context: LintContext, sources: Sources) -> Iterator[Hit]:
    """Names of people that stand in no source; the author's own name is theirs."""
    author = context.author_name.lower()
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if not _is_known(found["name"], author, sources):
                yield Hit("unsupported_name", _span(found))
    for found in _WORD.finditer(text):
        if _is_given(found[0]) and not _is_known(found[0], author, sources):
            yield Hit("unsupported_name", Span(start=found.start(), end=found.end()))


def _span(found: re.Match[str]) -> Span:
    return Span(start=found.start("name"), end=found.end("name"))


def _is_known(name: str, author: str, sources: Sources) -> bool:
    low = name.lower()
    words = low.split()
    is_author = bool(author) and any(word[:4] in author for word in words if len(word) > 2)
    return is_author or sources.has_word(name) or all(sources.has_word(word) for word in words)


def _is_given(word: str) -> bool:
    """Whether a word is a given name, in any Russian case."""
    low = word.lower()
    if low in _GIVEN:
        return True
    ending = re.sub(r"(?:ом|ем|ой|ей|ою|ею|у|ю|а|я|е|ы|и)$", "", low)
    return len(ending) >= 4 and any(
        low != known and ending in (known, known[:-1]) and known[-1] in "аяйь" + ending[-1]
        for known in _GIVEN
        if known[:4] == low[:4]
    )
