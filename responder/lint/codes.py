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
    "officialese": Says(
        Severity.NOTE,
        "Канцелярит: так говорят бумаги, а не люди",
        "Officialese: papers talk like this, people do not",
        "Скажите проще: кто что сделает",
        "Say it plainly: who does what",
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
    "details_without_channel": Says(
        Severity.WARN,
        "Просим подробности, но не говорим, куда их прислать",
        "Asks for details and names no place to send them",
        "Назовите форму, почту или чат, где их увидят только свои",
        "Name the form, mail or chat where only we see them",
    ),
    "private_without_way": Says(
        Severity.WARN,
        "Зовём связаться, но не говорим как",
        "Invites to get in touch and does not say how",
        "Назовите форму, почту, номер или раздел",
        "Name the form, the mail, the number or the section",
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
        "Число, сумма, дата или адрес без опоры: слов автора здесь мало, нужен факт",
        "A figure, sum, date or address without ground: the author's words are not enough here",
        "Сошлитесь на факт или уберите число",
        "Cite a fact or take the figure out",
    ),
    "unsupported_promise": Says(
        Severity.BLOCK,
        "Обещание или подарок, за которым нет ни факта, ни полномочия, ни срока",
        "A promise or gift with no fact, power or day behind it",
        "Сошлитесь на факт или полномочие; «выясним и ответим» требует дня",
        "Cite a fact or a power; to find out and answer needs a day",
    ),
    "unsupported_deed": Says(
        Severity.BLOCK,
        "Сказано, что дело сделано, а подтверждения этому нет",
        "Says that something was done, and nothing shows it",
        "Уберите или сошлитесь на факт; скажите, что сделаете и к какому дню",
        "Take it out or cite a fact; say what you will do and by which day",
    ),
    "unsupported_contact": Says(
        Severity.BLOCK,
        "Адрес, телефон или ссылка не из наших",
        "An address, phone or link that is not one of ours",
        "Назовите наш канал из базы знаний",
        "Name our own channel from the knowledge base",
    ),
    "unsupported_name": Says(
        Severity.BLOCK,
        "Имя человека, которого факты на людях не называют",
        "The name of a person whom no fact names in public",
        "Назовите должность вместо имени",
        "Name the role instead of the person",
    ),
    "unsupported_reference": Says(
        Severity.BLOCK,
        "Ссылка на закон, ведомство или чужую компанию без факта",
        "A law, authority or company that no cited fact names",
        "Сошлитесь на факт или уберите",
        "Cite a fact or take it out",
    ),
    "unsupported_claim": Says(
        Severity.BLOCK,
        "Подтверждаем то, чего в фактах нет",
        "Vouches for what no fact says",
        "Перескажите слова автора, не подтверждая их, или сошлитесь на факт",
        "Restate what the person says without confirming it, or cite a fact",
    ),
    "uncited_claim": Says(
        Severity.BLOCK,
        "Предложение языковой модели, которое не держится на названном ею факте",
        "A sentence of a language model that does not rest on the fact it names",
        "Напишите это место сами или сошлитесь на факт",
        "Write this place yourself or cite a fact",
    ),
    "beyond_powers": Says(
        Severity.BLOCK,
        "Сумма больше той, что разрешена без согласования",
        "A sum above what may be given without asking",
        "Спросите того, кто вправе дать больше, или уменьшите сумму",
        "Ask whoever may give more, or lower the sum",
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
    "admits_liability": Says(
        Severity.BLOCK,
        "Признание юридической вины: вред, халатность, нарушение закона или договора",
        "Admits legal fault: harm, negligence, a broken law or contract",
        "Назовите ошибку по-человечески и что сделаете; о вине скажет проверка или юрист",
        "Own the mistake in human words, say what you do; leave fault to inquiry and lawyers",
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
    "address_slip": Says(
        Severity.WARN,
        "Сбилась форма обращения: ты и вы, или слишком по-свойски",
        "The form of address slips: too familiar, or mixed",
        "Держите одну форму до конца; без просьбы автора это «вы»",
        "Keep one form to the end; unless the author chose otherwise, the polite one",
    ),
    "gender_slip": Says(
        Severity.WARN,
        "Угадываем пол автора или пишем «заказал(а)»",
        "Guesses the author's gender or leaves both endings",
        "Поставьте множественное число при «вы» или перестройте фразу",
        "Leave sir, madam and he/she out, or turn the sentence round",
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
    "misspelling": Says(
        Severity.NOTE,
        "Похоже на опечатку",
        "Looks like a slip of spelling",
        "Проверьте слово",
        "Check the word",
    ),
    "promise_without_date": Says(
        Severity.WARN,
        "Обещание без срока",
        "A promise without a date",
        "Назовите день, обещание попадёт в журнал",
        "Name the day, and the promise goes into the ledger",
    ),
}
