"""What each finding of the reply lint weighs and says: reason and way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from otklik.enums import Severity


@dataclass(frozen=True)
class Says:
    """Weight and words of one code."""

    severity: Severity
    message_ru: str
    message_en: str
    way_out_ru: str
    way_out_en: str


CODES: Mapping[str, Says] = {
    "personal_data": Says(
        Severity.BLOCK,
        "Личные данные на людях: телефон, почта, адрес, номер карты, паспорта или заказа",
        "Personal data in public: phone, e-mail, address, card, passport or order number",
        "Уберите и позовите в закрытый канал",
        "Take it out and invite to the private channel",
    ),
    "over_promise": Says(
        Severity.WARN,
        "Обещано больше, чем можно проверить",
        "Promises more than anybody can be sure of",
        "Скажите, что сделаете и к какому дню",
        "Say what you will do and by which day",
    ),
    "canned_phrase": Says(
        Severity.WARN,
        "Штамп: читатели видят шаблон",
        "A set phrase: readers see a template",
        "Скажите своими словами о том, что случилось",
        "Say in plain words what happened",
    ),
    "bare_refusal": Says(
        Severity.WARN,
        "Голый отказ без выхода",
        "A bare refusal with no way out",
        "Добавьте причину и что можно вместо",
        "Add the reason and what is possible instead",
    ),
    "asks_for_known": Says(
        Severity.WARN,
        "Спрашиваем о том, что человек уже сказал",
        "Asks for what the person already said",
        "Уберите вопрос, сошлитесь на сказанное",
        "Drop the question, refer to what was said",
    ),
    "point_unanswered": Says(
        Severity.WARN,
        "Пункт обращения остался без ответа",
        "A point of the complaint has no answer",
        "Ответьте фактом, делом или сроком, когда узнаете",
        "Answer with a fact, an action, or by when you will know",
    ),
    "unsupported_figure": Says(
        Severity.BLOCK,
        "Число, сумма, дата или адрес не стоят ни в фактах, ни в обращении",
        "A figure, sum, date or address rests on no fact and not on the thread",
        "Сошлитесь на факт или уберите число",
        "Cite a fact or take the figure out",
    ),
    "unsupported_offer": Says(
        Severity.WARN,
        "Предложение, которого нет в приведённых фактах",
        "An offer that no cited fact makes",
        "Проверьте полномочия или уберите предложение",
        "Check the powers or take the offer out",
    ),
    "expired_fact": Says(
        Severity.BLOCK,
        "Ответ держится на факте, который уже не действует",
        "The reply rests on a fact that is no longer valid",
        "Обновите факт у его хозяина или уберите его",
        "Have its owner renew the fact, or drop it",
    ),
    "asks_for_rating": Says(
        Severity.WARN,
        "Просим оценку или правку отзыва",
        "Asks for a rating or a changed review",
        "Уберите просьбу: оценку меняют сами",
        "Drop the request: people change ratings by themselves",
    ),
    "blames_client": Says(
        Severity.WARN,
        "Упрёк автору вместо ответа о деле",
        "Blames the person instead of answering the matter",
        "Говорите о деле, а не о человеке",
        "Talk of the matter, not of the person",
    ),
    "wrong_language": Says(
        Severity.BLOCK,
        "Ответ не на языке обращения",
        "The reply is not in the language of the comment",
        "Напишите на языке автора",
        "Write in the author's language",
    ),
    "name_repeated": Says(
        Severity.NOTE,
        "Имя автора повторяется",
        "The author's name is repeated",
        "Оставьте имя один раз или не называйте",
        "Use the name once or not at all",
    ),
    "forced_enthusiasm": Says(
        Severity.NOTE,
        "Натужный восторг",
        "Forced enthusiasm",
        "Спокойнее: одна точка лучше трёх восклицаний",
        "Calmer: one full stop beats three exclamation marks",
    ),
    "repeated_sentence": Says(
        Severity.WARN,
        "Это предложение уже стоит в недавнем ответе",
        "This sentence stands in a recent reply already",
        "Скажите иначе: ветки читают подряд",
        "Say it differently: threads are read in a row",
    ),
    "too_long": Says(
        Severity.BLOCK,
        "Длиннее, чем принимает площадка",
        "Longer than the platform takes",
        "Сократите, начиная с наименее важного",
        "Shorten, the least important first",
    ),
    "link_forbidden": Says(
        Severity.BLOCK,
        "Ссылка, которой здесь быть не может",
        "A link that may not stand here",
        "Назовите раздел словами",
        "Name the section in words",
    ),
    "obscenity": Says(
        Severity.BLOCK,
        "Непристойное слово в нашем ответе",
        "An obscene word in a reply of ours",
        "Замените слово",
        "Use another word",
    ),
    "hidden_characters": Says(
        Severity.BLOCK,
        "Невидимые знаки, разметка или буквы чужого алфавита",
        "Invisible characters, markup or letters of another alphabet",
        "Наберите это место заново",
        "Type this place again",
    ),
    "promise_without_date": Says(
        Severity.WARN,
        "Обещание без срока",
        "A promise without a date",
        "Назовите день, обещание попадёт в журнал",
        "Name the day, and the promise goes into the ledger",
    ),
}
