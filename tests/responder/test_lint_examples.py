"""Reply lint by example: for each finding, replies it must stop and replies it must not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from otklik.enums import Language, PointState, Severity, Stance, Topic
from otklik.verdicts import Span
from responder.knowledge_file import shipped_knowledge
from responder.lint import CHECKS, Finding, LintContext, lint
from responder.lint_codes import CODES
from responder.points import Point, PointKind, find_known

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = shipped_knowledge()
FACTS = {fact.id: fact for fact in SHOP.facts}


def context(text: str, **changes: Any) -> LintContext:
    is_russian = any("а" <= letter.lower() <= "я" for letter in text)
    language = Language.RUSSIAN if is_russian else Language.ENGLISH
    values = {"at": AT, "language": language, "own_contacts": SHOP.own_contacts, **changes}
    return LintContext(**values)


def codes(text: str, **changes: Any) -> set[str]:
    return {finding.code for finding in lint(text, context(text, **changes))}


BAD: Mapping[str, list[str]] = {
    "personal_data": [
        "Позвоните Ивану по номеру +7 912 345-67-89.",
        "Курьер ждёт вас: 8 (912) 345 67 89",
        "Напишите на ivan.petrov@mail.example, он поможет.",
        "Ваш заказ № 48213 уже найден.",
        "Карта 4276 5500 1234 5678 получит возврат.",
        "Ваш паспорт 45 08 123456 у нас записан.",
        "Курьер был на ул. Садовой, д. 5, кв. 12.",
        "Your order 482139 was found.",
        "Call John at +44 20 7946 0958.",
        "We saw you at 12 Baker Street yesterday.",
    ],
    "over_promise": [
        "Гарантируем, что деньги придут.",
        "Точно завтра привезём новый чай.",
        "Такое больше никогда не повторится.",
        "Обязательно вернём всё.",
        "Даём слово, что чай будет лучше.",
        "Клянёмся, это в последний раз.",
        "We guarantee a refund.",
        "You will definitely have it tomorrow.",
        "This will never happen again.",
        "We promise it is fixed.",
    ],
    "canned_phrase": [
        "Приносим извинения за доставленные неудобства.",
        "Ваше мнение очень важно для нас.",
        "Благодарим вас за обращение в нашу компанию.",
        "Разберёмся в кратчайшие сроки.",
        "Мы ценим ваше время.",
        "Надеемся на ваше понимание.",
        "Примем все меры в сложившейся ситуации.",
        "We apologise for any inconvenience.",
        "Your feedback is important to us.",
        "Thank you for reaching out to us.",
        "Rest assured, we take it very seriously.",
    ],
    "bare_refusal": [
        "Мы не можем вернуть деньги.",
        "К сожалению, не сможем обменять пачку. Спасибо.",
        "Возврат чая не предусмотрен.",
        "Вам отказано в возврате.",
        "Это невозможно.",
        "We cannot refund tea.",
        "It is not possible to exchange it. Good day.",
        "We do not accept returns.",
        "Unfortunately we are unable to help.",
    ],
    "asks_for_known": [
        "Пришлите номер заказа через форму.",
        "Укажите, пожалуйста, номер вашего заказа.",
        "Сообщите дату покупки.",
        "Подскажите сумму.",
        "Расскажите, что именно случилось.",
        "Напишите, когда это было.",
    ],
    "point_unanswered": [
        "Спасибо.",
        "Отвечаем по существу.",
        "Кафе открыто каждый день.",
        "Нам жаль.",
        "Чай вкусный, приходите.",
        "Всё проверим.",
    ],
    "unsupported_figure": [
        "Вернём 5000 рублей до пятницы.",
        "Скидка 15 % действует для всех.",
        "Мы открыты до 23:45.",
        "Начислим 777 баллов до 25 ноября.",
        "Партия 9999 снята с продажи.",
        "Вернём пять тысяч рублей.",
        "We shall refund $50 by Friday.",
        "Delivery takes 17 minutes.",
        "Ten percent off for you.",
    ],
    "unsupported_offer": [
        "Следующий чай получите бесплатно.",
        "Пришлём вам чайник в подарок.",
        "Вас ждёт скидка.",
        "Компенсируем испорченный вечер.",
        "Your next tea is free of charge.",
        "Here is a voucher for you.",
    ],
    "expired_fact": [
        "Летом кафе открыто до 23:00.",
        "Приходите, летом кафе открыто до 23:00.",
        "In summer the café is open until 23:00.",
        "Мы работаем допоздна.",
        "We are open late.",
        "Двери открыты до 23:00, ждём.",
    ],
    "asks_for_rating": [
        "Измените, пожалуйста, оценку.",
        "Будем благодарны, если вы поставите нам пять звёзд.",
        "Просим удалить ваш отзыв.",
        "Если всё хорошо, исправьте свою оценку.",
        "Поднимите нам рейтинг, если не трудно.",
        "Please change your rating.",
        "Would you consider to update the review?",
        "Leave us a 5-star note.",
    ],
    "blames_client": [
        "Вы сами выбрали этот чай.",
        "Надо было проверить пачку при курьере.",
        "Читайте внимательнее условия.",
        "Если бы вы позвонили, всё решилось бы.",
        "Успокойтесь и напишите ещё раз.",
        "Вы ошибаетесь, чай хороший.",
        "Следите за языком.",
        "You should have checked the pack.",
        "You didn't read the terms.",
        "Calm down, it is only tea.",
        "It is your own fault.",
    ],
    "wrong_language": [
        "We are sorry about the delivery.",
        "Thank you, the whole shift has read it.",
        "The café is open every day.",
        "It should not have gone like this.",
        "Please write through the Help form.",
        "Batch 1107 is off sale.",
    ],
    "name_repeated": [
        "Анна, спасибо. Анна, мы всё поняли.",
        "Анна, вы правы, и мы, Анна, виноваты.",
        "Здравствуйте, Анна! До встречи, Анна.",
        "Анне спасибо, Анну ждём.",
        "Анна, Анна, простите.",
        "Спасибо, Анна. Для Анны всё готово.",
    ],
    "forced_enthusiasm": [
        "Спасибо!!! Очень рады!",
        "Безумно рады вашему отзыву.",
        "Ура, вы написали.",
        "Спасибо! Ждём! Целуем!",
        "We are so excited to read this.",
        "Thank you!! See you!",
        "We are thrilled.",
    ],
    "repeated_sentence": [
        "Чай в этот раз вышел у нас слабым, и это видно всем.",
        "Чай в этот раз вышел у нас слабым и это видно всем!",
        "Спасибо. Чай в этот раз вышел у нас слабым, и это видно всем.",
        "Кафе закрылось раньше из-за смены, дверь больше не закроют.",
        "Да. Кафе закрылось раньше из-за смены, дверь больше не закроют.",
        "Кафе закрылось раньше из-за смены: дверь больше не закроют.",
    ],
    "too_long": [
        "чай " * 30,
        "ответ по делу " * 9,
        "x" * 101,
        "а" * 500,
        "слово, " * 20,
        "1 " * 60,
    ],
    "link_forbidden": [
        "Смотрите https://evil.example/refund",
        "Все ответы на www.chai-skidki.ru",
        "Пишите в t.me/chai",
        "Ищите скидки на chai.shop",
        "Write to @free_tea_bot",
        "Go to bit.ly/3xyz for a refund",
        "javascript:alert(1) нажмите",
    ],
    "obscenity": [
        "Это полное говно, согласны.",
        "Чай получился хреновый, блять.",
        "Курьер мудак, уволим.",
        "Сами вы сука.",
        "It was shit, sorry.",
        "Our fucking courier was late.",
    ],
    "hidden_characters": [
        "Вернём\u200b деньги.",
        "Вернём \u202eьгьенед.",
        "Вeрнём деньги.",
        "Нажмите <b>сюда</b>.",
        "Смотрите [правила](/help).",
        "Чай\u00adный двор.",
        "Pay\u2066ment is back.",
        "Our сourier was late.",
        "Готово **точно**.",
        "Ответ\x00.",
    ],
    "promise_without_date": [
        "Вернём деньги.",
        "Мы разберёмся и напишем.",
        "Проверим эту смену.",
        "Обязуемся, что ответим вам.",
        "We shall look into it and answer.",
        "We will refund you.",
        "We'll get back to you.",
    ],
}

CALM = [
    "Извините за опоздание, курьер ехал дольше, чем должен был.",
    "Вы правы, дверь закрыли раньше.",
    "Спасибо, что написали, прочитали всей сменой.",
    "Причина пока не ясна, ответ будет здесь до 24 ноября.",
    "До пятницы проверим смену и напишем здесь.",
    "Номер пришлите через форму «Помощь» (/help).",
    "Чай не понравился, и это поправимо, принесите открытую пачку.",
    "Отзывы мы не удаляем, критика остаётся на виду.",
    "Вернуть деньги за сертификат не можем, зато его можно разделить на покупки.",
    "Команда сабли не точит, мандарин в чай не кладём, потребитель прав.",
    "Управляющий разберёт этот случай со сменой, грубить гостю нельзя.",
    "Нам неприятно это читать, потому что так быть не должно.",
    "We are sorry the courier was late.",
    "The cause is not clear yet, we shall answer here by 24 November.",
    "We cannot take a torn pack back, but you can swap it at the bar.",
    "Please write through the Help form (/help), strangers do not see it.",
    "Thank you for writing, the whole shift has read it.",
    "You should not have had to wait, and that is on us.",
    "The manager looks into such cases personally.",
    "We do not delete reviews, criticism stays in view.",
    "It was our mistake, not yours.",
    "An assessment of the batch is under way in Scunthorpe.",
    "Спасибо! Ждём вас в субботу.",
    "Чай-латте и кофе-машина в порядке 🙂",
]

STORY = "Заказ 48213 на 890 рублей привезли 14 ноября, курьер нахамил, ждал три часа"
REPLIES = (
    "Чай в этот раз вышел у нас слабым, и это видно всем.",
    "Кафе закрылось раньше из-за смены, дверь больше не закроют.",
)
POINT = Point(
    text="курьер нахамил",
    span=Span(start=0, end=14),
    kind=PointKind.HAPPENED,
    topic=Topic.DELIVERY,
    thing_id="courier",
    state=PointState.FACT,
    answer="Курьер обязан звонить заранее и подниматься до двери квартиры.",
)
SETTINGS: Mapping[str, dict[str, Any]] = {
    "asks_for_known": {"comment": STORY, "known": tuple(find_known(STORY)), "points": (POINT,)},
    "point_unanswered": {"points": (POINT,)},
    "expired_fact": {"facts": (FACTS["summer_hours"],)},
    "wrong_language": {"language": Language.RUSSIAN},
    "name_repeated": {"author_name": "Анна К."},
    "repeated_sentence": {"recent_replies": REPLIES},
    "too_long": {"reply_max_length": 100},
}
BAD_CASES = [(code, text) for code, texts in BAD.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), BAD_CASES)
def test_a_bad_reply_is_found(code: str, text: str) -> None:
    assert code in codes(text, **SETTINGS.get(code, {}))


@pytest.mark.parametrize("text", CALM)
def test_a_calm_reply_is_let_through_whole(text: str) -> None:
    assert lint(text, context(text, recent_replies=REPLIES, author_name="Анна К.")) == []


GOOD: Mapping[str, list[tuple[str, dict[str, Any]]]] = {
    "asks_for_known": [
        ("Номер вашего заказа у нас уже есть.", {}),
        ("Пришлите фото пачки через форму «Помощь» (/help).", {}),
        ("Когда вернутся деньги, видно в приложении.", {}),
        ("Сумма из вашего сообщения записана.", {}),
        ("Напишите, удобно ли вам утром.", {}),
        ("Курьера мы нашли по вашему сообщению.", {}),
    ],
    "point_unanswered": [
        ("Курьер обязан звонить заранее и подниматься до двери квартиры.", {}),
        ("Извините. Курьер обязан звонить заранее и подниматься до двери квартиры.", {}),
        ("Курьер обязан звонить заранее, подниматься до двери квартиры.", {}),
        ("По правилам курьер обязан звонить и доходить до двери.", {}),
        ("Звонить заранее курьер обязан, и до двери подниматься тоже.", {}),
        ("До двери квартиры курьер обязан дойти всегда.", {}),
    ],
    "unsupported_figure": [
        ("Кафе открыто с 9:00 до 21:00.", {"facts": (FACTS["cafe_hours"],)}),
        ("Привкус подтвердился в партии 1107.", {"facts": (FACTS["recall_black_thai"],)}),
        ("Вы пишете о 14 ноября, смену мы знаем.", {"comment": STORY}),
        ("В ветке назвали 3 пачки.", {"thread_texts": ("Купил 3 пачки",)}),
        ("Снято 40 пачек.", {"approved_texts": ("Мы сняли с полок 40 пачек.",)}),
        ("До 30 ноября вернём деньги.", {}),
        ("В течение 2 дней напишем здесь.", {}),
        ("Начислим 300 баллов до 24 ноября.", {"facts": (FACTS["city_delivery"],)}),
    ],
    "unsupported_offer": [
        ("Нужное довезли бесплатно.", {"facts": (FACTS["wrong_item_rule"],)}),
        ("Скидка действует одна, большая.", {"facts": (FACTS["promo_rule"],)}),
        ("Сертификат делится на покупки.", {"facts": (FACTS["gift_cards"],)}),
        ("О вашей скидке спросили кассу.", {"comment": "Где моя скидка?"}),
        ("Неприятно читать такое о скидке.", {}),
        ("We are sorry about the discount.", {}),
        ("Доставка бесплатна.", {"facts": (FACTS["delivery_price"],)}),
        ("The right one comes free of charge.", {"facts": (FACTS["wrong_item_rule"],)}),
    ],
    "expired_fact": [
        (FACTS[name].text_ru, {"facts": (FACTS[name],)})
        for name in (
            "cafe_hours",
            "tasting",
            "pay_ways",
            "allergens",
            "gift_cards",
            "parking_place",
        )
    ],
    "repeated_sentence": [
        ("Чай вышел слабым.", {}),
        ("Да.", {}),
        ("Кафе закрылось раньше по вине смены, дверь теперь под присмотром.", {}),
        ("Каждую партию чая мы пробуем до продажи.", {}),
        (
            FACTS["tasting"].text_ru,
            {"facts": (FACTS["tasting"],), "recent_replies": (FACTS["tasting"].text_ru,)},
        ),
        (
            "Пишите через форму «Помощь» на сайте (/help).",
            {"recent_replies": ("Пишите через форму «Помощь» на сайте (/help).",)},
        ),
    ],
    "personal_data": [
        ("Пишите на help@teayard.example в любое время.", {}),
        ("Форма стоит в разделе /help сайта.", {}),
        ("Партия 1107 снята.", {"facts": (FACTS["recall_black_thai"],)}),
        ("Открыты с 9:00 до 21:00.", {"facts": (FACTS["cafe_hours"],)}),
        ("Номер заказа здесь писать не нужно.", {}),
        ("Кафе стоит на углу, во дворе.", {}),
    ],
    "link_forbidden": [
        ("Раздел «Помощь» (/help) на сайте.", {}),
        ("Пишите на help@teayard.example.", {}),
        ("Приложение падает и т.д., мы знаем.", {}),
        ("Версия 4.2 исправлена.", {"facts": (FACTS["app_version"],)}),
        ("Кто прав? Вы.", {}),
        ("Чай и кофе, т.е. всё.", {}),
    ],
}
GOOD_CASES = [(code, text, more) for code, cases in GOOD.items() for text, more in cases]


@pytest.mark.parametrize(("code", "text", "more"), GOOD_CASES)
def test_a_good_reply_near_the_line_is_not_stopped(
    code: str, text: str, more: dict[str, Any]
) -> None:
    assert code not in codes(text, **{**SETTINGS.get(code, {}), **more})


def test_every_code_has_at_least_six_bad_examples_and_six_good() -> None:
    assert set(BAD) == set(CODES)
    assert all(len(texts) >= 6 for texts in BAD.values())
    assert len(CALM) >= 20
    assert all(len(cases) >= 6 for cases in GOOD.values())


def test_a_finding_says_why_and_what_to_do_in_both_languages() -> None:
    for code, says in CODES.items():
        for text in (says.message_ru, says.message_en, says.way_out_ru, says.way_out_en):
            assert len(text) > 10, code


def test_what_may_never_go_out_blocks() -> None:
    blocking = {code for code, says in CODES.items() if says.severity is Severity.BLOCK}
    wanted = {"unsupported_figure", "too_long", "hidden_characters", "personal_data", "obscenity"}
    assert wanted <= blocking


def test_a_sum_that_only_the_author_named_is_a_warning_when_promised() -> None:
    text = "До 25 ноября вернём 890 рублей."
    (finding,) = lint(text, context(text, comment=STORY))
    assert (finding.code, finding.severity) == ("unsupported_figure", Severity.WARN)
    assert text[finding.span.start : finding.span.end] == "890"


def test_a_gap_the_reply_admits_is_a_note_and_one_it_passes_over_a_warning() -> None:
    gap = POINT.model_copy(update={"state": PointState.GAP})
    assert severities(POINT.answer, gap) == [Severity.NOTE]
    assert severities("Спасибо.", gap) == [Severity.WARN]


def severities(text: str, point: Point) -> list[Severity]:
    return [finding.severity for finding in lint(text, context(text, points=(point,)))]


def test_one_sentence_said_before_is_a_note_and_a_reply_of_them_a_warning() -> None:
    fresh = "Сегодня привезут другой, покрепче, и чайник тоже новый. Смена уже знает об этом."
    one = lint(f"{REPLIES[0]} {fresh}", context(fresh, recent_replies=REPLIES))
    both = lint(" ".join(REPLIES), context(fresh, recent_replies=REPLIES))
    assert [finding.severity for finding in one] == [Severity.NOTE]
    assert [finding.severity for finding in both] == [Severity.WARN, Severity.WARN]


def test_links_are_forbidden_where_the_platform_forbids_even_our_own() -> None:
    text = "Смотрите teayard.example сегодня."
    own = {"own_contacts": ("teayard.example",)}
    assert "link_forbidden" not in codes(text, **own)
    assert "link_forbidden" in codes(text, links_allowed=False, **own)


def test_a_critic_gets_fewer_exclamation_marks_than_praise_does() -> None:
    text = "Спасибо! Ждём вас!"
    assert "forced_enthusiasm" in codes(text, stance=Stance.CRITIC)
    assert "forced_enthusiasm" not in codes(text, stance=Stance.PRAISE)


def test_findings_come_in_order_of_place_and_lie_in_the_text() -> None:
    text = "Гарантируем!!! Вы сами виноваты. Звоните +7 912 345-67-89."
    found: list[Finding] = lint(text, context(text))
    assert [one.span.start for one in found] == sorted(one.span.start for one in found)
    assert all(0 <= one.span.start < one.span.end <= len(text) for one in found)
    assert len(CHECKS) >= 15
