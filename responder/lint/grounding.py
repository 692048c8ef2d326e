"""Grounding: whatever wrote a text, each figure, contact, name, authority, promise and deed in
it rests on a cited fact, an approved statement, a given power or our own contacts.

What a stranger wrote may be restated and is never a reason to confirm or to promise. Anything
that rests on nothing is marked, and one person cannot approve it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.enums import Role
from otklik.verdicts import Span
from responder.lint.deeds import deeds, has_outcome, has_promise, promises
from responder.lint.figures import MONEY, Figure, figures, folded
from responder.lint.names import names
from responder.lint.sources import Sources, confirms, is_restating, meaning, sources_of
from responder.lint.values import Check, Hit, LintContext
from responder.phrasing import sentence_places
from responder.powers import find_power, may_give
from responder.promise_finder import due_spans, says_we_will

_I = re.IGNORECASE

_ALWAYS = re.compile(
    r"\b(?:круглосуточно|без\s+выходных|навсегда|пожизненно|ежедневно|каждый\s+день|24/7|day\s+and\s+night|"
    r"around\s+the\s+clock|every\s+day|for\s+ever|forever|for\s+life|at\s+any\s+(?:hour|time)|permanently)\b",
    _I,
)
_LATER = re.compile(
    r"\b(?:послезавтра|завтра|на\s+следующей\s+неделе|в\s+следующем\s+(?:месяце|году)|"
    r"(?:day\s+after\s+)?tomorrow|next\s+(?:week|month|year)|"
    r"(?:в|к|by|in)\s+(?:январе|феврале|марте|апреле|мае|июне|июле|августе|сентябре|октябре|ноябре|декабре|"
    r"January|February|March|April|May|June|July|August|September|October|November|December))\b"
)
_MANY = re.compile(
    r"\b(?:вдвое|втрое|(?:двойн|тройн)\w+\s+размер\w*|в\s+полном\s+объ[её]ме|double|twice|triple|in\s+full)\b",
    _I,
)
_CONTACT = re.compile(
    r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63})*|(?:https?|ftp|tg|mailto|javascript|hxxps?)\s?:\s?/{0,2}\S+|"
    r"\bwww\.\S+|(?<![\w@./])(?:[\w-]{1,63}\.)+(?:com|ru|рф|org|net|info|io|me|link|site|online|shop|app|xyz|top|"
    r"click|ly|su|biz|co|uk|de|ai|tv|store|example)\b(?:/\S*)?|(?<![\w@.])@[a-z_][\w.]{2,31}|"
    r"\b[\w-]+\s*(?:\(dot\)|\[dot\]|\[\.\]|\(\.\)|\s+dot\s+|\s+точка\s+)\s*(?:com|ru|рф|ру|ком|орг|org|net|shop|"
    r"site|example|онлайн|io|me)\b|(?<![\w/.:])/[a-zа-яё][\w/-]{1,40}|"
    r"\b(?:whats\s?app|ватсап\w*|вацап\w*|telegram|телеграм\w*|вайбер\w*|viber|скайп\w*|signal\s+chat)\b",
    _I,
)
_PHONE = re.compile(
    r"(?<!\d)(?:\+\s?\d|8|1|7)?[\s(.-]{0,3}\d{3}[\s).-]{1,3}\d{2,4}[\s.-]{0,2}\d{2,4}(?:[\s.-]?\d{2})?(?!\d)"
)
_PHONE_ASKED = re.compile(
    r"\b(?:звоните|позвоните|набер\w+|тел(?:ефон\w*|\.)|номер\w*|call|dial|phone|ring)\b", _I
)
_ADDRESS = re.compile(
    r"\b(?:ул\.|улиц[аеуы]|просп(?:\.|ект\w*)|переул\w+|наб\.|набережн\w+|шоссе|бульвар\w*|площад[иь])\s+[А-ЯЁ]|"
    r"\b[А-ЯЁ][а-яё]+(?:ой|ая|ий|ый|ого|ом)\s+(?:улиц|проспект|переул|площад|набережн|шоссе|бульвар)|"
    r"\b\d{1,4}\s+(?:[A-Z][a-z]+\s){1,2}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Square)\b|"
    r"\bat\s+[A-Z][a-z]+\s+(?:Street|Road|Avenue|Lane|Square)\b"
)
_AUTHORITY = re.compile(
    r"\b(?:закон(?:а|у|ом|е|ы|ов|ам)?|законодательств\w*|кодекс\w*|гк\s*рф|коап|ук\s*рф|\d{2,3}-ФЗ|стат(?:ь[яиеёю]\w*)\s+\d+|"
    r"ст\.\s*\d+|роспотребнадзор\w*|роскомнадзор\w*|прокуратур\w*|фас|центробанк\w*|цб(?:\s*рф)?|банк\w*\s+россии|"
    r"суд(?:а|у|ом|е|ы|ебн\w+)?|министерств\w*|минздрав\w*|минцифр\w*|правительств\w*|надзор\w*\s+орган\w*|"
    r"регулятор\w*|омбудсмен\w*|нотариус\w*|арбитраж\w*|лицензи\w*|сертифицирова\w*|гост\s*[рР\d]|"
    r"(?:the\s+|by\s+)law|laws|acts?\s+of\s+\w+|[A-Z]\w+\s+(?:Rights\s+)?Act|statut\w*|section\s+\d+|article\s+\d+|"
    r"court|regulator|ombudsman|ftc|fca|ofcom|gdpr|ministry|government|prosecutor\w*|"
    r"central\s+bank|health\s+inspector\w*|licen[cs]ed|certified)\b",
    _I,
)
_COMPANY = re.compile(r"\b(?:ООО|ОАО|ЗАО|ПАО|АО|ИП|LLC|Ltd|Inc|GmbH)\b\.?(?:\s*[«\"][^»\"]+[»\"])?")
_VOUCHES = re.compile(
    r"\b(?:подтвержда(?:ем|ю|ет)|официально\s+(?:заявля|сообща|признаёт|признаем)\w*|призна[её]м\s*,?\s+что|"
    r"we\s+(?:hereby\s+|officially\s+)?(?:confirm|admit|certify|declare|acknowledge\s+that)|officially)\b",
    _I,
)
_GIFT = re.compile(
    r"\b(?:бесплатн\w+|в\s+подарок|дарим|даром|за\s+(?:наш|сч[её]т\s+(?:заведения|кафе|компании|банка))\w*|"
    r"компенсаци\w+|free\s+of\s+charge|for\s+free|as\s+a\s+gift|on\s+the\s+house|at\s+no\s+cost|free\s+\w+\s+for)\b",
    _I,
)
# Owning up to what the person tells: "two hours is too long" vouches for nothing else.
_LASTING = frozenset({"time", "months"})
_REGRETS = re.compile(
    r"\b(?:нельзя|не\s+долж\w+|слишком|это\s+(?:много|долго|мало|наш\w*)|тем\s+более|не\s+пожелаешь|"
    r"too\s+(?:long|many|much)|not\s+acceptable|unacceptable|should\s+not|shouldn['’]t)\b",
    _I,
)
REACH = 300  # characters around a figure that are looked at: work stays in step with length
_CLAUSE = re.compile(r"[;:—–]\s|,\s")
_SAFE_ABOUT = re.compile(r"\b(?:об?|про|насч[её]т|about|of)\s+(?:\w+\s+)?$", _I)


def grounding(text: str, context: LintContext) -> Iterator[Hit]:
    """Everything in a text that rests on nothing."""
    sources = sources_of(context)
    yield from _figures(text, context, sources)
    yield from promises(text, sources, context.at, _given(context))
    yield from deeds(text, sources)
    yield from _contacts(text, sources)
    yield from _authorities(text, sources)
    yield from names(text, context, sources)
    yield from _vouching(text, sources)
    yield from _gifts(text, sources)


def _figures(text: str, context: LintContext, sources: Sources) -> Iterator[Hit]:
    places = sentence_places(text)
    words = [meaning(sentence) for _, sentence in places]
    for number, (start, sentence) in enumerate(places):
        about = frozenset[str]().union(*words[max(0, number - 1) : number + 2])
        free = _free_places(sentence)
        for one in figures(sentence):
            if any(low <= one.start < high for low, high in free):
                continue
            code = _figure_fault(one, sentence, about, context, sources)
            if code:
                yield Hit(code, Span(start=start + one.start, end=start + one.end))
        for place, end in _other_times(sentence, sources):
            yield Hit("unsupported_figure", Span(start=start + place, end=start + end))


def _free_places(sentence: str) -> list[tuple[int, int]]:
    """Where a promise names its own day: the ledger keeps it."""
    if not has_promise(sentence) and not says_we_will(sentence):
        return []
    spans = due_spans(sentence)
    if not has_outcome(sentence):
        return spans
    return [span for span in spans if not _is_length(sentence[slice(*span)])]


def _is_length(words: str) -> bool:
    return any(one.unit in ("time", "months") for one in figures(words))


def _figure_fault(
    one: Figure, sentence: str, about: frozenset[str], context: LintContext, sources: Sources
) -> str | None:
    if (one.unit in MONEY or one.unit in ("points", "data")) and (
        fault := _power_fault(one, context)
    ) != "none":
        return fault
    if sources.holds(one, about) or _in_contact(sentence, one, sources):
        return None
    if one.unit == "date" and one.value == context.at.month * 100 + context.at.day:
        return None
    clause = _clause(sentence, one)
    is_safe = not has_outcome(clause) and not confirms(clause)
    owns_up = one.unit in _LASTING and _REGRETS.search(sentence) is not None
    if sources.heard(one) and is_safe and (owns_up or is_restating(sentence)):
        return None
    return "unsupported_figure"


def _given(context: LintContext) -> frozenset[float]:
    """Sums that a power covers: to promise them is granted."""
    return frozenset(
        float(used.sum)
        for used in context.powers
        if _power_fault(Figure(used.sum, "points", 0, 0, used.sum), context) is None
    )


def _power_fault(one: Figure, context: LintContext) -> str | None:
    """None: a power covers the sum. "none": no power speaks of it."""
    for used in context.powers:
        if used.sum != one.value:
            continue
        power = find_power(context.power_rules, used.power_id)
        role = used.approved_by_role or Role.APPROVER
        if power is None:
            return None if used.approved_by_role else "beyond_powers"
        return None if may_give(power, role, used.sum, used.login) else "beyond_powers"
    return "none"


def _in_contact(sentence: str, one: Figure, sources: Sources) -> bool:
    word = re.search(r"\S*$", sentence[max(0, one.start - REACH) : one.start])
    rest = re.match(r"[\d\s()+-]*\S*", sentence[one.start : one.start + REACH])
    said = (word[0] if word else "") + (rest[0] if rest else "")
    digits = re.sub(r"\D", "", said)
    return any(digits and digits in re.sub(r"\D", "", own) for own in sources.contacts)


def _clause(sentence: str, one: Figure) -> str:
    low, high = max(0, one.start - REACH), min(len(sentence), one.end + REACH)
    cuts = [low, *(found.end() for found in _CLAUSE.finditer(sentence, low, high)), high]
    start = max(cut for cut in cuts if cut <= one.start)
    return sentence[start : min((cut for cut in cuts if cut > one.start), default=high)]


def _other_times(sentence: str, sources: Sources) -> Iterator[tuple[int, int]]:
    """Times and shares that no number names."""
    for found in _ALWAYS.finditer(sentence):
        if not _is_held(found[0], meaning(sentence), sources):
            yield found.span()
    if not has_promise(sentence) or has_outcome(sentence):
        for found in _LATER.finditer(sentence):
            if not sources.has_word(found[0]):
                yield found.span()
    for found in _MANY.finditer(sentence):
        if not sources.has_word(found[0]) and (has_outcome(sentence) or _GIVES.search(sentence)):
            yield found.span()


_GIVES = re.compile(r"верн|возмещ|выплат|refund|return|pay", _I)


def _is_held(words: str, about: frozenset[str], sources: Sources) -> bool:
    same = _same_always(words)
    return any(
        any(_same_always(found[0]) & same for found in _ALWAYS.finditer(one.text))
        and len(one.words & about) >= 1
        for one in sources.firm
    )


def _same_always(words: str) -> frozenset[str]:
    low = words.lower()
    for group in (
        (
            "круглосуточно",
            "24/7",
            "day and night",
            "around the clock",
            "at any hour",
            "at any time",
        ),
        ("ежедневно", "каждый день", "every day", "без выходных"),
    ):
        if any(one in low for one in group):
            return frozenset(group)
    return frozenset((low,))


def _contacts(text: str, sources: Sources) -> Iterator[Hit]:
    own = tuple(contact.lower().strip() for contact in sources.contacts)
    held = " ".join(one.text.lower() for one in sources.firm)
    plain = folded(text)
    for found in _CONTACT.finditer(text):
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0].lower()).strip(".,;:)")
        if (
            bare not in own
            and not bare.startswith(tuple(f"{one}/" for one in own))
            and bare not in held
        ):
            yield Hit("unsupported_contact", Span(start=found.start(), end=found.end()))
    digits = {re.sub(r"\D", "", one)[-10:] for one in (*own, *re.findall(r"[\d\s()+-]{7,}", held))}
    for found in _PHONE.finditer(plain):
        number = re.sub(r"\D", "", found[0])
        asked = len(number) >= 10 or _PHONE_ASKED.search(text[: found.start()])
        if len(number) >= 6 and asked and number[-10:] not in digits:
            yield Hit("unsupported_contact", Span(start=found.start(), end=found.end()))
    for found in _ADDRESS.finditer(text):
        if found[0].lower() not in held:
            yield Hit("unsupported_contact", Span(start=found.start(), end=found.end()))


def _authorities(text: str, sources: Sources) -> Iterator[Hit]:
    for start, sentence in sentence_places(text):
        told = is_restating(sentence)
        for pattern in (_AUTHORITY, _COMPANY):
            for found in pattern.finditer(sentence):
                firm = any(meaning(found[0]) & one.words for one in sources.firm)
                heard = any(
                    found[0].lower()[: min(6, max(3, len(found[0]) - 1))] in one.text.lower()
                    for one in sources.said
                )
                if not firm and not sources.has_word(found[0]) and not (told and heard):
                    span = Span(start=start + found.start(), end=start + found.end())
                    yield Hit("unsupported_reference", span)


def _vouching(text: str, sources: Sources) -> Iterator[Hit]:
    for start, sentence in sentence_places(text):
        found = _VOUCHES.search(sentence)
        if found and not sources.says(meaning(sentence) - meaning(found[0]), least=3):
            yield Hit("unsupported_claim", Span(start=start, end=start + len(sentence)))


def _gifts(text: str, sources: Sources) -> Iterator[Hit]:
    for start, sentence in sentence_places(text):
        for found in _GIFT.finditer(sentence):
            named = _SAFE_ABOUT.search(sentence[: found.start()])
            held = any(
                meaning(found[0]) & one.words and len(one.words & meaning(sentence)) >= 2
                for one in sources.firm
            )
            said = sources.has_word(found[0]) or any(
                _GIFT.search(one.text) and len(one.words & meaning(sentence)) >= 1
                for one in sources.firm
            )
            if not named and not held and not said:
                yield Hit(
                    "unsupported_promise",
                    Span(start=start + found.start(), end=start + found.end()),
                )


GROUNDING: tuple[Check, ...] = (grounding,)
