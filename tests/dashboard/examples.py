"""Comments the desk's tests are seeded with, and what is to be said of each."""

from __future__ import annotations

from dataclasses import dataclass

from otklik.enums import (
    Language,
    MentionState,
    Stance,
    Topic,
)
from tests.dashboard.coming import coming

PAGES = {
    "nuts": ("/catalog/nuts-250", "Кешью жареный, 250 г"),
    "delivery": ("/delivery", "Доставка: отзывы"),
    "app": ("/app", "Приложение «Ромашка»"),
    "store": ("/stores/lenina-5", "Магазин на Ленина, 5"),
    "en": ("/en/reviews", "Daisy Grocery reviews"),
}


@dataclass(frozen=True)
class Example:
    """One comment to be, with what is to be said of it. `case` and `hostile` are its spans."""

    page: str
    author: str
    text: str
    stance: Stance
    urgency: int
    topic: Topic
    minutes: int
    case: tuple[str, ...] = ()
    hostile: tuple[str, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    unsure: bool = False
    rating: float | None = None
    state: MentionState = MentionState.DRAFTED
    draft: str = ""
    language: Language = Language.RUSSIAN
    points: tuple[tuple[str, str], ...] = ()  # words of the comment, state of the point
    cites: tuple[str, ...] = ()  # facts by id; none: what fits its topic


C, H, X, P, Q, O = (  # noqa: E741
    Stance.CRITIC,
    Stance.HEATED,
    Stance.HATER,
    Stance.PRAISE,
    Stance.QUESTION,
    Stance.OTHER,
)

EXAMPLES: tuple[Example, ...] = (
    Example(
        "nuts",
        "Марина К.",
        "Купила вчера ваши кешью, съели с ребёнком по горсти — через два часа у сына рвота и "
        "температура 38,5, вызвали скорую. Пачка от 12.11, партия 4471. Вы вообще проверяете, что "
        "продаёте? Жду ответа сегодня, завтра пишу в Роспотребнадзор.",
        C,
        3,
        Topic.QUALITY,
        47,
        case=("через два часа у сына рвота и температура 38,5", "партия 4471"),
        parts=(("health", 0.97), ("child", 0.93), ("regulator", 0.88)),
        draft="Марина, нам очень жаль, что сыну стало плохо, — желаем ему скорее поправиться. "
        "Партию 4471 мы сегодня снимаем с продажи и отправляем образцы в лабораторию; результат "
        f"напишем в этой ветке до {coming(3)}. Пожалуйста, сохраните пачку; "
        "расходы на лекарства возместим.",
        points=(
            ("у сына рвота и температура 38,5, вызвали скорую", "action"),
            ("Вы вообще проверяете, что продаёте?", "fact"),
            ("Жду ответа сегодня", "pending"),
        ),
    ),
    Example(
        "delivery",
        "Олег",
        "Курьер опоздал на 3 часа, привёз не тот заказ и ещё обматерил жену. Ваш курьер — просто "
        "тупое хамло, таких надо гнать. Деньги верните за заказ 1 840 ₽!",
        H,
        2,
        Topic.DELIVERY,
        95,
        case=("опоздал на 3 часа, привёз не тот заказ", "1 840 ₽"),
        hostile=("тупое хамло",),
        parts=(("money", 0.91), ("rudeness", 0.84)),
        draft="Олег, так быть не должно: три часа опоздания, чужой заказ и грубость. Извинитесь за "
        f"нас перед женой. 1 840 ₽ вернём на карту до {coming(2)}; с курьером разбирается "
        "руководитель доставки, о решении напишем здесь.",
        points=(("опоздал на 3 часа", "fact"), ("Деньги верните", "action")),
    ),
    Example(
        "app",
        "anna_spb",
        "С карты списали дважды, 2 390 и ещё раз 2 390. Поддержка молчит вторые сутки, пишу третий "
        "раз!!! Где деньги?",
        C,
        2,
        Topic.PRICE,
        130,
        case=("списали дважды", "вторые сутки"),
        parts=(("money", 0.95), ("repeated_contact", 0.9)),
        draft="Вы правы, ждать вторые сутки — слишком долго. Второе списание банк вернёт в течение "
        "трёх рабочих дней; номер возврата пришлём вам в личные сообщения сегодня до 18:00.",
        points=(("списали дважды", "action"), ("Где деньги?", "pending")),
    ),
    Example(
        "nuts",
        "Пётр",
        "Кешью горькие, третья пачка подряд. Раньше были нормальные, видно сменили поставщика.",
        C,
        1,
        Topic.QUALITY,
        180,
        case=("Кешью горькие, третья пачка подряд",),
        draft="Пётр, спасибо, что написали: на вкус этой партии жалуетесь не вы один. Технологи "
        f"проверяют её сейчас, итог опубликуем здесь до {coming(3)}. За пачки вернём деньги в "
        "любом нашем магазине — чек не нужен.",
        points=(("Кешью горькие", "pending"), ("сменили поставщика", "gap")),
    ),
    Example(
        "nuts",
        "Лена",
        "тоже горчат орехи, выкинула пачку",
        C,
        1,
        Topic.QUALITY,
        150,
        case=("горчат орехи",),
        draft=f"Лена, проверяем эту партию прямо сейчас и ответим здесь до {coming(3)}.",
    ),
    Example(
        "delivery",
        "злой_72",
        "да вы все там у0бки конченые, чтоб вы сдохли со своей доставкой",
        X,
        0,
        Topic.NONE,
        60,
        hostile=("у0бки конченые", "чтоб вы сдохли"),
        state=MentionState.HELD,
    ),
    Example(
        "store",
        "Гость",
        "пи3дец а не магазин",
        C,
        0,
        Topic.PLACE,
        400,
        hostile=("пи3дец",),
        unsure=True,
        state=MentionState.HELD,
    ),
    Example(
        "store",
        "Светлана Ивановна",
        "До скольких вы работаете в воскресенье и есть ли пандус для коляски?",
        Q,
        1,
        Topic.PLACE,
        35,
        case=("До скольких вы работаете", "есть ли пандус"),
        draft="Светлана Ивановна, по воскресеньям кафе на Ленина, 5 открыто с 9:00 до 21:00. "
        "Пандус есть у входа со двора.",
        points=(("До скольких вы работаете", "fact"), ("есть ли пандус", "gap")),
    ),
    Example(
        "en",
        "Tom B.",
        "Ordered groceries for my mum, half of the order missing and nobody picks up the phone. "
        "Second time this month. I want my £32 back.",
        C,
        2,
        Topic.DELIVERY,
        75,
        case=("half of the order missing", "£32"),
        parts=(("money", 0.82), ("repeated_contact", 0.71)),
        draft="Tom, half an order is not an order, and twice in a month is on us. We are refunding "
        f"the missing £32 to your card by {coming(2, Language.ENGLISH)} and have asked the depot "
        "lead to find out why nobody answered; we will post what we found here.",
        language=Language.ENGLISH,
        points=(("half of the order missing", "action"), ("nobody picks up the phone", "pending")),
    ),
    Example(
        "en",
        "h8er",
        "you people are subhuman garbage lol",
        X,
        0,
        Topic.NONE,
        20,
        hostile=("subhuman garbage",),
        state=MentionState.HELD,
        language=Language.ENGLISH,
    ),
    Example(
        "app",
        "Дмитрий",
        "Спасибо, наконец-то заказ приехал вовремя! Только баллы не начислились",
        P,
        1,
        Topic.APP,
        210,
        rating=4,
        case=("баллы не начислились",),
        draft="Дмитрий, рады, что успели! Баллы приходят в течение суток после доставки; если к "
        "утру не появятся — напишите, начислим вручную.",
        cites=("points_rule",),
    ),
    Example(
        "app",
        "kotik",
        "Приложение вылетает на экране оплаты после обновления, Android 14. Переустановка не "
        "помогает",
        C,
        2,
        Topic.APP,
        66,
        case=("вылетает на экране оплаты", "Android 14"),
        parts=(("service_down", 0.77),),
        draft="Вылеты при оплате были нашей ошибкой, версия 4.2 от 12 ноября её исправляет. Если "
        "упадёт и она, напишите модель телефона в форму «Помощь» — разберём ваш случай.",
        cites=("app_version",),
        points=(("вылетает на экране оплаты", "fact"),),
    ),
    Example(
        "store",
        "Рустам",
        "Очередь 40 минут, работала одна касса из шести. На вопрос почему — «не ваше дело»",
        C,
        1,
        Topic.STAFF,
        500,
        case=("Очередь 40 минут", "одна касса из шести"),
        draft="Рустам, сорок минут у одной кассы — недосмотр смены: в часы пик обязана работать "
        f"вторая. Почему её не открыли, ответим здесь до {coming(3)}. За «не ваше дело» директор "
        "магазина извинится лично.",
        cites=("queue_rule", "staff_care"),
        points=(("Очередь 40 минут", "action"), ("не ваше дело", "action")),
    ),
    Example(
        "en",
        "Priya",
        "Is the app down? Can't log in since this morning",
        Q,
        2,
        Topic.APP,
        15,
        case=("Can't log in since this morning",),
        parts=(("service_down", 0.7),),
        draft="Priya, we are looking into logging in and will answer here today. Versions before "
        "4.2 of 12 November do crash at payment, so please check which one you have.",
        language=Language.ENGLISH,
        points=(("Can't log in since this morning", "fact"),),
    ),
    Example(
        "delivery",
        "Ирина",
        "Молодцы, курьер Тимур очень вежливый, спасибо ему!",
        P,
        0,
        Topic.STAFF,
        320,
        rating=5,
        state=MentionState.CLOSED,
    ),
    Example(
        "store",
        "realtor_pro",
        "Сдам офис рядом, 40 м², звоните",
        O,
        0,
        Topic.NONE,
        700,
        state=MentionState.CLOSED,
    ),
)

MORE = (
    ("Хлеб чёрствый, дата сегодняшняя. Как так?", C, 1, Topic.QUALITY),
    ("Цены выросли на всё, совесть есть?", C, 0, Topic.PRICE),
    ("Подскажите, можно вернуть чайник без коробки?", Q, 1, Topic.POLICY),
    ("Доставка сегодня вообще работает?", Q, 1, Topic.DELIVERY),
    ("Молоко прокисло в день покупки, чек сохранил", C, 1, Topic.QUALITY),
    ("Третий раз пишу: верните деньги за отменённый заказ", C, 2, Topic.PRICE),
    ("Кассир обсчитала на 300 рублей и улыбается", C, 2, Topic.STAFF),
    ("Орехи горькие!!! верните прежние", C, 1, Topic.QUALITY),
)
