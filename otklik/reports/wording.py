"""Words of the weekly report in both languages; the letter has no screen around it to ask."""

from collections.abc import Mapping

Words = Mapping[str, str]
_BOTH: dict[str, tuple[str, str]] = {
    "title": ("Неделя {first} – {last}", "Week {first} – {last}"),
    "volume": ("Сколько пришло", "How much came"),
    "why": ("Почему пишут", "Why people write"),
    "service": ("Как мы ответили", "How we answered"),
    "owed": ("Что обещано и сделано", "What was promised and kept"),
    "decide": ("Что решить", "What to decide"),
    "incidents": ("Что сейчас горит", "Incidents alive"),
    "events": ("Что происходило", "What happened"),
    "nothing": ("Решать нечего: всё в порядке.", "Nothing: all is in order."),
    "comments": ("комментариев", "comments"),
    "complaints": ("жалоб и оскорблений", "complaints and insults"),
    "median": ("до первого ответа, у половины", "to the first reply, for half"),
    "p90": ("девять из десяти — за", "nine of ten within"),
    "kept_terms": ("сроков ответа соблюдено", "reply terms kept"),
    "no_replies": ("публичных ответов не было", "no public replies"),
    "reason": ("причина", "reason"),
    "kind_topic": ("темы", "topics"),
    "kind_matter": ("о чём именно", "what exactly"),
    "kind_entity": ("что наше называют", "what of ours is named"),
    "now": ("неделя", "week"),
    "before": ("до этого", "before"),
    "trend": ("перемена", "trend"),
    "more": ("больше", "more"),
    "fewer": ("меньше", "fewer"),
    "same": ("разницы не видно", "no difference seen"),
    "too_few": ("слишком мало, чтобы судить", "too few to say"),
    "unwatched": ("раньше не собирали", "not watched before"),
    "owed_none": ("Сроков по обещаниям на неделе не было.", "No promise fell due."),
    "owed_said": (
        "Срок настал у {all}: выполнено вовремя {kept}, позже {late}, не выполнено {broken}, "
        "просрочено и открыто {overdue}.",
        "{all} fell due: {kept} kept in time, {late} later, {broken} not kept, {overdue} overdue.",
    ),
    "ask_overdue": (
        "{count} комментариев ждут ответа дольше срока. Дать людей или снять часть с очереди?",
        "{count} comments wait longer than promised. More people, or fewer to answer?",
    ),
    "ask_slow": (
        "Вовремя отвечено только {share}. Пересмотреть смену или сроки?",
        "Only {share} were answered in time. Change the shifts, or the terms?",
    ),
    "ask_growing": (
        "Всё чаще пишут: {name} ({count} за неделю). Кому в компании это чинить?",
        "More and more write: {name} ({count} in the week). Who in the company mends it?",
    ),
    "ask_promises": (
        "Обещаний не выполнено в срок: {count}. Кто за них отвечает перед клиентами?",
        "Promises not kept in time: {count}. Who answers for them?",
    ),
    "ask_no_statement": (
        "«{name}»: {count} человек ждут, общего ответа нет. Что им сказать?",
        "“{name}”: {count} people wait, and there is no statement. What do we tell them?",
    ),
    "ask_attack": (
        "Похоже на атаку: «{name}», {count} комментариев. Переждать или заявить?",
        "It looks like an attack: “{name}”, {count} comments. Weather it, or speak?",
    ),
    "ask_uneven": (
        "{name}: {count} хейтеров, явно больше своей доли. Дать передышку?",
        "{name} read {count} haters, clearly more than their share. Give them a rest?",
    ),
    "foot": (
        "Перемены названы только там, где случайность дала бы их редко. Сравнение с неделей "
        "раньше. Собрано {at}.",
        "A change is named only where chance would seldom make it. Compared with the week "
        "before. Made {at}.",
    ),
    "subject": ("{brand}: отзывы за {first} – {last}", "{brand}: feedback of {first} – {last}"),
    "attached": (
        "Страница с графиками приложена: откройте её в браузере.",
        "The page with charts is attached: open it in a browser.",
    ),
    "days": ("пн вт ср чт пт сб вс", "Mon Tue Wed Thu Fri Sat Sun"),
    "minutes": ("{n} мин", "{n} min"),
    "hours": ("{n} ч", "{n} h"),
    "none_yet": ("нет данных", "no data"),
    "people": ("человек", "people"),
    "none": ("без темы", "no topic"),
    "delivery": ("доставка", "delivery"),
    "quality": ("качество", "quality"),
    "staff": ("сотрудники", "staff"),
    "price": ("цены и деньги", "price and money"),
    "app": ("приложение и сайт", "app and site"),
    "place": ("магазин", "shop"),
    "policy": ("правила", "rules"),
    "critic": ("критика", "criticism"),
    "heated": ("критика с руганью", "heated criticism"),
    "hater": ("хейт", "hate"),
    "praise": ("похвала", "praise"),
    "question": ("вопросы", "questions"),
    "other": ("прочее", "other"),
    "": ("не разобрано", "not judged"),
}


def words_of(language: str) -> Words:
    """The words of a language; English for any but Russian."""
    place = 0 if language == "ru" else 1
    return {key: both[place] for key, both in _BOTH.items()}
