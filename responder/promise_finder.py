"""Promises in a reply: what we say we shall do, and by when. A promise is a debt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from pydantic import AwareDatetime, BaseModel, ConfigDict

from otklik.enums import Language
from otklik.verdicts import Span
from responder.due_dates import add_working_days, all_due, date_text, due_spans, find_due
from responder.phrasing import sentence_places

__all__ = ["FoundPromise", "date_text", "due_spans", "find_debts", "find_promises", "says_we_will"]

# first person plural of verbs that say what will be done for the author
_STEMS = """
    верн пришл отправ вышл ответ напиш сообщ разбер провер выясн узна исправ почин замен обменя
    начисл отмен привез довез достав забер прослед найд поговор восстанов собер законч подним
    реш позвон перезвон свяж опублик объяв уточн сдела компенсир назов спрос возмест перевед
    заплат выплат оформ подготов пересчита передела повтор откро установ обнов поправ зачисл
    спиш рассмотр предостав организу устран выполн продл добав измен уведом подключ настро
    поменя пересмотр прикреп убер
""".split()  # noqa: SIM905
_OURS = rf"(?:{'|'.join(_STEMS)})(?:[её]м|им|уем)(?:ся)?"
_WILL = re.compile(
    rf"(?<!не )\b(?:{_OURS}|дадим|сдадим|выдадим|подадим|создадим|"
    r"ответ\s+будет|верн[её]тся|вернутся|решится|ответит|выяснит|напишет|свяжется|позвонит|"
    r"перезвонит|верн[её]т|привез[её]т|довез[её]т|доставит|заберёт|заберет|заменят|заменит|"
    r"исправят|починят|вернут|ответят|напишут|свяжутся|позвонят|перезвонят|привезут|"
    r"(?:деньги|средства|баллы|возврат|письмо|посылка|заказ)\s+(?:\w+\s+){0,3}?"
    r"(?:поступят|поступит|прид[её]т|придут|приедет)|"
    r"постараемся|обязуемся|обещаем|"
    r"будем\s+(?:на\s+связи|писать|держать)|"
    r"(?:we|i|and|you)\s+(?:shall|will)(?!\s+(?:not|never|see|find|notice|love|enjoy|need|be\s+"
    r"(?:able|glad|happy|sorry)))|(?:we|i)['’]ll(?!\s+(?:not|never|be\s+(?:glad|happy)))|"
    r"(?:we|i)\s+promise|"
    r"will\s+(?:be\s+(?:refunded|sent|returned|replaced|credited|paid|delivered|fixed|checked|"
    r"posted|published|ready|in\s+touch|with\s+you|here|back|repaired|answered|cancelled)"
    r"|(?:get|call|write|answer|reply|find|refund|send|fix|return|contact|look|arrive|reach|"
    r"replace|deliver|credit|repay)))\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:как\s+только|после\s+того,?\s+как|после\s+(?:получения|проверки|оплаты|вашего)|"
    r"при\s+получении|когда\s+(?:вы|получим|прид[её]т|поступит|узнаем)|если|once|as\s+soon\s+as|"
    r"when\s+(?:you|we\s+(?:get|have|receive))|after\s+(?:you|we)|if|upon\s+(?:receipt|receiving)|"
    r"on\s+receipt)\b",
    re.IGNORECASE,
)
# what we should do if asked to is an offer, unless it says by when
_OFFER = re.compile(r"\b(?:если|if)\b", re.IGNORECASE)
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"\n]*\"")
_CUT = re.compile(
    r"[,;]\s+(?:(?:а|и|но|затем|потом|and|but|then)\s+)?|\s+(?:и|а|and|then)\s+", re.I
)

USUAL_DAYS = 3


class FoundPromise(BaseModel):
    """A promise in a reply: its words, their place, and when it falls due.

    Attributes:
        is_undated: the text does not say by when; `due_at` is a term of the house.
        is_conditional: the term runs from something that has to happen first.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    span: Span
    due_at: AwareDatetime
    is_undated: bool = False
    is_conditional: bool = False


def find_promises(text: str, language: Language, at: datetime) -> list[FoundPromise]:
    """Sentences that say what we shall do and by when. `at` is aware; due is not before it."""
    found = []
    for start, sentence in sentence_places(text):
        for offset, part in _debts(sentence, at):
            due = find_due(_unquoted(part), at)
            if due is not None:
                place = start + offset
                found.append(
                    FoundPromise(
                        text=part,
                        span=Span(start=place, end=place + len(part)),
                        due_at=due.at,
                        is_conditional=_CONDITION.search(sentence) is not None,
                    )
                )
    return found


def find_debts(
    text: str, language: Language, at: datetime, days: int = USUAL_DAYS
) -> list[FoundPromise]:
    """All that a reply promises; what has no date falls due with the next one that has.

    Args:
        days: working days that an undated promise has where no dated one follows it.
    """
    dated = find_promises(text, language, at)
    taken = [(one.span.start, one.span.end) for one in dated]
    undated = [
        (start, sentence)
        for start, sentence in sentence_places(text)
        if says_we_will(sentence)
        and not _OFFER.search(sentence)
        and all(end <= start or begin >= start + len(sentence) for begin, end in taken)
    ]
    more = [_undated(start, sentence, dated, at, days) for start, sentence in undated]
    return sorted([*dated, *more], key=lambda one: one.span.start)


def _undated(
    start: int, sentence: str, dated: list[FoundPromise], at: datetime, days: int
) -> FoundPromise:
    later = [one.due_at for one in dated if one.span.start > start]
    return FoundPromise(
        text=sentence,
        span=Span(start=start, end=start + len(sentence)),
        due_at=later[0] if later else add_working_days(at, days),
        is_undated=True,
        is_conditional=_CONDITION.search(sentence) is not None,
    )


def says_we_will(sentence: str) -> bool:
    """Whether the sentence says that we shall do something; a question does not."""
    if sentence.rstrip(")»” ").endswith("?"):
        return False
    return _WILL.search(_unquoted(sentence)) is not None


def _unquoted(sentence: str) -> str:
    """The sentence with somebody's quoted words blotted out, every place kept."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), sentence)


def _debts(sentence: str, at: datetime) -> Iterator[tuple[int, str]]:
    """The sentence, or its parts where each of several dates has an action of its own."""
    if not says_we_will(sentence):
        return
    plain = _unquoted(sentence)
    places = [due.start for due in all_due(plain, at)]
    cuts = [0, *(cut.end() for cut in _CUT.finditer(plain)), len(sentence)]
    parts: list[tuple[int, int]] = []
    for begin, end in pairwise(cuts):
        own = any(begin <= place < end for place in places) and _WILL.search(plain[begin:end])
        if own or not parts:
            parts.append((begin, end))
        else:
            parts[-1] = (parts[-1][0], end)
    named = [any(begin <= place < end for place in places) for begin, end in parts]
    whole = len(parts) < 2 or not all(named) or _CONDITION.search(sentence)
    for begin, end in [(0, len(sentence))] if whole else parts:
        part = sentence[begin:end].rstrip(" ,;")
        yield begin, part
