"""Lint of ways to us: details asked for with no place to send them, contact with no way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from responder.lint.reading import Sentence, sentences_of
from responder.lint.values import Check, Hit, LintContext

_I = re.IGNORECASE

_ASK = (
    r"скажите|подскажите|пришлёте|прислать|просьба|благодарны\s+за|"
    r"пришлите|присылайте|вышлите|направьте|предоставьте|предоставить|сообщите|укажите|уточните|"
    r"уточнить|"
    r"напишите|назовите|оставьте|опишите|расскажите|дайте|конкретизируйте|просим|нужн[аоы]?|нужен|"
    r"понадоб\w+|потребу\w+|необходим\w*|скиньте|отправьте"
)
_GENERAL = (
    r"подробност\w+|подробнее|подробн\w+\s+информаци\w+|детал\w+|информаци\w+|сведени\w+|"
    r"контактн\w+\s+данн\w+|больше\s+данных|ваши\s+данн\w+|данные|контакт\w*|ситуаци\w+|"
    r"проблем\w+\s+подробн\w+|"
    r"фио|реквизит\w*|чек\w?(?:\s+и\s+фото)?|(?:дат\w+\s+обращени\w+)|конкретн\w+|жалоб\w+"
)
_NUMBERED = (
    r"номер\w{0,3}\s+(?:\w{1,15}\s+)?(?:заказ\w*|договор\w*|телефон\w*|брон\w*|полис\w*|карт\w*|"
    r"обращени\w*|заявк\w*|счет\w*|счёт\w*|чека?|посылк\w*|накладн\w*)"
)
_DETAILS = re.compile(
    rf"\b(?:{_ASK})\b(?:\W{{1,3}}\w{{1,20}}){{0,4}}?\W{{1,3}}(?:{_GENERAL}|{_NUMBERED})\b|"
    rf"\bбез\s+{_NUMBERED}\b|\b(?:больше|более\s+подробн\w+)\s+информаци\w+\b|"
    r"\b(?:provide|send(?:\s+over)?|share|give|tell|describe|specify|need|"
    r"submit)\b(?:\W{1,3}\w{1,15}){0,4}?\W{1,3}"
    r"(?:details?|information|contacts?|(?:order|booking|account|phone|contract|reservation|policy|"
    r"tracking)"
    r"\s+(?:number|id|no)|problem\s+in\s+more|receipt\s+and)\b",
    _I,
)
_NOT_ASKED = re.compile(
    r"\b(?:не\s+(?:нужн\w+|нужен|надо|присылайте|пишите|требу\w+|понадоб\w+|просим|спрашиваем|"
    r"требуем)|"
    r"no\s+need|not\s+needed|do\s+not\s+(?:send|post|share)|don't)\b",
    _I,
)
_CHANNEL = re.compile(
    r"\b(?:через\s+форм\w+|форм[аыеу]\s+«|в\s+форм[уе]|чат\w{0,2}\b|приложени\w+|"
    r"личн\w+\s+кабинет\w*|"
    r"у\s+стойки|к\s+(?:любой\s+)?касс\w+|на\s+почту|по\s+(?:телефону|номеру)|на\s+номер|бот\w?\b|"
    r"sms|смс|"
    r"на\s+обороте|вкладк\w+|кнопк\w+|раздел\w*|принесите|подойдите|(?:перв|втор|люб)\w+\s+касс\w+|"
    r"help\s+form|form\s+\(|the\s+form|chat|in\s+the\s+app|your\s+account|number\s+on\s+(?:the|"
    r"your)|"
    r"at\s+the\s+(?:desk|till|bar|counter)|any\s+till|section)",
    _I,
)
_DIRECT = re.compile(
    r"\b(?:личн\w+\s+сообщени\w+|личк\w+|сообщени\w+\s+(?:группы|сообщества|канала)|в\s+лс|"
    r"private\s+messages?|direct\s+messages?|dms?)\b",
    _I,
)
# Where a stranger cannot write to us in private, whatever the reply says.
_NO_DIRECT = frozenset(
    {
        *("googleplay", "appstore", "google_business", "wildberries", "ozon", "yandex_market"),
        *("rss", "wordpress", "isso", "reviews", "youtube"),
    }
)
_WHOM = (
    r"отдел(?:а|у|ом|е)?\b(?:\s+\w+)?|"
    r"нами|нам|администратор\w*|администраци\w+|менеджер\w*|оператор\w*|поддержк\w+|специалист\w*|"
    r"курьерск\w+\s+служб\w+|банк\w*|колл?-?центр\w*|клиник\w+|регистратур\w+|офис\w*|отделени\w+|"
    r"служб\w+(?:\s+\w+)?|управляющ\w+|туда|магазин\w*|продавц\w+"
)
_CONTACT = re.compile(
    rf"\b(?:обратитесь|свяжитесь|позвоните),?\s+пожалуйста,?\s+(?:(?:с|к|в|"
    rf"на)\s+)?(?:\w{{1,15}}\s+)?(?:{_WHOM})\b|"
    r"\bобсудим\s+(?:это\s+)?(?:лично|в\s+личном\s+порядке)\b|\bнаберите\s+нам\b|"
    rf"\b(?:свяжитесь|(?<=росим\s)связаться|(?<=вас\s)связаться|(?<=можно\s)связаться|"
    rf"(?<=нужно\s)связаться|"
    rf"связывайтесь)\s+(?:\w{{1,15}}\s+)?с\s+(?:\w{{1,15}}\s+)?(?:{_WHOM})\b|"
    rf"\b(?:обратитесь|обращайтесь)\s+(?:\w{{1,15}}\s+)?(?:(?:в|к|"
    rf"на)\s+)?(?:\w{{1,15}}\s+)?(?:{_WHOM})\b|"
    rf"\b(?:позвоните|звоните|перезвоните|наберите)\s+(?:(?:в|на)\s+)?(?:{_WHOM})\b|"
    rf"\b(?:напишите|пишите)\s+(?:(?:в|на)\s+)(?:{_WHOM})\b|\bнапишите\s+нам(?=\s*[,.!]|$)|"
    r"\bпишите\s+нам(?=\s*[,.!]|$)|(?:^|(?<=[.!?,]\s))звоните(?=\s*[,.!])|"
    r"\bждём\s+ваш\w+\s+звонк\w+|\bдайте\s+(?:нам\s+)?знать\b|"
    r"\b(?:решит|ответит|поможет|подскажет)\s+горяч\w+\s+лини\w+|\b(?:на|по)\s+горяч\w+\s+лини\w+|"
    r"\b(?:напишите|пишите|ответьте)\s+(?:нам\s+)?в\s+(?:личн\w+\s+сообщени\w+|личк\w+|лс)\b|"
    r"(?<!can )\b(?:please\s+)?contact\s+(?:us|our|the)(?:\s+(?:support|customer|service|team|"
    r"manager|bank))*\b|"
    r"\bget\s+in\s+touch(?:\s+with\s+(?:us|our(?:\s+\w{1,15}){1,2}|the(?:\s+\w{1,15}){1,2}))?|"
    r"(?<!\bto )\b(?:call|phone|ring)\s+us\b|"
    r"\breach\s+out\s+to\s+(?:us|our(?:\s+\w{1,15}){1,2}|the(?:\s+\w{1,15}){1,2})|"
    r"\b(?:speak|talk)\s+to\s+(?:the|our|a)\s+(?:manager|support|staff)\b|\bdm\s+us\b|"
    r"\b(?:send|write|drop)\s+us\s+a\s+(?:private|direct)?\s?message\b",
    _I,
)
_REFERENCE = re.compile(
    r"\b(?:share|send|provide|give)\b(?:\W{1,3}\w{1,15}){0,3}?\W{1,3}(?:booking|order|"
    r"account)\s+(?:reference|details)\b",
    _I,
)
_NUMBER = re.compile(r"\+?\d(?:[\s()-]{0,2}\d){9,13}")
_DONE = re.compile(r"\b(?:связались|обратились|позвонили|написали|we\s+(?:called|contacted))\b", _I)


def _details(text: str, context: LintContext) -> Iterator[Hit]:
    for sentence, around in _with_next(text):
        is_asked = _asks(sentence) and not _NOT_ASKED.search(sentence.text)
        if is_asked and not _has_way(around, context):
            yield Hit("details_without_channel", sentence.span)


def _asks(sentence: Sentence) -> bool:
    return any(one.search(sentence.text) for one in (_DETAILS, _REFERENCE))


def _contact(text: str, context: LintContext) -> Iterator[Hit]:
    for sentence, around in _with_next(text):
        found = None if _DONE.search(sentence.text) else _CONTACT.search(sentence.text)
        if found is not None and not _has_way(around, context):
            yield Hit("private_without_way", sentence.place(*found.span()))


def _with_next(text: str) -> Iterator[tuple[Sentence, str]]:
    """Each sentence, and the text of it and of the one behind it."""
    sentences = sentences_of(text)
    for index, sentence in enumerate(sentences):
        yield sentence, " ".join(one.text for one in sentences[index : index + 2])


def _has_way(said: str, context: LintContext) -> bool:
    if any(contact in said for contact in context.own_contacts):
        return True
    if _DIRECT.search(said) and context.platform not in _NO_DIRECT:
        return True
    return _CHANNEL.search(_DIRECT.sub(" ", said)) is not None or _has_address(said)


def _has_address(said: str) -> bool:
    return "@" in said or _NUMBER.search(said) is not None


CHANNELS: tuple[Check, ...] = (_details, _contact)
